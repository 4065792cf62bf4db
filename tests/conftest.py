"""What every test may use: a free port, a fixed moment, and golden files."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import settings

from tests.peers import ports
from tests.peers.golive import GoLive

settings.register_profile("golive", deadline=None)  # a busy machine is slow, not wrong: speed is `make bench`'s
settings.load_profile("golive")
GoLive.WARM = True

LONGEST_FIRST = (  # as `--durations=0` told; what is not named begins after them
    "test_drill",
    "test_frozen_and_gone",
    "test_triggers_real_worklist",
    "test_simulator",
    "test_truth",
    "test_notices",
    "test_cli_check",
    "test_desk",
    "test_pages",
    "test_exams_by_hl7",
    "test_wall",
    "test_demo_floor",
    "test_floor",
    "test_api_fuzz",
    "test_escalation",
    "test_serving_tls",
    "test_simulator_standings",
    "test_database_gone",
    "test_restore",
    "test_decision_drill",
    "test_declare",
)
GOLDEN = Path(__file__).parent / "golden"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="rewrite the golden files; review the diff")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin the files that take longest first, so that none of them is waited for alone at the end."""
    place = {name: number for number, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: place.get(item.path.stem, len(place)))


@pytest.fixture
def now() -> datetime:
    """A fixed moment: Saturday 2026-11-21 05:00 UTC, an hour before a plan of 06:00 in Berlin has passed."""
    return datetime(2026, 11, 21, 5, 0, tzinfo=UTC)


@pytest.fixture
def free_port() -> Callable[[], int]:
    return ports.free_port


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compare a text with tests/golden/<name>; `--update-golden` rewrites the file instead."""

    def compare(name: str, text: str) -> None:
        file = GOLDEN / name
        if request.config.getoption("--update-golden"):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        assert file.exists(), f"{file} is missing: run pytest --update-golden and review it"
        assert text == file.read_text()

    return compare
