"""What a rollback rule counts, and what its counts say: beyond the limit, recovered, or not enough to tell."""

from bisect import bisect_right, insort
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.domain.intervals import wilson
from app.domain.measures import CATALOGUE, Source
from app.domain.plans import Plan, Rule
from app.domain.standings import Series, Standing, State
from app.domain.triggers import Reading, Sight
from app.domain.watched import watched
from app.domain.words import answer_time, window_words

_UNSEEN = (State.BLIND,)


@dataclass(frozen=True, slots=True)
class Instance:
    """One latched trigger of a rule: of the whole, or of one area; `series` are those that it reads."""

    id: str
    rule: Rule
    area: str | None
    series: tuple[Series, ...]


def instances(rules: Iterable[Rule], plan: Plan) -> list[Instance]:
    """Give every trigger of these rules, in their order and by area."""
    found: list[Instance] = []
    for rule in rules:
        series = [w.series for w in watched(plan).values() if w.asked and _reads(rule, w.series)]
        if not rule.per_area:
            found.append(Instance(rule.id, rule, None, tuple(series)))
            continue
        areas = dict.fromkeys(s.area for s in series if s.area)
        found += [Instance(f"{rule.id}:{a}", rule, a, tuple(s for s in series if s.area == a)) for a in areas]
    return found


def _reads(rule: Rule, series: Series) -> bool:
    named = {"system": series.system, "area": series.area, "vantage": series.vantage}
    return series.measure == rule.measure and all(named.get(key) == value for key, value in rule.where)


@dataclass(frozen=True, slots=True, order=True)
class Counted:
    """One attempt as a rule counts it; `id` is its sample's."""

    known_at: datetime
    id: str
    beyond: bool


class Tally:
    """The attempts of one trigger within its window, in order, and how many of them are beyond."""

    def __init__(self, window_s: float) -> None:
        self._window = timedelta(seconds=window_s)
        self._held: list[Counted] = []
        self.beyond = 0

    @property
    def n(self) -> int:
        """Give how many attempts the window holds."""
        return len(self._held)

    @property
    def held(self) -> Sequence[Counted]:
        """Give them, the oldest first."""
        return self._held

    def add(self, counted: Counted) -> None:
        """Take an attempt; a late one finds its place."""
        insort(self._held, counted)
        self.beyond += counted.beyond

    def expire(self, now: datetime, counts_after: datetime | None) -> None:
        """Let go of what has left the window, or is not later than the moment from which counting began anew."""
        oldest = now - self._window
        if counts_after is not None:
            oldest = max(oldest, counts_after)
        left = bisect_right(self._held, oldest, key=lambda c: c.known_at)
        self.beyond -= sum(c.beyond for c in self._held[:left])
        del self._held[:left]


@dataclass(frozen=True, slots=True)
class Share:
    """What a trigger sees of its share: the counts, the interval, and the words for it."""

    n: int
    beyond: int
    share: float | None
    low: float | None
    high: float | None
    sight: Sight
    reason: str


def is_slower(rule: Rule, value: float | None) -> bool:
    """Say whether an attempt lies beyond the rule's limit; one that failed always does."""
    return value is None or value > rule.slower_than_s


def seen(instance: Instance, tally: Tally, standings: Mapping[str, Standing]) -> Share:
    """Give what a trigger sees now; `standings` holds the newest of each series by key."""
    rule, n, beyond = instance.rule, tally.n, tally.beyond
    unseen = [s for s in instance.series if _is_unseen(standings.get(s.key))]
    share = beyond / n if n else None
    low, high = wilson(beyond, n) if n else (None, None)
    counts = f"{beyond} of {n} slower than {answer_time(rule.slower_than_s)} in {window_words(rule.window_s)}"
    if len(unseen) == len(instance.series):
        why = next((standings[s.key].reason for s in unseen if s.key in standings), "nothing measures it")
        return Share(n, beyond, share, low, high, Sight.BLIND, f"not seen: {why}")
    blind = f"; not seen: {', '.join(_name(s) for s in unseen)}" if unseen else ""
    if n < rule.at_least:
        few = f"{n} of {rule.at_least} attempts needed in {window_words(rule.window_s)}"
        return Share(n, beyond, share, low, high, Sight.INSUFFICIENT, few + blind)
    said = f"{counts}: {_percent(share)}, between {_percent(low)} and {_percent(high)}; {_percent(rule.share)} allowed"
    return Share(n, beyond, share, low, high, Sight.OK, said + blind)


def read(rule: Rule, share: Share) -> Reading:
    """Give what the state machine needs of it."""
    if share.sight is not Sight.OK or share.low is None or share.high is None:
        return Reading(share.sight)
    return Reading(Sight.OK, share.low > rule.share, share.high < rule.recover_below)


def facts_of(instance: Instance, share: Share, tally: Tally, standings: Mapping[str, Standing]) -> dict[str, Any]:
    """Give the evidence of a moment: counts, limits, the rule's version, what was counted, and how all else stood."""
    rule = instance.rule
    return {
        "n": share.n,
        "beyond": share.beyond,
        "share": share.share,
        "low": share.low,
        "high": share.high,
        "limit_share": rule.share,
        "slower_than_s": rule.slower_than_s,
        "window_s": rule.window_s,
        "rule": rule.version,
        "series": [s.key for s in instance.series],
        "samples": [c.id for c in tally.held],
        "slower": [c.id for c in tally.held if c.beyond],
        "standings": {key: s.state.value for key, s in sorted(standings.items())},
        "reason": share.reason,
    }


def _is_unseen(standing: Standing | None) -> bool:
    return standing is None or standing.state in _UNSEEN or standing.judged.known_at is None


def _name(series: Series) -> str:
    return " ".join(part for part in (series.system, series.area, series.vantage) if part) or series.key


def _percent(share: float | None) -> str:
    return "—" if share is None else f"{share * 100:.0f} %"


def of_probes(measure: str) -> bool:
    """Say whether a rule on this measure counts attempts of probes."""
    return measure in CATALOGUE and CATALOGUE[measure].source is Source.PROBE and CATALOGUE[measure].unit == "s"
