"""Which series a sample speaks for, and with what number."""

from dataclasses import dataclass
from math import isfinite

from app.domain.measuring.measures import CATALOGUE
from app.domain.measuring.samples import Kind, Outcome, Sample
from app.domain.measuring.standings import Series
from app.domain.plans import Plan, ProbePlan

MEGABYTE = 1_000_000
WINDOW_S = 900.0
CADENCES = 40
_WHOLE_STUDY = ("image.study", "image.rate")
_MEASURES: dict[Kind, tuple[str, ...]] = {
    kind: tuple(m.id for m in CATALOGUE.values() if m.kind is kind and m.built) for kind in Kind
}
ANSWERED = (Outcome.OK, Outcome.WRONG_ANSWER)


@dataclass(frozen=True, slots=True)
class Reading:
    """What one attempt says about one series; a failed one has no value."""

    series: Series
    value: float | None
    failed: bool


def measures_of(probe: ProbePlan) -> tuple[str, ...]:
    """Give the measures that a probe's samples speak for."""
    every = _MEASURES[probe.kind]
    if probe.depth == "first-image":
        return tuple(m for m in every if m not in _WHOLE_STUDY)
    return every


def series_for(measure: str, probe: ProbePlan, vantage: str, plan: Plan) -> Series:
    """Give a probe's series of a measure as seen from a vantage; the first collector's carries no name."""
    return Series(measure, probe.system, probe.area, (), None if vantage == plan.main_vantage else vantage)


def series_of(sample: Sample, plan: Plan) -> list[Reading]:
    """Give what a sample says, measure by measure; nothing when its probe is no longer configured.

    An attempt fails a measure when it lacks that measure's own number or gave a wrong answer: a study that times out
    after its first image fails `image.study`, not `image.first`. What speaks of the whole needs an end that was ok.
    """
    probe = plan.probes.get(sample.probe)
    return [] if probe is None else _readings(sample, probe, plan)


def _readings(sample: Sample, probe: ProbePlan, plan: Plan) -> list[Reading]:
    vantage = plan.vantage_of(sample.source)
    readings = []
    for measure in measures_of(probe):
        reads = CATALOGUE[measure].reads
        value = _number(sample, reads) if _counts(sample, reads) else None
        readings.append(Reading(series_for(measure, probe, vantage, plan), value, value is None))
    return readings


def _counts(sample: Sample, reads: str) -> bool:
    return sample.outcome is Outcome.OK or (reads == "first_s" and sample.outcome is not Outcome.WRONG_ANSWER)


def _number(sample: Sample, reads: str) -> float | None:
    if reads == "rate_mb_s":
        if not sample.total_s or not sample.bytes:
            return None
        rate = sample.bytes / MEGABYTE / sample.total_s
        return rate if isfinite(rate) else None
    value: float | None = getattr(sample, reads)
    return value


def window_s(measure: str, probe: ProbePlan, plan: Plan) -> float:
    """Give how far back a probe's series looks: what the site set, else max(15 min, 40 cadences)."""
    own = plan.measures.get(measure)
    if own is not None and own.window_s is not None:
        return own.window_s
    return max(WINDOW_S, CADENCES * probe.every_s)


def rolled_up(sample: Sample, plan: Plan) -> list[tuple[str, float | None, bool, str]]:
    """Give a sample's numbers as the hourly roll-ups take them: series key, value, failed, unit.

    A probe that was taken out of the configuration meanwhile keeps the hours that it measured. What was measured during
    planned work belongs to none: counted once, it could never be told from the others again.
    """
    if sample.planned:
        return []
    readings = _readings(sample, plan.probes.get(sample.probe) or _former(sample), plan)
    return [(r.series.key, r.value, r.failed, CATALOGUE[r.series.measure].unit) for r in readings]


def _former(sample: Sample) -> ProbePlan:
    """Give what a sample itself tells of its probe; without metadata it need not have been for a whole study."""
    depth = "study" if sample.metadata_s is not None else "first-image"
    return ProbePlan(sample.probe, sample.kind, sample.system, sample.area, 0.0, 0.0, (), depth=depth)
