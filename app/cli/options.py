"""What several commands take and give: the file, JSON for programs, and how they exit."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from app.errors import Invalid
from app.settings import parse_moment

FINE, WANTING, CANNOT = 0, 1, 2

File = Annotated[Path, typer.Option("-c", "--config", help="The site's golive.toml.", show_default=True)]
Json = Annotated[bool, typer.Option("--json", help="For programs.")]
HERE = Path("golive.toml")


def moment_of(option: str, said: str) -> datetime:
    """Give a moment as it was written with its offset from UTC, or refuse it with a sentence."""
    try:
        moment = datetime.fromisoformat(said)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        what = f'"{said}" is no moment with its offset from UTC (such as 2026-11-23T08:00+01:00)'
        raise typer.BadParameter(what, param_hint=option)
    return moment.astimezone(UTC)


def moment_if_any(option: str, text: str) -> datetime | None:
    """Give a moment as golive.toml would have it written, None where none is given."""
    if not text:
        return None
    try:
        found = parse_moment(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise Invalid(
            option, f'"{text[:40]}" is no moment with its offset from UTC (such as 2026-11-21T06:00:00+01:00)'
        )
    return found
