"""What `golive demo` does to the folder that it is given: it begins its own anew, and touches nobody else's."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.demo import Demo, run_demo
from app.demo.folder import DATABASE, FILE, begin_anew, opened
from app.errors import Conflict, Invalid, Unavailable
from app.running.housekeeping import create_token, list_tokens
from app.settings import load
from collectors.simulator.rollback import DRILL, USUAL, rollback_toml
from collectors.simulator.site import Ports, golive_toml

NINE = datetime(2026, 11, 16, 9, tzinfo=UTC)
PORTS = Ports(11112, 8042, 11113, 11114, 8043, 2575)
MADE = golive_toml(PORTS, t0=NINE, listen="127.0.0.1:8000")


def test_a_real_site_whose_file_was_copied_from_a_demo_is_left_as_it_is(tmp_path: Path) -> None:
    copied = MADE.replace('id = "simulation"', 'id = "north"')
    (tmp_path / FILE).write_text(copied)
    create_token(load(tmp_path / FILE, {}), {}, "engineer", "mine")
    with pytest.raises(Conflict, match="a simulation is never mixed"):
        begin_anew(tmp_path, MADE)
    assert (tmp_path / FILE).read_text() == copied
    assert [t.name for t in list_tokens(load(tmp_path / FILE, {}))] == ["mine"]


def test_a_copied_file_whose_site_was_never_started_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(MADE)
    with pytest.raises(Conflict, match="is not a demo's"):
        begin_anew(tmp_path, MADE)
    assert not (tmp_path / DATABASE).exists()


def test_a_second_demo_in_the_folder_of_a_running_one_changes_nothing(tmp_path: Path) -> None:
    begin_anew(tmp_path, MADE)
    with opened(tmp_path), pytest.raises(Unavailable, match="already served"):
        begin_anew(tmp_path, MADE.replace("11112", "11119"))
    assert (tmp_path / FILE).read_text() == MADE
    assert not (tmp_path / f"{FILE}.bak").exists()


def test_a_scenario_that_does_not_exist_leaves_the_folder_as_it_is(tmp_path: Path) -> None:
    begin_anew(tmp_path, MADE)
    with pytest.raises(Invalid, match="is none of calm"):
        run_demo(Demo(folder=tmp_path, scenario="fire"))
    assert (tmp_path / FILE).read_text() == MADE


def test_a_scenario_that_does_not_exist_makes_no_folder(tmp_path: Path) -> None:
    with pytest.raises(Invalid):
        run_demo(Demo(folder=tmp_path / "new", scenario="fire"))
    assert not (tmp_path / "new").exists()


def test_a_demo_s_own_folder_begins_anew_and_keeps_what_somebody_wrote_into_its_file(tmp_path: Path) -> None:
    file = begin_anew(tmp_path / "demo", MADE)
    changed = MADE.replace('expected_below = "75m"', 'expected_below = "60m"')
    file.write_text(changed)
    later = golive_toml(Ports(1, 2, 3, 4, 5, 6), t0=NINE + timedelta(days=1), listen="127.0.0.1:9000", speed=60)
    kept = file.with_name(f"{FILE}.bak")
    for again in (later, MADE):  # the second start finds an unchanged file, which is not worth the first one's place
        begin_anew(file.parent, again)
        assert (file.read_text(), kept.read_text()) == (again, changed)


def test_a_drill_after_a_usual_demo_finds_a_file_that_nobody_wrote(tmp_path: Path) -> None:
    usual, drill = (MADE + rollback_toml(pacing) for pacing in (USUAL, DRILL))
    file = begin_anew(tmp_path / "demo", usual)
    begin_anew(file.parent, drill, (usual,))
    assert not file.with_name(f"{FILE}.bak").exists()


def test_the_configuration_is_printed_fit_to_be_copied_and_nothing_else_is_made(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "app.cli", "demo", "--print-config", "--since-go-live", "12m"]
    command += ["--at", NINE.isoformat(), "--listen", "127.0.0.1:8123"]
    environ = os.environ | {"PYTHONPATH": str(Path.cwd())}
    printed = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, check=True, timeout=30)
    assert not list(tmp_path.iterdir())
    copied = tmp_path / FILE
    copied.write_bytes(printed.stdout)
    settings = load(copied, {}).settings
    assert "worklist-unusable" in {rule.id for rule in settings.triggers}
    assert (settings.go_live.at, settings.server.listen) == (NINE - timedelta(minutes=12), "127.0.0.1:8123")
