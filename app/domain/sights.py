"""What decides each series' state when it is read: plan, signs of life and control probes; and all standings."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.domain.exam_measures import DAY_S, INTERVAL_MEASURES, NOW_S
from app.domain.measures import CATALOGUE, Source
from app.domain.plans import FeedPlan, Plan
from app.domain.reading import stopped_words
from app.domain.samples import Kind
from app.domain.series import ANSWERED
from app.domain.standings import PRECEDENCE, Judged, Pulse, Series, Sight, Standing, State
from app.domain.states import BUSY, HEARTBEAT_S, STALE_CADENCES, stand
from app.domain.watched import Watched, watched
from app.domain.words import counted, span

Pulses = Mapping[tuple[str, str], Pulse]  # (source, probe or feed) → newest

UNASKED_FOR = timedelta(hours=1)
NO_ANSWER = "no answer"  # a feed's heartbeat while the system that it asks gives none
_DOWN = PRECEDENCE.index(State.DOWN)
STRAYS = "legacy.stray"
FEED_MEASURES = ("feed.age", "feed.rate", "clock.offset")
# Whose silence makes an exam gauge blind: the feeds that give these milestones.
GAUGES = {
    "report.rate": ("final",),
    "exam.rate": ("ended",),
    "exam.backlog": ("ended", "final"),
    "exam.oldest_waiting": ("ended", "final"),
    "exam.matched": ("ended", "available"),
}


@dataclass(frozen=True, slots=True)
class _Now:
    plan: Plan
    by_vantage: Mapping[tuple[str, str], Pulse]  # (vantage, probe)
    by_name: Mapping[str, Pulse]
    now: datetime
    heard: Mapping[str, datetime]  # feed → its newest event
    listening_since: Mapping[str, datetime]  # feed → when golive began to listen; those never heard
    cut_off: Collection[str]  # vantages
    started_at: datetime | None


def standings_now(
    judged_rows: Iterable[Judged], plan: Plan, pulses: Pulses, now: datetime, *, started_at: datetime | None = None
) -> list[Standing]:
    """Give every series' standing at `now`, those that the plan expects and nobody ever measured included.

    `pulses` holds the newest heartbeat by (source, name); numbers from before `started_at`, the app's start, say so.
    """
    rows = {(row.series.key, row.window): row for row in judged_rows}
    heard = {_feed_of(r): r.known_at for r in rows.values() if r.series.measure == "feed.age" and r.known_at}
    unheard = {_feed_of(r): r.as_of for r in rows.values() if r.series.measure == "feed.age" and not r.known_at}
    began = {f: since for f in plan.feeds if f not in heard and (since := unheard.get(f) or started_at)}
    expected = watched(plan)
    cut_off = _cut_off(rows, expected)
    at = _Now(plan, *_indexed(pulses, plan), now, heard, began, cut_off, started_at)
    found = [
        _of_probes(row or _unmeasured(w.series), w, at)
        for key, w in expected.items()
        if _shown(row := rows.get((key, "")), w, now)
    ]
    found += [_of_feed(row, at) for row in _feed_rows(rows, plan)]
    return found + [_of_exams(row, at) for row in _exam_rows(rows, plan)]


def blind_feeds(plan: Plan, pulses: Pulses, now: datetime) -> dict[str, str]:
    """Give the feeds that golive does not hear, by their heartbeats alone, each with a reason."""
    reasons = {}
    for feed in plan.feeds.values():
        told = (p for (_, name), p in pulses.items() if name == feed.id)
        pulse = max(told, key=lambda p: p.known_at, default=None)
        if pulse is None:
            reasons[feed.id] = "never heard"
        elif (age_s := (now - pulse.known_at).total_seconds()) > 5 * feed.heartbeat_s:
            told_why = pulse.detail if pulse.state == "waiting" else ""
            reasons[feed.id] = told_why or f"its collector has been silent for {span(age_s)}"
    return reasons


def _shown(row: Judged | None, w: Watched, now: datetime) -> bool:
    """Say whether a series belongs on screens: one that is asked for always, another one while somebody fills it."""
    if w.asked:
        return True
    return row is not None and row.known_at is not None and now - row.known_at < UNASKED_FOR


def _unmeasured(series: Series, window: str = "", window_s: float = 900.0) -> Judged:
    return Judged(series, CATALOGUE[series.measure].unit, window_s, window=window)


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
    return max(pulses, key=lambda p: (p.state in BUSY and p.known_at >= fresh, p.known_at), default=None)


def _indexed(pulses: Pulses, plan: Plan) -> tuple[dict[tuple[str, str], Pulse], dict[str, Pulse]]:
    """Give the newest pulse of each name from each vantage, and from anywhere."""
    by_vantage: dict[tuple[str, str], Pulse] = {}
    by_name: dict[str, Pulse] = {}
    for (source, name), pulse in sorted(pulses.items(), key=lambda item: item[1].known_at):
        by_vantage[(plan.vantage_of(source), name)] = by_name[name] = pulse
    return by_vantage, by_name


def _told(w: Watched, at: _Now) -> list[Pulse]:
    return [pulse for p in w.probes if (pulse := at.by_vantage.get((w.vantage, p.id)))]


def _of_probes(row: Judged, w: Watched, at: _Now) -> Standing:
    own = at.plan.measures.get(w.series.measure)
    # Hours begin with a grace: the first answer of the morning cannot be there yet.
    grace = timedelta(seconds=STALE_CADENCES * w.cadence_s + w.timeout_s)
    sight = Sight(
        cadence_s=w.cadence_s,
        timeout_s=w.timeout_s,
        turn_s=max(p.turn_s for p in w.probes),
        speed=at.plan.speed,
        pulse=_speaking(_told(w, at), at.now),
        expected=any(p.hours is None or (p.hours.hold(at.now) and p.hours.hold(at.now - grace)) for p in w.probes),
        cut_off=w.vantage in at.cut_off and not w.control,
        upper=own.expected_below if own else None,
        restarted_at=_restarted_at(row, at),
    )
    return stand(row, sight, at.now)


def _restarted_at(row: Judged, at: _Now) -> datetime | None:
    if at.started_at is None or row.known_at is None or row.known_at >= at.started_at:
        return None
    return at.started_at.astimezone(at.plan.zone)


def _feed_of(row: Judged) -> str:
    return dict(row.series.segment).get("feed", "")


def _feed_rows(rows: Mapping[tuple[str, str], Judged], plan: Plan) -> list[Judged]:
    found = []
    for feed in plan.feeds.values():
        for measure in FEED_MEASURES:
            series = Series(measure, feed.system, None, (("feed", feed.id),))
            found.append(rows.get((series.key, "")) or _unmeasured(series, window_s=DAY_S))
    return found


def _of_feed(row: Judged, at: _Now) -> Standing:
    feed = at.plan.feeds[_feed_of(row)]
    pulse = at.by_name.get(feed.id)
    upper = None
    if row.series.measure == "feed.age":
        upper = None if feed.legacy else feed.quiet_after_s
        if row.known_at is not None:
            age_s = max(0.0, (at.now - row.known_at).total_seconds())
            few = "" if row.n >= 5 else f"; {counted(row.n, 'event')} of 5 needed"
            row = replace(row, value=age_s, last=age_s, note=f"last event {span(age_s)} ago{few}")
    # one that was heard grows old in its own number; one that never was has no number
    mute = row.series.measure == "feed.age" and feed.id not in at.heard and not feed.legacy
    quiet = _quiet([feed], at) if mute else (None, None)
    absent = _unheard(feed, pulse)
    sight = Sight(cadence_s=feed.heartbeat_s, upper=upper, absent=absent, quiet_s=quiet[0], quiet_after_s=quiet[1])
    return _with_trouble(stand(_as_of(row, pulse), sight, at.now), pulse)


def _with_trouble(standing: Standing, pulse: Pulse | None) -> Standing:
    """Give a feed's own words for why it is not looking; one that looks and gets no answer is down, not blind."""
    if pulse is not None and pulse.state == NO_ANSWER and PRECEDENCE.index(standing.state) > _DOWN:
        return replace(standing, state=State.DOWN, reason=pulse.detail)
    if (
        standing.state not in (State.STALE, State.BLIND)
        or pulse is None
        or pulse.state != "waiting"
        or not pulse.detail
    ):
        return standing
    return replace(standing, reason=f"{standing.reason}: {pulse.detail}")


