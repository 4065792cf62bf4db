"""What may be done with a request for support: each action, stage and role is allowed, or refused with a reason."""

from datetime import datetime, timedelta

from app.domain.floor.floor_plans import FloorPlan
from app.domain.floor.issue_life import DESK
from app.domain.floor.supports import Action, Ask, Event, Request, Stage
from app.errors import Conflict, Forbidden, Invalid

FLOOR = frozenset({"floor", "engineer"}) | DESK
BY_FLOOR = frozenset({Action.WITHDRAW})
OLDEST, LATEST = timedelta(days=365), timedelta(days=2)  # what a tablet's clock may be wrong, or a tablet be offline
FROM = {
    Action.ASSIGN: frozenset({Stage.WAITING, Stage.ASSIGNED, Stage.HELPED}),
    Action.ADMIT: frozenset({Stage.WAITING, Stage.ASSIGNED}),
    Action.REASON: frozenset(Stage) - {Stage.WITHDRAWN},
    Action.END: frozenset(Stage) - {Stage.ENDED, Stage.WITHDRAWN},
    Action.WITHDRAW: frozenset({Stage.WAITING, Stage.ASSIGNED}),
    Action.AGAIN: frozenset({Stage.WAITING, Stage.ASSIGNED, Stage.HELPED}),
}
_WORDS = {
    Stage.WAITING: "it waits",
    Stage.ASSIGNED: "it is assigned",
    Stage.HELPED: "somebody helps already",
    Stage.ENDED: "it has ended",
    Stage.WITHDRAWN: "it was withdrawn",
    Stage.UNANSWERED: "it lapsed, nobody had taken it up; who still needs help asks again",
    Stage.UNENDED: "it lapsed without anybody saying that it is over",
}
_FIELDS = {
    Action.ASSIGN: frozenset({"supporter", "breakout", "admit"}),
    Action.ADMIT: frozenset({"supporter", "breakout"}),
    Action.REASON: frozenset({"reason", "text", "training"}),
    Action.END: frozenset({"reason", "text", "training"}),
    Action.WITHDRAW: frozenset[str](),
    Action.AGAIN: frozenset[str](),
}


def refusal_of_role(action: Action, role: str) -> str:
    """Say why a role may not do this to any request, "" where it may."""
    allowed = FLOOR if action in BY_FLOOR else DESK
    return "" if role in allowed else f"the role {role} may not {action.value} a request for support; the desk does"


def refusal_of_stage(action: Action, stage: Stage) -> str:
    """Say why this cannot be done to a request at such a stage, "" where it can."""
    return "" if stage in FROM[action] else _WORDS[stage]


def allowed(request: Request, event: Event, stage: Stage, floor: FloorPlan) -> None:
    """Refuse in words what a person may not do now."""
    action, by = event.action, event.by
    if why := refusal_of_role(action, by.role):
        raise Forbidden(why)
    for field in ("supporter", "breakout", "admit", "reason", "text", "training"):
        if getattr(event, field) not in (None, "", False) and field not in _FIELDS[action]:
            raise Invalid(field, f"does not belong to {action.value}")
    if action is Action.ASSIGN and not (event.supporter.strip() or event.breakout.strip()):
        raise Invalid("supporter", "is missing: an assignment names a supporter or a break-out room")
    if action is Action.REASON and not event.reason:
        raise Invalid("reason", "is missing: it is one of [[categories]]")
    _is_category("reason", event.reason, floor)
    if why := refusal_of_stage(action, stage):
        raise Conflict(f"no. {request.number}: {why}")
    if action is Action.WITHDRAW and by.role not in DESK and by.token != request.by.token:
        raise Forbidden(f"no. {request.number} is withdrawn by {request.by.called}, who asked, or by the desk")


def asked(ask: Ask, areas: tuple[str, ...], floor: FloorPlan, now: datetime) -> Ask:
    """Give what was asked as it can be taken, or refuse it naming the field and its value."""
    if ask.area and ask.area not in areas:
        raise Invalid("area", f"{ask.area!r} is no id of [[areas]] (there are {', '.join(areas) or 'none'})")
    _is_category("about", ask.about, floor)
    if ask.asked_at is not None and not now - OLDEST <= ask.asked_at <= now + LATEST:
        said = f"{ask.asked_at.isoformat()} lies too far from now ({now.isoformat(timespec='seconds')})"
        raise Invalid("asked_at", said)
    return ask


def _is_category(field: str, value: str, floor: FloorPlan) -> None:
    if value and value not in floor.categories:
        raise Invalid(field, f"{value!r} is no id of [[categories]] (there are {', '.join(floor.categories)})")
