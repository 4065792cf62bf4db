"""Requests for support in each kind of database: one for all clicks of a place, and each write told once."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from app.commands import supports as commands
from app.commands.access import creating_a_token, revoking_a_token
from app.domain.floor.floor_plans import FloorPlan
from app.domain.floor.support_counts import Click
from app.domain.floor.support_plans import SupportPlan
from app.domain.floor.supports import Action, Ask, Event, begun, fold
from app.domain.rollback.decisions import Person
from app.errors import Conflict, Missing, PatientFound
from app.store import journal, supports, tokens
from app.store.db import Database
from tests.integration.store.conftest import SITE
from tests.unit.made import WORKLIST, plan

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
RULES = SupportPlan(workstations={"CT-*": "ct"})
PLAN = replace(plan(WORKLIST), site=SITE, areas={"ct": "CT"}, floor=FloorPlan({"worklist": "Worklist"}), support=RULES)
KEY, ANN = Person("toolbar", "support", "k"), Person("Ann", "desk", "t2")


def asking(uuid: str, ask: Ask, seconds: float = 0.0) -> commands.Callable:  # type: ignore[type-arg]  # an act
    return commands.asking(PLAN, uuid, ask, KEY, NOON + timedelta(seconds=seconds))


def test_many_clicks_of_one_place_at_once_are_one_request(database: Database) -> None:
    acts = [asking(str(uuid4()), Ask(workstation="CT-3"), i / 10) for i in range(20)]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(database.write_now, acts))
    assert sum(is_new for _, is_new in found) == 1
    assert len({kept.subject for kept, _ in found}) == 1
    (stored,) = database.read_now(lambda s: supports.open_since(s, SITE, NOON - timedelta(days=1)))
    assert (stored.ask.area, stored.number, stored.clicks) == ("ct", 1, 1)


def test_a_day_sent_twice_changes_nothing_the_second_time(database: Database) -> None:
    places = [str(uuid4()) for _ in range(4)]
    asks = [asking(uuid, Ask("ct", workstation=f"CT-{i}")) for i, uuid in enumerate(places)]
    again = asking(str(uuid4()), Ask("ct", workstation="CT-0"), 300)
    first = places[0]
    events = [
        Event("e1", Action.ASSIGN, ANN, NOON + timedelta(minutes=6), 0, supporter="Ben", breakout="Room 1"),
        Event("e2", Action.ADMIT, ANN, NOON + timedelta(minutes=7), 0),
        Event("e3", Action.END, ANN, NOON + timedelta(minutes=20), 0, reason="worklist", text="filter was set"),
    ]
    answers = []
    for _ in range(2):
        answers.append([database.write_now(act)[0] for act in (*asks, again)])
        answers[-1] += [database.write_now(commands.acting(PLAN, first, e, e.received_at))[0] for e in events]
    assert answers[0] == answers[1]
    assert [k.sequence for k in answers[0]] == [*range(1, 9)]
    now = database.read_now(lambda s: supports.get(s, SITE, first))
    assert now is not None
    made = begun(first, 1, 1, now.ask, KEY, NOON)
    assert fold(made, database.read_now(lambda s: supports.events(s, SITE, first))) == now
    assert (now.clicks, now.supporter, now.reason) == (2, "Ben", "worklist")
    assert len(database.read_now(lambda s: supports.open_since(s, SITE, NOON - timedelta(days=1)))) == 3
    counted = database.read_now(lambda s: supports.clicks(s, SITE, NOON))
    assert sorted(counted, key=lambda c: c.reason) == [Click(NOON, "ct", "")] * 3 + [Click(NOON, "ct", "worklist")]
    assert database.read_now(lambda s: journal.verify(s, SITE)).ok
    entries = database.read_now(lambda s: journal.after(s, SITE, 0, 100))
    assert [e.act for e in entries if e.act.startswith("support.")].count("support.ask") == 4
    assert "filter was set" not in str(entries)


def test_what_is_withdrawn_is_not_counted_and_a_read_back_finds_each_span(database: Database) -> None:
    uuid = str(uuid4())
    database.write_now(asking(uuid, Ask("ct", workstation="CT-1")))
    withdrawn = Event("w", Action.WITHDRAW, ANN, NOON + timedelta(minutes=1), 0)
    database.write_now(commands.acting(PLAN, uuid, withdrawn, withdrawn.received_at))
    database.write_now(asking(str(uuid4()), Ask("ct", workstation="CT-2"), 3600))
    assert [c.at for c in database.read_now(lambda s: supports.clicks(s, SITE, NOON))] == [NOON + timedelta(hours=1)]
    until = NOON + timedelta(minutes=30)
    assert [r.uuid for r in database.read_now(lambda s: supports.between(s, SITE, NOON, until, 10))] == [uuid]
    assert [r.number for r in database.read_now(lambda s: supports.since(s, SITE, until))] == [2]


def test_another_body_under_an_id_is_refused_and_both_are_shown(database: Database) -> None:
    uuid = str(uuid4())
    database.write_now(asking(uuid, Ask("ct", workstation="CT-1")))
    with pytest.raises(Conflict) as refused:
        database.write_now(asking(uuid, Ask("ct", workstation="CT-9")))
    assert refused.value.shown["stored"]["workstation"] == "CT-1"
    assert refused.value.shown["sent"]["workstation"] == "CT-9"
    assert len(database.read_now(lambda s: supports.open_since(s, SITE, NOON - timedelta(days=1)))) == 1


def test_a_patient_in_a_place_or_a_note_is_refused_unless_confirmed(database: Database) -> None:
    with pytest.raises(PatientFound):
        database.write_now(asking(str(uuid4()), Ask("ct", room="patient Miller")))
    uuid = str(uuid4())
    database.write_now(asking(uuid, Ask("ct", workstation="CT-1")))
    told = Event("e", Action.END, ANN, NOON, 0, text="patient Miller was missing")
    with pytest.raises(PatientFound):
        database.write_now(commands.acting(PLAN, uuid, told, NOON))
    database.write_now(commands.acting(PLAN, uuid, replace(told, no_patient=True), NOON))


def test_where_it_is_not_set_up_there_is_nothing_to_ask_for(database: Database) -> None:
    with pytest.raises(Missing, match=r"no \[support\]"):
        commands.asking(replace(PLAN, support=None), "u", Ask(), KEY, NOON)


def test_a_key_of_the_button_is_a_token_that_can_be_revoked(database: Database) -> None:
    made = database.write_now(creating_a_token(SITE, "support", "toolbar", NOON, "test"))
    found = database.read_now(lambda s: tokens.find(s, SITE, made["token"]))
    assert found is not None
    assert (found.role, found.name) == ("support", "toolbar")
    database.write_now(revoking_a_token(SITE, made["id"], NOON, "test"))
    assert database.read_now(lambda s: tokens.find(s, SITE, made["token"])) is None
