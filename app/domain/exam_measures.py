"""Intervals of exams' lives as numbers, with Kaplan–Meier over the exams that are still open."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from app.domain.exams import Exam
from app.domain.measures import CATALOGUE, Source
from app.domain.percentiles import P50, P90, P95, enough, kaplan_meier_many
from app.domain.plans import Plan
from app.domain.standings import Judged, Series
from app.domain.words import span, window_words

DAY_S, NOW_S = 86400.0, 14400.0
INTERVAL_MEASURES = tuple(m for m in CATALOGUE.values() if m.source is Source.EXAM)
# What ends the waiting without being waited for: a report that is final at once never gets a preliminary one.
_OVERTAKEN_BY = {"preliminary": ("final",), "begun": ("ended", "final"), "listed": ("begun", "ended", "final")}
_DONE = {"final": "read", "preliminary": "read preliminarily", "begun": "begun", "available": "in the PACS"}
_DONE |= {"delivered": "delivered", "listed": "in the worklist"}

Segment = tuple[tuple[str, str], ...]
Group = tuple[str | None, Segment]  # area, segment; (None, ()) is the whole
WHOLE: Group = (None, ())


@dataclass(frozen=True, slots=True)
class View:
    """From where exams are looked at: `t0` is None until go-live has begun, and then divides old from new."""

    plan: Plan
    now: datetime
    t0: datetime | None

    def windows(self, measure: str) -> tuple[tuple[str, float], ...]:
        """Give the windows of an exam measure by name, the day's as the site set it."""
        own = self.plan.measures.get(measure)
        day = own.window_s if own is not None and own.window_s is not None else DAY_S
        return ("day", day), ("now", NOW_S)

    def is_new(self, start: datetime) -> bool:
        """Say whether a start counts: after T0 only those from T0 on."""
        return self.t0 is None or start >= self.t0

    def since_words(self, window_s: float) -> str:
        """Name the time looked at: since go-live while the window still reaches back to it."""
        if self.t0 is not None and (self.now - self.t0).total_seconds() <= window_s:
            return "since go-live"
        return f"in {window_words(window_s)}"


@dataclass(slots=True)
class Cohort:
    """One group's exams in one window: closed durations, ages of the open, and where others stopped being awaited."""

    closed: list[float] = field(default_factory=list)
    still_open: list[float] = field(default_factory=list)
    overtaken: list[float] = field(default_factory=list)
    straddling: list[float] = field(default_factory=list)
    negative: int = 0


@dataclass(frozen=True, slots=True)
class _Stay:
    """One exam in one interval: closed, overtaken, or (neither) open."""

    start: datetime
    seconds: float
    closed: bool = False
    overtaken: bool = False


def groups_of(exam: Exam) -> tuple[Group, ...]:
    """Give the groups that an exam counts in: the whole, its area, its segment."""
    named = (("modality", exam.modality), ("patient_class", exam.patient_class))
    segment = tuple((name, value) for name, value in named if value)
    area: tuple[Group, ...] = ((exam.area, ()),) if exam.area else ()
    return (WHOLE, *area, *(((None, segment),) if segment else ()))


def linked(exams: Iterable[Exam]) -> list[Exam]:
    """Give exams with the images of a shared study known to all its accessions: the PACS files them under one."""
    every = list(exams)
    images: dict[str, datetime] = {}
    for exam in every:
        if exam.available_at is not None:
            for study in exam.studies:
                images[study] = max(images.get(study, exam.available_at), exam.available_at)
    return [
        replace(exam, available_at=max(told))
        if exam.available_at is None and (told := [images[s] for s in exam.studies if s in images])
        else exam
        for exam in every
    ]


