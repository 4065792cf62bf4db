"""The commands that run: the app, a collector, both; and whether the app of this machine answers."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from app.cli.options import FINE, HERE, WANTING, File
from app.settings import load, load_secrets


def run(file: File = HERE) -> None:
    """Run the app and a collector beside it."""
    _serve(file, collect=True)


def serve(file: File = HERE) -> None:
    """Run the app alone; collectors send to it."""
    _serve(file, collect=False)


def _serve(file: Path, *, collect: bool) -> None:
    from app.telemetry import log_to_stderr

    config = load(file)
    secrets = load_secrets(config, make=True)
    log_to_stderr("app")
    from app.running.pauses import none_while_loading

    with none_while_loading():
        from app.main import create_app  # takes a second: a mistake in the file is told before
        from app.running.serving import serve as serve_app

    asyncio.run(serve_app(create_app(config, secrets), config, collect=collect))


def collect(
    file: File = HERE,
    source: Annotated[str, typer.Option(help="Which of [[collectors]] this is; without it the first.")] = "",
    app_url: Annotated[str, typer.Option(help="Where the app is; without it on this machine.")] = "",
    ca: Annotated[Path | None, typer.Option(help="Trust this CA (PEM) for --app-url.")] = None,
) -> None:
    """Run a collector alone: its probes and feeds, sent to the app."""
    from collectors.__main__ import main as collect_main

    arguments = [
        "-c",
        str(file),
        *(["--source", source] if source else []),
        *(["--app-url", app_url] if app_url else []),
        *(["--ca", str(ca)] if ca else []),
    ]
    raise typer.Exit(collect_main(arguments) or FINE)


def health(file: File = HERE) -> None:
    """Say whether the golive of this machine answers: for the health checks of containers and service managers."""
    from app.running.health import healthy

    said = healthy(load(file))
    typer.echo(said or "alive")
    raise typer.Exit(WANTING if said else FINE)
