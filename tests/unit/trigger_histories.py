"""Histories of one trigger: what it saw and did not see, what people did, restarts, lost writes, clocks set anew.

After each step every law of a trigger is held against what the state machine made of it.
"""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from app.domain.rollback.trigger_acts import acknowledged, armed, decided, disarmed, overridden, rested
from app.domain.rollback.trigger_replay import recorded, replayed
from app.domain.rollback.triggers import (
    LATCHED,
    Allowance,
    Cause,
    Kind,
    Latch,
    Reading,
    Sight,
    State,
    Stepped,
    Transition,
    evaluate,
    undecided,
)
from app.store import codec

T = datetime(2026, 11, 21, 6, tzinfo=UTC)
WITHIN, BEYOND = Reading(Sight.OK), Reading(Sight.OK, beyond=True)
RECOVERED = Reading(Sight.OK, recovered=True)
BLIND, FEW = Reading(Sight.BLIND), Reading(Sight.INSUFFICIENT)
ALLOWED = Allowance(breach_after=timedelta(seconds=60), blind_after=timedelta(seconds=90))
AT_ONCE = replace(ALLOWED, breach_after=timedelta())

ACTS = (
    "arm", "disarm", "override", "override long", "roll_back", "continue", "false_alarm", "rest", "acknowledge",
    "decision point",
)  # fmt: skip
ENDING = ("roll_back", "continue", "false_alarm", "rest")  # what may end a breach: a decision
GAPS_S = (0, 0, 0, 0, 0, 1, 30, 301, 4000, 3600, -3600)
TIMES = (1, 1, 2, 5, 20, 61, 91, 130)

Step = tuple[int, Reading | str, int, str]
BREACHING: list[Step] = [(0, "arm", 1, ""), (0, BEYOND, 130, "")]
BEGINNINGS: tuple[list[Step], ...] = ([], [], BREACHING, [*BREACHING, (0, RECOVERED, 1, "")])  # a breach is rare
ANY_STEPS = st.lists(
    st.tuples(
        st.sampled_from(GAPS_S),
        st.one_of(st.sampled_from((WITHIN, BEYOND, RECOVERED, BLIND, FEW)), st.sampled_from(ACTS)),
        st.sampled_from(TIMES),
        st.sampled_from(("", "", "", "restart", "lost", "twice")),
    ),
    max_size=25,
)
STEPS = st.builds(lambda beginning, steps: [*beginning, *steps], st.sampled_from(BEGINNINGS), ANY_STEPS)
STARTS = st.sampled_from((State.WATCHING, State.SHADOW, State.NOT_ARMED))


def beneath(latch: Latch) -> State:
    """Give what it is without the override that lies on it."""
    return (latch.underneath or latch.state) if latch.state is State.OVERRIDDEN else latch.state


