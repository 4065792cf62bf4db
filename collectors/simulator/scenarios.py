"""What can go wrong in the simulated hospital, by name, and since when."""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, datetime

from app.errors import Invalid

ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Scenario:
    """How a named scenario bends the hospital's life; every field's default is a calm day.

    The `…_slow` are factors on a duration, the `…_share` shares of 1. `learning` turns the curve after T0 on.
    """

    name: str
    words: str
    worklist_slow: float = 1.0
    images_slow: float = 1.0
    begin_late_s: float = 0.0
    reading_late_s: float = 0.0
    readers_share: float = 1.0
    rejected_share: float = 0.0
    frozen: bool = False
    silent: bool = False
    learning: bool = False
    stray_station: str = ""


SCENARIOS: dict[str, Scenario] = {
    s.name: s
    for s in (
        Scenario("calm", "nothing is wrong"),
        Scenario("learning-curve", "readers and technologists are slower after T0, less so each day", learning=True),
        Scenario(
            "slow-worklist",
            "the RIS answers worklist queries twenty times slower",
            worklist_slow=20.0,
            begin_late_s=420.0,
        ),
        Scenario("frozen-pacs", "the PACS accepts connections and answers nothing", frozen=True),
        Scenario(
            "full-associations",
            "the PACS rejects three of four associations: its limit is reached",
            rejected_share=0.75,
        ),
        Scenario("silent-hl7", "the interface engine is connected and sends nothing", silent=True),
        Scenario("images-crawl", "images load eight times slower", images_slow=8.0, reading_late_s=150.0),
        Scenario("reading-jam", "three of four readers are away", readers_share=0.25),
        Scenario("stray-modality", "CT 2 still sends to the old PACS", stray_station="CT2"),
    )
}


def scenario(name: str) -> Scenario:
    """Give the scenario of a name, or say which names there are."""
    if name not in SCENARIOS:
        raise Invalid("scenario", f'"{name}" is none of {", ".join(SCENARIOS)}')
    return SCENARIOS[name]


@dataclass(frozen=True, slots=True)
class Script:
    """Which scenario holds since when.

    What happens before a change does not depend on it: a script and its extension tell the same past.
    """

    changes: tuple[tuple[datetime, str], ...] = ()

    def __post_init__(self) -> None:
        for _, name in self.changes:
            scenario(name)
        if list(self.moments) != sorted(self.moments):
            raise Invalid("script", "its changes must be in order of time")

    @property
    def moments(self) -> tuple[datetime, ...]:
        return tuple(at for at, _ in self.changes)

    def at(self, moment: datetime) -> Scenario:
        """Give the scenario that holds at a moment; calm before the first change."""
        i = bisect_right(self.changes, moment, key=lambda change: change[0])
        return SCENARIOS[self.changes[i - 1][1]] if i else SCENARIOS["calm"]

    def then(self, moment: datetime, name: str) -> "Script":
        """Give the script with one more change."""
        return Script((*self.changes, (moment, name)))

    def next_change(self, moment: datetime) -> datetime | None:
        """Give the first change after a moment."""
        return next((at for at in self.moments if at > moment), None)

    def first_without(self, moment: datetime, trouble: str) -> datetime | None:
        """Give the first moment from this one on at which a trouble (a field of Scenario) is off; None: never."""
        now: datetime | None = moment
        while now is not None and getattr(self.at(now), trouble):
            now = self.next_change(now)
        return now
