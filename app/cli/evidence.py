"""`golive evidence`: what a vendor is given of an issue or of a stretch of time."""

import importlib.metadata
import json
from pathlib import Path
from typing import Annotated

import typer

from app.cli.options import HERE, File, Json, moment_if_any
from app.settings import load


def evidence(
    issue: Annotated[int | None, typer.Option(help="Number of an issue: an hour before and after it.")] = None,
    from_: Annotated[str, typer.Option("--from", help="From this moment, such as 2026-11-21T06:00:00+01:00.")] = "",
    to_: Annotated[str, typer.Option("--to", help="Until this moment; without it until now.")] = "",
    out: Annotated[Path | None, typer.Option("--out", "-o", metavar="FILE", help="The zip to write.")] = None,
    file: File = HERE,
    as_json: Json = False,
) -> None:
    """Write a zip for the vendor: samples, outcomes, clocks, AE titles, configuration; free of patients and persons."""
    from app.running.housekeeping import write_evidence

    config, version = load(file), importlib.metadata.version("golive")
    to = out or Path(f"golive-evidence-{f'issue-{issue}' if issue else 'stretch'}.zip")
    done = write_evidence(config, version, issue, moment_if_any("--from", from_), moment_if_any("--to", to_), to)
    typer.echo(
        json.dumps(done) if as_json else f"{done['file']}: {done['bytes']} bytes, {done['from']} to {done['to']}"
    )
