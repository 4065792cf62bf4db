"""Whatever is sent to any call, golive answers, and never with a mistake of its own."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings

from tests.integration.served import Served, prepared, running

ROLE_OF = {"/api/ingest": "ingest", "/api/internal/tokens": "local", "/api/internal/tokens/{token}": "local"}
LEFT_OUT = {"/api/internal/backup"}  # it writes to any file that it is told: nothing for random names


@pytest.fixture(scope="module")
def golive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    config, tokens = prepared(tmp_path_factory.mktemp("fuzz"), ["admin"])
    with running(config, tokens) as served:
        yield served


def test_whatever_is_sent_to_any_call_golive_does_not_fail(golive: Served) -> None:
    described = golive.get("/api/openapi.json", "admin")
    schema = schemathesis.openapi.from_dict(described)
    schema.config.update(base_url=golive.url)
    tried = set()
    for found in schema.get_all_operations():
        operation: Any = found.ok()  # type: ignore[union-attr]  # an Err would raise, and that is right
        if operation.path not in LEFT_OUT:
            tried.add(f"{operation.method.upper()} {operation.path}")
            try_out(golive, operation)
    assert tried == {
        f"{method.upper()} {path}"
        for path, told in described["paths"].items()
        for method in told
        if path not in LEFT_OUT
    }
    assert golive.app.state.house.metrics.bugs._value.get() == 0


def try_out(golive: Served, operation: Any) -> None:
    headers = {"Authorization": f"Bearer {golive.token(ROLE_OF.get(operation.path, 'admin'))}"}

    @settings(max_examples=20, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy())
    def once(case: Any) -> None:
        answer = case.call(headers=headers)
        assert answer.status_code not in (500, 502), answer.text
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == ["application/problem+json"]
            assert {"type", "title", "status", "detail"} <= set(answer.json())

    once()
