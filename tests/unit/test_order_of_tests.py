"""The files of tests that begin first are there."""

from pathlib import Path

from tests.conftest import LONGEST_FIRST

TESTS = Path(__file__).parents[1]


def test_each_file_that_begins_first_exists():
    there = {file.stem for folder in ("integration", "browser") for file in (TESTS / folder).rglob("test_*.py")}
    assert set(LONGEST_FIRST) <= there
