"""The numbers of issues as standings: how fast somebody answers and solves, and what was called solved too early."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from app.domain.floor.issue_measures import (
    Portion,
    Span,
    first_responses,
    per_100_exams,
    reopened_share,
    times_to_solve,
    unverified_share,
)
from app.domain.floor.issues import Issue
from app.domain.floor.waits import DAY_S, LEAST, begin_of, needing, upper_of, waits_judged
from app.domain.measuring.measures import CATALOGUE
from app.domain.measuring.signs import Signs
from app.domain.measuring.standings import Judged, Series, Sight, Standing, State, unmeasured
from app.domain.measuring.states import stand
from app.domain.plans import Plan
from app.domain.words import counted, span

FIRST_RESPONSE, SOLVE = "issue.first_response", "issue.solve"
REOPENED, UNVERIFIED, PER_100_EXAMS = "issue.reopened", "issue.unverified", "issue.per_100_exams"
MEASURES = (FIRST_RESPONSE, SOLVE, REOPENED, UNVERIFIED, PER_100_EXAMS)
WEEK_S = 604_800.0
JUDGED_EVERY_S = 10.0
ENDED = Series("report.turnaround")  # its cohort of the day are the exams that ended in it
_WINDOWS = {REOPENED: WEEK_S, UNVERIFIED: WEEK_S}


def judged(issues: Sequence[Issue], exams: int | None, plan: Plan, now: datetime, t0: datetime | None) -> list[Judged]:
    """Give every number of the issues of the last day, of shares of the last week; after T0 of those since.

    `exams` is how many ended in the same day, None where nobody can say.
    """
    day, week = _since(issues, DAY_S, now, t0), _since(issues, WEEK_S, now, t0)
    return [
        _spans(FIRST_RESPONSE, first_responses(day, now), "answered", plan, now),
        _spans(SOLVE, times_to_solve(day, now), "solved", plan, now),
        _share(REOPENED, reopened_share(week), "called solved, {} opened again", now),
        _share(UNVERIFIED, unverified_share(week), "closed, {} verified by nobody on the floor", now),
        _per_exams(day, exams, now),
    ]


def _since(issues: Iterable[Issue], window_s: float, now: datetime, t0: datetime | None) -> list[Issue]:
    since = begin_of(window_s, now, t0)
    return [i for i in issues if since < i.received_at <= now]


def _spans(measure: str, spans: Sequence[Span], done: str, plan: Plan, now: datetime) -> Judged:
    waiting = [s.seconds for s in spans if not s.over]
    words = f"{counted(len(spans), 'issue')} in 24 h, {len(spans) - len(waiting)} {done}"
    words += f", {len(waiting)} not yet, longest {span(max(waiting))}" if waiting else ""
    last = spans[-1].seconds if spans else None
    return waits_judged(measure, spans, plan, now, last=last, open_=len(waiting), words=words)


def _share(measure: str, portion: Portion, words: str, now: datetime) -> Judged:
    said = f"{counted(portion.n, 'issue')} of 7 d {words.format(portion.of_them)}"
    value = portion.share if portion.n >= LEAST else None
    return _plain(measure, WEEK_S, portion.n, value, needing(said, portion.n), now)


def _per_exams(issues: Sequence[Issue], exams: int | None, now: datetime) -> Judged:
    n = exams or 0
    said = f"{counted(len(issues), 'issue')} in 24 h, {counted(n, 'exam')} ended"
    if exams is None:
        return _plain(PER_100_EXAMS, DAY_S, 0, None, f"{said.partition(',')[0]}; nobody tells of exams now", now)
    value = per_100_exams(issues, n) if n >= LEAST else None
    return _plain(PER_100_EXAMS, DAY_S, n, value, needing(said, n), now)


def _plain(measure: str, window_s: float, n: int, value: float | None, note: str, now: datetime) -> Judged:
    unit = CATALOGUE[measure].unit
    return Judged(Series(measure), unit, window_s, n=n, last=value, value=value, as_of=now, known_at=now, note=note)


def of_issues(rows: Mapping[tuple[str, str], Judged], exams: Iterable[Standing], signs: Signs) -> list[Standing]:
    """Give how each of them stands: as lively as the judge that counts it, never good without enough of them.

    What is counted by exams is seen no better than the `exams` that ended.
    """
    if not signs.plan.areas:
        return []
    found = {measure: _standing(rows.get((measure, "")), measure, signs) for measure in MEASURES}
    ended = next((s for s in exams if s.series == ENDED and s.judged.window == "day"), None)
    unseen = ended is not None and ended.state in (State.BLIND, State.STALE)
    if ended is not None and unseen and found[PER_100_EXAMS].state is not State.BLIND:
        found[PER_100_EXAMS] = found[PER_100_EXAMS].blinded(f"exams that ended: {ended.reason}")
    return list(found.values())


def _standing(row: Judged | None, measure: str, signs: Signs) -> Standing:
    plan = signs.plan
    tells = any("ended" in feed.gives for feed in plan.feeds.values())
    sight = Sight(
        JUDGED_EVERY_S * plan.speed,
        upper=upper_of(plan, measure),
        absent="no source" if measure == PER_100_EXAMS and not tells else "",
        speed=plan.speed,
    )
    found = row or unmeasured(Series(measure), window_s=_WINDOWS.get(measure, DAY_S))
    if row is None and not sight.absent:  # nobody has counted yet: that is no trouble, and nothing is known either
        return Standing(found, State.INSUFFICIENT, "not counted yet", None, sight.upper)
    return stand(found, sight, signs.now)
