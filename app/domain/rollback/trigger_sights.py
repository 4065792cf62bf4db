"""What a trigger sees at one moment, in counts and words, and when it sees nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from app.domain.exams.exams import Exam
from app.domain.measuring.habits import Heard
from app.domain.measuring.intervals import wilson
from app.domain.measuring.standings import Series, Standing, State
from app.domain.measuring.windows import Attempt
from app.domain.rollback.planned_work import PlannedWork
from app.domain.rollback.trigger_rules import Instance
from app.domain.rollback.triggers import Reading, Sight
from app.domain.words import window_words


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around all triggers at one moment: how each series stands, and when messages could not be read.

    `t0` is None until go-live has begun; `quarantined` is None where nobody asked. `planned` has words for each system
    that is in planned work, `works` is what was planned within the windows. `issues` are severity and receipt of
    those that are open, None where nobody asked.
    """

    now: datetime
    t0: datetime | None
    standings: Mapping[str, Standing] = field(default_factory=dict)
    quarantined: Sequence[datetime] | None = None
    planned: Mapping[str, str] = field(default_factory=dict)
    works: Sequence[PlannedWork] = ()
    issues: Sequence[tuple[int, datetime]] | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """What a trigger sees: the counts, the interval of a share or the value of a sum, and the words for it.

    `over` and `recovered` hold only where sight is ok; `planned` says that planned work alone takes the sight, `unsure`
    that a part failed when it was last seen and is not seen now: nothing is over because of the others.
    """

    n: int
    beyond: int
    share: float | None
    low: float | None
    high: float | None
    sight: Sight
    reason: str
    value: float | None = None
    over: bool = False
    recovered: bool = False
    planned: bool = False
    unsure: bool = False


def by_series(standings: Iterable[Standing]) -> dict[str, Standing]:
    """Give standings by series as triggers read them: of an exam measure that of its newest hours."""
    return {s.series.key: s for s in standings if s.judged.window in ("", "now")}


class Meter:
    """What one trigger counts; each kind of rule hears what concerns it, and passes over the rest."""

    def __init__(self, instance: Instance) -> None:
        self.instance, self.rule = instance, instance.rule

    def hear(self, series: str, attempt: Attempt, sample: str) -> None:
        """Count an attempt of a series."""

    def told(self, feed: str, milestone: str, sender: str, at: datetime) -> None:
        """Take note that a feed told a milestone, in the message of a sender."""

    def see(self, changed: Mapping[str, Exam | None], exams: Mapping[str, Exam]) -> None:
        """Take exams as they are now: those that changed, None for one that is gone, and all."""

    def know(self, heard: Sequence[Heard], began: Mapping[str, datetime | None], until: datetime) -> None:
        """Take how feeds spoke in the weeks before a moment; `began` says since when each has been heard."""

    def look(self, around: Around, counts_after: datetime | None) -> Share:
        """Give what it sees now of what is later than `counts_after`."""
        raise NotImplementedError

    def seen(self, around: Around, counts_after: datetime | None) -> Share:
        """Give the same, but nothing while all that it reads is in planned work; what is in part is named."""
        at_work = {s: why for s in self.instance.series if (why := _planned_words(s, around))}
        if not at_work:
            return self.look(around, counts_after)
        words, others = (
            "; ".join(dict.fromkeys(at_work.values())),
            [s for s in self.instance.series if s not in at_work],
        )
        if not others:
            self.pause()
            share = self.look(around, counts_after)
            return replace(unseen(Sight.INSUFFICIENT, words, share.n, share.beyond), planned=True)
        share = self.look(around, counts_after)
        more = f"; {', '.join(_name(series) for series in at_work)}: {words}"
        if why := why_blind(others, blind_series(others, around), around):
            return unseen(Sight.BLIND, why + more, share.n, share.beyond)
        return replace(share, reason=share.reason + more)

    def pause(self) -> None:
        """Take note that what happens now is planned work: silence means nothing."""

    def facts(self, around: Around) -> dict[str, Any]:
        """Give what it counted at the last look, and by which limits."""
        raise NotImplementedError


def facts_of(meter: Meter, share: Share, around: Around) -> dict[str, Any]:
    """Give the evidence of a moment: counts, limits, the rule's version, what was counted, and how all else stood."""
    return {
        "kind": meter.instance.rule.kind.value,
        "n": share.n,
        "beyond": share.beyond,
        "share": share.share,
        "low": share.low,
        "high": share.high,
        "value": share.value,
        "rule": meter.instance.rule.version,
        "series": [s.key for s in meter.instance.series],
        **meter.facts(around),
        "standings": {key: s.state.value for key, s in sorted(around.standings.items())},
        "reason": share.reason,
    }