def _unheard(feed: FeedPlan, pulse: Pulse | None) -> str:
    return "" if pulse else f"{feed.id} has not been heard yet"


def _as_of(row: Judged, pulse: Pulse | None) -> Judged:
    heard_at = pulse.known_at if pulse else None
    return replace(row, as_of=heard_at, known_at=heard_at)


def _exam_rows(rows: Mapping[tuple[str, str], Judged], plan: Plan) -> list[Judged]:
    """Give the whole of every exam measure, measured or not, and what else holds an exam."""
    whole = [(Series(m.id), name, s) for m in INTERVAL_MEASURES for name, s in (("day", DAY_S), ("now", NOW_S))]
    whole += [(Series(m), "", DAY_S) for m in GAUGES]
    legacy = next((f for f in plan.feeds.values() if f.legacy), None)
    whole += [(Series(STRAYS, legacy.system), "", DAY_S)] if legacy else []
    wanted = {(series.key, window): _unmeasured(series, window, s) for series, window, s in whole}
    parts = {key: row for key, row in rows.items() if key not in wanted and _is_part(row, plan)}
    return [rows.get(key, row) for key, row in wanted.items()] + list(parts.values())


def _is_part(row: Judged, plan: Plan) -> bool:
    series = row.series
    measure = CATALOGUE.get(series.measure)
    ours = measure is not None and (measure.source is Source.EXAM or series.measure in GAUGES)
    stray = series.measure == STRAYS and any(f.legacy and f.system == series.system for f in plan.feeds.values())
    split = bool(series.segment) or (series.area is not None and series.area in plan.areas)
    return (ours or stray) and split and bool(row.n or row.open or row.straddling)


