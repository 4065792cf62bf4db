"""The simulated people of `golive demo` against a served golive: an hour of their life, played in seconds."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.clock import Pace, live_at, monotonic_s, utc_now
from app.demo import floor as playing
from app.store.db import Database
from collectors.simulator import floor
from collectors.simulator.exams import Hospital
from collectors.simulator.floor_acts import Act
from collectors.simulator.floor_config import floor_toml
from collectors.simulator.floor_people import shift_at
from collectors.simulator.life import hospital
from collectors.simulator.play import scenario_said
from collectors.simulator.scenarios import SCENARIOS, Script
from collectors.simulator.site import SITE, ZONE, Ports, golive_toml
from tests.integration.served import Served, prepared, running

TEN = datetime.fromisoformat("2026-11-23T10:00:00+01:00")  # a Monday, an hour after T0
HOUR = timedelta(hours=1)
RATE = 360.0


@pytest.fixture
def fast(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Served, Pace, playing.People]]:
    """Serve a demo's golive by a clock that runs fast, with the simulated people enrolled."""
    for name in ("_LOGGED_S", "_ACTED_S", "_LOOK_S", "_ASK_S"):
        monkeypatch.setattr(playing, name, 0.05)
    file, listen = tmp_path / "golive.toml", "127.0.0.1:8000"
    file.write_text(golive_toml(Ports(1, 2, 3, 4, 5, 6), t0=TEN - HOUR, listen=listen) + floor_toml(listen))
    pace = Pace(TEN, monotonic_s(), RATE)
    live_at(pace)
    try:
        config, tokens = prepared(tmp_path, ("engineer", "desk", "display"), file)
        db = Database(config.settings.server.database, SITE, config.folder)
        db.open()
        try:
            people = playing.enrol(db, utc_now())
        finally:
            db.close()
        with running(config, tokens, simulation=True, speed=RATE) as served:
            yield served, pace, people
    finally:
        live_at(None)


async def lived(player: playing.Floor, enough: Callable[[], Any], seconds: float = 120.0) -> None:
    """Let the people live until there is enough to see, then end them as Ctrl-C does."""
    task = asyncio.create_task(player.run())
    try:
        async with asyncio.timeout(seconds):
            while not await asyncio.to_thread(enough):
                assert not task.done(), task.exception()
                await asyncio.sleep(0.2)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def reports(stays: Hospital, from_: datetime, to: datetime) -> dict[str, Act]:
    return {a.uuid: a for a in floor.acts(stays, from_, to) if a.kind == "issues" and not a.event}


def test_an_hour_of_the_floor_is_taken_by_golive_and_a_restart_doubles_nothing(
    fast: tuple[Served, Pace, playing.People],
) -> None:
    golive, pace, people = fast
    said: list[str] = []
    stays = hospital(7, t0=TEN - HOUR, zone=ZONE)
    player = playing.Floor(golive.url, people, stays, pace, said.append)
    began, slow_at = pace.now(), TEN + HOUR / 4
    shift: dict[str, Any] = {}

    def on_shift() -> bool:
        """Look while the people live: on a busy machine the next shift is due before the asserts below are."""
        shift.update(golive.get("/api/shift"))
        now = shift_at(pace.now(), stays.zone)
        there = {a["area"] for a in shift["areas"] if a["there"]}
        return (
            (shift["lead"] or {}).get("who") == now.lead
            and there == {area for _, areas in now.super_users for area in areas}
            and (shift["handover"] or {}).get("from") == now.former_lead
        )

    def heard() -> bool:
        if pace.now() > slow_at and not player._stays.script.changes:
            player.changed("slow-worklist")
        until = TEN + HOUR
        wanted = reports(player._stays, began + HOUR / 12, until)
        told = {i["uuid"] for i in golive.get("/api/issues")}
        return pace.now() > until and wanted.keys() <= told and on_shift()

    asyncio.run(lived(player, heard))
    assert said == []
    issues = {i["uuid"]: i for i in golive.get("/api/issues")}
    script = player._stays.script
    assert [name for _, name in script.changes] == ["slow-worklist"]
    model = reports(player._stays, TEN - HOUR, pace.now() + HOUR)
    assert issues.keys() <= model.keys()
    assert all(i["reporter"].endswith("(simulated)") for i in issues.values())
    assert all(datetime.fromisoformat(i["received_at"]) >= began for i in issues.values())  # nothing is back-dated
    before = [i for i in issues.values() if datetime.fromisoformat(i["occurred_at"]) < began]
    assert len(before) >= 7
    hit = {i["area"] for i in issues.values() if i["status"] == "known" and i["category"] == "worklist"}
    assert {"ct", "xr"} <= hit
    stages = Counter(i["status"] for i in issues.values())
    assert stages["verified"] >= 1
    assert stages["known"] >= 3
    assert shift["announcements"]
    assert set(shift["floor_says"]) >= {"ct", "mr"}
    assert "ended" in {s["stage"] for s in golive.get("/api/supports")}
    wall = golive.call("GET", "/wall", "display").text
    assert "Gravest issues" in wall
    assert golive.get("/api/floor", "desk")["known"]

    numbers = {i["uuid"]: i["number"] for i in issues.values()}
    anew = playing.Floor(
        golive.url, people, Hospital(7, stays.zone, stays.t0, Script(script.changes)), pace, said.append
    )
    again = reports(anew._stays, pace.now() + HOUR / 20, pace.now() + HOUR / 3)

    def caught_up() -> bool:
        return bool(again.keys() & {i["uuid"] for i in golive.get("/api/issues")})

    asyncio.run(lived(anew, caught_up))
    assert said == []
    after = {i["uuid"]: i["number"] for i in golive.get("/api/issues")}
    assert numbers.items() <= after.items()
    assert len(set(after.values())) == len(after)
    every = [a["uuid"] for a in golive.get("/api/announcements")]
    assert len(every) == len(set(every))


def test_what_the_player_says_names_the_scenario() -> None:
    assert [scenario_said(f"now: {name}, {s.words}") for name, s in SCENARIOS.items()] == list(SCENARIOS)
    assert scenario_said('scenario: "fire" is none of calm, slow-worklist') == ""
