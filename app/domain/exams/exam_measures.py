"""Intervals of exams' lives as numbers, with Kaplan–Meier over the exams that are still open."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from app.domain.exams.exams import Exam
from app.domain.measuring.measures import CATALOGUE, Source
from app.domain.measuring.percentiles import P50, P90, P95, enough, kaplan_meier_many
from app.domain.measuring.standings import Judged, Series
from app.domain.plans import Plan
from app.domain.words import span, window_words

DAY_S, NOW_S = 86400.0, 14400.0
INTERVAL_MEASURES = tuple(m for m in CATALOGUE.values() if m.source is Source.EXAM)
_FROM_ORDERS = frozenset(m.id for m in INTERVAL_MEASURES if m.start == "ordered") | {"order.to_worklist"}
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
    """One group's exams in one window: closed durations, ages of the open, and where others stopped being awaited.

    `unseen` counts those that ended while golive was not looking: when is known too roughly for any number.
    """

    closed: list[float] = field(default_factory=list)
    still_open: list[float] = field(default_factory=list)
    overtaken: list[float] = field(default_factory=list)
    straddling: list[float] = field(default_factory=list)
    negative: int = 0
    unseen: int = 0

    def take(self, stay: "Stay") -> None:
        """Count one exam in."""
        if stay.unseen:
            self.unseen += 1
        elif stay.closed:
            self.closed.append(stay.seconds)
            self.negative += stay.seconds < 0
        else:
            (self.overtaken if stay.overtaken else self.still_open).append(stay.seconds)

    def percentiles(self) -> tuple[list[float | None], bool]:
        """Give p50, p90 and p95, None where not reached or n is too small, and whether one was not reached."""
        shares, n = (P50, P90, P95), len(self.closed)
        found = kaplan_meier_many(self.closed, self.still_open + self.overtaken, shares)
        unreached = any(enough(q, n) and v is None for q, v in zip(shares, found, strict=True))
        return [v if enough(q, n) else None for q, v in zip(shares, found, strict=True)], unreached


@dataclass(frozen=True, slots=True)
class Stay:
    """One exam in one interval: closed, overtaken, ended unseen, or (none of them) open."""

    start: datetime
    seconds: float
    closed: bool = False
    overtaken: bool = False
    unseen: bool = False


def groups_of(exam: Exam) -> tuple[Group, ...]:
    """Give the groups that an exam counts in: the whole, its area, its segment."""
    named = (("modality", exam.modality), ("patient_class", exam.patient_class))
    segment = tuple((name, value) for name, value in named if value)
    area: tuple[Group, ...] = ((exam.area, ()),) if exam.area else ()
    return (WHOLE, *area, *(((None, segment),) if segment else ()))


def linked(exams: Iterable[Exam]) -> list[Exam]:
    """Give exams with the images of a shared study known to all its accessions: the PACS files them under one."""
    every = list(exams)
    images: dict[str, tuple[datetime, bool]] = {}
    for exam in every:
        if exam.available_at is not None:
            arrival = (exam.available_at, exam.arrived_unseen)
            images |= {study: max(images.get(study, arrival), arrival) for study in exam.studies}
    return [
        replace(exam, available_at=max(told)[0], arrived_unseen=max(told)[1])
        if exam.available_at is None and (told := [images[s] for s in exam.studies if s in images])
        else exam
        for exam in every
    ]


def intervals(exams: Sequence[Exam], view: View) -> list[Judged]:
    """Give every interval measure of every window and group; the whole always, others where they hold an exam."""
    judged = []
    groups = {exam.exam: groups_of(exam) for exam in exams}
    for measure in INTERVAL_MEASURES:
        windows = view.windows(measure.id)
        bounds = [(view.now - timedelta(seconds=window_s), {WHOLE: Cohort()}) for _, window_s in windows]
        for exam, stay in stays(exams, measure.id, view):
            _enter(stay, groups[exam.exam], bounds, view)
        for (name, window_s), (_, by_group) in zip(windows, bounds, strict=True):
            judged += [_judged(measure.id, name, window_s, g, c, view) for g, c in by_group.items()]
    return judged


def stays(exams: Iterable[Exam], measure: str, view: View) -> Iterator[tuple[Exam, Stay]]:
    """Give each exam that counts in an interval measure and has its start, as it is at the view's `now`."""
    known = [e for e in exams if e.counted]
    # Nobody asks for a modality of which no worklist answer ever held an order: its orders wait for nothing.
    listed = {e.modality for e in known if e.listed_at is not None}
    for exam in known:
        asked = measure != "order.to_worklist" or exam.modality in listed
        stay = stay_of(exam, measure, view) if asked else None
        if stay is not None:
            yield exam, stay