def _of_exams(row: Judged, at: _Now) -> Standing:
    measure = row.series.measure
    own = at.plan.measures.get(measure)
    upper = own.expected_below if own else None
    sources = [_givers(m, at.plan) for m in _milestones(measure)]
    if measure == STRAYS:
        sources = [[f for f in at.plan.feeds.values() if f.legacy]]
    if not all(sources):
        return stand(replace(row, as_of=None, known_at=None), Sight(10.0, absent="no source", upper=upper), at.now)
    told = [_liveliest(feeds, at) for feeds in sources]
    feed, pulse = min(told, key=lambda pair: _heard_at(pair[1]))
    mute = next((p for _, p in told if p is not None and p.state == NO_ANSWER), None)
    # That the old system receives nothing is the aim: a list that is answered is all the life it needs to show.
    quiets = [] if measure == STRAYS else [_quiet(feeds, at) for feeds in sources]
    known = [(q, after) for q, after in quiets if q is not None]
    quiet = max(known, key=lambda pair: pair[0] / pair[1], default=(None, None))
    sight = Sight(
        cadence_s=feed.heartbeat_s,
        absent=_unheard(feed, pulse),
        quiet_s=quiet[0],
        quiet_after_s=quiet[1],
        upper=upper,
    )
    standing = stand(_as_of(row, pulse), sight, at.now)
    return _with_trouble(_with_pause(_with_strays(standing), row, at), mute or pulse)


def _with_strays(standing: Standing) -> Standing:
    """Make even one stray degraded: it is a study that nobody will look for, not a sample of a rate."""
    strays = standing.series.measure == STRAYS and standing.judged.value
    if not strays or PRECEDENCE.index(standing.state) < PRECEDENCE.index(State.INSUFFICIENT):
        return standing
    return replace(standing, state=State.DEGRADED, reason=standing.judged.note)


def _with_pause(standing: Standing, rate: Judged, at: _Now) -> Standing:
    """Make reports degraded once nobody seems to read: the rate of an hour would take that hour to show it."""
    if rate.series.key != "report.rate" or PRECEDENCE.index(standing.state) < PRECEDENCE.index(State.INSUFFICIENT):
        return standing
    words = stopped_words(rate, _givers("final", at.plan), at.heard, at.now)
    return replace(standing, state=State.DEGRADED, reason=words) if words else standing


def _milestones(measure: str) -> tuple[str, ...]:
    if measure == "order.to_worklist":
        return ("ordered", "listed")
    if measure in GAUGES:
        return GAUGES[measure]
    return (CATALOGUE[measure].start, CATALOGUE[measure].end) if CATALOGUE[measure].start else ()


def _givers(milestone: str, plan: Plan) -> list[FeedPlan]:
    feeds = [f for f in plan.feeds.values() if milestone in f.gives and not f.legacy]
    if milestone == "listed":  # told by the worklist probes, as if each were a feed
        told = frozenset({"listed"})
        feeds += [
            FeedPlan(p.id, "worklist", p.system, told, 0) for p in plan.probes.values() if p.kind is Kind.WORKLIST
        ]
    return feeds


def _liveliest(feeds: list[FeedPlan], at: _Now) -> tuple[FeedPlan, Pulse | None]:
    return max(((f, at.by_name.get(f.id)) for f in feeds), key=lambda pair: _heard_at(pair[1]))


def _heard_at(pulse: Pulse | None) -> float:
    return pulse.known_at.timestamp() if pulse else 0.0


def _quiet(feeds: list[FeedPlan], at: _Now) -> tuple[float | None, float]:
    """Give how long the least quiet of the feeds that tell a milestone has been quiet, beside what it may be.

    An HL7 feed that was never heard is quiet since golive began to listen; a list that is asked for may be empty.
    """
    since = dict(at.heard) | {f.id: began for f in feeds if f.hl7 and (began := at.listening_since.get(f.id))}
    told = [((at.now - moment).total_seconds(), f.quiet_after_s) for f in feeds if (moment := since.get(f.id))]
    if not told:
        return None, feeds[0].quiet_after_s
    return min(told, key=lambda pair: pair[0] / pair[1])
