"""Planned work as the desk's page lists it: what overran, is under way and is to come; then what is lately over."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.measuring.overall import overruns
from app.domain.rollback.planned_work import PlannedWork, Stage, stage_of
from app.domain.words import local_clock
from app.push.desk import words as desk_words
from app.push.scene import Scene, Since, since, unix_ms

LATELY = timedelta(days=7)
LISTED = 12  # of what is over
OVERRUN = "overrun"
OPEN = (OVERRUN, Stage.UNDER_WAY.value, Stage.PLANNED.value)


@dataclass(frozen=True, slots=True)
class WorkRow:
    """One piece of work; `until` is the moment that it waits for, `until_ms` its end, `said` names it alone.

    `ended` says how it ended and `overrun` that its system does not answer since; each is "" where that is not so.
    """

    id: str
    system: str
    state: str
    shape: str
    word: str
    times: str
    until: Since | None
    until_ms: int
    why: str
    by: str
    of_file: bool
    ended: str
    overrun: str
    said: str

    @property
    def changes(self) -> bool:
        """Say whether anybody can still end, extend or withdraw it."""
        return self.state in (Stage.UNDER_WAY.value, Stage.PLANNED.value)


@dataclass(frozen=True, slots=True)
class WorkList:
    """The rows of the page; `more` is how many are over and not listed."""

    counted: str
    open: tuple[WorkRow, ...]
    over: tuple[WorkRow, ...]
    more: int
    days: int


def work_list(scene: Scene, works: Iterable[PlannedWork]) -> WorkList:
    """Give what is planned, under way and lately over, from the work of a month."""
    works = tuple(works)
    late = {work.id: why for work, why in overruns(works, scene.standings, scene.plan, scene.now)}
    rows = [(_state(work, late, scene.now), work) for work in works]
    now = sorted((row for row in rows if row[0] in OPEN), key=lambda row: (OPEN.index(row[0]), _next(*row)))
    over = sorted((row for row in rows if row[0] not in OPEN), key=lambda row: _over_at(row[1]), reverse=True)
    shown = [row for row in over if scene.now - _over_at(row[1]) <= LATELY][:LISTED]
    return WorkList(
        _counted(state for state, _ in now),
        tuple(_row(scene, state, work, late.get(work.id, "")) for state, work in now),
        tuple(_row(scene, state, work, "") for state, work in shown),
        len(over) - len(shown),
        LATELY.days,
    )


def _state(work: PlannedWork, late: Iterable[str], now: datetime) -> str:
    return OVERRUN if work.id in late else stage_of(work, now).value


def _next(state: str, work: PlannedWork) -> datetime:
    return work.from_at if state == Stage.PLANNED.value else work.until


def _over_at(work: PlannedWork) -> datetime:
    return work.ended_at or work.until


def _counted(states: Iterable[str]) -> str:
    found = list(states)
    return " · ".join(f"{found.count(s)} {desk_words.WORK_STAGES[s]}" for s in OPEN if s in found)


def _row(scene: Scene, state: str, work: PlannedWork, overrun: str) -> WorkRow:
    system = scene.plan.systems.get(work.system, work.system)
    awaited = {Stage.UNDER_WAY.value: work.until, Stage.PLANNED.value: work.from_at}.get(state)
    times = _times(scene, work)
    return WorkRow(
        work.id,
        system,
        state,
        desk_words.WORK_SHAPES.get(state, ""),
        desk_words.WORK_STAGES[state],
        times,
        since(scene, awaited),
        unix_ms(work.until),
        work.why,
        work.by,
        work.of_file,
        _ended(scene, work),
        overrun.removeprefix("overrun: "),
        f"{system}, {times}",
    )


def _ended(scene: Scene, work: PlannedWork) -> str:
    if work.ended_at is None:
        return ""
    stage = desk_words.WORK_STAGES["withdrawn" if work.withdrawn else "ended"]
    said = desk_words.WORK_ENDED.format(stage=stage, by=work.ended_by, at=_clock(scene, work.ended_at))
    return f"{said}: {work.ended_why}"


def _times(scene: Scene, work: PlannedWork) -> str:
    """Say from when to when, the day once where both are on it."""
    begins, ends = _clock(scene, work.from_at), _clock(scene, work.until)
    days = [moment.astimezone(scene.plan.zone).date() for moment in (work.from_at, work.until)]
    return f"{begins} – {ends.rpartition(' ')[2] if days[0] == days[1] else ends}"


def _clock(scene: Scene, moment: datetime) -> str:
    """Give a moment of the plan as it was written, by the site's time."""
    return local_clock(moment.astimezone(scene.plan.zone), scene.now.astimezone(scene.plan.zone))
