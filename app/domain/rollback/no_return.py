"""The point of no return by cost: how much of what a roll-back would cost has come together, and how that is known."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.measuring.standings import Standing
from app.domain.plans import CostLimit, Plan
from app.domain.rollback.way_back import Cost, not_seen_of
from app.domain.words import counted


@dataclass(frozen=True, slots=True)
class Spent:
    """What a roll-back costs now beside what it may; `n` is None where nobody has counted it."""

    limit: CostLimit
    n: int | None
    not_seen: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Say whether it is reached: a number that is at least so many may reach it too, an unknown one never does."""
        return self.n is not None and self.n >= self.limit.n

    @property
    def brief(self) -> str:
        """Say how much it is in few words."""
        if self.n is None:
            return "not counted yet"
        return f"{'at least ' if self.not_seen else ''}{self.n:,} so far"

    @property
    def words(self) -> str:
        """Say how much it is, and what of it nobody sees."""
        what = self.limit.what
        if self.n is None:
            return f"{what} not counted yet"
        so_many = counted(self.n, {"studies": "study", "reports": "report"}[what], what)
        unseen = f", {', '.join(self.not_seen)} not seen" if self.not_seen else ""
        return f"{'at least ' if self.not_seen else ''}{so_many} in the new system alone{unseen}"


def spent(limit: CostLimit | None, cost: Cost | None, plan: Plan, standings: Sequence[Standing]) -> Spent | None:
    """Give how far the cost has come, None where the point of no return is no cost; `cost` is as it was last counted.

    Which feeds are seen is a matter of now, not of when it was counted.
    """
    if limit is None:
        return None
    if cost is None:
        return Spent(limit, None)
    amount = cost.studies if limit.what == "studies" else cost.reports
    return Spent(limit, amount.n, not_seen_of(limit.what, plan, standings))
