"""The fragments of the desk's pages: the list of triggers, one trigger, and the go-live as a whole."""

from dataclasses import dataclass

from app.domain.rollback.decisions import standing, told_of
from app.domain.rollback.stored_triggers import Trigger
from app.domain.words import counted
from app.push.beside import Beside
from app.push.desk import words
from app.push.desk.alarms import alarms
from app.push.desk.beside import beside_view
from app.push.desk.decisions import decisions_of, waits
from app.push.desk.golive import go_live_page
from app.push.desk.planned_work import work_list
from app.push.desk.share_drawing import drawing
from app.push.desk.shift import announced, coverage_of, duty_card, floor_says, handed, said_aloud
from app.push.desk.support import support_queue
from app.push.desk.support_curve import curve
from app.push.desk.trigger import trigger_page
from app.push.desk.triggers import decision_words, head, name, state_words, trigger_list
from app.push.fragments import Fragment, fragment
from app.push.scene import Scene
from app.push.wall.head import tick


@dataclass(frozen=True, slots=True)
class Acts:
    """What can be done now, for the forms of a page, which no push touches.

    `proposal` is the decision that waits, `proposed` says by whom; `said` is told aloud when it changes.
    """

    stands: bool = False
    proposal: str = ""
    proposed: str = ""
    state: str = ""
    said: str = ""


def desk_triggers(scene: Scene) -> list[Fragment]:
    """Give the list's."""
    view = trigger_list(scene)
    return [
        *frame(scene),
        fragment("waiting", "desk_waiting", waiting=view.waiting),
        says(scene, brief=True),
        fragment("groups", "desk_groups", view=view),
    ]


def one_trigger(scene: Scene, trigger: str, beside: Beside) -> list[Fragment]:
    """Give those of one trigger; of one that is gone, that it is."""
    found = next((t for t in scene.triggers if t.id == trigger), None)
    if found is None:
        return [*frame(scene), fragment("state", "desk_gone", trigger=trigger)]
    view = trigger_page(scene, found, beside)
    picture = drawing(scene, found, beside)
    return [
        *frame(scene),
        fragment("acts", "desk_acts", acts=_acts_of(scene, found, beside)),
        fragment("state", "desk_state", view=view),
        fragment("decision", "desk_decision", told=view.decision, stands=view.stands),
        fragment("picture", "desk_picture", picture=picture, title=view.title, why=beside.undrawn),
        fragment("evidence", "desk_evidence", view=view),
        fragment("beside", "desk_beside", view=beside_view(scene, beside.cost)),
        says(scene),
        fragment("timeline", "desk_timeline", entries=view.timeline, trouble=beside.trouble),
    ]


def go_live(scene: Scene, beside: Beside) -> list[Fragment]:
    """Give those of the go-live as a whole."""
    view = go_live_page(scene, beside)
    asked = next((d for d in scene.decisions if d.asked.trigger is None and waits(scene, d)), None)
    acts = Acts(
        True,
        asked.asked.uuid if asked is not None else "",
        asked.by.called if asked is not None else "",
        "live" if scene.moment.t0 is not None else "planned",
        view.word,
    )
    return [
        *frame(scene),
        fragment("acts", "desk_acts", acts=acts),
        fragment("state", "desk_golive_state", view=view),
        fragment("decision", "desk_decision", told=view.decision, stands=True),
        fragment("beside", "desk_beside", view=beside_view(scene, beside.cost)),
        says(scene),
        fragment("timeline", "desk_timeline", entries=view.timeline, trouble=beside.trouble),
    ]


def planned_work(scene: Scene, beside: Beside) -> list[Fragment]:
    """Give those of planned work."""
    view = work_list(scene, beside.works)
    return [
        *frame(scene),
        fragment("acts", "desk_acts", acts=Acts(said=view.counted)),
        fragment("works", "desk_works", view=view, trouble=beside.trouble),
    ]


def support(scene: Scene, beside: Beside) -> list[Fragment]:
    """Give those of support now."""
    seen = beside.support
    queue = support_queue(scene, seen.requests)
    drawn = curve(scene, seen.clicks, seen.begins_at or scene.now, seen.since_t0)
    return [
        *frame(scene),
        fragment("acts", "desk_acts", acts=Acts(said=queue.counted if queue else "")),
        fragment("supports", "desk_supports", view=queue, trouble=beside.trouble),
        fragment("curve", "desk_curve", view=drawn),
    ]


def on_shift(scene: Scene) -> list[Fragment]:
    """Give those of the shift."""
    return [
        *frame(scene),
        fragment("acts", "desk_acts", acts=Acts(said=said_aloud(scene))),
        duty(scene),
        fragment("coverage", "desk_coverage", view=coverage_of(scene)),
        says(scene, link=False),
        fragment("announced", "desk_announced", rows=announced(scene)),
        fragment("handed", "desk_handed", views=handed(scene)),
    ]


def contacts(scene: Scene) -> list[Fragment]:
    """Give those of the contact card, which itself changes with golive.toml only."""
    return [*frame(scene), duty(scene)]


def duty(scene: Scene) -> Fragment:
    """Give who leads, who may decide and when the next huddle is."""
    return fragment("duty", "desk_duty", view=duty_card(scene))


def says(scene: Scene, *, link: bool = True, brief: bool = False) -> Fragment:
    """Give what the floor says; `link` leads to where it is asked, `brief` is one line where there is room."""
    return fragment(
        "floor-says", "desk_floor_says", rows=floor_says(scene), link=link, brief=brief, unread=bool(scene.trouble)
    )


def frame(scene: Scene) -> list[Fragment]:
    """Give those of every page: the clock, what rings, and where the go-live is."""
    return [
        fragment("tick", "desk_tick", view=tick(scene), desks=desks(scene)),
        fragment("alarms", "desk_alarms", alarms=alarms(scene), trouble=scene.trouble),
        fragment("head", "desk_head", head=head(scene)),
    ]


def desks(scene: Scene) -> str:
    """Say how many people look at the desk now, "" where nobody does but who has just asked for the page."""
    return counted(scene.desks, words.A_DESK) if scene.desks else ""


def _acts_of(scene: Scene, trigger: Trigger, beside: Beside) -> Acts:
    mine = [d for d in decisions_of(scene, beside) if d.asked.trigger == trigger.id and waits(scene, d)]
    asked = max(mine, key=lambda d: d.at, default=None)
    return Acts(
        any(t is trigger for t in standing([trigger])),
        asked.asked.uuid if asked is not None else "",
        asked.by.called if asked is not None else "",
        trigger.latch.state.value,
        _said(scene, trigger),
    )


def _said(scene: Scene, trigger: Trigger) -> str:
    told = told_of(scene.decisions, trigger, scene.now)
    parts = (f"{name(scene, trigger)}: {state_words(scene, trigger)}", decision_words(told, scene.now))
    return ". ".join(filter(None, parts))