def _enter(
    stay: Stay, groups: tuple[Group, ...], bounds: Sequence[tuple[datetime, dict[Group, Cohort]]], view: View
) -> None:
    start, new = stay.start, view.is_new(stay.start)
    if not new and (stay.closed or stay.overtaken or stay.unseen):
        return
    for oldest, by_group in bounds:
        if new and start <= oldest:
            continue
        for group in groups:
            cohort = by_group.get(group)
            if cohort is None:
                cohort = by_group[group] = Cohort()
            if new:
                cohort.take(stay)
            else:
                cohort.straddling.append(stay.seconds)


def stay_of(exam: Exam, measure: str, view: View) -> Stay | None:
    """Give an exam in one interval as it is at the view's `now`, None while it has not begun it."""
    if measure == "order.to_worklist":
        start, end_name = _expected_in_worklist(exam, view), "listed"
    else:
        spec = CATALOGUE[measure]
        start, end_name = exam.at(spec.start), spec.end
    if start is None:
        return None
    end = exam.at(end_name)
    if end is not None:
        unseen = (end_name == "available" and exam.arrived_unseen) or (end_name == "listed" and exam.listed_unseen)
        return Stay(start, (end - start).total_seconds(), closed=not unseen, unseen=unseen)
    overtakers = [at for m in _OVERTAKEN_BY.get(end_name, ()) if (at := exam.at(m)) is not None]
    if overtakers:
        return Stay(start, (min(overtakers) - start).total_seconds(), overtaken=True)
    return Stay(start, (view.now - start).total_seconds())


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
    (p50, p90, p95), unreached = cohort.percentiles()
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
        note=_note(measure, cohort, view, view.since_words(window_s)),
    )


def lost_words(count: int, view: View) -> str:
    """Name the exams that wait for longer than a report can take: its message perhaps never reached us."""
    return f"; {count} more for over {span(view.plan.lost_after_s)}, perhaps lost" if count else ""


def _note(measure: str, cohort: Cohort, view: View, since: str) -> str:
    end = "listed" if measure == "order.to_worklist" else CATALOGUE[measure].end
    n = len(cohort.closed)
    words = f"{n + len(cohort.still_open)} {since}, {n} {_DONE[end]}"
    # an order may wait for weeks as planned, what has ended may not
    most_s = math.inf if measure in _FROM_ORDERS else view.plan.lost_after_s
    if older := [age_s for age_s in cohort.straddling if age_s <= most_s]:
        words += f"; {len(older)} from before go-live still open, oldest {span(max(older))}"
    words += lost_words(len(cohort.straddling) - len(older), view)
    if cohort.negative:
        words += f"; {cohort.negative} with clocks that disagree"
    if cohort.unseen:
        unseen = "were there before golive looked" if end == "listed" else "arrived while golive was not looking"
        words += f"; {cohort.unseen} more {unseen}"
    return words


def interval_s(exam: Exam, start: str, end: str) -> float | None:
    """Give the seconds between two milestones, negative ones as they are; None while one is missing."""
    begin, finish = exam.at(start), exam.at(end)
    return None if begin is None or finish is None else (finish - begin).total_seconds()


INTERVALS = (
    ("ordered", "begun"),
    ("begun", "ended"),
    ("ended", "available"),
    ("ended", "preliminary"),
    ("ended", "final"),
    ("final", "delivered"),
)


def negative_intervals(exam: Exam) -> tuple[tuple[str, str], ...]:
    """Give the pairs of milestones that lie in the wrong order: somebody's clock is off."""
    return tuple(pair for pair in INTERVALS if (seconds := interval_s(exam, *pair)) is not None and seconds < 0)
