"""How each series stands when it is read: plan, signs of life and control probes decide its state."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from app.domain.exams.exam_measures import DAY_S
from app.domain.exams.exam_sights import exam_rows, of_exams
from app.domain.floor.issue_standings import of_issues
from app.domain.floor.support_measure import WAIT, of_support
from app.domain.measuring.measures import CATALOGUE, Source
from app.domain.measuring.series import ANSWERED
from app.domain.measuring.signs import Pulses, Signs, as_of_pulse, indexed, quiet_of, why_absent, with_trouble
from app.domain.measuring.standings import Judged, Pulse, Series, Sight, Standing, unmeasured
from app.domain.measuring.states import HEARTBEAT_S, STALE_CADENCES, stand
from app.domain.measuring.watched import Watched, watched
from app.domain.plans import Plan
from app.domain.rollback.planned_work import PlannedWork, by_system
from app.domain.words import counted, span

UNASKED_FOR = timedelta(hours=1)
FEED_MEASURES = ("feed.age", "feed.rate", "clock.offset")


def standings_now(
    judged_rows: Iterable[Judged],
    plan: Plan,
    pulses: Pulses,
    now: datetime,
    *,
    started_at: datetime | None = None,
    works: Iterable[PlannedWork] = (),
) -> list[Standing]:
    """Give every series' standing at `now`, those that the plan expects and nobody ever measured included.

    `pulses` holds the newest heartbeat by (source, name), `works` what is planned of systems; numbers from before
    `started_at`, the app's start, say so.
    """
    rows = {(row.series.key, row.window): row for row in judged_rows}
    heard = {_feed_of(r): r.known_at for r in rows.values() if r.series.measure == "feed.age" and r.known_at}
    unheard = {_feed_of(r): r.as_of for r in rows.values() if r.series.measure == "feed.age" and not r.known_at}
    began = {f: since for f in plan.feeds if f not in heard and (since := unheard.get(f) or started_at)}
    expected = watched(plan)
    cut_off = _cut_off(rows, expected)
    signs = Signs(
        plan, *indexed(pulses, plan), now, heard, began, cut_off, started_at, by_system(works, plan.zone, now)
    )
    found = [
        _of_probes(row or unmeasured(w.series), w, signs)
        for key, w in expected.items()
        if _shown(row := rows.get((key, "")), w, now)
    ]
    found += [_of_feed(row, signs) for row in _feed_rows(rows, plan)]
    found += [of_support(rows.get((WAIT, "")), signs)] if plan.support is not None else []
    exams = of_exams(exam_rows(rows, plan), signs)
    return found + exams + of_issues(rows, exams, signs)


def _shown(row: Judged | None, w: Watched, now: datetime) -> bool:
    """Say whether a series belongs on screens: one that is asked for always, another one while somebody fills it."""
    if w.asked:
        return True
    return row is not None and row.known_at is not None and now - row.known_at < UNASKED_FOR


def _cut_off(rows: Mapping[tuple[str, str], Judged], expected: Mapping[str, Watched]) -> set[str]:
    cut = set()
    for key, w in expected.items():
        controls = [p for p in w.probes if p.control]
        row = rows.get((key, ""))
        if controls and row is not None and CATALOGUE[w.series.measure].source is Source.PROBE:
            silent = row.newest_ok[:1] == (False,) and row.last_outcome not in ANSWERED
            cut |= {w.vantage} if silent else set()
    return cut


def _speaking(pulses: list[Pulse], now: datetime) -> Pulse | None:
    """Give the newest of several probes' pulses, one that tells of an attempt now before the others."""
    fresh = now - timedelta(seconds=HEARTBEAT_S)
    return max(pulses, key=lambda p: (p.awaited and p.known_at >= fresh, p.known_at), default=None)


def _told(w: Watched, signs: Signs) -> list[Pulse]:
    return [pulse for p in w.probes if (pulse := signs.by_vantage.get((w.vantage, p.id)))]


def _of_probes(row: Judged, w: Watched, signs: Signs) -> Standing:
    own = signs.plan.measures.get(w.series.measure)
    # Hours begin with a grace: the first answer of the morning cannot be there yet.
    grace = timedelta(seconds=STALE_CADENCES * w.cadence_s + w.timeout_s)
    sight = Sight(
        cadence_s=w.cadence_s,
        timeout_s=w.timeout_s,
        turn_s=max(p.turn_s for p in w.probes),
        speed=signs.plan.speed,
        pulse=_speaking(_told(w, signs), signs.now),
        expected=any(
            p.hours is None or (p.hours.hold(signs.now) and p.hours.hold(signs.now - grace)) for p in w.probes
        ),
        cut_off=w.vantage in signs.cut_off and not w.control,
        planned=signs.planned.get(w.series.system or "", ""),
        upper=own.expected_below if own else None,
        restarted_at=_restarted_at(row, signs),
    )
    return stand(row, sight, signs.now)


def _restarted_at(row: Judged, signs: Signs) -> datetime | None:
    if signs.started_at is None or row.known_at is None or row.known_at >= signs.started_at:
        return None
    return signs.started_at.astimezone(signs.plan.zone)


def _feed_of(row: Judged) -> str:
    return dict(row.series.segment).get("feed", "")


def _feed_rows(rows: Mapping[tuple[str, str], Judged], plan: Plan) -> list[Judged]:
    found = []
    for feed in plan.feeds.values():
        for measure in FEED_MEASURES:
            series = Series(measure, feed.system, None, (("feed", feed.id),))
            found.append(rows.get((series.key, "")) or unmeasured(series, window_s=DAY_S))
    return found


def _of_feed(row: Judged, signs: Signs) -> Standing:
    feed = signs.plan.feeds[_feed_of(row)]
    pulse = signs.by_name.get(feed.id)
    upper = None
    if row.series.measure == "feed.age":
        upper = None if feed.legacy else feed.quiet_after_s
        if row.known_at is not None:
            age_s = max(0.0, (signs.now - row.known_at).total_seconds())
            few = "" if row.n >= 5 else f"; {counted(row.n, 'event')} of 5 needed"
            row = replace(row, value=age_s, last=age_s, note=f"last event {span(age_s)} ago{few}")
    # one that was heard grows old in its own number; one that never was has no number
    mute = row.series.measure == "feed.age" and feed.id not in signs.heard and not feed.legacy
    quiet = quiet_of([feed], signs) if mute else (None, None)
    absent = why_absent(feed, pulse)
    sight = Sight(
        cadence_s=feed.heartbeat_s,
        upper=upper,
        absent=absent,
        quiet_s=quiet[0],
        quiet_after_s=quiet[1],
        planned=signs.planned.get(feed.system or "", ""),
    )
    return with_trouble(stand(as_of_pulse(row, pulse), sight, signs.now), pulse)
