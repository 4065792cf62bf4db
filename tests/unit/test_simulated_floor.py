"""The simulated floor as a function of its seed: what is logged, what becomes of it, and that the app would take it."""

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from app.domain.floor.floor_plans import FloorPlan
from app.domain.floor.issue_life import allowed, refusal_of_role
from app.domain.floor.issues import Action, Event, Issue, Report, Status, begun, folded
from app.domain.privacy.phi import found
from app.domain.rollback.decisions import Person
from app.plan import plan_of
from app.settings import Config, load
from collectors.simulator import floor
from collectors.simulator.exams import Hospital
from collectors.simulator.floor_acts import Act
from collectors.simulator.floor_config import floor_toml
from collectors.simulator.floor_people import AT_DESK, HOURS, SUPER_USERS, SUPPORTERS, TOOLBAR, shift_at
from collectors.simulator.life import hospital
from collectors.simulator.outbreaks import OUTBREAKS
from collectors.simulator.rollback import rollback_toml
from collectors.simulator.scenarios import SCENARIOS, Script
from collectors.simulator.site import ZONE, Ports, golive_toml

T0 = datetime(2026, 11, 23, 6, tzinfo=UTC)  # a Monday
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PORTS = Ports(1, 2, 3, 4, 5, 6)
PEOPLE = {*AT_DESK, *SUPER_USERS, TOOLBAR}


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Config:
    file = tmp_path_factory.mktemp("demo") / "golive.toml"
    listen = "127.0.0.1:8000"
    file.write_text(golive_toml(PORTS, t0=T0, listen=listen) + floor_toml(listen) + rollback_toml())
    return load(file, {})


@pytest.fixture(scope="module")
def plan(config: Config) -> FloorPlan:
    return plan_of(config, simulation=True).floor


def stays(seed: int = 7, script: Script | None = None) -> Hospital:
    return hospital(seed, t0=T0, script=script, zone=ZONE)


def logged(acts: list[Act]) -> list[Act]:
    return [a for a in acts if a.kind == "issues" and not a.event]


def said(act: Act) -> str:
    return str(act.body.get("action", ""))


@pytest.fixture(scope="module")
def first_day() -> list[Act]:
    return floor.acts(stays(), T0, T0 + DAY)


def test_the_same_seed_lives_the_same_floor_and_another_seed_another(first_day: list[Act]) -> None:
    assert floor.acts(stays(), T0, T0 + DAY) == first_day
    assert floor.acts(stays(8), T0, T0 + DAY) != first_day
    elsewhere = hospital(7, t0=T0.astimezone(stays().zone), zone=ZONE)  # the same moment, written otherwise
    assert floor.acts(elsewhere, T0, T0 + DAY) == first_day


def test_time_may_be_cut_anyhow(first_day: list[Act]) -> None:
    cuts = [T0 + timedelta(minutes=m) for m in (0, 1, 47, 240, 241, 700, 1439, 1440)]
    parts = [act for a, b in pairwise(cuts) for act in floor.acts(stays(), a, b)]
    assert parts == first_day


def test_each_thing_and_each_act_on_it_has_an_id_of_its_own(first_day: list[Act]) -> None:
    made = [a.uuid for a in first_day if not a.event]
    done = [a.event for a in first_day if a.event]
    assert len({*made, *done}) == len(made) + len(done)
    assert {a.uuid for a in first_day if a.event} <= set(made)


def test_everybody_is_simulated_and_known(first_day: list[Act], config: Config) -> None:
    assert {a.who for a in first_day} <= PEOPLE
    assert all(name.endswith("(simulated)") for name in (*PEOPLE, *SUPPORTERS))
    assert config.settings.support is not None
    assert list(SUPPORTERS) == config.settings.support.supporters


@pytest.mark.parametrize("seed", range(4))
def test_many_issues_come_on_the_first_day_and_few_in_the_second_week(seed: int) -> None:
    per_day = [len(logged(floor.acts(stays(seed), T0 + d * DAY, T0 + (d + 1) * DAY))) for d in (0, 1, 9, 13)]
    assert 120 <= per_day[0] <= 260  # a whole EHR brought 243 a day
    assert per_day[0] > per_day[1] > per_day[2] / 1.2
    assert 5 <= per_day[3] <= 45


