"""What a person asked that cannot be done, each mapped once to a problem document in `web/problems.py`.

GoLiveError
├── ConfigInvalid      the file cannot be used; carries every mistake
├── Unauthenticated    nobody is logged in
├── Forbidden          somebody is, but may not
├── Missing            no such thing
├── Conflict           the thing is not, or no longer, in a state that allows it
├── Invalid            a field cannot have this value
│   ├── PatientFound   a text may tell of a patient, and nobody said that it does not
│   └── TooLarge       a field has more than there is room for
├── NotBuilt           a kind or command of a later version
└── Unavailable        golive itself cannot do it now (database gone, another process holds it)
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


class GoLiveError(Exception):
    """Base of all; `title` is the short name of the kind, the message what happened here."""

    title = "golive cannot do that"

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing wrong in a config file: `line` is 1-based, 0 when the mistake has no line (something is missing)."""

    file: str
    line: int
    field: str
    problem: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: {self.field}: {self.problem}"


class ConfigInvalid(GoLiveError):
    """The config file cannot be used; `mistakes` names every one of its faults."""

    title = "The configuration cannot be used"

    def __init__(self, mistakes: list[Mistake]) -> None:
        super().__init__("\n".join(str(m) for m in mistakes))
        self.mistakes = mistakes


class Unauthenticated(GoLiveError):
    """Nobody is logged in, or the token is unknown or revoked."""

    title = "Not logged in"


class Forbidden(GoLiveError):
    """Who is logged in may not do this."""

    title = "Not allowed"


class Missing(GoLiveError):
    """There is no such thing."""

    title = "Not found"


class Conflict(GoLiveError):
    """The thing is not in a state that allows this; `shown` are members that its problem document shows beside."""

    title = "Conflict"

    def __init__(self, detail: str, shown: Mapping[str, Any] | None = None) -> None:
        super().__init__(detail)
        self.shown = shown or {}


class Invalid(GoLiveError):
    """A field cannot have this value."""

    title = "Invalid input"

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")
        self.field = field


class PatientFound(Invalid):
    """A text may tell of a patient; `kinds` says of what kind that is, and the text itself is in no message."""

    title = "This may be a patient"

    def __init__(self, field: str, kinds: tuple[str, ...], said: str) -> None:
        super().__init__(field, f"may hold {said}: remove it, or confirm with no_patient that this is no patient")
        self.kinds = kinds


class TooLarge(Invalid):
    """A field has more than there is room for."""

    title = "Too large"


class NotBuilt(GoLiveError):
    """A kind or command that a later version brings."""

    title = "Not built yet"


class Unavailable(GoLiveError):
    """golive itself cannot do it now."""

    title = "Unavailable"
