"""A series' state, worked out when it is read, with its reason in words that a nurse understands."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from app.domain.measuring.measures import CATALOGUE, Source
from app.domain.measuring.percentiles import ENOUGH
from app.domain.measuring.standings import BYTE_BUDGET, UNDER_WAY, Judged, Sight, Standing, State
from app.domain.words import answer_time, apart_times, counted, fixed_apart, local_clock, span, window_words

STALE_CADENCES = 2
BLIND_CADENCES = 5
QUIET_BLIND = 5  # times quiet_after
HEARTBEAT_S = 3.0
COMMIT_SLACK_S = 1.5  # from an attempt's timeout to its sample's arrival
WAITING_TIMEOUTS = 4  # how long an attempt may be held back at least before golive itself is at fault
BYTE_BUDGET_S = 86_400.0  # the longest that it may stretch a cadence: it is a day's
LEAST = ENOUGH[0][1]
HEADLINES_SAID = {"p50": "median"}
AGAIN_MINUTES = 3  # of measuring inside the range before a recovery is spoken of

_OUTCOMES = {
    "refused": "nobody listens there",
    "unreachable": "cannot be reached",
    "rejected": "turns the connection away",
    "auth": "refuses golive's credentials",
    "timeout": "no answer",
    "aborted": "breaks the connection off",
    "bad_status": "answers with an error",
    "wrong_answer": "answers, but not what was asked for",
    "ok": "answers without this number",
}


@dataclass(frozen=True, slots=True)
class _Look:
    """A series at one moment: how old it is, and whether an attempt under way excuses that."""

    judged: Judged
    sight: Sight
    age_s: float | None
    excused: bool
    now: datetime


def stand(judged: Judged, sight: Sight, now: datetime) -> Standing:
    """Give the standing at `now`: of all states that hold, the first in order of precedence, with its reason."""
    age_s = None if judged.known_at is None else max(0.0, (now - judged.known_at).total_seconds())
    look = _Look(judged, sight, age_s, _excused(judged, sight, now), now)
    state, reason = next(_holding(look))
    if sight.restarted_at is not None:
        here = now.astimezone(sight.restarted_at.tzinfo)
        reason += f" (from before the restart at {local_clock(sight.restarted_at, here)})"
    return Standing(judged, state, reason, age_s, sight.upper, sight.lower)


def _holding(look: _Look) -> Iterator[tuple[State, str]]:
    sight, judged = look.sight, look.judged
    if not sight.expected:
        yield State.NOT_EXPECTED, "outside the probe's hours"
    if why := _blind(look):
        yield State.BLIND, why
    if why := _stale(look):
        yield State.STALE, why
    if sight.planned:
        yield State.MAINTENANCE, sight.planned
    if judged.down:
        yield State.DOWN, _down_words(look)
    if why := _insufficient(look):
        yield State.INSUFFICIENT, why
    if why := _degraded(look):
        yield State.DEGRADED, why
    yield State.OK, _ok_words(look)


def _excused(judged: Judged, sight: Sight, now: datetime) -> bool:
    """Say whether a fresh heartbeat tells of the one attempt, under way or held back, that may bridge an age.

    It is the first after the newest sample, was due before the series was blind, and ends by its timeout.
    """
    pulse = sight.pulse
    if pulse is None or (now - pulse.known_at).total_seconds() > HEARTBEAT_S * sight.speed:
        return False
    slack_s = COMMIT_SLACK_S * sight.speed
    turn_s = (max(sight.turn_s, WAITING_TIMEOUTS * sight.timeout_s) + COMMIT_SLACK_S) * sight.speed
    turn_s = max(turn_s, BLIND_CADENCES * sight.cadence_s)
    due_s = (pulse.began_at - judged.known_at).total_seconds() if judged.known_at and pulse.began_at else 0.0
    if due_s > turn_s:
        return False
    if pulse.busy_until is not None and (now - pulse.busy_until).total_seconds() <= slack_s:
        return True
    if not pulse.awaited or pulse.since is None:
        return False
    since_s = (now - pulse.since).total_seconds()
    if pulse.state == UNDER_WAY:
        return since_s <= sight.timeout_s * sight.speed + slack_s
    # a stretched cadence is this probe's cadence, as long as it belongs to the day whose bytes stretch it
    return since_s <= (BYTE_BUDGET_S if pulse.detail.startswith(BYTE_BUDGET) else turn_s)


def _blind(look: _Look) -> str:
    sight = look.sight
    if sight.absent:
        return f"not measured: {sight.absent}"
    if sight.cut_off:
        return "collector cut off: its own gateway does not answer, so this says nothing about the system"
    if look.age_s is None:
        return "" if look.excused else "never measured"
    if look.age_s > BLIND_CADENCES * sight.cadence_s and not look.excused:
        return _unseen_words(look.age_s, sight, look.now)
    if sight.quiet_s is not None and sight.quiet_after_s and sight.quiet_s > QUIET_BLIND * sight.quiet_after_s:
        return f"the feed is silent: nothing received for {span(sight.quiet_s)}"
    return ""


def _unseen_words(age_s: float, sight: Sight, now: datetime) -> str:
    pulse = sight.pulse
    speaks = pulse is not None and (now - pulse.known_at).total_seconds() <= HEARTBEAT_S * sight.speed
    if pulse is not None and speaks and pulse.unanswered:
        return f"golive looks, but nothing of it has arrived for {span(age_s)}"
    return f"golive has not looked for {span(age_s)}"


def _stale(look: _Look) -> str:
    sight = look.sight
    if look.age_s is not None and look.age_s > STALE_CADENCES * sight.cadence_s and not look.excused:
        return f"last looked {span(look.age_s)} ago, due every {span(sight.cadence_s)}"
    if sight.quiet_s is not None and sight.quiet_after_s and sight.quiet_s > sight.quiet_after_s:
        return f"the feed is quiet: nothing received for {span(sight.quiet_s)}"
    return ""


def trouble_words(judged: Judged) -> str:
    """Say what the newest failed attempt met, without how long that lasts."""
    words, detail = _OUTCOMES.get(judged.last_outcome, judged.last_outcome or "no answer"), judged.last_detail
    if not detail or judged.last_outcome == "ok":
        return words
    if detail.startswith("in "):  # the request that it was
        return f"{words} {detail}"
    return detail if detail.startswith(words) else f"{words}: {detail}"


def run_words(judged: Judged) -> str:
    """Say how many attempts in a row failed: "8 attempts in a row"; of a single one nothing."""
    return f"{judged.failing_run} attempts in a row" if judged.failing_run > 1 else ""


def _down_words(look: _Look) -> str:
    judged = look.judged
    if judged.newest_ok[:1] == (True,):
        return "one good answer after failures; a second one ends the outage"
    began_at = judged.run_since or judged.failing_since
    since = "" if began_at is None else f" for {span((look.now - began_at).total_seconds())}"
    run = f" ({run_words(judged)})" if run_words(judged) else ""
    # the cause first: it is what must find room
    said = "no answer" if judged.last_outcome == "timeout" else f"{trouble_words(judged)}; failing"
    words = f"{said}{since}{run}"
    if judged.failing_since is not None and began_at is not None and judged.failing_since < began_at:
        words += f", out of order for {span((look.now - judged.failing_since).total_seconds())} but for single answers"
    return words


def _insufficient(look: _Look) -> str:
    judged = look.judged
    source = CATALOGUE[judged.series.measure].source
    if source is Source.PROBE:
        if judged.n >= LEAST:
            return ""
        first = "first attempt under way; " if look.age_s is None else ""
        return f"{first}{judged.n} of {LEAST} answers needed"
    if judged.n >= LEAST and (judged.value is not None or judged.beyond_s is not None):
        return ""
    return judged.note or f"{judged.n} of {LEAST} needed"


def _degraded(look: _Look) -> str:
    judged = look.judged
    if judged.newest_ok[:1] == (False,):
        return f"newest attempt failed: {trouble_words(judged)}"
    words = outside_words(judged, look.sight.upper, look.sight.lower)
    return f"{words}{_recovering(look)}" if words else ""


def _recovering(look: _Look) -> str:
    """Say that the newest minutes lie inside the range again while the percentile still looks back on those before."""
    judged, upper = look.judged, look.sight.upper
    if CATALOGUE[judged.series.measure].source is not Source.PROBE or upper is None or judged.unit != "s":
        return ""
    known = [(at, value) for at, value in judged.spark if value is not None]
    inside = 0
    while inside < len(known) and (known[-1 - inside][1] or 0.0) <= upper:
        inside += 1
    if inside < AGAIN_MINUTES or inside == len(known):
        return ""
    return f"; medians of the last {inside} measured minutes as expected"


def outside_words(judged: Judged, upper: float | None, lower: float | None) -> str:
    """Say how the judged value lies outside its range; nothing while it does not, or without a range."""
    name, value, unit = HEADLINES_SAID.get(judged.headline, judged.headline) or "value", judged.value, judged.unit
    if judged.series.measure == "feed.age" and value is not None and upper is not None and value > upper:
        return f"silent for {span(value)}, expected below {span(upper)}"
    if value is None and judged.beyond_s is not None and upper is not None:
        # an attempt beyond its timeout is slower than any range; an open exam only once it is older than the range
        exam = CATALOGUE[judged.series.measure].source is Source.EXAM
        if exam and judged.beyond_s < upper:
            return ""
        return f"{name} over {number(judged.beyond_s, 's')}, expected below {number(upper, judged.unit)}"
    if value is not None and upper is not None and value > upper:
        found, limit = apart(value, upper, unit)
        return f"{name} {found}, expected below {limit}"
    if value is not None and lower is not None and value < lower:
        found, limit = apart(value, lower, unit)
        return f"{name} {found}, expected above {limit}"
    return ""


def _ok_words(look: _Look) -> str:
    judged = look.judged
    if CATALOGUE[judged.series.measure].source is not Source.PROBE:
        return judged.note or f"{counted(judged.n, 'observation')} in {window_words(judged.window_s)}"
    window = window_words(judged.window_s)
    if judged.failed:
        words = f"{counted(judged.n, 'attempt')} in {window}, {judged.failed} failed"
    else:
        fine = "all as expected" if look.sight.upper is not None or look.sight.lower is not None else "none failed"
        words = f"{counted(judged.n, 'answer')} in {window}, {fine}"
    late = look.age_s is not None and look.age_s > STALE_CADENCES * look.sight.cadence_s
    if not late:
        return words
    pulse, age = look.sight.pulse, span(look.age_s or 0)
    if pulse is not None and pulse.state == "waiting" and pulse.detail.startswith(BYTE_BUDGET):
        return f"last looked {age} ago, stretched by the byte budget; {words}"
    if CATALOGUE[judged.series.measure].reads == "first_s":  # it may have come: that is told when the whole study has
        return f"an attempt is under way, the one before ended {age} ago; {words}"
    return f"no answer for {age}; before that {words}"


def apart(value: float, limit: float, unit: str) -> tuple[str, str]:
    """Give a value and its limit with as many digits as tell the two apart."""
    found, told = number(value, unit), number(limit, unit)
    if found != told or value == limit:
        return found, told
    if unit == "s":
        return apart_times(value, limit)
    size, said = (100.0, "%") if unit == "share" else (1.0, unit)
    return fixed_apart(value * size, limit * size, said)


def number(value: float, unit: str) -> str:
    """Give a value with its unit, seconds in the digits that matter."""
    if unit == "s":
        return answer_time(value)
    if unit == "share":
        return f"{value * 100:.0f} %"
    return f"{value:.3g} {unit}"
