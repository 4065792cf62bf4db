"""What exams say of the moment: reports and exams per hour, who waits and how long, what the PACS's list holds."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from app.domain.exams.exam_measures import DAY_S, WHOLE, Group, Segment, View, groups_of, lost_words
from app.domain.exams.exams import Exam
from app.domain.measuring.measures import CATALOGUE
from app.domain.measuring.standings import Judged, Series
from app.domain.words import counted, span

HOUR_S = 3600.0
LEAST_OBSERVED_S = 300.0  # a rate of less than that is an accident
TRUSTED_SHARE = 0.8
PLACES = 5  # as many places of strays are named


def gauges(
    exams: Sequence[Exam], view: View, *, trusted: bool = False, unreported_since: datetime | None = None
) -> list[Judged]:
    """Give rates, backlog, oldest waiting, matched share and strays.

    `trusted`: the share was ≥ 80 % once; `unreported_since`: when the feeds last told of a final report.
    """
    known = [e for e in exams if e.counted]
    by_group: dict[Group, list[Exam]] = {WHOLE: []}
    for exam in known:
        for group in groups_of(exam):
            by_group.setdefault(group, []).append(exam)
    judged = []
    for group, members in by_group.items():
        judged += _rates(group, members, view) + _waiting(group, members, view)
    judged.append(_matched(known, view, trusted))
    judged = [_with_pause(row, judged, view, unreported_since) for row in judged]
    return judged + _strays(exams, view)


def _row(measure: str, group: Group, n: int, value: float | None, note: str, **more: float | int | None) -> Judged:
    series = Series(measure, None, group[0], group[1])
    window_s = HOUR_S if CATALOGUE[measure].unit == "per h" else DAY_S
    return Judged(series, CATALOGUE[measure].unit, window_s, n=n, value=value, last=value, note=note, **more)  # type: ignore[arg-type]  # fields by name


def _began(exam: Exam) -> datetime | None:
    return exam.ended_at or exam.begun_at or exam.arrived_at or exam.ordered_at or exam.scheduled_at


def _rates(group: Group, members: list[Exam], view: View) -> list[Judged]:
    new = [e for e in members if (at := _began(e)) is not None and view.is_new(at)]
    day = view.now - timedelta(seconds=DAY_S)
    base = sum(1 for e in new if (e.ended_at or e.final_at or day) > day)
    finals = _per_hour((e.final_at for e in new), view)
    ended = _per_hour((e.ended_at for e in new), view)
    return [
        _row("report.rate", group, base, finals[1], _rate_note(finals, "report", base, view)),
        _row("exam.rate", group, base, ended[1], _rate_note(ended, "exam", base, view)),
    ]


def _with_pause(row: Judged, judged: list[Judged], view: View, unreported_since: datetime | None) -> Judged:
    """Give the whole's report.rate with how many exams wait, and since when, T0 at the earliest, no report came."""
    if row.series.key != "report.rate" or unreported_since is None:
        return row
    since = max(unreported_since, view.t0) if view.t0 is not None else unreported_since
    waiting = next((r.open for r in judged if r.series.key == "exam.backlog"), None)
    return replace(row, open=waiting, as_of=since, known_at=since)


def _per_hour(moments: Iterable[datetime | None], view: View) -> tuple[int, float | None]:
    observed_s = HOUR_S if view.t0 is None else min(HOUR_S, (view.now - view.t0).total_seconds())
    oldest = view.now - timedelta(seconds=HOUR_S)
    count = sum(1 for at in moments if at is not None and oldest < at <= view.now)
    return count, count / observed_s * HOUR_S if observed_s >= LEAST_OBSERVED_S else None


def _rate_note(rate: tuple[int, float | None], noun: str, base: int, view: View) -> str:
    if rate[1] is None:
        return "go-live was only minutes ago"
    since = view.since_words(HOUR_S).replace("in 1 h", "in the last hour")
    words = f"{counted(rate[0], noun)} {since}"
    return words if base >= 5 else f"{words}; {counted(base, 'exam')} of 5 needed"


