"""The desk's pages without a browser: what stands first, in which words, and what of it is evidence."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from app.commands.trigger_acts import Doing
from app.domain.journal import Entry
from app.domain.plans import Counts
from app.domain.rollback.decisions import Asked, Choice, Decision, Stage
from app.domain.rollback.golive import Act
from app.domain.rollback.stored_triggers import Trigger
from app.domain.rollback.triggers import Cause, Kind, Sight, State, Transition
from app.domain.rollback.way_back import Amount
from app.push import words
from app.push.beside import Beside
from app.push.desk import words as desk_words
from app.push.desk.alarms import alarms
from app.push.desk.beside import amount_told, cost_words
from app.push.desk.evidence import facts, frozen, seen_now
from app.push.desk.golive import go_live_page
from app.push.desk.record import breach_of, record
from app.push.desk.share_drawing import Mark, _apart, drawing, value_gauge
from app.push.desk.stood import stood_then
from app.push.desk.trigger import trigger_page
from app.push.desk.triggers import trigger_list
from app.push.follow import Follow, Seen
from app.push.fragments import Fragment
from app.push.hub import Hub, Outbox
from app.push.scene import Scene
from app.push.views import DESK_TRIGGERS, GO_LIVE, ONE_TRIGGER, for_readers, fragments_of, is_view
from tests.browser.desk_scenes import ANN, AUTHORITIES, DESKS, PROPOSAL, RULES, SHOWN, acts, proposal
from tests.browser.scenes import NOON, SCENES
from tests.browser.trigger_scenes import trigger
from tests.unit.test_fragments import Outline
from tests.unit.test_push_law import MESSAGE, Clock
from tests.unit.walls import scene_of

MINUTE = timedelta(minutes=1)
VIEWS = (DESK_TRIGGERS, GO_LIVE, ONE_TRIGGER + SHOWN)


def desk(name: str, **changed: object) -> tuple[Scene, Beside]:
    seen = DESKS[name](NOON)
    scene = scene_of(SCENES["calm"](NOON), triggers=seen.triggers, decisions=seen.decisions, **changed)
    return replace(scene, plan=replace(scene.plan, rules=RULES, authorities=AUTHORITIES)), seen.beside


def of(*triggers: Trigger, decisions: Sequence[Decision] = ()) -> Scene:
    return replace(desk("watching")[0], triggers=triggers, decisions=tuple(decisions))


@pytest.mark.parametrize("name", sorted(DESKS))
@pytest.mark.parametrize("view", VIEWS)
def test_each_fragment_is_one_closed_element_with_its_id_and_no_inline_style(name: str, view: str) -> None:
    for fragment in fragments_of(view, *desk(name)):
        outline = Outline()
        outline.feed(fragment.html)
        assert (outline.open, outline.roots, outline.ids[0], outline.inline) == ([], 1, fragment.dom_id, [])


@pytest.mark.parametrize("view", VIEWS)
def test_what_a_person_wrote_cannot_become_markup(view: str) -> None:
    scene, beside = desk("proposed")
    asked = replace(
        scene.decisions[0].asked, reason="<script>alert(1)</script>", trigger=None if view == GO_LIVE else SHOWN
    )
    told = replace(scene.decisions[0], asked=asked)
    html = "".join(f.html for f in fragments_of(view, replace(scene, decisions=(told,)), replace(beside, decisions=())))
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_a_trigger_that_is_gone_is_said_to_be_gone() -> None:
    scene, beside = desk("watching")
    html = "".join(f.html for f in fragments_of(ONE_TRIGGER + "worklist-unusable:gone", scene, beside))
    assert "There is no such trigger any more" in html


def test_views_of_the_desk_are_for_readers_and_the_wall_is_not() -> None:
    assert [for_readers(v) for v in ("wall", *VIEWS)] == [False, True, True, True]
    assert not any(is_view(v) for v in ("", "desk", "desk-trigger/", "trends"))


def test_the_worst_stands_first_and_groups_stay_together() -> None:
    scene = of(
        trigger(NOON, "Quiet", State.WATCHING),
        trigger(NOON, "Worklist", State.WATCHING, area="mr"),
        trigger(NOON, "Slow", State.PENDING, beyond=30, pending_s=40.0),
        trigger(NOON, "Unseen", State.WATCHING, sight=Sight.BLIND, unseen_since=NOON - 9 * MINUTE),
        trigger(NOON, "Worklist", State.BREACHED, area="ct", beyond=33),
    )
    shown = trigger_list(scene)
    assert [g.title for g in shown.groups] == ["Worklist", "Unseen", "Slow", "Quiet"]
    assert [r.where for r in shown.groups[0].rows] == ["CT", "MR"]
    assert shown.counted == "1 breached · 1 blind · 1 pending · 2 watching"
    assert shown.groups[2].rows[0].word == "pending 40 s of 2 min"


def test_what_is_proposed_stands_beside_the_breach_and_its_age() -> None:
    row = trigger_list(desk("proposed")[0]).groups[0].rows[0]
    assert (row.state, row.word) == ("proposed", "breached")
    assert row.decision == "Continue proposed by Ann Desk, waits for a second person"
    assert trigger_list(desk("pending")[0]).groups[0].rows[0].since is None  # the pending clock is its age


def test_a_rule_that_has_changed_is_named_a_former_one() -> None:
    scene = of(trigger(NOON, "Worklist unusable", State.BREACHED), trigger(NOON, "Images not loading", State.WATCHING))
    rules = (replace(RULES[0], version="v2"), RULES[1])
    shown = trigger_list(replace(scene, plan=replace(scene.plan, rules=rules)))
    assert [(g.title, g.former) for g in shown.groups] == [("Worklist unusable", True), ("Images not loading", False)]


def test_a_proposal_waits_on_the_list_with_the_way_to_its_form() -> None:
    whole = replace(proposal(NOON), asked=Asked("w", None, Choice.HOLD, "wait"), expires_at=NOON + MINUTE)
    over = replace(proposal(NOON), expires_at=NOON)
    scene = replace(desk("breached")[0], decisions=(proposal(NOON), whole, over))
    told = trigger_list(scene).waiting
    assert [(w.kind, w.about, w.href) for w in told] == [
        ("Hold", "the go-live as a whole", "/desk/go-live#decide"),
        ("Continue", "Worklist unusable · CT", f"/desk/triggers/{SHOWN}#decide"),
    ]


def test_an_alarm_rings_until_it_is_acknowledged_breaches_first() -> None:
    unseen = trigger(
        NOON, "Unseen", State.WATCHING, sight=Sight.BLIND, unseen_since=NOON - 9 * MINUTE, told_unseen=True
    )
    slow = trigger(NOON, "Slow", State.BREACHED, beyond=33)
    assert [(a.kind, a.name) for a in alarms(of(unseen, slow))] == [("breach", "Slow"), ("unseen", "Unseen")]
    heard = replace(slow, latch=replace(slow.latch, acknowledged_by="Ann", acknowledged_at=NOON))
    assert [a.kind for a in alarms(of(unseen, heard))] == ["unseen"]


@pytest.mark.parametrize("name", sorted(DESKS))
def test_each_state_has_words_and_what_to_do(name: str) -> None:
    scene, beside = desk(name)
    page = trigger_page(scene, scene.triggers[0], beside)
    assert page.means
    assert page.to_do
    assert page.stands == (name in ("breached", "proposed", "replaced", "recovering"))


def test_no_state_cause_or_choice_is_without_its_words() -> None:
    assert desk_words.MEANS.keys() == desk_words.TO_DO.keys() == words.TRIGGER_STATES.keys()
    assert desk_words.CAUSES.keys() == {cause.value for cause in Cause}
    assert desk_words.CHOICES.keys() == {choice.value for choice in Choice}
    assert desk_words.SHORTLY.keys() == {stage.value for stage in Stage}
    assert desk_words.ACTS.keys() == {act.value for act in Act}
    assert {action.value for action in Doing} == {value for value, _, _ in desk_words.BY_HAND} | {"acknowledge"}


def test_what_explains_a_breach_is_named_beside_its_reason() -> None:
    network = trigger(NOON, "Network down", State.BREACHED, beyond=40, n=88)
    slow = replace(trigger(NOON, "Slow", State.BREACHED, beyond=33), depends_on="network-down")
    rows = [g.rows[0] for g in trigger_list(of(slow, network)).groups]
    assert {r.id: r.reason.partition(" · ")[2] for r in rows} == {
        "slow": f"{words.EXPLAINED_BY} Network down",
        "network-down": "",
    }


def test_a_trigger_under_planned_work_says_so() -> None:
    held = trigger(NOON, "PACS down", State.WATCHING, sight=Sight.BLIND, unseen_since=NOON - MINUTE)
    held = replace(held, share=replace(held.share, planned="New PACS"))
    page = trigger_page(of(held), held, Beside())
    assert (page.row.state, page.row.shape) == ("planned", "‖")
    assert "planned work" in page.means


def test_an_acknowledged_breach_names_who_heard_it_and_no_longer_asks_for_that() -> None:
    scene, beside = desk("breached")
    assert trigger_page(scene, scene.triggers[0], beside).to_do.startswith("Acknowledge")
    held = scene.triggers[0]
    heard = replace(held, latch=replace(held.latch, acknowledged_by="Ann", acknowledged_at=NOON))
    page = trigger_page(replace(scene, triggers=(heard,)), heard, beside)
    assert page.acknowledged == "Acknowledged by Ann at 07:23:41."
    assert not page.to_do.startswith("Acknowledge")


def test_the_evidence_of_a_share_is_a_table_of_then_and_now() -> None:
    scene, beside = desk("breached")
    rows = {f.name: (f.then, f.now) for f in trigger_page(scene, scene.triggers[0], beside).facts}
    assert rows["attempts counted in the window"] == ("88", "88")
    assert rows["of these slower than 5.0 s, failed ones included"] == ("33", "36")
    assert rows["share of these"] == ("38 %", "41 %")
    assert rows["with 95 % certainty between"] == ("28 % and 48 %", "31 % and 51 %")
    assert rows["allowed share"] == ("20 %", "20 %")
    assert rows["the window looks back"] == ("5 min", "")


def test_without_a_breach_the_table_says_what_is_seen_now_by_the_rules_limits() -> None:
    scene, beside = desk("pending")
    page = trigger_page(scene, scene.triggers[0], beside)
    assert page.breached == ""
    rows = {f.name: f.then for f in page.facts}
    assert rows["of these slower than 5.0 s, failed ones included"] == "27"
    assert rows["allowed share"] == "20 %"
    assert rows["must last to be a breach"] == "2 min"
    down = replace(RULES[0], kind=Counts.AVAILABILITY, down_for_s=120.0, window_s=600.0, measure="")
    told = {f.name: f.then for f in seen_now(replace(scene.triggers[0], kind="availability"), down)}
    assert (told["limit"], told["the window looks back"]) == ("2 min", "10 min")


KINDS = [
    (
        "availability",
        {"down_for_s": 120.0, "value": 185.0},
        120.0,
        {"time without any answer": ("3 min", "10 s"), "limit": ("2 min", "2 min")},
    ),
    (
        "silence",
        {"quiet_for_s": 2400.0, "value": 2500.0, "feed": "ris-hl7", "milestone": "final"},
        2400.0,
        {"listens to": ("ris-hl7 final", ""), "time without a message": ("41 min", "10 s")},
    ),
    (
        "backlog",
        {"limit": 20, "older_than_s": 3600.0, "value": 31, "exams": ["k"]},
        20,
        {"exams that wait for too long": ("31", "10"), "limit": ("20", "20")},
    ),
    ("count", {"limit": 2, "window_s": 3600.0, "value": 3}, 2, {"counted in the window": ("3", "10")}),
    ("all", {"of": {"a": {}, "b": {}}, "value": None}, None, {"made of": ("all of a, b", "")}),
]


@pytest.mark.parametrize(("kind", "evidence", "limit", "rows"), KINDS)
def test_the_evidence_of_each_kind_of_rule_has_its_own_words(
    kind: str, evidence: dict[str, object], limit: float | None, rows: dict[str, tuple[str, str]]
) -> None:
    made = trigger(NOON, "Other", State.BREACHED)
    held = replace(made, kind=kind, limit_share=None, limit=limit, share=replace(made.share, value=10.0))
    then = {"kind": kind, "reason": "so", "n": 3, "beyond": 3, **evidence}
    told = {f.name: (f.then, f.now) for f in facts(then, held)}
    assert rows.items() <= told.items()
    assert {f.name for f in frozen(then)} < told.keys()


def test_a_rule_without_a_course_is_drawn_against_its_limit() -> None:
    made = trigger(NOON, "PACS down", State.BREACHED)
    held = replace(made, kind="availability", limit_share=None, limit=120.0, share=replace(made.share, value=185.0))
    scene = of(held)
    gauge = drawing(scene, held, Beside(undrawn="why")).gauge
    assert gauge is not None
    assert (gauge.said, gauge.limit) == ("3 min", "2 min")
    assert gauge.at is not None
    assert gauge.at > gauge.limit_at
    assert value_gauge("count", 0.0, 0.0).at is not None
    made_of_others = replace(held, kind="all", limit=None)
    assert drawing(scene, made_of_others, Beside()).gauge is None


def test_the_picture_shows_the_limit_the_gap_and_the_moments() -> None:
    scene, beside = desk("blind")
    drawn = drawing(scene, scene.triggers[0], beside).picture
    assert drawn is not None
    assert drawn.limit == "20 %"
    assert len(drawn.gaps) == 1
    left, width = drawn.gaps[0]
    assert left + width == pytest.approx(984, abs=0.2)  # up to now
    scene, beside = desk("decided")
    drawn = drawing(scene, scene.triggers[0], beside).picture
    assert drawn is not None
    assert [m.said for m in drawn.transitions if m.kind == "breach"] == ["breached"]


def test_words_above_the_picture_do_not_lie_on_each_other() -> None:
    marks = list(_apart([Mark(x, "beyond its limit") for x in (900, 905, 910, 915, 300)]))
    assert [(m.place, m.row) for m in marks if m.said] == [(300, 0), (900, 0), (905, 1), (910, 2)]
    assert len(marks) == 5  # the line stays where the words find no room


def test_what_a_rollback_costs_says_how_sure_it_is() -> None:
    cost = {
        "studies": amount_told(Amount(214)),
        "reports": amount_told(Amount(96, ("HL7",))),
        "in_progress": amount_told(Amount(None)),
    }
    assert list(cost_words(cost)) == [
        "214 studies",
        "at least 96 reports (HL7 not seen)",
        "exams in progress: unknown, no feed tells",
    ]
    assert list(cost_words(None)) == []


def test_the_timeline_tells_a_decision_once_with_both_persons_and_the_telephone() -> None:
    scene, beside = desk("decided")
    uuid = scene.decisions[0].asked.uuid
    made = tuple(replace(t, facts={"decision": uuid}) if t.cause is Cause.DECIDE else t for t in beside.transitions)
    lines = trigger_page(scene, scene.triggers[0], replace(beside, transitions=made)).timeline
    assert [line.by for line in lines[:2]] == ["Dr. Ada Chief", "Ann Desk"]
    assert "witness Carl Witness, entered by Ann Desk" in lines[0].said
    assert (
        sum("decided" in line.said or "confirmed" in line.said for line in lines) == 1 + 1
    )  # and "still to be decided"


def test_the_go_live_tells_its_acts_and_the_decision_about_the_whole() -> None:
    scene, beside = desk("watching")
    hold = Decision(Asked("h", None, Choice.HOLD, "wait for MR"), ANN, NOON - MINUTE, NOON + 29 * MINUTE)
    page = go_live_page(replace(scene, decisions=(hold,)), replace(beside, acts=acts(NOON)))
    assert page.live
    assert page.decision is not None
    assert (page.decision.kind, page.decision.stage) == ("Hold", "proposed")
    assert page.timeline[0].said == "Hold proposed"
    assert page.timeline[-1].said.startswith("go-live delayed to")


def test_the_record_finds_the_breach_that_it_is_about_among_others() -> None:
    scene, _ = desk("decided")
    told = scene.decisions[0]
    at = datetime.fromisoformat(told.breaches[0].at)
    breaches = [
        Transition(n, at + shift * MINUTE, State.PENDING, State.BREACHED, Cause.BREACH, facts={"rule": rule, "n": n})
        for n, (shift, rule) in enumerate(((-60, "v1"), (0, "v0"), (0, "v1"), (5, "v1")))
    ]
    assert breach_of(told, breaches, None)["n"] == 2
    assert breach_of(replace(told, breaches=()), breaches, scene.triggers[0]) == {}


def test_the_record_is_complete_without_golive() -> None:
    scene, beside = desk("decided")
    told = replace(scene.decisions[0], beside={"cost": {"studies": amount_told(Amount(208))}, "rollback": "possible"})
    journal = [Entry(7, NOON, "Ann Desk", "decision.propose", PROPOSAL, {}, "p", "abc")]
    shown = record(replace(scene, decisions=(told,)), told, scene.triggers[0], beside.transitions, journal)
    people = {f.name: f.then for f in shown.people}
    assert people["confirmed"] == "by Dr. Ada Chief, entered by Ann Desk, 21 Nov 2026 07:21:41"
    assert "+49 30 1234, witness Carl Witness" in people["how"]
    assert people["accepted risk"].startswith("Technologists")
    assert shown.columns[1].then == "208 studies"
    assert shown.columns[1].now == "not looked at then"
    assert shown.stood.named == (
        ("stale", ("Feed age, RIS, HL7 from RIS",)),
        ("outside its range", ("Worklist response, RIS, CT",)),
    )
    assert [said for _, said in shown.moves][-1] == "decided"
    assert shown.journal == ((7, "21 Nov 2026 07:23:41", "decision.propose", "Ann Desk", "abc"),)


def test_what_else_stood_then_is_named_as_people_do_the_gravest_first_and_the_rest_counted() -> None:
    plan = desk("breached")[0].plan
    few = {f"exam.backlog/-/-/modality=CT,patient_class={i}": "insufficient" for i in range(41)}
    slow = {f"image.first/pacs/a{i}": "degraded" for i in range(9)}
    worked = {"worklist.response/ris/mr": "maintenance"}
    others = {"worklist.response/ris/ct@reading-room": "down", "image.first/pacs/mr": "ok", "feed.age": "not_expected"}
    told = stood_then(few | worked | slow | others, plan)
    assert (told.well, told.too_few, told.more) == (2, 41, 3)
    assert [state for state, _ in told.named] == ["down", "outside its range"]
    assert told.named[0][1] == ("Worklist response, RIS, CT, from reading-room",)
    assert sum(len(subjects) for _, subjects in told.named) == 8
    assert stood_then(worked, plan).named == (("in planned work", ("Worklist response, RIS, MR",)),)
    assert stood_then({}, plan).named == ()


def test_a_proposal_that_expired_says_so_on_its_record() -> None:
    scene, _ = desk("breached")
    told = replace(proposal(NOON), expires_at=NOON - MINUTE)
    shown = record(scene, told, None, (), ())
    assert shown.stage == "expired"
    assert ("expired", "21 Nov 2026 07:22:41") in [(f.name, f.then) for f in shown.people]


# --- the law: a page, and what was pushed to it, are a fresh page


class House:
    """A store whose answers a test sets, and the real follow and hub."""

    def __init__(self) -> None:
        self.clock, self.hub, self.name, self.asked = Clock(), Hub(), "watching", 0
        self.broken = False
        plan = replace(desk("watching")[0].plan)
        self.follow = Follow(
            self._look,
            lambda _judged, now: SCENES["calm"](now),
            lambda _standings, _triggers, _decisions, _now: ("ok", []),
            plan,
            self.clock,
            self.hub,
            judge_alive_at=self.clock.now,
            shown=self.clock.now,
            beside_of=self._beside,
        )

    async def _look(self, _now: datetime) -> Seen:
        seen = DESKS[self.name](NOON)
        return Seen(triggers=seen.triggers, decisions=seen.decisions)

    async def _beside(self, _view: str, _scene: Scene) -> Beside:
        self.asked += 1
        if self.broken:
            raise OSError("it is locked")
        return DESKS[self.name](NOON).beside


async def until(house: House, what: str, outbox: Outbox, screen: dict[str, str]) -> None:
    """Take what comes until a word is on screen."""
    async with asyncio.timeout(5):
        while what not in "".join(screen.values()):
            frame = await outbox.take()
            assert frame is not None
            screen |= dict(MESSAGE.findall(frame))


@pytest.mark.parametrize("view", VIEWS)
def test_a_page_of_the_desk_and_what_was_pushed_to_it_are_a_fresh_page(view: str) -> None:
    async def live() -> None:
        house = House()
        following = asyncio.create_task(house.follow.run())
        outbox = house.hub.join(view)
        await house.follow.begin(view)
        screen = {f.dom_id: f.html for f in house.follow.snapshot(view)}
        for name, said in (("breached", "Breach"), ("proposed", "Continue"), ("decided", "confirmed by Dr. Ada Chief")):
            house.name = name
            house.clock.at += timedelta(seconds=3)
            house.follow.poke()
            await until(house, said if view != GO_LIVE or name == "breached" else "data-now", outbox, screen)
        await asyncio.sleep(0.1)
        while outbox.held_ids:
            screen |= dict(MESSAGE.findall(await outbox.take() or ""))
        fresh = fragments_of(view, house.follow.scene(), DESKS["decided"](NOON).beside)
        assert screen == {f.dom_id: f.html for f in fresh}
        following.cancel()

    asyncio.run(live())


def test_what_nobody_looks_at_is_neither_read_nor_kept() -> None:
    async def live() -> None:
        house = House()
        following = asyncio.create_task(house.follow.run())
        view = ONE_TRIGGER + SHOWN
        await asyncio.sleep(0.05)
        assert house.asked == 0
        outbox = house.hub.join(view)
        await house.follow.begin(view)
        assert house.asked >= 1
        house.hub.leave(outbox)
        house.follow.poke()
        await asyncio.sleep(0.1)
        asked = house.asked
        house.follow.poke()
        await asyncio.sleep(0.1)
        assert (house.asked, house.follow._beside, view in house.follow._pictures) == (asked, {}, False)
        following.cancel()

    asyncio.run(live())


def test_a_mistake_in_a_page_of_the_desk_leaves_the_wall_alone(caplog: pytest.LogCaptureFixture) -> None:
    async def live() -> set[str]:
        house = House()
        following = asyncio.create_task(house.follow.run())
        await house.follow._read()
        view, wall = ONE_TRIGGER + SHOWN, house.hub.join("wall")
        house.hub.join(view)
        await house.follow.begin(view)
        house.follow._beside[view] = Beside(transitions=(None,))  # type: ignore[arg-type]  # what a mistake leaves
        house.clock.at += timedelta(seconds=1)
        house.follow.publish()
        assert not following.done()
        following.cancel()
        return set(wall.held_ids)

    assert "tick" in asyncio.run(live())
    assert f"the view {ONE_TRIGGER + SHOWN} cannot be shown" in caplog.text


def test_what_cannot_be_read_anew_stays_and_says_so() -> None:
    async def live() -> list[Fragment]:
        house = House()
        house.name = "breached"
        following = asyncio.create_task(house.follow.run())
        await asyncio.sleep(0.05)
        view = ONE_TRIGGER + SHOWN
        house.hub.join(view)
        await house.follow.begin(view)
        house.broken = True
        house.follow.poke()
        await asyncio.sleep(0.1)
        shown = house.follow.snapshot(view)
        following.cancel()
        return shown

    timeline = {f.dom_id: f.html for f in asyncio.run(live())}["timeline"]
    assert "could not be read anew" in timeline
    assert "breached" in timeline


def test_a_false_alarm_reads_as_a_decision() -> None:
    held = trigger(NOON, "Slow", State.DECIDED, decided=Kind.FALSE_ALARM)
    assert trigger_list(of(held)).groups[0].rows[0].word == "false alarm decided"
