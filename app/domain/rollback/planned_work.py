"""Planned work on a system: until when, by whom and why; what is measured meanwhile is kept and judges nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum

from app.domain.words import local_clock, span
from app.errors import Conflict, Invalid

LONGEST = timedelta(days=7)
JUST_NOW = timedelta(minutes=1)  # what a desk's clock may lie behind
OVERRUN_FOR = timedelta(days=2)  # an outage that lasts longer is no matter of that work any more


class Action(StrEnum):
    """What becomes of planned work before its own end."""

    END = "end"
    EXTEND = "extend"
    WITHDRAW = "withdraw"


class Stage(StrEnum):
    """Where planned work is in its life."""

    PLANNED = "planned"
    UNDER_WAY = "under_way"
    OVER = "over"
    ENDED = "ended"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class PlannedWork:
    """One such span, `from_at` within it and `until` not; `ended_by` is who ended or withdrew it before its time.

    `of_file` says that golive.toml names it.
    """

    id: str
    system: str
    from_at: datetime
    until: datetime
    by: str
    why: str
    of_file: bool = False
    ended_by: str = ""
    ended_at: datetime | None = None
    ended_why: str = ""
    withdrawn: bool = False

    def holds(self, moment: datetime) -> bool:
        """Say whether a moment lies within it."""
        return not self.withdrawn and self.from_at <= moment < self.until


def planned(work: PlannedWork, systems: Iterable[str], now: datetime) -> PlannedWork:
    """Give the work as it is to be recorded, or refuse it in words: what has been seen already stays seen."""
    if work.system not in systems:
        raise Invalid("system", f"{work.system!r} is no id of [[systems]]")
    _is_reasoned(work.why)
    if work.from_at < now - JUST_NOW:
        raise Invalid("from", "lies in the past: what was measured before somebody said so counts")
    work = replace(work, from_at=max(work.from_at, now))
    _is_span(work)
    return work


def acted(work: PlannedWork, action: Action, until: datetime | None, why: str, by: str, now: datetime) -> PlannedWork:
    """Give the work after it was ended, extended or withdrawn, or refuse that in words."""
    _is_reasoned(why)
    _may(work, action, now)
    if action is Action.EXTEND:
        if until is None:
            raise Invalid("until", "is missing: an extension names its new end")
        if until <= work.until:
            raise Invalid("until", f"does not lie after {_text(work.until)}, when it ends now")
        if until - max(now, work.from_at) > LONGEST:
            raise Invalid("until", _TOO_LONG)
        return replace(work, until=until)
    if until is not None:
        raise Invalid("until", f"belongs to extend, not to {action}")
    told = replace(work, ended_by=by, ended_at=now, ended_why=why.strip())
    return replace(told, withdrawn=True) if action is Action.WITHDRAW else replace(told, until=now)


_TOO_LONG = f"lies more than {span(LONGEST.total_seconds())} ahead: longer work is extended while it lasts"


def _may(work: PlannedWork, action: Action, now: datetime) -> None:
    stage = stage_of(work, now)
    if stage in (Stage.ENDED, Stage.WITHDRAWN):
        done = "ended" if stage is Stage.ENDED else "withdrawn"
        raise Conflict(f"it was {done} by {work.ended_by} at {_text(work.ended_at or now)}: {work.ended_why}")
    if stage is Stage.OVER:
        raise Conflict(f"it ended by itself at {_text(work.until)}; what comes now is planned anew")
    if action is Action.END and stage is Stage.PLANNED:
        raise Conflict(f"it begins at {_text(work.from_at)} only: withdraw it")
    if action is Action.WITHDRAW and stage is Stage.UNDER_WAY:
        raise Conflict(f"it has begun at {_text(work.from_at)}: end it")


def _is_reasoned(why: str) -> None:
    if not why.strip():
        raise Invalid("why", "is missing: the record says why")


def _is_span(work: PlannedWork) -> None:
    if work.until <= work.from_at:
        raise Invalid("until", "does not lie after the beginning")
    if work.until - work.from_at > LONGEST:
        raise Invalid("until", f"lies more than {span(LONGEST.total_seconds())} after the beginning")


def stage_of(work: PlannedWork, now: datetime) -> Stage:
    """Give where the work is at a moment."""
    if work.ended_at is not None:
        return Stage.WITHDRAWN if work.withdrawn else Stage.ENDED
    if now < work.from_at:
        return Stage.PLANNED
    return Stage.UNDER_WAY if now < work.until else Stage.OVER


def current(of_file: Iterable[PlannedWork], stored: Iterable[PlannedWork]) -> list[PlannedWork]:
    """Give what is planned, by its beginning: what people did outranks golive.toml as long as that says the same."""
    found = {work.id: work for work in of_file}
    found |= {work.id: work for work in stored if not work.of_file or work.id in found}
    return sorted(found.values(), key=lambda work: (work.from_at, work.id))


def at_work(works: Iterable[PlannedWork], moment: datetime) -> dict[str, PlannedWork]:
    """Give by system the work that is under way at a moment; of several that which ends last."""
    held = sorted((work for work in works if work.holds(moment)), key=lambda work: work.until)
    return {work.system: work for work in held}


def is_planned(system: str, moment: datetime, works: Iterable[PlannedWork]) -> bool:
    """Say whether a system was in planned work at a moment."""
    return any(work.system == system and work.holds(moment) for work in works)


def lately_over(works: Iterable[PlannedWork], now: datetime) -> dict[str, PlannedWork]:
    """Give by system the work that ended last by itself, where none is under way and nobody ended one since."""
    works = list(works)
    busy, newest = at_work(works, now), dict[str, PlannedWork]()
    for work in sorted(works, key=lambda work: work.until):
        if not work.withdrawn and work.until <= now:
            newest[work.system] = work
    return {
        system: work
        for system, work in newest.items()
        if system not in busy and stage_of(work, now) is Stage.OVER and now - work.until <= OVERRUN_FOR
    }


def work_words(work: PlannedWork, zone: tzinfo, now: datetime) -> str:
    """Say until when there is planned work, why and by whom."""
    until = local_clock(work.until.astimezone(zone), now.astimezone(zone))
    return f"planned work until {until}; {work.why.strip()}, by {work.by}"


def by_system(works: Iterable[PlannedWork], zone: tzinfo, now: datetime) -> Mapping[str, str]:
    """Give the words for each system that is in planned work at a moment."""
    return {system: work_words(work, zone, now) for system, work in at_work(works, now).items()}


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="minutes").replace("+00:00", "Z")
