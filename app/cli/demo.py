"""`golive demo`: its options read, its moments and durations understood."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli.options import moment_of
from app.settings import duration_s

DRILL_SPEED = 20.0


def demo(
    history: Annotated[str, typer.Option(help="Pour this much past first, such as 28d.")] = "1d",
    speed: Annotated[
        float | None, typer.Option(min=1, max=3600, help="How fast simulated time passes: 1, a drill 20.")
    ] = None,
    scenario: Annotated[str, typer.Option(help="What happens, such as slow-worklist or rollback-drill.")] = "calm",
    listen: Annotated[str, typer.Option(help="Address and port of the wall; another port where busy.")] = (
        "127.0.0.1:8000"
    ),
    folder: Annotated[Path, typer.Option(help="Where it keeps its files.")] = Path("golive-demo"),
    seed: Annotated[int, typer.Option(help="Another seed lives another life.")] = 7,
    since_go_live: Annotated[str, typer.Option(help="How long ago it went live, such as 12m.")] = "1h",
    at: Annotated[str, typer.Option(help="When it begins, such as 2026-11-23T08:00+01:00; without it now.")] = "",
    print_config: Annotated[bool, typer.Option("--print-config", help="Print its golive.toml and end.")] = False,
) -> None:
    """Run a simulated hospital and the whole of golive, with nothing to configure."""
    from app.demo import Demo, config_text, run_demo
    from app.demo.drill import NAME as DRILL
    from app.telemetry import log_to_stderr

    history_s, ago_s = _span("--history", history), _span("--since-go-live", since_go_live)
    rate = speed or (DRILL_SPEED if scenario == DRILL else 1.0)
    wanted = Demo(listen, history_s, rate, scenario, folder, seed, ago_s, moment_of("--at", at) if at else None)
    if print_config:
        typer.echo(config_text(wanted), nl=False)
        return
    log_to_stderr("demo")
    run_demo(wanted)


def _span(option: str, said: str) -> float:
    try:
        return duration_s(said)
    except ValueError as error:
        raise typer.BadParameter(f'"{said}" is no duration (such as "28d")', param_hint=option) from error
