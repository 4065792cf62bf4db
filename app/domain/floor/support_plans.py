"""What golive.toml says of support now, as the domain needs it; links hold secrets and stay in the configuration."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase


@dataclass(frozen=True, slots=True)
class SupportPlan:
    """Who helps, in which break-out rooms; `users` is how many may ask, `aim_s` what a wait should stay below.

    `lapses_s` is how long a request lives that nobody ends; `workstations` gives the area of names with * and ?.
    """

    supporters: tuple[str, ...] = ()
    breakouts: tuple[str, ...] = ()
    users: int | None = None
    aim_s: float = 300.0
    lapses_s: float = 14_400.0
    workstations: Mapping[str, str] = field(default_factory=dict)

    def area_of(self, workstation: str) -> str:
        """Give the area of a workstation by the first pattern that fits, "" where none does."""
        name = workstation.lower()
        return next((area for like, area in self.workstations.items() if fnmatchcase(name, like.lower())), "")