def test_issues_of_a_day_look_like_a_go_live(first_day: list[Act], config: Config) -> None:
    issues, acts = logged(first_day), [a for a in first_day if a.kind == "issues" and a.event]
    severity = Counter(a.body["severity"] for a in issues)
    assert severity[1] <= 0.03 * len(issues)
    assert 0.04 <= severity[2] / len(issues) <= 0.25
    assert severity[3] > severity[4] > severity[2]
    assert {a.body["area"] for a in issues} == {area.id for area in config.settings.areas}
    assert len({a.body["category"] for a in issues}) >= 9
    rooms = {area.id: set(area.rooms) for area in config.settings.areas}
    assert all(a.body["room"] in rooms[a.body["area"]] for a in issues)
    counts = Counter(map(said, acts))
    assert counts["known"] >= 5
    assert counts["me_too"] >= 5
    assert 0.6 <= counts["verify"] / counts["fix"] <= 0.95
    assert 0.03 <= counts["reopen"] / counts["fix"] <= 0.2
    assert counts["training"] > counts["not_an_issue"] > 0
    assert sum(bool(a.body["text"]) for a in issues) > 0.6 * len(issues)


def test_support_is_asked_for_as_often_as_was_published_once_the_first_days_are_over() -> None:
    clicks = [a for a in floor.acts(stays(), T0 + 2 * DAY, T0 + 12 * DAY) if a.kind == "supports" and not a.event]
    assert 24 <= len(clicks) / 10 <= 38


