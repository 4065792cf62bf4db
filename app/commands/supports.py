"""Ask for support and act on a request: a repeat is given the answer of the first time, whoever sends it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from app.commands.repeats import as_sent, is_of_the_same, is_the_same
from app.domain.floor.support_life import allowed, asked
from app.domain.floor.support_plans import SupportPlan
from app.domain.floor.supports import Action, Ask, Event, begun, folded, same_place, stage_at
from app.domain.plans import Plan
from app.domain.privacy.phi import guarded
from app.domain.rollback.decisions import Person
from app.errors import Missing
from app.store import codec, supports
from app.store.db import Session
from app.store.numbered import Kept

_ASKED = ("room", "workstation", "device")
NOT_SET_UP = "support now is not set up: golive.toml has no [support]"


def asking(plan: Plan, uuid: str, ask: Ask, by: Person, now: datetime) -> Callable[[Session], tuple[Kept, bool]]:
    """Give the act that stores a click; it says whether that made a request, or belongs to one that is there."""
    site, said, rules = plan.site, codec.dumps(ask), _rules(plan)

    def act(s: Session) -> tuple[Kept, bool]:
        number, sequence = supports.lock(s, site)
        if before := supports.kept(s, site, uuid):
            is_the_same(before, said, uuid)
            return before, False
        guarded({name: getattr(ask, name) for name in _ASKED}, ask.no_patient, plan.floor.patterns, now.year)
        taken = _placed(asked(ask, tuple(plan.areas), plan.floor, now), rules)
        # one that is clicked again and again lives on, but for no longer than this
        known = supports.open_since(s, site, now - timedelta(seconds=10 * rules.lapses_s))
        theirs = same_place(known, taken, by, now, rules.lapses_s)
        if theirs is None:
            made = begun(uuid, number + 1, sequence + 1, taken, by, now)
            supports.create(s, site, made, said)
            return Kept(uuid, made.number, made.sequence, now, said), True
        again = Event(uuid, Action.AGAIN, by, now, sequence + 1)
        supports.append(s, site, folded(theirs, again), again, said)
        return Kept(theirs.uuid, theirs.number, again.sequence, now, said), False

    return act


def acting(plan: Plan, uuid: str, wanted: Event, now: datetime) -> Callable[[Session], tuple[Kept, bool]]:
    """Give the act that does something with a request; `wanted` has no sequence number yet."""
    site, rules = plan.site, _rules(plan)
    said = as_sent(wanted)

    def act(s: Session) -> tuple[Kept, bool]:
        _, sequence = supports.lock(s, site)
        if before := supports.kept(s, site, wanted.uuid):
            is_of_the_same(before, uuid, "request", wanted.uuid)
            is_the_same(before, said, wanted.uuid)
            return before, False
        guarded({"text": wanted.text}, wanted.no_patient, plan.floor.patterns, now.year)
        request = supports.get(s, site, uuid)
        if request is None:
            raise Missing(f"no request for support has the id {uuid}")
        event = replace(wanted, sequence=sequence + 1)
        allowed(request, event, stage_at(request, now, rules.lapses_s), plan.floor)
        after = folded(request, event)
        supports.append(s, site, after, event, said)
        return Kept(uuid, after.number, event.sequence, now, said), True

    return act


def _rules(plan: Plan) -> SupportPlan:
    if plan.support is None:
        raise Missing(NOT_SET_UP)
    return plan.support


def _placed(ask: Ask, rules: SupportPlan) -> Ask:
    return replace(ask, area=ask.area or rules.area_of(ask.workstation))
