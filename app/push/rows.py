"""A line of a list, and a list that fits its place."""

from dataclasses import dataclass

from app.domain.measuring.standings import State
from app.push.scene import QUIET, Since


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a list: what, its state in shape and word, and since when.

    As type grows `spare` leaves the screen, the name is `short` and what is said `brief`, if there are such.
    """

    name: str
    state: str
    shape: str
    said: str
    since: Since | None = None
    detail: str = ""
    spare: bool = False
    short: str = ""
    brief: str = ""

    @property
    def quiet(self) -> bool:
        """Say whether it is in order."""
        return State(self.state) in QUIET


@dataclass(frozen=True, slots=True)
class Rows:
    """A list that fits its place: the gravest are kept; `more` and, in larger type, `mid_more` count the others.

    `total` counts what is expected of all lines, `grave` what is not in order, `unseen` what nobody can say yet.
    """

    rows: tuple[Row, ...]
    more: str
    mid_more: str
    total: int
    grave: int
    unseen: int = 0
