"""How a trigger's share went: window by window from stored samples, counted by the same code as live."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.measuring.board import Board
from app.domain.measuring.intervals import wilson
from app.domain.measuring.samples import Sample
from app.domain.measuring.watched import watched
from app.domain.plans import Plan
from app.domain.rollback.trigger_meters import ShareMeter, meter_of
from app.domain.rollback.trigger_rules import Instance


@dataclass(frozen=True, slots=True)
class Step:
    """What a trigger's window held at one moment; the share and its interval are None where that is too little."""

    at: datetime
    n: int
    beyond: int
    share: float | None = None
    low: float | None = None
    high: float | None = None


def is_drawn(instance: Instance) -> bool:
    """Say whether a trigger counts the attempts of probes against a share."""
    return isinstance(meter_of(instance), ShareMeter)


def probes_of(instance: Instance, plan: Plan) -> list[str]:
    """Give the probes whose samples a trigger counts, and those that tell whether their collector is cut off."""
    known = watched(plan)
    read = [p.id for s in instance.series if s.key in known for p in known[s.key].probes]
    return list(dict.fromkeys([*read, *(p.id for p in plan.probes.values() if p.control)]))


def course(
    instance: Instance,
    plan: Plan,
    samples: Iterable[Sample],
    moments: Iterable[datetime],
    counts_after: datetime | None = None,
) -> list[Step]:
    """Give what the window held at each of these moments, the oldest first."""
    board, meter = Board(plan), meter_of(instance)
    if not isinstance(meter, ShareMeter):
        return []
    read, steps = {s.key for s in instance.series}, []
    waiting = iter(sorted(samples, key=_known_at))
    sample = next(waiting, None)
    for at in moments:
        while sample is not None and _known_at(sample) <= at:
            for series, attempt in board.take(sample):
                if series in read and attempt.counted:
                    meter.hear(series, attempt, sample.id)
            sample = next(waiting, None)
        meter.tally.expire(at, counts_after if counts_after is not None and counts_after <= at else None)
        steps.append(_step(at, meter.tally.n, meter.tally.beyond, instance.rule.at_least))
    return steps


def moments_until(now: datetime, span: timedelta, count: int) -> list[datetime]:
    """Give so many moments, evenly spread, of which the last is now."""
    return [now - span * (count - 1 - i) / (count - 1) for i in range(count)]


def _step(at: datetime, n: int, beyond: int, at_least: int) -> Step:
    if n == 0 or n < at_least:
        return Step(at, n, beyond)
    return Step(at, n, beyond, beyond / n, *wilson(beyond, n))


def _known_at(sample: Sample) -> datetime:
    return sample.known_at or sample.at
