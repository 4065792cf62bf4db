"""Who walks the simulated floor and who sits at its desk, shift by shift; nobody of them exists."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

HOURS = (6, 14, 22)  # when shifts begin, by the site's time
_HANDED_OVER_BEFORE = timedelta(minutes=8)  # who comes is there before who goes


def _simulated(name: str) -> str:
    return f"{name} (simulated)"


LEADS = tuple(map(_simulated, ("Lea Brandt", "Jan Huber", "Kim Vogel")))
TRIAGE = tuple(map(_simulated, ("Mia Sommer", "Ben Krause", "Udo Lange")))
SUPPORTERS = tuple(map(_simulated, ("Ida Lenz", "Tom Falk", "Eva Roth")))
TOOLBAR = _simulated("PACS toolbar")  # readers have no account: the button asks for them

_ON_SHIFT: tuple[Mapping[str, tuple[str, ...]], ...] = (
    {
        "Ana Berg": ("ct",),
        "Leo Simon": ("mr",),
        "Ines Kurz": ("xr",),
        "Paul Beck": ("us",),
        "Nora Haas": ("mg",),
        "Emil Otto": ("reading",),
        "Vera Jung": ("ed-reading",),
    },
    {
        "Rosa Wolf": ("ct",),
        "Max Seidel": ("mr",),
        "Juri Stein": ("xr",),
        "Olga Ernst": ("us", "mg"),
        "Finn Pohl": ("reading",),
        "Alma Keil": ("ed-reading",),
    },
    {"Tim Arndt": ("ct", "mr", "xr", "us"), "Pia Lorenz": ("ed-reading", "reading")},
)
SUPER_USERS = tuple(_simulated(name) for shift in _ON_SHIFT for name in shift)
AT_DESK = (*LEADS, *TRIAGE)


@dataclass(frozen=True, slots=True)
class Shift:
    """One shift: its number of the day and when it lasts; `comes_at` is when its people are there."""

    number: int
    from_at: datetime
    until_at: datetime

    @property
    def comes_at(self) -> datetime:
        """Give when who comes takes over."""
        return self.from_at - _HANDED_OVER_BEFORE

    @property
    def lead(self) -> str:
        """Give who leads the command center."""
        return LEADS[self.number]

    @property
    def former_lead(self) -> str:
        """Give who led it before."""
        return LEADS[self.number - 1]

    @property
    def triage(self) -> str:
        """Give who sorts what comes in."""
        return TRIAGE[self.number]

    @property
    def super_users(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Give who is on duty, and in which areas."""
        return tuple((_simulated(name), areas) for name, areas in _ON_SHIFT[self.number].items())

    def super_user(self, area: str) -> str:
        """Give who is on duty in an area, "" where nobody is."""
        return next((name for name, areas in self.super_users if area in areas), "")

    def tablet(self, area: str) -> str:
        """Give the tablet that is carried where somebody is on duty; who has several areas carries one."""
        return next((f"tablet-{areas[0]}" for _, areas in self.super_users if area in areas), f"tablet-{area}")


def shift_at(at: datetime, zone: tzinfo) -> Shift:
    """Give the shift that is there at a moment."""
    local = (at + _HANDED_OVER_BEFORE).astimezone(zone)
    day = local.replace(hour=0, minute=0, second=0, microsecond=0)
    starts = [
        ((day + timedelta(days=d)).replace(hour=hour), number) for d in (-1, 0, 1) for number, hour in enumerate(HOURS)
    ]
    i = max(i for i, (start, _) in enumerate(starts) if start <= local)
    return Shift(starts[i][1], starts[i][0], starts[i + 1][0])
