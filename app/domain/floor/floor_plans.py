"""What golive.toml says of the floor, as the domain needs it: categories, teams and the deadlines of escalation."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class TeamPlan:
    """A team that answers: its step of escalation, the channel it is told on, the categories it takes (none: all)."""

    id: str
    name: str
    tier: str
    channel: str | None = None
    categories: frozenset[str] = frozenset()

    def takes(self, tier: str, category: str) -> bool:
        """Say whether an issue of a category that reached a step is this team's."""
        return self.tier == tier and (not self.categories or category in self.categories)


@dataclass(frozen=True, slots=True)
class FloorPlan:
    """Categories by id, teams by id, and by phase and severity how many seconds an issue waits at each step.

    `patterns` are how the site's own patient and accession numbers look, `rooms` those of each area, by its id;
    `ask_every_s` is how often golive asks the floor.
    """

    categories: Mapping[str, str] = field(default_factory=dict)
    teams: Mapping[str, TeamPlan] = field(default_factory=dict)
    deadlines: Mapping[str, Mapping[int, tuple[float, ...]]] = field(default_factory=dict)
    service_desk: str | None = None
    patterns: tuple[str, ...] = ()
    ask_every_s: float | None = None
    rooms: frozenset[tuple[str, str]] = frozenset()

    def deadlines_s(self, phase: str, severity: int) -> tuple[float, ...]:
        """Give how long an issue waits at floor, desk and IT, shorter where it never goes on by itself."""
        return self.deadlines.get(phase, {}).get(severity, ())
