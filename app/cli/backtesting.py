"""`golive triggers backtest`: what the rules of a file would have done with a stored past."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from app.cli.options import HERE, WANTING, File, Json, moment_of
from app.errors import Invalid
from app.settings import load

triggers = typer.Typer(help="Rollback rules.", no_args_is_help=True)
RAW = timedelta(days=7)  # as long as single samples are kept
NAMED = 10


@triggers.command("backtest")
def backtest(
    file: File = HERE,
    from_: Annotated[str, typer.Option("--from", help="Its beginning; without it 7 days before the end.")] = "",
    to: Annotated[str, typer.Option(help="Its end, such as 2026-11-23T08:00+01:00; without it now.")] = "",
    samples: Annotated[
        list[Path] | None,
        typer.Option(
            help="A file instead of the store: batches as POST /api/ingest takes them, or a sample or event a line."
        ),
    ] = None,
    factor: Annotated[
        list[float] | None, typer.Option(help="Another limit to try: so many times the rule's own.", min=0.01, max=100)
    ] = None,
    as_json: Json = False,
) -> None:
    """Live a past again with the rules of this file: when each would have been pending, breached or blind."""
    # loaded only now: every command would wait for it
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    from app.cli import pasts as shown
    from app.clock import utc_now
    from app.commands.past_files import FiledPast, lived
    from app.commands.triggers import backtested
    from app.domain.rollback.backtest import FACTORS
    from app.plan import plan_of
    from app.running.reaching import reading

    config = load(file)
    plan, factors = plan_of(config), tuple(dict.fromkeys(factor or FACTORS))
    filed = shown.filed(config, plan, samples) if samples else FiledPast()
    first, last = filed.span or (None, utc_now())
    end = moment_of("--to", to) if to else last
    begin = moment_of("--from", from_) if from_ else first or end - RAW
    if begin >= end:
        raise Invalid("--from", f"{begin.isoformat()} does not lie before {end.isoformat()}")
    columns = (TextColumn("living {task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=(end - begin).total_seconds())

        def told(until: datetime) -> None:
            done_s = (until - begin).total_seconds()
            progress.update(task, completed=done_s, description=f"{until.astimezone(UTC):%d %b %H:%M}")

        if samples:
            pasts = lived(filed, plan, begin, end, factors, told)
        else:
            pasts = reading(config, lambda s: backtested(s, plan, begin, end, told, factors))
    if as_json:
        typer.echo(
            json.dumps(shown.as_json(begin, end, pasts) | ({"refused": filed.refused} if samples else {}), indent=2)
        )
    else:
        typer.echo(shown.text(begin, end, pasts, factors))
        for line in filed.refused[:NAMED]:
            typer.echo(f"not taken: {line}", err=True)
        if len(filed.refused) > NAMED:
            typer.echo(f"and {len(filed.refused) - NAMED} more were not taken", err=True)
    if filed.refused:
        raise typer.Exit(WANTING)
