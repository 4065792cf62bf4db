"""An issue: what each role may do to it at each status, and what its events fold to."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.access import Role
from app.domain.floor.floor_plans import FloorPlan, TeamPlan
from app.domain.floor.issue_life import (
    FROM,
    allowed,
    is_duplicate_of,
    refusal_of_role,
    refusal_of_status,
    reported,
    said_at,
)
from app.domain.floor.issue_merging import merged
from app.domain.floor.issues import OPEN, Action, Event, Issue, Report, Status, begun, fold, folded, status_after
from app.domain.rollback.decisions import Person
from app.errors import Conflict, Forbidden, GoLiveError, Invalid

T = datetime(2026, 11, 21, 7, tzinfo=UTC)
SUE, BEA, ANN = (
    Person("Sue", "floor", "token-sue"), Person("Bea", "floor", "token-bea"), Person("Ann", "desk", "token-ann"),
)  # fmt: skip
FLOOR = FloorPlan({"worklist": "Worklist"}, {"it": TeamPlan("it", "IT", "it")})
REPORT = Report("ct", "worklist", 2, room="CT 2", text="stays empty")
FULL = {"text": "seen", "resolution": "restarted", "owner": "Ann"}


def issue(status: Status = Status.NEW, uuid: str = "i1", number: int = 1, **more: Any) -> Issue:
    return replace(begun(uuid, number, number, REPORT, SUE, T), status=status, **more)


def event(action: Action, by: Person = ANN, n: int = 2, **more: Any) -> Event:
    return Event(f"e{n}", action, by, T + timedelta(minutes=n), n, **more)


def whole(action: Action, role: str) -> Event:
    """An event with everything that the action needs, by the reporter where that is what matters."""
    by = Person("Sue", role, SUE.token) if action is Action.VERIFY else Person("Ann", role, ANN.token)
    keys = {Action.ASSIGN: ("owner",), Action.COMMENT: ("text",), Action.ACKNOWLEDGE: ("text",)}
    needs = keys.get(action, ("resolution",) if action in (Action.CLOSE, Action.FIX, Action.DUPLICATE) else ())
    return event(action, by, **{key: FULL[key] for key in needs})


ALL = {"new", "triaged", "in_progress", "fixed", "verified", "closed", "duplicate", "known", "training", "not_an_issue"}
STILL = {"new", "triaged", "in_progress", "known"}
LIFE = {  # action → statuses where it is allowed, and what it leads to (None: it stays)
    "triage": (STILL, {"new": "triaged", "known": "triaged"}),
    "assign": (STILL | {"fixed"}, {}),
    "comment": (ALL, {}),
    "escalate": (STILL, {}),
    "start": (STILL - {"in_progress"}, "in_progress"),
    "fix": (STILL, "fixed"),
    "verify": ({"fixed"}, "verified"),
    "reopen": ({"fixed", "verified", "closed", "duplicate", "training", "not_an_issue"}, "triaged"),
    "close": (STILL | {"fixed", "verified"}, "closed"),
    "duplicate": (STILL | {"fixed"}, "duplicate"),
    "known": (STILL - {"known"}, "known"),
    "training": (STILL, "training"),
    "not_an_issue": (STILL, "not_an_issue"),
    "acknowledge": (STILL, {}),
    "phoned": (ALL, {}),
    "me_too": (STILL | {"fixed", "duplicate"}, {}),
}
OF_FLOOR = {"comment", "verify", "reopen", "phoned", "me_too"}


@pytest.mark.parametrize("role", [r.value for r in Role])
@pytest.mark.parametrize("action", list(Action))
def test_each_action_at_each_status_by_each_role_is_allowed_or_refused_with_a_reason(action: Action, role: str) -> None:
    may = {"desk", "authority", "admin"} | ({"floor", "engineer"} if action in OF_FLOOR else set())
    from_, to = LIFE[action]
    for status in Status:
        before, said = issue(status), whole(action, role)
        if role in may and status in from_:
            allowed(before, said, FLOOR, T)
            after = folded(before, said).status
            assert after == (to if isinstance(to, str) else to.get(status, status)), (status, action)
            continue
        with pytest.raises(Forbidden if role not in may else Conflict) as caught:
            allowed(before, said, FLOOR, T)
        assert len(caught.value.detail.split()) >= 5
        assert refusal_of_role(action, role) or refusal_of_status(action, status)


def test_the_table_knows_every_action_and_every_status() -> None:
    assert set(LIFE) == {a.value for a in Action} == {a.value for a in FROM}
    assert {s.value for s in Status} == ALL
    assert {s.value for s in OPEN} == STILL


@pytest.mark.parametrize("resolution", ["", "  ", "\n"])
@pytest.mark.parametrize("action", [Action.CLOSE, Action.FIX, Action.DUPLICATE])
def test_nothing_ends_without_words_for_what_was_done(action: Action, resolution: str) -> None:
    with pytest.raises(Invalid) as caught:
        allowed(issue(), event(action, resolution=resolution), FLOOR, T)
    assert caught.value.field == "resolution"


@pytest.mark.parametrize(
    ("said", "field"),
    [
        (event(Action.ACKNOWLEDGE), "text"),
        (event(Action.COMMENT, text=" "), "text"),
        (event(Action.ASSIGN), "owner"),
        (event(Action.TRIAGE, severity=7), "severity"),
        (event(Action.TRIAGE, team="pacs"), "team"),
        (event(Action.COMMENT, SUE, text="x", severity=1), "severity"),
        (event(Action.VERIFY, SUE, owner="me"), "owner"),
        (event(Action.TRIAGE, duplicate_of="i2"), "duplicate_of"),
        (event(Action.TRIAGE, at=datetime(1970, 1, 1, tzinfo=UTC)), "at"),
        (event(Action.TRIAGE, at=datetime(2099, 1, 1, tzinfo=UTC)), "at"),
    ],
)
def test_what_is_missing_or_cannot_be_is_named_by_its_field(said: Event, field: str) -> None:
    with pytest.raises(Invalid) as caught:
        allowed(issue(Status.FIXED if said.action is Action.VERIFY else Status.NEW), said, FLOOR, T)
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("wrong", "field", "value"),
    [
        ({"area": "mars"}, "area", "'mars'"),
        ({"category": "aliens"}, "category", "'aliens'"),
        ({"severity": 0}, "severity", "0"),
        ({"severity": 5}, "severity", "5"),
        ({"occurred_at": datetime(1970, 1, 1, tzinfo=UTC)}, "occurred_at", "1970"),
        ({"observed_at": datetime(2099, 1, 1, tzinfo=UTC)}, "observed_at", "2099"),
    ],
)
def test_a_report_of_what_is_not_there_is_refused_by_field_and_value(wrong: Any, field: str, value: str) -> None:
    with pytest.raises(Invalid) as caught:
        reported(replace(REPORT, **wrong), ("ct",), FLOOR, T)
    assert caught.value.field == field
    assert value in caught.value.detail


def test_a_tablet_whose_clock_is_wrong_by_hours_reports_all_the_same() -> None:
    wrong = replace(REPORT, occurred_at=T + timedelta(hours=11), observed_at=T - timedelta(days=3))
    assert reported(wrong, ("ct",), FLOOR, T) == wrong


def test_only_its_reporter_or_who_has_the_duty_there_says_that_it_is_solved_and_the_name_is_kept() -> None:
    fixed = issue(Status.FIXED)
    with pytest.raises(Forbidden, match="Sue, who reported it"):
        allowed(fixed, event(Action.VERIFY, BEA), FLOOR, T)
    allowed(fixed, event(Action.VERIFY, BEA), FLOOR, T, on_duty=True)
    assert folded(fixed, event(Action.VERIFY, BEA)).verified_by == "Bea"


@pytest.mark.parametrize(
    ("at_min", "counts_min"),
    [(None, 90), (60, 60), (90, 90), (30, 30), (10, 30), (200, 90), (-60 * 24 * 30, 30)],  # fixed at 30, sent at 90
)
def test_a_word_that_a_tablet_held_counts_from_when_it_was_said_after_the_fix_and_not_ahead(
    at_min: float | None, counts_min: float
) -> None:
    def minutes(n: float) -> datetime:
        return T + timedelta(minutes=n)

    fixed = issue(Status.FIXED, fixed_at=minutes(30))
    assert said_at(fixed, None if at_min is None else minutes(at_min), minutes(90)) == minutes(counts_min)


def test_a_word_older_than_what_a_tablet_keeps_counts_from_now() -> None:
    fixed, now = issue(Status.FIXED, fixed_at=T), T + timedelta(days=8)
    assert said_at(fixed, T + timedelta(hours=23), now) == now
    assert said_at(fixed, T + timedelta(hours=25), now) == T + timedelta(hours=25)


def test_the_first_response_is_what_somebody_else_did_first() -> None:
    own = event(Action.COMMENT, SUE, 2, text="still")
    too, answered = event(Action.ME_TOO, BEA, 3), event(Action.COMMENT, ANN, 4, text="looking")
    assert fold(issue(), [own, too]).first_response_at is None
    assert fold(issue(), [own, too, answered]).first_response_at == answered.received_at
    beside = event(Action.COMMENT, BEA, 3, text="here as well")
    assert fold(issue(), [beside]).first_response_at is None
    assert fold(issue(owner="Bea"), [beside]).first_response_at == beside.received_at


def test_an_escalation_goes_up_to_the_vendor_and_takes_the_acknowledgement_away() -> None:
    seen = fold(issue(), [event(Action.ACKNOWLEDGE, n=2, text="on it"), event(Action.ESCALATE, n=3)])
    assert (seen.tier, seen.acknowledged_at) == (1, None)
    assert fold(issue(), [event(Action.ESCALATE, n=n) for n in range(2, 9)]).tier == 3


def test_a_merge_loses_nobody_and_counts_nobody_twice() -> None:
    first = fold(issue(), [event(Action.ME_TOO, BEA, 2, device="t1"), event(Action.ME_TOO, BEA, 3, device="t1")])
    second = replace(issue(uuid="i2", number=2), reporter=BEA, report=replace(REPORT, device="t1"))
    third = replace(issue(uuid="i3", number=3), reporter=ANN)
    second = fold(second, [event(Action.ME_TOO, ANN, 4, device="t9")])
    second = folded(second, event(Action.DUPLICATE, n=5, resolution="same", duplicate_of="i1"))
    third = folded(third, event(Action.DUPLICATE, n=6, resolution="same", duplicate_of="i2"))
    assert merged([first])["i1"] == (1, ())
    assert merged([first, second, third])["i1"] == (3, ("i2", "i3"))  # Bea, Ann's t9, Ann as reporter of the third
    assert merged([first, folded(second, event(Action.REOPEN, n=7))])["i1"] == (1, ())


def test_without_a_tablets_name_a_person_counts_once_however_often_they_say_me_too() -> None:
    too = [event(Action.ME_TOO, BEA, n) for n in (2, 3, 4)]
    assert merged([fold(issue(), too)])["i1"] == (1, ())
    assert len(fold(issue(), too).me_too) == 1
    assert merged([fold(issue(), [event(Action.ME_TOO, SUE, 2)])])["i1"] == (0, ())  # who reported it
    on_tablet = replace(issue(), report=replace(REPORT, device="t1"))
    assert merged([fold(on_tablet, [event(Action.ME_TOO, SUE, 2)])])["i1"] == (0, ())


def test_reports_without_a_tablets_name_may_be_of_two_callers_and_each_counts() -> None:
    twins = [
        folded(replace(issue(uuid=f"i{n}", number=n), reporter=ANN), event(Action.DUPLICATE, n=9, duplicate_of="i1"))
        for n in (2, 3)
    ]
    assert merged([issue(), *twins])["i1"] == (2, ("i2", "i3"))


@pytest.mark.parametrize(
    ("other", "error"),
    [(None, Invalid), (issue(), Invalid), (issue(Status.DUPLICATE, "i2", 2), Conflict)],
)
def test_an_issue_is_not_merged_with_nothing_itself_or_a_duplicate(other: Issue | None, error: Any) -> None:
    with pytest.raises(error):
        is_duplicate_of(issue(), other, "x")


acts = st.lists(st.tuples(st.sampled_from(list(Action)), st.sampled_from([SUE, BEA, ANN])), max_size=25)


@given(acts)
def test_what_was_allowed_folds_to_the_same_in_any_order_of_arrival_and_never_loses_anything(told: Any) -> None:
    now, done, seen = issue(), [], {"resolution": "", "me_too": 0}
    for n, (action, by) in enumerate(told, 2):
        said = replace(whole(action, by.role), by=by, uuid=f"e{n}", sequence=n)
        try:
            allowed(now, said, FLOOR, T)
        except GoLiveError:
            continue
        after = folded(now, said)
        assert after.status is status_after(now.status, action)
        assert len(after.me_too) >= seen["me_too"]
        assert bool(after.resolution) >= bool(seen["resolution"])
        assert (after.ended_at is None) or after.status not in OPEN
        assert (after.status is Status.CLOSED) <= bool(after.resolution)
        seen = {"resolution": after.resolution, "me_too": len(after.me_too)}
        now = after
        done.append(said)
    assert fold(issue(), reversed(done)) == now
    assert (now.uuid, now.number, now.report, now.reporter) == ("i1", 1, REPORT, SUE)