def _waiting(group: Group, members: list[Exam], view: View) -> list[Judged]:
    ended = [(e, e.ended_at) for e in members if e.ended_at is not None]
    new = [(e, at) for e, at in ended if view.is_new(at)]
    # an exam that ended "later than now" by its system's clock has waited no time yet
    unread = [(max(0.0, (view.now - at).total_seconds()), view.is_new(at)) for e, at in ended if e.final_at is None]
    waiting = [age_s for age_s, is_new in unread if is_new and age_s <= view.plan.lost_after_s]
    older = [age_s for age_s, is_new in unread if not is_new and age_s <= view.plan.lost_after_s]
    lost = len(unread) - len(waiting) - len(older)
    day = view.now - timedelta(seconds=DAY_S)
    base = len(waiting) + sum(1 for e, at in new if at > day and e.final_at is not None)
    oldest = max(waiting, default=0.0)
    note = f"{counted(len(waiting), 'exam')} without a report"
    note += f", the oldest for {span(oldest)}" if waiting else ""
    note += f"; {len(older)} more from before go-live" if older else ""
    note += lost_words(lost, view)
    note += f"; {counted(base, 'exam')} of 5 needed" if base < 5 else ""
    beside = {"open": len(waiting), "straddling": len(older), "straddling_oldest_s": max(older, default=None)}
    return [
        _row("exam.backlog", group, base, float(len(waiting)), note, **beside, perhaps_lost=lost),
        _row("exam.oldest_waiting", group, base, oldest, note, **beside, perhaps_lost=lost),
    ]


def _matched(known: list[Exam], view: View, trusted: bool) -> Judged:
    day = view.now - timedelta(seconds=DAY_S)
    ended = [e for e in known if e.ended_at is not None and e.ended_at > day and view.is_new(e.ended_at)]
    found = sum(1 for e in ended if e.available_at is not None)
    share = found / len(ended) if ended else None
    note = f"{found} of {counted(len(ended), 'ended exam')} found in the PACS's list"
    if share is None or not (trusted or (len(ended) >= 5 and share >= TRUSTED_SHARE)):
        return _row("exam.matched", WHOLE, len(ended), None, f"{note}; not believed until it has once been 80 %")
    return _row("exam.matched", WHOLE, len(ended), share, note)


def _strays(exams: Iterable[Exam], view: View) -> list[Judged]:
    legacy = next((f for f in view.plan.feeds.values() if f.legacy), None)
    if legacy is None:
        return []
    t0, every = view.t0, list(exams)
    unit = CATALOGUE["legacy.stray"].unit
    if t0 is None or t0 > view.now:
        whole = Series("legacy.stray", legacy.system)
        return [Judged(whole, unit, DAY_S, note="counted from go-live on")]
    since = max(t0, view.now - timedelta(seconds=DAY_S))
    strays = [e for e in every if e.stray_at is not None and e.stray_at >= since and after_t0(t0, e)]
    base = len(strays) + sum(1 for e in every if e.available_at is not None and e.available_at >= since)
    places = Counter((e.modality or "", e.station or "") for e in strays)
    by_segment: dict[Segment, int] = {(): len(strays)}
    by_segment |= {segment: n for place, n in places.items() if (segment := _segment(*place))}
    return [
        Judged(
            Series("legacy.stray", legacy.system, None, segment),
            unit,
            DAY_S,
            n=base,
            value=float(count),
            last=float(count),
            note=_stray_note(count, base, view, "" if segment else _places(places)),
        )
        for segment, count in by_segment.items()
    ]


def after_t0(t0: datetime, exam: Exam) -> bool:
    """Say whether an exam belongs to the time after T0: what was done before it may still arrive in the old system."""
    done_at = exam.ended_at or exam.begun_at
    return done_at is None or done_at >= t0


def _segment(modality: str, station: str) -> Segment:
    return tuple((name, value) for name, value in (("modality", modality), ("station", station)) if value)


def _stray_note(count: int, base: int, view: View, places: str) -> str:
    since = view.since_words(DAY_S)
    if not count:
        return f"0 of {counted(base, 'study', 'studies')} {since} went to the old PACS"
    words = f"{counted(count, 'study', 'studies')} {since} went to the old PACS"
    return f"{words}: {places}" if places else words


def _places(places: Counter[tuple[str, str]]) -> str:
    """Name where strays come from, most first: "CT from CT2 4, MR from MR1 1"."""
    ordered = sorted(places.items(), key=lambda item: (-item[1], item[0]))
    named = [
        f"{modality or 'unknown'}{f' from {station}' if station else ''} {n}" for (modality, station), n in ordered
    ]
    rest = sum(n for _, n in ordered[PLACES:])
    return ", ".join(named[:PLACES] + ([f"others {rest}"] if rest else []))
