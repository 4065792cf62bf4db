"""All triggers of a plan with what they count: an attempt goes in, what each sees and is comes out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from app.domain.plans import Armed, Rule
from app.domain.standings import Standing
from app.domain.trigger_rules import Counted, Instance, Share, Tally, is_slower, read, seen
from app.domain.triggers import Latch, State, Transition, armed, evaluate
from app.domain.windows import Attempt

BY_T0 = "golive: T0"


@dataclass(frozen=True, slots=True)
class Evaluated:
    """One trigger as it was evaluated: `before` is the latch it came from, None for one that is new."""

    instance: Instance
    before: Latch | None
    latch: Latch
    share: Share
    transitions: tuple[Transition, ...]


class TriggerBoard:
    """The tallies and latches of every trigger; a latch counts only once it is stored, so `take_over` gives it back."""

    def __init__(self, instances: Iterable[Instance]) -> None:
        self.instances = {i.id: i for i in instances}
        self._tallies = {i.id: Tally(i.rule.window_s) for i in self.instances.values()}
        self._by_series: dict[str, list[str]] = {}
        for instance in self.instances.values():
            for series in instance.series:
                self._by_series.setdefault(series.key, []).append(instance.id)
        self._latches: dict[str, Latch] = {}
        self._shown: dict[str, Share] = {}

    @property
    def longest_window_s(self) -> float:
        """Give how far back any trigger counts."""
        return max((i.rule.window_s for i in self.instances.values()), default=0.0)

    @property
    def series(self) -> frozenset[str]:
        """Give the keys of all series that triggers read."""
        return frozenset(self._by_series)

    def hear(self, series: str, attempt: Attempt, sample: str) -> None:
        """Let the triggers of a series count an attempt; one outside the count shows nothing."""
        if not attempt.counted:
            return
        for name in self._by_series.get(series, ()):
            slower = is_slower(self.instances[name].rule, attempt.value)
            self._tallies[name].add(Counted(attempt.known_at, sample, slower))

    def take_over(self, latches: Mapping[str, Latch]) -> None:
        """Hold these latches as what is stored now."""
        self._latches |= {name: latch for name, latch in latches.items() if name in self.instances}

    def evaluated(self, now: datetime, t0: datetime | None, standings: Mapping[str, Standing]) -> list[Evaluated]:
        """Evaluate every trigger; give those of which anything is to be stored."""
        found: list[Evaluated] = []
        for name, instance in self.instances.items():
            before, tally = self._latches.get(name), self._tallies[name]
            latch, made = _armed(before or Latch(_first(instance.rule, t0), now), instance.rule, t0, now)
            tally.expire(now, latch.counts_after)
            share = seen(instance, tally, standings)
            latch, more = evaluate(latch, instance.rule.allowance, read(instance, share, tally, standings), now)
            if latch != before or share != self._shown.get(name):
                self._shown[name] = share
                found.append(Evaluated(instance, before, latch, share, (*made, *more)))
        return found


def _first(rule: Rule, t0: datetime | None) -> State:
    if rule.armed is Armed.ALWAYS or (rule.armed is Armed.AT_GO_LIVE and t0 is not None):
        return State.WATCHING
    return State.SHADOW


def _armed(latch: Latch, rule: Rule, t0: datetime | None, now: datetime) -> tuple[Latch, tuple[Transition, ...]]:
    """Arm what waits for T0 once that has come; what was disarmed by hand waits for a hand."""
    waits = latch.state is State.SHADOW or (latch.state is State.OVERRIDDEN and latch.underneath is State.SHADOW)
    if t0 is None or not waits or rule.armed is not Armed.AT_GO_LIVE:
        return latch, ()
    return armed(latch, now, BY_T0)
