"""`golive triggers backtest`: what the rules of a file would have done with a stored past."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from app.cli.options import HERE, WANTING, File, Json, moment_of
from app.cli.printing import aligned
from app.clock import utc_now
from app.commands.ingest_reading import known_of
from app.commands.past_files import FiledPast, lived, read_files
from app.domain.plans import Plan
from app.domain.rollback.backtest import FACTORS, Past
from app.domain.words import span
from app.errors import Invalid
from app.settings import Config, load

triggers = typer.Typer(help="Rollback rules.", no_args_is_help=True)
RAW = timedelta(days=7)  # as long as single samples are kept
SHOWN, NAMED = 5, 10


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
    from app.commands.triggers import backtested
    from app.plan import plan_of
    from app.running.reaching import reading

    config = load(file)
    plan, factors = plan_of(config), tuple(dict.fromkeys(factor or FACTORS))
    filed = _filed(config, plan, samples) if samples else FiledPast()
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
        typer.echo(json.dumps(_as_json(begin, end, pasts) | ({"refused": filed.refused} if samples else {}), indent=2))
    else:
        typer.echo(_text(begin, end, pasts, factors))
        for line in filed.refused[:NAMED]:
            typer.echo(f"not taken: {line}", err=True)
        if len(filed.refused) > NAMED:
            typer.echo(f"and {len(filed.refused) - NAMED} more were not taken", err=True)
    if filed.refused:
        raise typer.Exit(WANTING)


def _filed(config: Config, plan: Plan, files: Sequence[Path]) -> FiledPast:
    # within one past any key ties accession numbers to exams: the site's own is not needed
    filed = read_files(files, known_of(config.settings, plan, "a past in files", None))
    if filed.span is None:
        why = f": {filed.refused[0]}" if filed.refused else ""
        raise Invalid("--samples", f"holds no sample and no exam event that can be taken{why}")
    return filed


def _text(begin: datetime, end: datetime, pasts: Sequence[Past], factors: Sequence[float] = FACTORS) -> str:
    head = f"{begin:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M} UTC, {span((end - begin).total_seconds())}\n\n"
    if not pasts:
        return f"{head}there are no [[triggers]] in this file"
    limits = (f"limit ×{f:g}" for f in factors)
    names = ("trigger", "breaches", "a week", *limits, "pending", "blind", "too few", "n")
    rows = [names, *(_row(past, factors) for past in pasts)]
    lines = [head + aligned(rows)]
    for past in (p for p in pasts if p.breaches):
        lines.append(f"\n{past.id} ({past.title})")
        lines += [f"  {b.at:%Y-%m-%d %H:%M:%S} UTC  {b.reason}" for b in past.breaches[:SHOWN]]
        more = len(past.breaches) - SHOWN
        lines += [f"  and {more} more"] if more > 0 else []
    return "\n".join(lines)


def _row(past: Past, factors: Sequence[float]) -> tuple[str, ...]:
    others = (str(past.otherwise[f]) if f in past.otherwise else "" for f in factors)
    seen = f"{past.n[1]} ({past.n[0]}–{past.n[2]})" if past.n else "never enough"
    times = (f"{past.pending} × {span(past.pending_s)}" if past.pending else "0", span(past.blind_s))
    return past.id, str(len(past.breaches)), f"{past.per_week:.1f}", *others, *times, span(past.insufficient_s), seen


def _as_json(begin: datetime, end: datetime, pasts: Sequence[Past]) -> dict[str, Any]:
    return {
        "from": _utc(begin),
        "to": _utc(end),
        "triggers": [
            {
                "id": p.id,
                "title": p.title,
                "watched_s": p.watched_s,
                "pending": p.pending,
                "pending_s": p.pending_s,
                "breaches": [{"at": _utc(b.at), "reason": b.reason} for b in p.breaches],
                "per_week": p.per_week,
                "breached_s": p.breached_s,
                "blind_s": p.blind_s,
                "insufficient_s": p.insufficient_s,
                "n": dict(zip(("least", "middle", "most"), p.n, strict=True)) if p.n else None,
                "by_other_limits": {f"{f:g}": n for f, n in p.otherwise.items()},
            }
            for p in pasts
        ],
    }


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
