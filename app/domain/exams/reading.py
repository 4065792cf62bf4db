"""Whether reading has stopped: no final report for long, while exams wait and the feed goes on speaking."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from app.domain.measuring.standings import Judged
from app.domain.plans import FeedPlan
from app.domain.words import span

# From the simulator's calm weeks, several seeds, all hours: with 30 exams waiting the longest pause between two final
# reports was 27 min (8 min on working days by day), and a stop has to show within half an hour. With 20 waiting there
# were pauses of 58 min at night: fewer than 30 tell nothing.
LEAST_WAITING = 30
PAUSE_S = 28 * 60.0
_REPORTING = frozenset({"preliminary", "final", "delivered"})


def stopped_words(rate: Judged, givers: Iterable[FeedPlan], heard: Mapping[str, datetime], now: datetime) -> str:
    """Say that nobody reads, or nothing; `rate` is report.rate, open exams and `known_at` of the last report with it.

    The pause counts as far as the feed was heard: while it says nothing, it says nothing about reading either.
    """
    if rate.known_at is None or rate.open is None or rate.open < LEAST_WAITING:
        return ""
    # A feed that tells of reports alone is silent when reading stops: there the clock has to do.
    speaking = [f.id for f in givers if f.gives - _REPORTING]
    until = max((heard[name] for name in speaking if name in heard), default=None) if speaking else now
    paused_s = 0.0 if until is None else (min(until, now) - rate.known_at).total_seconds()
    return f"no report for {span(paused_s)} while {rate.open} exams wait" if paused_s >= PAUSE_S else ""
