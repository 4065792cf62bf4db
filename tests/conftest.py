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

GOLDEN = Path(__file__).parent / "golden"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="rewrite the golden files; review the diff")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin files that take minutes first, so that none of them is waited for alone at the end."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


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