def unseen(sight: Sight, reason: str, n: int = 0, beyond: int = 0) -> Share:
    """Give what a trigger sees that cannot say anything, with the counts that it has."""
    return Share(n, beyond, None, None, None, sight, reason)


def valued(value: float, over: bool, recovered: bool, reason: str, n: int, beyond: int = 0) -> Share:
    """Give what a trigger sees of a sum."""
    return Share(n, beyond, None, None, None, Sight.OK, reason, value, over, recovered)


def read(share: Share) -> Reading:
    """Give what the state machine needs of it."""
    if share.sight is not Sight.OK:
        return Reading(share.sight, planned=share.planned)
    return Reading(Sight.OK, share.over, share.recovered and not share.unsure, unsure=share.unsure)


def blind_series(series: Iterable[Series], around: Around) -> list[Series]:
    """Give those of some series that nobody sees now."""
    return [s for s in series if _is_unseen(around.standings.get(s.key))]


def failed_unseen(series: Iterable[Series], around: Around, limit_s: float) -> list[Series]:
    """Give those of some series whose newest attempt failed or was slower than a limit, and that fell silent since."""
    standings = ((s, around.standings.get(s.key)) for s in series)
    return [s for s, standing in standings if standing is not None and _fell_silent(standing, limit_s)]


def _fell_silent(standing: Standing, limit_s: float) -> bool:
    judged = standing.judged
    if standing.state not in (State.STALE, State.BLIND) or judged.known_at is None:
        return False
    return judged.newest_ok[:1] == (False,) or (judged.last is not None and judged.last > limit_s)


def why_blind(series: Sequence[Series], blind: Sequence[Series], around: Around) -> str:
    """Say why nothing at all is seen of some series, or "" while any one is."""
    if len(blind) < len(series):
        return ""
    why = next((around.standings[s.key].reason for s in blind if s.key in around.standings), "nothing measures it")
    return f"not seen: {why}"


def blind_words(blind: Sequence[Series]) -> str:
    """Name what is not seen beside what is."""
    return f"; not seen: {', '.join(_name(s) for s in blind)}" if blind else ""


def never_words(instance: Instance) -> str:
    """Say that a trigger will not see enough once answers are slow, also while it does or sees nothing."""
    return f"; {instance.never}" if instance.never and instance.series else ""


def share_seen(instance: Instance, around: Around, n: int, beyond: int, what: str, noun: str) -> Share:
    """Give what a trigger sees of a share: `beyond` of `n`, in the words of `what`; `noun` is what it counts."""
    rule, blind = instance.rule, blind_series(instance.series, around)
    share = beyond / n if n else None
    low, high = wilson(beyond, n) if n else (None, None)
    window = window_words(rule.window_s)
    if why := why_blind(instance.series, blind, around):
        return Share(n, beyond, share, low, high, Sight.BLIND, why + never_words(instance))
    more = blind_words(blind)
    if n < rule.at_least or low is None or high is None:
        few = instance.never or f"{n} of {rule.at_least} {noun} needed in {window}"
        return Share(n, beyond, share, low, high, Sight.INSUFFICIENT, few + more)
    more += never_words(instance)
    between = f"{percent(share)}, between {percent(low)} and {percent(high)}; {percent(rule.share)} allowed"
    said = f"{what} in {window}: {between}{more}"
    over, recovered = low > rule.share, high < rule.recover_below
    return Share(n, beyond, share, low, high, Sight.OK, said, over=over, recovered=recovered)


def percent(share: float | None) -> str:
    """Give a share in words."""
    return "—" if share is None else f"{share * 100:.0f} %"


def _planned_words(series: Series, around: Around) -> str:
    standing = around.standings.get(series.key)
    if standing is not None and standing.state is State.MAINTENANCE:
        return standing.reason
    return around.planned.get(series.system or "", "")


def _is_unseen(standing: Standing | None) -> bool:
    return standing is None or standing.state is State.BLIND or standing.judged.known_at is None


def _name(series: Series) -> str:
    segment = dict(series.segment).get("feed")
    return " ".join(part for part in (series.system, series.area, segment, series.vantage) if part) or series.key
