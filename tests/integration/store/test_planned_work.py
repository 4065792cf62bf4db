"""Planned work in the database, on each kind: what is known of it, and the samples that it marks at the door."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.commands import planned_work as commands
from app.commands.ingest import Taking, take
from app.commands.ingest_reading import Known
from app.domain.exams.exams import Milestone
from app.domain.rollback.decisions import Person
from app.domain.rollback.planned_work import Action, PlannedWork, Stage, stage_of
from app.errors import Conflict
from app.store import exams, journal, planned_work, samples
from app.store.db import Database
from app.store.heartbeats import Heartbeats
from app.wire import Envelope
from tests.integration.store.conftest import SITE
from tests.integration.store.making import NOON, event
from tests.unit.made import WORKLIST, plan

MINUTE = timedelta(minutes=1)
OF_FILE = PlannedWork("f1", "ris", NOON, NOON + 60 * MINUTE, "Ada", "update", of_file=True)
PLAN = replace(plan(WORKLIST), site=SITE, zone=ZoneInfo("UTC"), maintenance=(OF_FILE,))
ANN = Person("Ann", "desk", "token-ann")


def known(database: Database, now: datetime) -> dict[str, PlannedWork]:
    return {work.id: work for work in database.read_now(lambda s: planned_work.known(s, PLAN, now))}


def test_what_the_desk_plans_stands_beside_the_file_and_is_journalled_once(database: Database) -> None:
    act = commands.planning(PLAN, "w1", "pacs", None, NOON + 30 * MINUTE, "disk", ANN, NOON)
    assert database.write_now(act)[1] is True
    assert database.write_now(act)[1] is False
    assert set(known(database, NOON)) == {"f1", "w1"}
    entries = database.read_now(lambda s: journal.after(s, SITE, 0, 100))
    assert [(e.act, e.actor, e.body["system"]) for e in entries] == [("planned_work.plan", "Ann", "pacs")]
    assert set(known(database, NOON + timedelta(days=31))) == set()


def test_an_act_on_work_of_the_file_outranks_it_and_of_two_the_second_is_told(database: Database) -> None:
    def ends(event: str) -> PlannedWork:
        act = commands.acting(PLAN, "f1", event, Action.END, None, "done early", ANN, NOON + MINUTE)
        return database.write_now(act)

    assert ends("e1").until == NOON + MINUTE
    with pytest.raises(Conflict, match="was ended by Ann"):
        ends("e2")
    assert stage_of(known(database, NOON + 2 * MINUTE)["f1"], NOON + 2 * MINUTE) is Stage.ENDED
    moved = replace(PLAN, maintenance=(replace(OF_FILE, id="f2", until=NOON + 90 * MINUTE),))
    assert [w.id for w in database.read_now(lambda s: planned_work.known(s, moved, NOON))] == ["f2"]


def test_a_sample_is_marked_by_the_commit_that_stores_it(database: Database) -> None:
    taking = Taking()

    async def sent(*minutes: float) -> list[bool]:
        told = [
            {"id": f"s{m}", "probe": "worklist-ct", "kind": "worklist", "system": "ris", "area": "ct", "outcome": "ok"}
            | {"at": (NOON + m * MINUTE).isoformat(), "total_s": 0.1}
            for m in minutes
        ]
        now = NOON + 70 * MINUTE
        envelope = Envelope(batch="b", source="main", sent_at=now, samples=told)
        found: list[bool] = []
        await take(
            database,
            Heartbeats(),
            Known(PLAN, "key", False, lambda feed, accession: accession),
            envelope,
            steady=now,
            wall=now,
            on_stored=lambda taken, events, messages: found.extend(s.planned for s in taken),
            taking=taking,
        )
        return found

    assert asyncio.run(sent(-1, 0, 59, 60)) == [False, True, True, False]
    stored = database.read_now(lambda s: samples.since(s, SITE, NOON - 10 * MINUTE))
    assert [s.planned for s in stored] == [False, True, True, False]


def test_how_a_feed_spoke_is_read_without_whom_it_spoke_of(database: Database) -> None:
    told = [event(Milestone.FINAL, NOON + i * MINUTE, id=f"e{i}") for i in range(3)]
    told.append(replace(told[0], id="e9", feed="other", sender="VOICE"))
    database.write_now(lambda s: exams.append(s, SITE, told, {}))
    heard = database.read_now(lambda s: exams.heard_between(s, SITE, [told[0].feed], NOON, NOON + 2 * MINUTE))
    assert sorted((h.milestone, h.at) for h in heard) == [("final", NOON), ("final", NOON + MINUTE)]
    assert database.read_now(lambda s: exams.first_received(s, SITE, told[0].feed)) == NOON
    assert database.read_now(lambda s: exams.first_received(s, SITE, "nobody")) is None
    (voice,) = database.read_now(lambda s: exams.heard_between(s, SITE, ["other"], NOON, NOON + MINUTE))
    assert voice.sender == "VOICE"
