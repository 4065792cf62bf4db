"""The floor of the simulated hospital: what super-users log, readers ask, and the desk does, as a function of a life.

Seed, T0 and script in, the same acts out each time, and however time is cut. Nothing here knows what golive made of it.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import chain

from collectors.simulator import floor_issues, floor_supports
from collectors.simulator.exams import Hospital
from collectors.simulator.floor_acts import Act, Story
from collectors.simulator.floor_shifts import answer, shifts
from collectors.simulator.floor_troubles import troubles

__all__ = ["acts", "answer", "held", "unfinished"]
_LONGEST = timedelta(hours=40)  # no story lasts longer
_HELD_FOR, _TYPING = timedelta(minutes=40), timedelta(minutes=1)
_LATELY = timedelta(hours=2)


def acts(hospital: Hospital, from_: datetime, to: datetime) -> list[Act]:
    """Give what is done in [from_, to), in its order."""
    found = (act for story in _stories(hospital, from_, to) for act in story.acts if from_ <= act.at < to)
    return sorted(found, key=lambda act: act.at)


def unfinished(hospital: Hospital, at: datetime) -> list[list[Act]]:
    """Give what was done before a moment with all that goes on after it, thing by thing: who leads, duties, issues.

    What is over by then is left out: golive was not there and cannot say when it happened.
    """
    stories = [s for s in _stories(hospital, at - _LONGEST, at) if s.begins_at < at]
    standing = [s for s in stories if _stands(s.acts[0], at)]
    open_ = [s for s in stories if s.acts[0].kind in ("issues", "supports") and s.over_at >= at]
    issues = sorted((s for s in open_ if s.acts[0].kind == "issues"), key=lambda s: s.begins_at)
    supports = [s for s in open_ if s.acts[0].kind == "supports"]
    wanted = sorted(standing, key=lambda s: s.begins_at) + supports + issues
    return [[act for act in story.acts if act.at < at and _lasts(act, at)] for story in wanted]


def held(hospital: Hospital, at: datetime) -> dict[str, dict[str, str]]:
    """Give what tablets hold that found no network yet: by tablet the issues, and when each was noticed."""
    found: dict[str, dict[str, str]] = {}
    for act in acts(hospital, at, at + _HELD_FOR):
        if act.kind == "issues" and not act.event and datetime.fromisoformat(act.body["occurred_at"]) < at - _TYPING:
            found.setdefault(act.body["device"], {})[act.uuid] = act.body["occurred_at"]
    return found


def _stands(act: Act, at: datetime) -> bool:
    """Say whether what was said once for a time still holds."""
    if act.kind == "questions":
        return act.at >= at - _LATELY
    return act.kind in ("leads", "handovers", "duties", "announcements") and _lasts(act, at)


def _lasts(act: Act, at: datetime) -> bool:
    until = act.body.get("until_at")
    return until is None or datetime.fromisoformat(until) > at + timedelta(minutes=1)


def _stories(hospital: Hospital, from_: datetime, to: datetime) -> Iterator[Story]:
    """Give every story of which something may lie in a span."""
    hospital = replace(hospital, t0=hospital.t0.astimezone(UTC))  # one T0 has one way to be written, and so one floor
    first = max(0, (from_ - _LONGEST - hospital.t0) // floor_issues.SLOT)
    last = (to - hospital.t0) // floor_issues.SLOT
    slots = range(first, last + 1)
    return chain(
        shifts(hospital, max(from_, hospital.t0), to),
        chain.from_iterable(floor_supports.supports(hospital, slot) for slot in slots),
        chain.from_iterable(floor_issues.issues(hospital, slot) for slot in slots),
        troubles(hospital),
    )
