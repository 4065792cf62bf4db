"""The outbox on each kind of database: owed from the transition's commit on, leased by one, ended once."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from app.domain.journal import Entry
from app.domain.rollback.stored_triggers import Trigger
from app.domain.rollback.trigger_sights import Share
from app.domain.rollback.triggers import Cause, Latch, Sight, State, Transition
from app.domain.telling.notice_plans import Occasion
from app.domain.telling.notices import Notice, NoticeStage
from app.store import journal, notices, triggers
from app.store.db import Database, Session
from tests.integration.store.conftest import SITE
from tests.integration.store.making import NOON

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
ONE = Notice("n1", "desk", Occasion.BREACH, "slow", "v1", 3, 0, NOON, "failure", "Title", "Text\x00 of it")


def breached(s: Session) -> None:
    share = Share(30, 20, 0.67, 0.5, 0.8, Sight.OK, "20 of 30")
    trigger = Trigger(
        "slow", "slow", "v1", "Slow", None, "m", 0.2, 60.0, True, Latch(State.BREACHED, NOON, 1), share, {"at": "x"}
    )
    made = Transition(1, NOON, State.PENDING, State.BREACHED, Cause.BREACH, facts={"n": 30})
    assert triggers.keep(s, SITE, trigger, None, [made])


def followed(s: Session, broken: bool = False) -> list[Entry]:
    """Do what golive does with each stretch of the journal."""
    entries = notices.unfollowed(s, SITE)
    notices.keep(s, SITE, [replace(ONE, id=f"n{e.seq}", number=e.seq) for e in entries], NOON)
    if entries:
        notices.followed(s, SITE, entries[-1].seq)
    if broken:
        raise RuntimeError("the lights went out")
    return entries


def lease(db: Database, sender: str = "a", now: datetime = NOON, channel: str = "desk") -> notices.Leased | None:
    return db.write_now(lambda s: notices.lease(s, SITE, channel, sender, now, now + MINUTE))


def keep(db: Database, *made: Notice, now: datetime = NOON) -> None:
    db.write_now(lambda s: notices.keep(s, SITE, made, now))


def stages(db: Database) -> list[tuple[str, str, int]]:
    kept = db.read_now(lambda s: notices.newest(s, SITE, 100))
    return sorted((k.notice.id, k.stage.value, k.attempts) for k in kept)


def test_a_transition_owes_its_notice_from_its_own_commit_on_and_once(database: Database) -> None:
    database.write_now(lambda s: journal.append(s, SITE, NOON, "golive", "app.start", SITE, {}))
    database.write_now(lambda s: notices.begin(s, SITE))
    assert database.write_now(followed) == []
    database.write_now(breached)
    with pytest.raises(RuntimeError, match="lights"):
        database.write_now(lambda s: followed(s, broken=True))
    assert stages(database) == []
    (entry,) = database.write_now(followed)
    assert (entry.act, entry.seq) == ("trigger.breach", 2)
    assert (database.write_now(followed), stages(database)) == ([], [("n2", "waiting", 0)])
    database.write_now(lambda s: notices.begin(s, SITE))
    assert database.write_now(followed) == []


def test_a_notice_comes_back_as_it_was_made_and_made_again_it_is_the_same(database: Database) -> None:
    keep(database, ONE)
    keep(database, replace(ONE, text="other words"))
    leased = lease(database)
    assert leased is not None
    assert leased.notice == replace(ONE, text="Text\ufffd of it")
    assert (leased.attempts, leased.made_at) == (1, NOON)


def test_a_leased_notice_is_nobody_elses_until_its_sender_is_gone(database: Database) -> None:
    keep(database, ONE)
    assert lease(database) is not None
    assert lease(database, "b", NOON + 59 * SECOND) is None
    assert database.read_now(lambda s: notices.due(s, SITE, NOON + 59 * SECOND)) == set()
    taken = lease(database, "b", NOON + 61 * SECOND)
    assert taken is not None
    assert taken.attempts == 2
    assert not database.write_now(lambda s: notices.sent(s, SITE, "n1", "a", NOON)), "the first sender is too late"
    assert database.write_now(lambda s: notices.sent(s, SITE, "n1", "b", NOON))
    assert stages(database) == [("n1", "sent", 2)]
    assert lease(database, "b", NOON + 10 * MINUTE) is None


def test_a_new_golive_takes_over_at_once_what_the_killed_one_had_leased(database: Database) -> None:
    keep(database, ONE)
    assert lease(database, "killed") is not None
    database.write_now(lambda s: notices.take_over(s, SITE, "new"))
    assert lease(database, "new", NOON + SECOND) is not None


def test_a_failed_attempt_waits_for_its_time_and_a_success_wakes_the_others(database: Database) -> None:
    keep(database, ONE, replace(ONE, id="n2", happened_at=NOON + SECOND), replace(ONE, id="n3", channel="pager"))
    assert lease(database) is not None
    database.write_now(lambda s: notices.failed(s, SITE, "n1", "a", "it answered 500", NOON + MINUTE))
    second = lease(database)
    assert second is not None
    assert second.notice.id == "n2", "what was never tried goes before what waits"
    assert lease(database) is None
    (found, _) = database.read_now(lambda s: notices.waiting(s, SITE, NOON - MINUTE))
    assert (found.channel, found.waiting, found.failing, found.problem) == ("desk", 2, 1, "it answered 500")
    database.write_now(lambda s: notices.sent(s, SITE, "n2", "a", NOON))
    again = lease(database)
    assert again is not None
    assert (again.notice.id, again.attempts) == ("n1", 2)


def test_a_clock_that_was_set_back_delays_nothing_for_long(database: Database) -> None:
    keep(database, ONE)
    assert lease(database) is not None
    database.write_now(lambda s: notices.failed(s, SITE, "n1", "a", "refused", NOON + 10 * SECOND))
    assert lease(database, now=NOON + 5 * SECOND) is None
    assert lease(database, now=NOON - timedelta(hours=1)) is not None


def test_a_later_reminder_takes_the_place_of_one_that_still_waits(database: Database) -> None:
    reminders = [replace(ONE, id=f"r{n}", reminder=n) for n in (1, 2, 3)]
    for reminder in (ONE, *reminders):
        keep(database, reminder)
    other = replace(ONE, id="other", reminder=1, channel="pager")
    keep(database, other)
    assert dict((i, s) for i, s, _ in stages(database)) == {
        "n1": "waiting", "r1": "dropped", "r2": "dropped", "r3": "waiting", "other": "waiting",
    }  # fmt: skip
    known = database.read_now(lambda s: notices.known(s, SITE, [*reminders, replace(ONE, id="new")]))
    assert known == {"r1", "r2", "r3"}
    assert database.read_now(lambda s: [n.id for n in notices.alarms(s, SITE, NOON)]) == ["n1"]
    assert database.read_now(lambda s: notices.alarms(s, SITE, NOON + SECOND)) == []


def test_what_is_given_up_and_what_lost_its_channel_stays_visible_for_a_day_and_is_forgotten_later(
    database: Database,
) -> None:
    keep(database, ONE, replace(ONE, id="n2", channel="gone"))
    assert lease(database) is not None
    database.write_now(lambda s: notices.ended(s, SITE, "n1", "a", NoticeStage.GIVEN_UP, NOON, "refused"))
    assert database.write_now(lambda s: notices.without_channel(s, SITE, ["desk"], NOON)) == 1

    def seen(since: datetime) -> Sequence[tuple[str, int]]:
        return [(w.channel, w.given_up) for w in database.read_now(lambda s: notices.waiting(s, SITE, since))]

    assert seen(NOON - MINUTE) == [("desk", 1), ("gone", 1)]
    assert seen(NOON) == []
    keep(database, replace(ONE, id="n3"))
    database.write_now(lambda s: notices.drop_old(s, SITE, NOON + MINUTE))
    assert stages(database) == [("n3", "waiting", 0)]


def test_what_is_held_back_was_not_tried(database: Database) -> None:
    keep(database, ONE)
    assert lease(database) is not None
    database.write_now(lambda s: notices.postponed(s, SITE, "n1", "a", "the network is down", NOON + MINUTE))
    assert (stages(database), lease(database)) == ([("n1", "waiting", 0)], None)
    (found,) = database.read_now(lambda s: notices.waiting(s, SITE, NOON))
    assert (found.waiting, found.failing) == (1, 0)
