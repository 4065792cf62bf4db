"""Ten thousand histories of a trigger, each law held after each step; the breaches among them are counted."""

from collections import Counter

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.rollback.triggers import Allowance, Latch, State
from tests.unit.trigger_histories import ALLOWED, AT_ONCE, STARTS, STEPS, History, Step, T

HISTORIES = 10_000


def check() -> str:
    """Live them all, a third more by a rule that breaches at once; give what happened, or raise with the first."""
    found: Counter[str] = Counter()

    def live(start: State, steps: list[Step], allowed: Allowance) -> None:
        history = History(Latch(start, T), allowed).live(steps)
        found.update(t.cause.value for t in history.told)
        found.update(restarts=sum(spoilt == "restart" for *_, spoilt in steps), histories=1, looks=history.looks)

    for allowed, many in ((ALLOWED, HISTORIES), (AT_ONCE, HISTORIES // 3)):
        bound = settings(max_examples=many, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        bound(given(STARTS, STEPS, st.just(allowed))(live))()
    assert found["histories"] >= HISTORIES
    assert min(found[word] for word in ("breach", "recovery", "breach again", "would breach", "unseen")) > 100
    return (
        f"{found['histories']:,} histories, {found['looks']:,} looks, {found['restarts']:,} restarts, "
        f"{found['breach']:,} breaches, {found['recovery']:,} recoveries, {found['would breach']:,} would have, "
        f"{found['decide']:,} decisions, {found['unseen']:,} times sight was lost: every law held"
    )
