"""The rollback strip in every state: worst first, what waits for whom, and whether there is a way back."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.measuring.standings import State as Series
from app.domain.plans import Plan
from app.domain.rollback.decisions import Choice
from app.domain.rollback.golive import GoLive, moment_of
from app.domain.rollback.stored_triggers import Trigger
from app.domain.rollback.triggers import State
from app.push.wall.decisions import rollback
from app.push.wall.head import Strip, strip
from app.push.wall.triggers import triggers
from tests.browser.scenes import NOON, T0, calm
from tests.browser.trigger_scenes import TRIGGERS, confirmed, decision, trigger
from tests.unit.walls import Scene, scene_of


def shown(name: str) -> Scene:
    held, said = TRIGGERS[name](NOON)
    return scene_of(calm(NOON), triggers=tuple(held), decisions=tuple(said))


def lines(scene: Scene) -> list[tuple[str, str, str]]:
    return [(line.state, line.name, line.said) for line in triggers(scene).lines]


def large(of: Strip) -> list[str]:
    return [of.word, *(" · ".join(filter(None, (r.text, r.where))) for r in of.reasons)]


def test_a_breach_stands_in_large_letters_and_the_rest_beside_it_worst_first() -> None:
    scene = shown("breached")
    assert large(strip(scene)) == ["Worklist unusable", "to be decided", "CT, MR · 33 of 88 attempts too slow"]
    assert [state for state, _, _ in lines(scene)] == ["blind", "pending"]
    assert triggers(scene).others == "4 watching"


def test_a_proposal_says_what_by_whom_and_how_long_it_can_be_confirmed() -> None:
    scene = shown("proposed")
    seen = strip(scene)
    assert large(seen) == ["Worklist unusable", "roll back proposed by Ann Desk", "CT · 33 of 88 attempts too slow"]
    assert seen.reasons[0].left is not None
    assert lines(scene)[0] == ("proposed", "Worklist unusable", "roll back proposed by Ann Desk")


def test_a_proposal_that_nobody_confirmed_in_time_is_a_breach_to_be_decided_again() -> None:
    late = replace(shown("proposed"), now=NOON + timedelta(minutes=28))
    assert large(strip(late))[1] == "to be decided"


def test_the_reason_that_somebody_wrote_is_on_no_wall() -> None:
    for name in TRIGGERS:
        assert "too slow to work" not in repr(strip(shown(name)))


def test_a_proposal_about_the_whole_stands_on_the_strip_without_any_breach() -> None:
    assert lines(shown("whole"))[0] == ("proposed", "Go-live: roll back proposed", "by Ann Desk")


def test_a_hold_stands_until_the_next_decision_about_the_whole() -> None:
    hold = confirmed(decision(NOON, Choice.HOLD, None, ago_min=20))
    go = confirmed(decision(NOON, Choice.GO, None, ago_min=5))
    assert [name for _, name, _ in lines(scene_of(calm(NOON), decisions=(hold,)))] == ["Go-live: hold"]
    assert lines(scene_of(calm(NOON), decisions=(hold, go))) == []


def test_what_was_decided_says_when_it_watches_again_and_who_decided_by_telephone() -> None:
    state, name, said = lines(shown("decided"))[0]
    assert (state, name) == ("decided", "PACS down")
    assert said == "continue, watches again 08:00 · by Dr. Ada Chief, by telephone"


def test_a_breach_undecided_at_the_decision_point_says_so_and_who_has_heard_it() -> None:
    assert large(strip(shown("undecided"))) == [
        "Worklist unusable",
        "undecided at the decision point",
        "CT · 33 of 88 attempts too slow · heard by Kim",
    ]


def test_areas_that_stand_alike_but_were_decided_apart_are_lines_of_their_own() -> None:
    ct, mr = (trigger(NOON, "Slow", State.BREACHED, area=a, beyond=33) for a in ("ct", "mr"))
    scene = scene_of(calm(NOON), triggers=(ct, mr), decisions=(decision(NOON, Choice.CONTINUE, ct),))
    assert large(strip(scene))[1:] == ["to be decided", "MR · 33 of 88 attempts too slow"]
    assert lines(scene) == [("proposed", "Slow", "continue proposed by Ann Desk")]


def test_a_breach_under_an_override_is_named() -> None:
    under = trigger(NOON, "Slow", State.OVERRIDDEN, until=NOON + timedelta(minutes=5), underneath=State.BREACHED)
    assert lines(scene_of(calm(NOON), triggers=(under,)))[0][2] == "overridden until 07:28, a breach lies under it"


@pytest.mark.parametrize(
    ("state", "said", "gone"),
    [
        (Series.OK, "possible, the old system answers", False),
        (Series.DOWN, "possible, the old system is down", True),
        (Series.STALE, "possible, way back unknown", False),
        (None, "possible, way back unknown", False),
    ],
)
def test_the_way_back_is_what_the_old_system_answers(state: Series | None, said: str, gone: bool) -> None:
    scene = scene_of(calm(NOON))
    plan, (standing, *_) = scene.plan, [s for s in scene.standings if s.series.measure == "query.response"]
    if state is not None:
        legacy: Plan = replace(plan, legacy=frozenset({standing.series.system or ""}))
        scene = replace(scene, plan=legacy, standings=(replace(standing, state=state),))
    seen = rollback(scene)
    assert (seen.said, seen.gone) == (said, gone)


def test_past_the_point_of_no_return_nothing_else_is_said() -> None:
    scene = scene_of(calm(NOON))
    late = T0 + timedelta(hours=13)
    moment = moment_of(scene.plan.go_live, GoLive(T0, T0), late, zone_now=late)
    seen = rollback(replace(scene, moment=moment))
    assert (seen.said, seen.gone) == ("no longer possible", True)


def test_every_trigger_is_counted_though_lines_join_areas() -> None:
    held: list[Trigger] = [trigger(NOON, "Slow", State.WATCHING, area=a) for a in ("ct", "mr", "us")]
    assert triggers(scene_of(calm(NOON), triggers=tuple(held))).every == "3 watching"
