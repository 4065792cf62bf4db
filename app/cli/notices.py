"""`golive notice test`, and what `golive check` shows of channels."""

import asyncio
import json
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.options import FINE, HERE, WANTING, File, Json
from app.cli.printing import aligned
from app.errors import Missing
from app.settings import Config, load

if TYPE_CHECKING:
    from app.running.channel_checks import Tried

notice = typer.Typer(help="Notices to people outside.", no_args_is_help=True)


@notice.command("test")
def send_test(
    file: File = HERE,
    channel: Annotated[str, typer.Option(help="Only this one; without it every channel.")] = "",
    as_json: Json = False,
) -> None:
    """Send a test notice to each channel, and say which service took it; golive itself need not run."""
    from app.running import channel_checks

    config = load(file)
    if not config.settings.channels:
        raise Missing(f"{config.file} has no [[channels]]: nobody outside is told anything")
    found = asyncio.run(channel_checks.tried(config, os.environ, channel))
    typer.echo(json.dumps(as_rows(found), indent=2) if as_json else _table(found, "taken"))
    raise typer.Exit(WANTING if any(t.problem for t in found) else FINE)


def checked(config: Config) -> "list[Tried]":
    """Say of each channel whether it is well-formed; nothing is sent."""
    from app.running import channel_checks

    return asyncio.run(channel_checks.checked(config, os.environ))


def text(found: "Sequence[Tried]") -> str:
    """Give what is wrong with channels, "" where there are none."""
    return f"\nChannels (nothing was sent: golive notice test does that):\n{_table(found, 'well-formed')}\n" * bool(
        found
    )


def as_rows(found: "Sequence[Tried]") -> list[dict[str, Any]]:
    """Give the same for programs."""
    return [
        {"channel": t.channel, "ok": not t.problem, "problem": t.problem or None, "took_s": t.took_s} for t in found
    ]


def _table(found: "Sequence[Tried]", fine: str) -> str:
    rows = []
    for t in found:
        took = "" if t.took_s is None or t.problem else f" in {t.took_s * 1000:.0f} ms"
        rows.append(("✗" if t.problem else "✓", t.channel, t.problem or f"{fine}{took}"))
    return aligned(rows)
