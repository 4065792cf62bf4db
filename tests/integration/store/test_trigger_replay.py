"""The journal's transitions, replayed, give each trigger as it is stored; what does not agree is named."""

import pytest

from app.domain.rollback.stored_triggers import Trigger, acted_on
from app.domain.rollback.trigger_acts import decided, overridden
from app.domain.rollback.triggers import Kind, State, Stepped
from app.store import journal, trigger_replay, triggers
from app.store.db import Database
from tests.unit.made import at
from tests.unit.test_trigger_board import House

SITE = "north"


def keep(database: Database, trigger: Trigger, before: int | None, made: tuple[object, ...]) -> None:
    assert database.write_now(lambda s: triggers.keep(s, SITE, trigger, before, made))  # type: ignore[arg-type]  # transitions


def lived(database: Database) -> Trigger:
    """Store a life: a breach, an override, and a decision to continue that runs out."""
    house = House()
    for second in range(0, 600):
        if second % 5 == 0:
            house.take(second, 6.0)
        for found in house.look(second):
            keep(database, found.trigger, found.before, found.transitions)
        if second in (200, 220):
            latch = house.one.latch
            stepped: Stepped = (
                overridden(latch, at(second), at(9000.25), "Ada", "known")
                if second == 200
                else decided(latch, at(second), Kind.CONTINUE, "Bo", "by hand", rearm_at=at(300.5))
            )
            after = acted_on(house.one, stepped[0])
            keep(database, after, latch.number, stepped[1])
            house.stored[after.id] = after
            house.triggers.take_changed([after])
    return house.one


def test_a_life_replayed_from_the_journal_is_the_trigger_that_is_stored(database: Database) -> None:
    trigger = lived(database)
    assert (trigger.latch.state, trigger.latch.number) == (State.BREACHED, 8)
    assert database.read_now(lambda s: trigger_replay.disagreement(s, SITE)) == ""
    acts = [entry.act for entry in database.read_now(lambda s: journal.of_acts(s, SITE, "trigger."))]
    told = ("beyond", "breach", "override", "decide", "would_breach", "re-arm", "beyond", "breach")
    assert acts == [f"trigger.{word}" for word in told]


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        (
            """update trigger_ set body = replace(body, '"state":"breached"', '"state":"watching"')""",
            "state is watching",
        ),
        ("update trigger_ set body = replace(body, '\"number\":8', '\"number\":7')", "number is 7, the journal says 8"),
        ("update trigger_transition set body = replace(body, '\"n\":', '\"n\": ') where number = 2", "transition 2"),
        ("delete from trigger_transition where number = 3", "the evidence of transition 3"),
        ("delete from journal where act = 'trigger.override'", "transition 4 follows 2"),
        ("delete from trigger_ ", "is gone that the journal tells of"),
    ],
)
def test_what_does_not_agree_with_the_record_is_named(database: Database, statement: str, named: str) -> None:
    lived(database)
    database.write_now(lambda s: s.connection().exec_driver_sql(statement.replace("trigger_ ", '"trigger" ')))
    assert named in database.read_now(lambda s: trigger_replay.disagreement(s, SITE))


def test_no_trigger_at_all_agrees(database: Database) -> None:
    assert database.read_now(lambda s: trigger_replay.disagreement(s, SITE)) == ""
