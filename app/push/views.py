"""What can be looked at: the views of the live screens, and the fragments of each."""

from app.push.beside import Beside
from app.push.desk.issues import desk_issues
from app.push.desk.pages import contacts, desk_triggers, go_live, on_shift, one_trigger, planned_work, support
from app.push.desk.view import desk_of_view
from app.push.fragments import Fragment, wall
from app.push.scene import Scene

WALL, DESK_TRIGGERS, GO_LIVE, ONE_TRIGGER = "wall", "desk-triggers", "desk-go-live", "desk-trigger/"
PLANNED_WORK, SUPPORT = "desk-planned-work", "desk-support"
SHIFT, CONTACTS = "desk-shift", "desk-contacts"
OF_DESK = (DESK_TRIGGERS, GO_LIVE, PLANNED_WORK, SUPPORT, SHIFT, CONTACTS)
ALWAYS = (WALL,)  # rendered whether or not somebody looks, so that a display that comes back has it at once


def is_view(name: str) -> bool:
    """Say whether there may be such a view; a trigger that is not there is shown as gone."""
    return name in (*ALWAYS, *OF_DESK) or trigger_of(name) != "" or desk_of_view(name) is not None


def for_readers(name: str) -> bool:
    """Say whether a view takes a role that reads everything: those of the desk name persons and give reasons."""
    return is_view(name) and name not in ALWAYS


def trigger_of(view: str) -> str:
    """Give the id of the trigger that a view is of, or ""."""
    return view.removeprefix(ONE_TRIGGER) if view.startswith(ONE_TRIGGER) else ""


def fragments_of(view: str, scene: Scene, beside: Beside) -> list[Fragment]:
    """Give every fragment of a view, the same for its page and for the push."""
    if view == WALL:
        return wall(scene)
    if (desk := desk_of_view(view)) is not None:
        return desk_issues(scene, desk, beside)
    if view == DESK_TRIGGERS:
        return desk_triggers(scene)
    if view == PLANNED_WORK:
        return planned_work(scene, beside)
    if view == SUPPORT:
        return support(scene, beside)
    if view == SHIFT:
        return on_shift(scene)
    if view == CONTACTS:
        return contacts(scene)
    return go_live(scene, beside) if view == GO_LIVE else one_trigger(scene, trigger_of(view), beside)
