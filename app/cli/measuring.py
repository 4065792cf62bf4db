"""The commands that measure once or explain what was measured: check, probe, feed explain, exam."""

import asyncio
import json
import os
from typing import Annotated

import typer

from app.cli.options import FINE, HERE, WANTING, File, Json
from app.settings import load

feed = typer.Typer(help="Feeds of clinical events.", no_args_is_help=True)


def check(file: File = HERE, as_json: Json = False) -> None:
    """Validate the file, try every probe and feed once, see what every rollback rule would see and every channel is."""
    from app.cli import notices, rules
    from collectors import check as checks
    from collectors import check_table

    config = load(file)
    for warning in config.warnings:
        typer.echo(f"warning: {warning}", err=True)
    found = asyncio.run(checks.check_all(config))
    tried, why_not = rules.tried(config)
    channels = notices.checked(config)
    fine = found.ok and not any(t.instance.never for t in tried) and not any(c.problem for c in channels)
    if as_json:
        told = found.as_json() | {"ok": fine, "triggers": rules.as_json(tried, why_not)}
        told |= {"channels": notices.as_rows(channels)}
        typer.echo(json.dumps(told, indent=2))
    else:
        typer.echo(check_table.table(found) + rules.text(tried, why_not) + notices.text(channels), nl=False)
    raise typer.Exit(FINE if fine else WANTING)


def probe(
    id_: Annotated[str, typer.Argument(metavar="ID", help="A probe of golive.toml.")],
    file: File = HERE,
    as_json: Json = False,
) -> None:
    """Take one sample now and explain it, phase by phase."""
    from collectors import check as checks
    from collectors import check_table

    config = load(file)
    sample = asyncio.run(checks.one(config, id_))
    typer.echo(checks.sample_json(sample) if as_json else check_table.phases(config, sample), nl=as_json)
    raise typer.Exit(FINE if checks.fine(config, sample) else WANTING)


@feed.command("explain")
def feed_explain(
    what: Annotated[str, typer.Argument(metavar="ID|FILE", help="A feed of golive.toml, or a file of messages.")],
    file: File = HERE,
    as_json: Json = False,
    as_feed: Annotated[str, typer.Option("--as", help="Read the file by the rules of this feed.")] = "",
) -> None:
    """Say what a feed sends and what golive makes of it: kinds, counts, fill rates and shapes, never values."""
    from app.running.housekeeping import received
    from app.telemetry import log_to_stderr
    from collectors import explain

    config = load(file)
    log_to_stderr("explain")
    found = explain.of_feed_or_file(config, what, as_feed, lambda known: received(config, known, 20_000))
    typer.echo(json.dumps(explain.as_json(found), indent=2) if as_json else explain.text(found), nl=as_json)


def exam(
    accession: Annotated[str, typer.Argument(help="The accession number; it is hashed at once.")],
    file: File = HERE,
    issuer: Annotated[str, typer.Option(help="Its issuer, where the site tells them apart.")] = "",
    as_json: Json = False,
) -> None:
    """Show what the feeds told of one exam, with the field and clock of each time."""
    from app.cli import printing
    from app.running import housekeeping

    known, events = housekeeping.exam_events(load(file), os.environ, accession, issuer)
    typer.echo(json.dumps(printing.exam_json(known, events), indent=2) if as_json else printing.exam(known, events))