def intervals(exams: Sequence[Exam], view: View) -> list[Judged]:
    """Give every interval measure of every window and group; the whole always, others where they hold an exam."""
    judged = []
    known = [e for e in exams if e.counted]
    groups = {exam.exam: groups_of(exam) for exam in known}
    # Nobody asks for a modality of which no worklist answer ever held an order: its orders wait for nothing.
    listed = {e.modality for e in known if e.listed_at is not None}
    for measure in INTERVAL_MEASURES:
        windows = view.windows(measure.id)
        bounds = [(view.now - timedelta(seconds=window_s), {WHOLE: Cohort()}) for _, window_s in windows]
        for exam in known:
            stay = _stay(exam, measure.id, view)
            asked = measure.id != "order.to_worklist" or exam.modality in listed
            if stay is not None and asked:
                _enter(stay, groups[exam.exam], bounds, view)
        for (name, window_s), (_, by_group) in zip(windows, bounds, strict=True):
            judged += [_judged(measure.id, name, window_s, g, c, view) for g, c in by_group.items()]
    return judged


def _enter(
    stay: _Stay, groups: tuple[Group, ...], bounds: Sequence[tuple[datetime, dict[Group, Cohort]]], view: View
) -> None:
    start, new = stay.start, view.is_new(stay.start)
    if not new and (stay.closed or stay.overtaken):
        return
    for oldest, by_group in bounds:
        if new and start <= oldest:
            continue
        for group in groups:
            cohort = by_group.get(group)
            if cohort is None:
                cohort = by_group[group] = Cohort()
            if not new:
                cohort.straddling.append(stay.seconds)
            elif stay.closed:
                cohort.closed.append(stay.seconds)
                cohort.negative += stay.seconds < 0
            else:
                (cohort.overtaken if stay.overtaken else cohort.still_open).append(stay.seconds)


def _stay(exam: Exam, measure: str, view: View) -> _Stay | None:
    if measure == "order.to_worklist":
        start, end_name = _expected_in_worklist(exam, view), "listed"
    else:
        spec = CATALOGUE[measure]
        start, end_name = exam.at(spec.start), spec.end
    if start is None:
        return None
    end = exam.at(end_name)
    if end is not None:
        return _Stay(start, (end - start).total_seconds(), closed=True)
    overtakers = [at for m in _OVERTAKEN_BY.get(end_name, ()) if (at := exam.at(m)) is not None]
    if overtakers:
        return _Stay(start, (min(overtakers) - start).total_seconds(), overtaken=True)
    return _Stay(start, (view.now - start).total_seconds())


def _expected_in_worklist(exam: Exam, view: View) -> datetime | None:
    """Give when an order should begin to show: worklists are asked for today, so one for another day does not count."""
    if exam.ordered_at is None or exam.order_received_at is None:
        return None
    zone = view.plan.zone
    if exam.scheduled_at is not None:
        other_day = exam.scheduled_at.astimezone(zone).date() != exam.order_received_at.astimezone(zone).date()
        return None if other_day else exam.order_received_at
    return exam.order_received_at


def _judged(measure: str, window: str, window_s: float, group: Group, cohort: Cohort, view: View) -> Judged:
    n, waiting = len(cohort.closed), cohort.still_open
    censored = waiting + cohort.overtaken
    found = kaplan_meier_many(cohort.closed, censored, (P50, P90, P95))
    p50, p90, p95 = (v if enough(q, n) else None for q, v in zip((P50, P90, P95), found, strict=True))
    unreached = any(enough(q, n) and v is None for q, v in zip((P50, P90, P95), found, strict=True))
    return Judged(
        series=Series(measure, None, group[0], group[1]),
        unit=CATALOGUE[measure].unit,
        window_s=window_s,
        n=n,
        p50=p50,
        p90=p90,
        p95=p95,
        beyond_s=max(censored) if unreached and censored else None,
        value=p50,
        headline="p50" if enough(P50, n) else "",
        open=len(waiting),
        straddling=len(cohort.straddling),
        straddling_oldest_s=max(cohort.straddling, default=None),
        window=window,
        note=_note(measure, cohort, view.since_words(window_s)),
    )


def _note(measure: str, cohort: Cohort, since: str) -> str:
    end = "listed" if measure == "order.to_worklist" else CATALOGUE[measure].end
    n = len(cohort.closed)
    words = f"{n + len(cohort.still_open)} {since}, {n} {_DONE[end]}"
    if cohort.straddling:
        words += f"; {len(cohort.straddling)} from before go-live still open, oldest {span(max(cohort.straddling))}"
    if cohort.negative:
        words += f"; {cohort.negative} with clocks that disagree"
    return words
