"""The evidence of a breach as a table that needs no other knowledge: what was counted then, and what is now."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.plans import Counts, Rule
from app.domain.rollback.stored_triggers import Trigger
from app.domain.rollback.trigger_rules import is_exam_measure, limit_of
from app.domain.rollback.trigger_sights import percent
from app.domain.words import answer_time, span, window_words
from app.push.desk import words as desk_words
from app.push.figures import DASH

_IN_SECONDS = (Counts.AVAILABILITY.value, Counts.SILENCE.value)
_LIMITS = ("limit", "down_for_s", "quiet_for_s")


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of the evidence: what it was when the breach began, and what it is now."""

    name: str
    then: str
    now: str = ""


def facts(then: Mapping[str, Any], trigger: Trigger) -> Iterable[Fact]:
    """Give the evidence of a breach beside what the trigger sees now."""
    share = trigger.share
    now = {
        "n": share.n,
        "beyond": share.beyond,
        "share": share.share,
        "low": share.low,
        "high": share.high,
        "value": share.value,
        "limit_share": trigger.limit_share,
        "limit": trigger.limit,
        "reason": share.reason,
    }
    current = {fact.name: fact.then for fact in frozen({**then, **_limited(now, then)})}
    own = (desk_words.WINDOW, desk_words.READS_PARTS, desk_words.QUIET)
    for fact in frozen(then):
        yield Fact(fact.name, fact.then, "" if fact.name in own else current.get(fact.name, ""))
    yield Fact(desk_words.MUST_LAST, span(trigger.breach_after_s))


def seen_now(trigger: Trigger, rule: Rule | None) -> Iterable[Fact]:
    """Give what a trigger sees now by the limits of its rule, while there is no breach to set it beside."""
    if rule is None:
        return
    share = trigger.share
    seen = {name: getattr(share, name) for name in ("n", "beyond", "share", "low", "high", "value", "reason")}
    limits: dict[str, Any] = {"kind": rule.kind.value, "limit": limit_of(rule), "of": dict.fromkeys(rule.of)}
    if rule.kind is Counts.SHARE:
        limits |= {"limit_share": rule.share, "slower_than_s": rule.slower_than_s}
        limits |= {"exams": ()} if is_exam_measure(rule.measure) else {}
    if rule.window_s and rule.kind in (Counts.SHARE, Counts.COUNT, Counts.AVAILABILITY):
        limits["window_s"] = rule.window_s
    yield from frozen({**seen, **limits, "feed": rule.feed, "milestone": rule.milestone})
    yield Fact(desk_words.MUST_LAST, span(rule.breach_after_s))


def _limited(now: Mapping[str, Any], then: Mapping[str, Any]) -> dict[str, Any]:
    """Give what is now under the names that the rule's own limit has."""
    limit = next((name for name in _LIMITS if name in then), "limit")
    return {**now, limit: now["limit"]}


def frozen(then: Mapping[str, Any]) -> Iterable[Fact]:
    """Give the evidence of one moment."""
    kind = str(then["kind"])
    if then.get("limit_share") is not None:
        what = "exams" if "exams" in then else "attempts"
        yield Fact(desk_words.COUNTED.format(what=what), str(then["n"]))
        slower = answer_time(then["slower_than_s"]) if then.get("slower_than_s") else ""
        yield Fact(desk_words.SLOWER.format(limit=slower), str(then["beyond"]))
        yield Fact(desk_words.SHARE, percent(then["share"]))
        yield Fact(desk_words.BETWEEN, _between(then["low"], then["high"]))
        yield Fact(desk_words.ALLOWED, percent(then["limit_share"]))
    elif kind in (Counts.ALL, Counts.ANY):
        yield Fact(desk_words.READS_PARTS, f"{desk_words.PARTS[kind]} {', '.join(then.get('of', {})) or DASH}")
    else:
        yield Fact(desk_words.VALUES.get(kind, kind), value_words(kind, then.get("value")))
        limit = next((then[name] for name in _LIMITS if name in then), None)
        yield Fact(desk_words.ALLOWED_VALUE, value_words(kind, limit))
    if then.get("feed"):
        yield Fact(desk_words.QUIET, " ".join(filter(None, [then["feed"], then.get("milestone")])))
    if "window_s" in then and kind != Counts.BACKLOG:
        yield Fact(desk_words.WINDOW, window_words(then["window_s"]))
    yield Fact(desk_words.IN_WORDS, str(then["reason"]))


def value_words(kind: str, value: float | None) -> str:
    """Give a rule's value in its unit."""
    if value is None:
        return DASH
    return span(value) if kind in _IN_SECONDS else f"{value:g}"


def _between(low: float | None, high: float | None) -> str:
    return DASH if low is None or high is None else f"{percent(low)} and {percent(high)}"
