"""The commands of later versions: named in the help, and refused with one sentence."""

from collections.abc import Callable

from app.errors import NotBuilt

LATER = {
    "rehearse": "rehearse the load before the day",
    "baseline": "import and freeze what is normal",
    "report": "a report of a day or a week",
    "user": "local accounts",
}


def refusal(name: str, what: str) -> Callable[[], None]:
    """Give the command that says so."""

    def refuse() -> None:
        raise NotBuilt(f'"golive {name}" ({what}) comes with a later version of golive')

    return refuse