def test_no_supporter_helps_two_at_once_and_no_place_asks_twice(first_day: list[Act]) -> None:
    by_uuid: dict[str, list[Act]] = defaultdict(list)
    for act in first_day:
        if act.kind == "supports":
            by_uuid[act.uuid].append(act)
    whole = [acts for acts in by_uuid.values() if len(acts) == 3]
    for n, name in ((1, "supporter"), (0, "workstation")):
        spans: dict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
        for acts in whole:
            spans[acts[n].body[name]].append((acts[1].at, acts[2].at))
        assert all(a[1] <= b[0] for held in spans.values() for a, b in pairwise(sorted(held)))
    waited = sorted((acts[1].at - acts[0].at).total_seconds() for acts in whole)
    assert 90 <= waited[len(waited) // 2] <= 480


def test_each_shift_takes_over_with_a_note_and_is_on_duty_where_it_is_needed(first_day: list[Act]) -> None:
    notes = [a for a in first_day if a.kind == "handovers"]
    assert len(notes) == len(HOURS)
    assert all(a.body[part] for a in notes for part in ("conditions", "actions", "needs"))
    zone = stays().zone
    for act in notes:
        shift = shift_at(act.at, zone)
        assert (act.who, act.body["to"]) == (shift.former_lead, shift.lead)
    duties = [a for a in first_day if a.kind == "duties"]
    for who, areas in shift_at(T0 + 10 * HOUR, zone).super_users:
        theirs = [a for a in duties if a.who == who]
        assert [a.body["area"] for a in theirs] == list(areas)
        assert [a.body["also"] for a in theirs] == [n > 0 for n in range(len(areas))]
    for hour in range(24):
        shift = shift_at(T0 + hour * HOUR, zone)
        assert shift.from_at - timedelta(minutes=9) < T0 + hour * HOUR < shift.until_at
        assert all(shift.super_user(area) for area in ("ct", "reading", "ed-reading"))


def test_everything_that_is_said_is_what_the_app_takes(first_day: list[Act], plan: FloorPlan) -> None:
    script = Script()
    for n, name in enumerate(OUTBREAKS):
        script = script.then(T0 + (2 * n + 1) * HOUR, name).then(T0 + (2 * n + 2) * HOUR, "calm")
    troubled = floor.acts(stays(script=script), T0, T0 + DAY)
    assert {a.body["category"] for a in logged(troubled)} <= set(plan.categories)
    for acts in (first_day, troubled):
        for act in acts:
            texts = [v for v in act.body.values() if isinstance(v, str)]
            assert not [t for t in texts if found(t, plan.patterns, T0.year)], act
        folded_all(acts, plan)


def folded_all(acts: list[Act], plan: FloorPlan) -> list[Issue]:
    """Give what the app's own rules make of the issues; what they do not allow is raised."""
    issues: dict[str, Issue] = {}
    for n, act in enumerate(a for a in acts if a.kind == "issues"):
        by = Person(act.who, "desk" if act.who in AT_DESK else "floor", act.who)
        if not act.event:
            told: dict[str, Any] = {
                k: datetime.fromisoformat(v) if k.endswith("_at") else v for k, v in act.body.items()
            }
            issues[act.uuid] = begun(act.uuid, n, n, Report(**told), by, act.at)
            continue
        issue = issues[act.uuid]
        event = Event(
            act.event, Action(said(act)), by, act.at, n, **{k: v for k, v in act.body.items() if k != "action"}
        )
        assert not refusal_of_role(event.action, by.role)
        allowed(issue, event, plan, act.at)
        issues[act.uuid] = folded(issue, event)
    return list(issues.values())


def test_after_some_hours_issues_stand_at_every_stage(first_day: list[Act], plan: FloorPlan) -> None:
    at = T0 + 5 * HOUR
    stages = Counter(issue.status for issue in folded_all([a for a in first_day if a.at < at], plan))
    wanted = (
        Status.NEW,
        Status.TRIAGED,
        Status.IN_PROGRESS,
        Status.FIXED,
        Status.VERIFIED,
        Status.KNOWN,
        Status.TRAINING,
    )
    assert all(stages[stage] for stage in wanted), stages


def test_a_slow_worklist_is_reported_where_it_hits_known_soon_and_over_with_it() -> None:
    began, over = T0 + 2 * HOUR, T0 + 3 * HOUR
    calm, slow = stays(), stays(script=Script().then(began, "slow-worklist").then(over, "calm"))
    assert floor.acts(slow, T0, began) == floor.acts(calm, T0, began)
    known = {a.uuid for a in logged(floor.acts(calm, T0, T0 + DAY))}
    acts = floor.acts(slow, began, over + HOUR)
    new = [a for a in logged(acts) if a.uuid not in known]
    assert {a.body["area"] for a in new} == {"ct", "mr", "xr", "us"}
    assert {a.body["category"] for a in new} == {"worklist"}
    assert min(a.at for a in new) < began + timedelta(minutes=8)
    mine = [a for a in acts if a.uuid in {n.uuid for n in new}]
    assert sum(said(a) == "known" and bool(a.body["workaround"]) for a in mine) == len(new)
    assert sum(said(a) == "me_too" for a in mine) >= len(new)
    fixed = [a.at for a in mine if said(a) == "fix"]
    assert len(fixed) == len(new)
    assert min(fixed) > over
    assert [a for a in acts if a.kind == "announcements" and said(a) == "withdraw"]


def test_the_floor_answers_as_it_goes_there() -> None:
    at = T0 + 2 * HOUR
    for name, area, says in (("frozen-pacs", "ed-reading", "stopped"), ("slow-worklist", "ct", "slow")):
        there = stays(script=Script().then(at, name))
        answers = [floor.answer(there, f"question {n}", area, at) for n in range(20)]
        given = [a for a in answers if a is not None]
        assert len(given) >= 15
        assert {a.body["answer"] for a in given} == {says}
        assert all(at < a.at < at + timedelta(minutes=30) for a in given)
    calm = [floor.answer(stays(), f"question {n}", "ct", at) for n in range(40)]
    assert Counter(a.body["answer"] for a in calm if a).most_common(1)[0][0] == "working"


def test_every_scenario_that_hurts_is_heard_from_the_floor() -> None:
    assert set(SCENARIOS) - set(OUTBREAKS) == {"calm", "learning-curve"}


@pytest.mark.parametrize("hour", range(24))
def test_whoever_comes_an_hour_after_go_live_finds_issues_and_a_lead(hour: int) -> None:
    t0 = T0 + hour * HOUR
    now = t0 + HOUR
    things = floor.unfinished(hospital(7, t0=t0, zone=ZONE), now)
    kinds = Counter(acts[0].kind for acts in things)
    assert 7 <= kinds["issues"] <= 30
    assert (kinds["leads"], kinds["handovers"], kinds["announcements"] >= 1) == (1, 1, True)
    assert all(act.at < now for acts in things for act in acts)


def test_mostly_somebody_waits_for_support_then_or_is_helped() -> None:
    there = [
        sum(acts[0].kind == "supports" for acts in floor.unfinished(hospital(7, t0=t0, zone=ZONE), t0 + HOUR))
        for t0 in (T0 + n * HOUR for n in range(24))
    ]
    assert sum(n > 0 for n in there) >= 20
    assert sum(there) >= 48


@pytest.mark.parametrize("hours", [1, 3, 6, 12, 30])
def test_who_comes_later_goes_on_with_things_that_were_begun(hours: int) -> None:
    now = T0 + hours * HOUR
    things = floor.unfinished(stays(), now)
    assert sum(acts[0].kind == "issues" for acts in things) <= 60
    begun = {acts[0].uuid for acts in things}
    for act in floor.acts(stays(), now, now + DAY):
        assert not act.event or act.uuid in begun, act
        begun.add(act.uuid)


def test_a_go_live_of_long_ago_begins_with_what_is_open_alone() -> None:
    things = floor.unfinished(stays(), T0 + 20 * DAY)
    assert 3 <= sum(acts[0].kind == "issues" for acts in things) <= 40
