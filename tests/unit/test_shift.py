"""Duties, coverage, huddles and questions as plain rules."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.floor.announcements import Announcement
from app.domain.floor.coverage import coverage
from app.domain.floor.duties import COMMAND_CENTER, Action, Duty, acted, begun, has_duty, leading
from app.domain.floor.handovers import Asked, Handover, written
from app.domain.floor.huddles import last_huddle, next_huddle
from app.domain.floor.questions import Answer, Question, Said, latest, tapped_at, turn, unanswered
from app.domain.floor.shift import Shift
from app.domain.plans import Hours
from app.domain.rollback.decisions import Person
from app.domain.rollback.golive import GoLive
from app.errors import Conflict, Forbidden, Invalid
from app.push.beside import Beside
from app.push.desk.huddle_sheet import huddle_sheet
from app.push.follow import Seen
from app.push.views import SHIFT, fragments_of
from app.web import announcements, duties, questions
from tests.unit.test_push_law import PLAN, House

BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)  # a Friday, 13:00 in Berlin
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
SUE, TOM = Person("Sue", "floor", "t1"), Person("Tom", "floor", "t2")
ANN, NOBODY = Person("Ann", "desk", "t3"), Person("Ed", "engineer", "t4")
WEEK = Hours(tuple((day, time(7), time(18)) for day in range(5)), BERLIN)


def duty(area: str = "ct", by: Person = SUE, from_h: float = -1, until_h: float = 2, **more: str) -> Duty:
    return Duty(f"{area}{by.token}{from_h}", area, by, NOON + from_h * HOUR, NOON + until_h * HOUR, **more)


def clocks(gaps: tuple[tuple[datetime, datetime], ...]) -> list[str]:
    return [f"{a.astimezone(BERLIN):%a %H:%M}-{b.astimezone(BERLIN):%H:%M}" for a, b in gaps]


@pytest.mark.parametrize(
    ("duties", "peaks", "ahead", "gaps", "missing"),
    [
        ([], {"ct": WEEK}, 12, ["Fri 13:00-18:00"], True),
        ([duty()], {"ct": WEEK}, 12, ["Fri 15:00-18:00"], False),
        ([duty(), duty(by=TOM, from_h=1, until_h=8)], {"ct": WEEK}, 12, [], False),
        ([duty(until_h=1), duty(by=TOM, from_h=2, until_h=3)], {"ct": WEEK}, 12, ["Fri 14:00-15:00", "Fri 16:00-18:00"],
         False),
        ([duty("mr")], {"ct": WEEK}, 12, ["Fri 13:00-18:00"], True),
        ([duty(until_h=12)], {"ct": WEEK}, 72, ["Mon 07:00-13:00"], False),
        ([duty()], {}, 4, ["Fri 15:00-17:00"], False),
    ],
)  # fmt: skip
def test_gaps_are_the_peak_hours_without_anybody(
    duties: list[Duty], peaks: dict[str, Hours], ahead: int, gaps: list[str], missing: bool
) -> None:
    (cover,) = coverage(["ct"], duties, peaks, NOON, ahead * HOUR)
    assert (clocks(cover.gaps), cover.missing) == (gaps, missing)


def test_hours_over_midnight_are_one_gap() -> None:
    night = Hours(((4, time(22), time.max), (5, time.min, time(6))), BERLIN)
    (cover,) = coverage(["ed"], [], {"ed": night}, NOON, 24 * HOUR)
    assert (clocks(cover.gaps), cover.missing) == (["Fri 22:00-06:00"], False)


def test_a_duty_that_was_ended_early_leaves_a_gap() -> None:
    ended = acted(duty(until_h=8), Action.END, None, ANN, NOON)
    (cover,) = coverage(["ct"], [ended], {"ct": WEEK}, NOON + MINUTE, HOUR)
    assert cover.missing


@pytest.mark.parametrize(
    ("by", "action", "until_h", "wrong"),
    [
        (SUE, Action.END, None, None),
        (ANN, Action.END, None, None),
        (TOM, Action.END, None, Forbidden),
        (NOBODY, Action.EXTEND, 3, Forbidden),
        (SUE, Action.EXTEND, 3, None),
        (SUE, Action.EXTEND, None, Invalid),
        (SUE, Action.EXTEND, -1, Invalid),
        (SUE, Action.EXTEND, 25, Invalid),
    ],
)
def test_a_duty_is_changed_by_who_has_it_and_by_the_desk(
    by: Person, action: Action, until_h: float | None, wrong: type[Exception] | None
) -> None:
    until = NOON + until_h * HOUR if until_h is not None else None
    if wrong is None:
        assert acted(duty(), action, until, by, NOON).over_at == (NOON if action is Action.END else until)
    else:
        with pytest.raises(wrong):
            acted(duty(), action, until, by, NOON)
    with pytest.raises(Conflict, match="over since"):
        acted(duty(until_h=-0.5), action, NOON + HOUR, ANN, NOON)


def test_who_leads_is_who_took_it_last_and_nobody_once_it_is_over() -> None:
    held = [duty(COMMAND_CENTER, SUE, -3, 2), duty(COMMAND_CENTER, TOM, -1, 1), duty("ct", ANN)]
    assert leading(held, NOON) == held[1]
    assert leading(held, NOON + 1.5 * HOUR) == held[0]
    assert leading(held, NOON + 2 * HOUR) is None
    with pytest.raises(Invalid, match="until_at"):
        begun(duty(COMMAND_CENTER, until_h=-0.1), ["ct"], NOON)


def test_a_duty_counts_for_its_token_and_tablet_while_it_lasts() -> None:
    held = [duty(device="one"), duty("mr", TOM)]
    assert has_duty(held, "ct", SUE, "", NOON)
    assert has_duty(held, "ct", SUE, "one", NOON)
    assert not has_duty(held, "ct", SUE, "two", NOON)
    assert not has_duty(held, "mr", SUE, "", NOON)
    assert not has_duty(held, "ct", SUE, "", NOON + 2 * HOUR)
    assert not has_duty([duty(by=Person("Sue", "", ""))], "ct", Person("x", "floor", ""), "", NOON)


def test_a_hand_over_needs_every_part_of_its_note_and_somebody_else() -> None:
    whole = {"conditions": "calm", "actions": "none", "needs": "none", "takes_over": "Tom", "until_at": NOON}
    assert written(Asked(**whole), SUE) == "Sue"
    for field, said in (
        ("conditions", ""),
        ("actions", " "),
        ("needs", "\n"),
        ("takes_over", ""),
        ("takes_over", "sue"),
    ):
        with pytest.raises(Invalid):
            written(Asked(**whole | {field: said}), SUE)


def test_huddles_follow_the_sites_clock_over_midnight_and_the_change_of_the_hour() -> None:
    huddles = (time(7, 30), time(13), time(19))
    assert next_huddle(huddles, BERLIN, NOON) == datetime(2026, 11, 20, 18, tzinfo=UTC)  # 13:00 is now, and the last
    assert last_huddle(huddles, BERLIN, NOON) == NOON
    assert next_huddle(huddles, BERLIN, NOON + 7 * HOUR) == datetime(2026, 11, 21, 6, 30, tzinfo=UTC)
    assert last_huddle(huddles, BERLIN, datetime(2026, 11, 20, 3, tzinfo=UTC)) == datetime(2026, 11, 19, 18, tzinfo=UTC)
    assert next_huddle((), BERLIN, NOON) is None
    night = datetime(2027, 3, 27, 23, 30, tzinfo=UTC)  # 02:30 does not exist in this night
    assert next_huddle((time(2, 30),), BERLIN, night) == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)


@given(st.integers(0, 60 * 24 * 400), st.lists(st.times(), min_size=1, max_size=5))
def test_the_next_huddle_is_always_ahead_and_the_last_behind_within_a_day_or_so(
    minutes: int, huddles: list[time]
) -> None:
    now = NOON + minutes * MINUTE
    after, before = next_huddle(huddles, BERLIN, now), last_huddle(huddles, BERLIN, now)
    assert before is not None
    assert after is not None
    assert now - 26 * HOUR <= before <= now < after <= now + 26 * HOUR


def question(uuid: str = "q", ago_min: float = 1, about: str = "", areas: tuple[str, ...] = ("ct", "mr")) -> Question:
    return Question(uuid, areas, ANN, NOON - ago_min * MINUTE, about)


def said(answer: Answer, ago_min: float = 1, area: str = "ct", of: str = "q") -> Said:
    at = NOON - ago_min * MINUTE
    return Said(f"{of}{ago_min}", of, area, answer, SUE, at, at)


def test_what_the_floor_says_is_the_newest_tap_of_each_area_and_no_old_one() -> None:
    taps = [said(Answer.WORKING, 3), said(Answer.STOPPED, 1), said(Answer.SLOW, 13 * 60, "mr")]
    assert {a: s.answer for a, s in latest(taps, NOON).items()} == {"ct": Answer.STOPPED}


def test_tablets_show_the_newest_question_of_a_kind_until_it_is_answered_or_old() -> None:
    asked = [question("old", 40), question("q", 5), question("r", 1), question("s", 2, "Worklist")]
    assert [q.uuid for q in unanswered(asked, [], "ct", NOON)] == ["r", "s"]
    assert [q.uuid for q in unanswered(asked, [said(Answer.SLOW, of="r")], "ct", NOON)] == ["s"]
    assert [q.uuid for q in unanswered(asked, [said(Answer.SLOW, of="r")], "mr", NOON)] == ["r", "s"]
    assert unanswered(asked, [], "ed", NOON) == []


@pytest.mark.parametrize(
    ("ago_min", "offset_s", "minutes"), [(None, None, 0), (4, 0, 4), (400, 0, 10), (-90, 0, 0), (-56, 3600, 4)]
)
def test_a_tap_is_never_earlier_than_its_question_nor_later_than_its_coming(
    ago_min: float | None, offset_s: float | None, minutes: float
) -> None:
    at = NOON - ago_min * MINUTE if ago_min is not None else None
    assert tapped_at(question(ago_min=10), at, offset_s, NOON) == NOON - minutes * MINUTE


def test_the_turn_of_the_clock_lies_on_the_sites_hour_and_a_late_one_is_left_out() -> None:
    kolkata = ZoneInfo("Asia/Kolkata")  # 17:30 there
    assert turn(NOON, 3600, kolkata) is None
    assert turn(NOON + 31 * MINUTE, 3600, kolkata) == NOON + 30 * MINUTE
    assert turn(NOON + 5 * MINUTE, 3600, BERLIN) == NOON
    assert turn(NOON + 6 * MINUTE, 3600, BERLIN) is None
    assert turn(NOON + 36 * MINUTE, 1800, BERLIN) is None


def test_an_announcement_is_live_until_it_ends_or_is_withdrawn() -> None:
    one = Announcement("a", "x", (), ANN, NOON, NOON + HOUR)
    assert [one.is_live(NOON + n * MINUTE) for n in (-1, 0, 59, 60)] == [False, True, True, False]
    assert one.is_for("anywhere")


def test_what_tablets_are_told_of_the_shift_holds_no_moment_of_now() -> None:
    made = replace(PLAN, areas={"ct": "CT", "mr": "MR"}, peaks={"ct": WEEK, "mr": WEEK})
    asked = Question("q", ("ct", "mr"), ANN, NOON)
    shift = Shift(
        (duty(by=SUE), duty(COMMAND_CENTER, TOM)), (Announcement("a", "x", (), ANN, NOON, NOON + HOUR),), (asked,),
        (Said("s", "q", "ct", Answer.SLOW, SUE, NOON, NOON),),
    )  # fmt: skip
    told = [
        (
            duties.section(made, shift, SUE, now),
            announcements.section(shift, now),
            questions.section(made, shift, now),
        )
        for now in (NOON + MINUTE, NOON + 2 * MINUTE)
    ]
    assert told[0] == told[1]
    of_duty, announced, waiting = told[0]
    assert [(d["area"], d["who"], d["mine"]) for d in of_duty["there"]] == [("ct", "Sue", True)]
    assert (of_duty["lead"]["who"], of_duty["missing"]) == ("Tom", ["mr"])
    assert [a["text"] for a in announced] == ["x"]
    assert [(q["uuid"], q["areas"]) for q in waiting] == [("q", ["mr"])]
    later = NOON + 2 * HOUR
    assert duties.section(made, shift, SUE, later)["missing"] == ["ct", "mr"]
    assert (announcements.section(shift, later), questions.section(made, shift, later)) == ([], [])


def test_the_page_of_the_shift_is_new_when_something_happened_and_not_each_second() -> None:
    house = House()
    held = Shift(
        (duty(by=SUE), duty("mr", TOM, until_h=12), duty(COMMAND_CENTER, TOM)),
        (Announcement("a", "x", ("ct",), ANN, NOON),),
        (question(areas=("ct", "mr")),),
        (said(Answer.STOPPED),),
    )

    def shown(minutes: float, shift: Shift) -> dict[str, str]:
        house.clock.at = NOON + minutes * MINUTE
        house.follow._seen = Seen((), GoLive(NOON - HOUR, NOON - HOUR), shift=shift)
        return {f.dom_id: f.html for f in fragments_of(SHIFT, house.follow.scene(), Beside())}

    def changed(one: dict[str, str], other: dict[str, str]) -> set[str]:
        return {name for name in one if one[name] != other[name]}

    first = shown(1, held)
    assert {"duty", "coverage", "floor-says", "announced", "handed"} <= set(first)
    assert changed(first, shown(2, held)) <= {"tick", "alarms", "head", "acts"}
    assert "coverage" in changed(first, shown(121, held))  # the duty in CT is over by itself
    assert "floor-says" in changed(first, shown(1, replace(held, said=(said(Answer.WORKING),))))
    assert "&lt;b&gt;" in shown(1, replace(held, announcements=(Announcement("b", "<b>", (), ANN, NOON),)))["announced"]


def test_the_desk_sees_the_last_hand_over_of_each_area_and_the_sheet_that_of_the_center() -> None:
    def made(n: int, area: str, needs: str) -> Handover:
        asked = Asked("calm", "nothing", needs, "Kim", NOON + HOUR, area=area)
        return Handover(f"h{n}", NOON - n * MINUTE, SUE, asked, "Sue", "Kim")

    house = House()
    house.clock.at = NOON
    known = (made(1, "ct", "watch the list"), made(9, "", "call the vendor"))
    house.follow._seen = Seen((), GoLive(NOON - HOUR, NOON - HOUR), shift=Shift(handovers=known))
    told = {f.dom_id: f.html for f in fragments_of(SHIFT, house.follow.scene(), Beside())}["handed"]
    assert "Sue to Kim, 12:59 · " in told
    assert told.index("watch the list") < told.index("call the vendor")
    sheet = huddle_sheet(house.follow.scene(), NOON - HOUR, None, (), (), known, ())
    assert "call the vendor" in str(sheet.note)


def test_while_golive_cannot_be_read_nobody_is_said_to_be_there_or_missing() -> None:
    house = House()
    house.clock.at = NOON
    held = Shift((duty(by=SUE), duty(COMMAND_CENTER, TOM)), said=(said(Answer.WORKING),))
    house.follow._seen = Seen((), GoLive(NOON - HOUR, NOON - HOUR), shift=held)
    house.trouble = "disk full"
    told = {f.dom_id: f.html for f in fragments_of(SHIFT, house.follow.scene(), Beside())}
    assert "not known" in told["duty"]
    assert "Tom" not in told["duty"]
    assert told["coverage"].count("◌") == len(PLAN.areas)
    assert "Sue" not in told["coverage"]
    assert "golive cannot be read now" in told["floor-says"]