@dataclass
class History:
    """One trigger as it lives; `looks` counts its evaluations."""

    latch: Latch
    allowed: Allowance = ALLOWED
    now: datetime = T
    looks: int = 0
    told: list[Transition] = field(default_factory=list)
    replay: Latch = field(init=False)
    stored: str = field(init=False)
    seen: Reading | None = None
    beyond_s: float = 0.0
    beyond_at: datetime | None = None
    unseen_looks: int = 0

    def __post_init__(self) -> None:
        self.replay, self.stored = recorded(self.latch), codec.dumps(self.latch)

    def live(self, steps: list[Step]) -> "History":
        for gap_s, what, times, spoilt in steps:
            self.now += timedelta(seconds=gap_s)
            if gap_s:
                self.unseen_looks = 0
            if isinstance(what, str):
                self.now += timedelta(seconds=1)
                self._act(what)
            else:
                for number in range(times):
                    self.now += timedelta(seconds=1)
                    self._look(what, lost=spoilt == "lost" and number == 0, twice=spoilt == "twice")
            if spoilt == "restart":
                self._restart()
        return self

    def _act(self, what: str) -> None:
        before = self.latch
        waits = beneath(before) in LATCHED or (before.state is State.OVERRIDDEN and before.told_breach)
        if what in ("roll_back", "continue", "false_alarm") and not waits:
            return  # there is nothing to decide, and the desk says so
        self.latch, made = _done(before, what, self.now)
        if beneath(before) in LATCHED and what not in ENDING:
            assert beneath(self.latch) in LATCHED  # a breach is neither armed nor disarmed nor overridden away
        self._keep(made)
        self.seen = None
        if made and what not in ("override", "override long", "decision point", "acknowledge"):
            self.beyond_s, self.beyond_at = 0.0, None

    def _look(self, reading: Reading, *, lost: bool, twice: bool) -> None:
        before = self.latch
        after, made = evaluate(before, self.allowed, reading, self.now)
        assert evaluate(before, self.allowed, reading, self.now) == (after, made)  # the same input gives the same
        self.looks += 1
        if lost and made:
            return  # nothing of it was stored: it is to be found again
        self.latch = after
        self._assert_laws(before, reading, made)
        self._keep(made)
        if twice:
            self._assert_once(reading)
        self._store_what_is_worth_it(before, reading)

    def _assert_once(self, reading: Reading) -> None:
        again, more = evaluate(self.latch, self.allowed, reading, self.now)
        assert more == ()  # once looked at, it says nothing new of the same moment
        assert recorded(again) == recorded(self.latch)

    def _keep(self, made: tuple[Transition, ...]) -> None:
        self.told += made
        self.replay = replayed(self.replay, made)
        assert self.replay == recorded(self.latch)  # the record alone gives the state
        assert self.latch.number == len(self.told)
        if made:
            self.stored = codec.dumps(self.latch)

    def _store_what_is_worth_it(self, before: Latch, reading: Reading) -> None:
        """Store as the judge does: what is seen otherwise than before, and a pending clock each second."""
        moved = self.latch.sight is not before.sight or reading != self.seen
        if moved or self.latch.state is State.PENDING:
            self.stored = codec.dumps(self.latch)
        self.seen = reading

    def _restart(self) -> None:
        again = codec.loads(Latch, self.stored)
        assert recorded(again) == recorded(self.latch)
        assert again.pending_s <= self.latch.pending_s
        if again.state is State.PENDING:
            assert again.pending_s == self.latch.pending_s
        self.latch, self.seen = again, None
        self.beyond_s, self.beyond_at, self.unseen_looks = again.pending_s, again.seen_beyond_at, 0

    def _assert_laws(self, before: Latch, reading: Reading, made: tuple[Transition, ...]) -> None:
        causes = [t.cause for t in made]
        limited = Cause.OVERRIDE_ENDS in causes or Cause.REARM in causes
        self._count(reading, rearmed=Cause.REARM in causes)
        if beneath(before) in LATCHED:
            assert beneath(self.latch) in LATCHED  # nothing seen and no clock ends a breach
        if reading.sight is not Sight.OK:
            assert self.latch.state is before.state or limited  # absence of data moves nothing
            assert self.latch.pending_s == (0.0 if Cause.REARM in causes else before.pending_s)
            assert not {Cause.BREACH, Cause.BREACH_AGAIN, Cause.WOULD_BREACH, Cause.RECOVERY, Cause.WITHIN} & {*causes}
        if Cause.RECOVERY in causes:
            assert reading is RECOVERED
        if self.latch.told_breach and not before.told_breach:
            assert {Cause.BREACH, Cause.WOULD_BREACH} & {*causes}
        if {Cause.BREACH, Cause.BREACH_AGAIN, Cause.UNSEEN} & {*causes}:
            assert not self.latch.acknowledged_by  # what is new has been heard by nobody yet
        self._assert_breach_is_seen(before, reading, causes)
        self._assert_absence_is_told(reading)

    def _count(self, reading: Reading, *, rearmed: bool) -> None:
        """Count by itself for how long it was seen beyond: a step counts for five seconds at most, never backwards."""
        if rearmed:
            self.beyond_s, self.beyond_at = 0.0, None
        if self.latch.decided is Kind.ROLL_BACK:
            return
        if reading.sight is not Sight.OK:
            self.beyond_at = None
        elif reading is not BEYOND:
            self.beyond_s, self.beyond_at = 0.0, None
        else:
            gone_s = (self.now - self.beyond_at).total_seconds() if self.beyond_at is not None else 0.0
            self.beyond_s, self.beyond_at = self.beyond_s + min(max(gone_s, 0.0), 5.0), self.now
        assert self.latch.pending_s == self.beyond_s

    def _assert_breach_is_seen(self, before: Latch, reading: Reading, causes: list[Cause]) -> None:
        due = reading is BEYOND and self.beyond_s >= self.allowed.breach_after.total_seconds()
        if due and self.latch.decided is not Kind.ROLL_BACK:
            stays = self.latch.state in (State.SHADOW, State.NOT_ARMED, State.OVERRIDDEN, State.DECIDED)
            assert self.latch.state is State.BREACHED or (stays and self.latch.told_breach)
        if Cause.BREACH in causes:
            assert due  # and none comes too soon
        if before.state is State.RECOVERING and reading is BEYOND:
            assert self.latch.state is State.BREACHED

    def _assert_absence_is_told(self, reading: Reading) -> None:
        self.unseen_looks = self.unseen_looks + 1 if reading.sight is not Sight.OK else 0
        if self.unseen_looks > self.allowed.blind_after.total_seconds():
            assert self.latch.told_unseen
        if reading.sight is Sight.OK:
            assert not self.latch.told_unseen


def _done(latch: Latch, what: str, now: datetime) -> Stepped:
    soon, later = now + timedelta(seconds=100), now + timedelta(seconds=5000)
    match what:
        case "arm":
            return armed(latch, now, "Ada")
        case "disarm":
            return disarmed(latch, now, "Ada", "why")
        case "override":
            return overridden(latch, now, soon, "Ada", "why")
        case "override long":
            return overridden(latch, now, later, "Ada", "why")
        case "continue":
            return decided(latch, now, Kind.CONTINUE, "Ada", "why", rearm_at=soon)
        case "rest":
            return rested(latch, now, "Ada", "why")
        case "acknowledge":
            return acknowledged(latch, now, "Bo")
        case "decision point":
            return undecided(latch, now, now)
    return decided(latch, now, Kind(what), "Ada", "why")
