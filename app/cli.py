"""`golive …`: parse the command line and call one function; what a person did wrong is a sentence, no traceback."""

import asyncio
import json
import os
import sys
import traceback
from collections.abc import Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from app.errors import ConfigInvalid, GoLiveError, NotBuilt
from app.settings import duration_s, load, load_secrets

FINE, WANTING, CANNOT = 0, 1, 2

_LATER = {
    "declare": "declare, delay or call off the go-live",
    "rehearse": "rehearse the load before the day",
    "baseline": "import and freeze what is normal",
    "report": "a report of a day or a week",
    "user": "local accounts",
}

cli = typer.Typer(
    help="golive, the command center of a PACS go-live.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
token = typer.Typer(help="Tokens: who may come in.", no_args_is_help=True)
feed = typer.Typer(help="Feeds of clinical events.", no_args_is_help=True)
journal = typer.Typer(help="The record of what people and golive did.", no_args_is_help=True)
cli.add_typer(token, name="token")
cli.add_typer(feed, name="feed")
cli.add_typer(journal, name="journal")

File = Annotated[Path, typer.Option("-c", "--config", help="The site's golive.toml.", show_default=True)]
Json = Annotated[bool, typer.Option("--json", help="For programs.")]
HERE = Path("golive.toml")


def main() -> None:
    """Run the command line: exit 0 when all is fine, 1 when something was found wanting, 2 when it cannot run."""
    try:
        cli()
    except ConfigInvalid as error:
        for mistake in error.mistakes:
            typer.echo(str(mistake), err=True)
        sys.exit(CANNOT)
    except GoLiveError as error:
        typer.echo(f"golive: {error.detail}", err=True)
        sys.exit(CANNOT)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception:  # a bug of ours: 1 would say that something else was found wanting
        traceback.print_exc()
        sys.exit(CANNOT)


@cli.command()
def run(file: File = HERE) -> None:
    """Run the app and a collector beside it."""
    _serve(file, collect=True)


@cli.command()
def serve(file: File = HERE) -> None:
    """Run the app alone; collectors send to it."""
    _serve(file, collect=False)


def _serve(file: Path, *, collect: bool) -> None:
    config = load(file)
    secrets = load_secrets(config, make=True)
    _log_as("app")
    from app.serving import serve as serve_app

    asyncio.run(serve_app(config, secrets, collect=collect))


def _log_as(program: str) -> None:
    from app.telemetry import log_to_stderr

    log_to_stderr(program)


@cli.command()
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


@cli.command()
def check(file: File = HERE, as_json: Json = False) -> None:
    """Validate the file, then try every probe and feed once."""
    from collectors import check as checks
    from collectors import check_table

    config = load(file)
    found = _run(checks.check_all(config))
    typer.echo(json.dumps(found.as_json(), indent=2) if as_json else check_table.table(found), nl=as_json)
    raise typer.Exit(FINE if found.ok else WANTING)


@cli.command()
def probe(
    id_: Annotated[str, typer.Argument(metavar="ID", help="A probe of golive.toml.")],
    file: File = HERE,
    as_json: Json = False,
) -> None:
    """Take one sample now and explain it, phase by phase."""
    from collectors import check as checks
    from collectors import check_table

    config = load(file)
    sample = _run(checks.one(config, id_))
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
    from app.housekeeping import received
    from collectors import explain

    config = load(file)
    _log_as("explain")
    found = explain.of_feed_or_file(config, what, as_feed, lambda known: received(config, known, 20_000))
    typer.echo(json.dumps(explain.as_json(found), indent=2) if as_json else explain.text(found), nl=as_json)


@cli.command()
def exam(
    accession: Annotated[str, typer.Argument(help="The accession number; it is hashed at once.")],
    file: File = HERE,
    issuer: Annotated[str, typer.Option(help="Its issuer, where the site tells them apart.")] = "",
    as_json: Json = False,
) -> None:
    """Show what the feeds told of one exam, with the field and clock of each time."""
    from app import housekeeping, printing

    known, events = housekeeping.exam_events(load(file), os.environ, accession, issuer)
    typer.echo(json.dumps(printing.exam_json(known, events), indent=2) if as_json else printing.exam(known, events))


@cli.command()
def demo(
    history: Annotated[str, typer.Option(help="Pour this much past first, such as 28d.")] = "1d",
    speed: Annotated[float, typer.Option(min=1, max=3600, help="How fast simulated time passes.")] = 1.0,
    scenario: Annotated[str, typer.Option(help="What happens, such as slow-worklist.")] = "calm",
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

    history_s, ago_s = _span("--history", history), _span("--since-go-live", since_go_live)
    wanted = Demo(listen, history_s, speed, scenario, folder, seed, ago_s, _moment("--at", at) if at else None)
    if print_config:
        typer.echo(config_text(wanted), nl=False)
        return
    _log_as("demo")
    run_demo(wanted)


def _span(option: str, said: str) -> float:
    try:
        return duration_s(said)
    except ValueError as error:
        raise typer.BadParameter(f'"{said}" is no duration (such as "28d")', param_hint=option) from error


def _moment(option: str, said: str) -> datetime:
    try:
        moment = datetime.fromisoformat(said)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        what = f'"{said}" is no moment with its offset from UTC (such as 2026-11-23T08:00+01:00)'
        raise typer.BadParameter(what, param_hint=option)
    return moment.astimezone(UTC)


@token.command("create")
def token_create(
    role: Annotated[str, typer.Option(help="display, floor, desk, authority, leadership, engineer or admin.")],
    name: Annotated[str, typer.Option(help="Who or what holds it, as the journal will show.")] = "",
    file: File = HERE,
    as_json: Json = False,
) -> None:
    """Make a token, before the first start or while golive runs."""
    from app.housekeeping import create_token

    made = create_token(load(file), os.environ, role, name)
    typer.echo(json.dumps(made) if as_json else f"{made['token']}\n({made['role']}, id {made['id']}; shown only now)")


@token.command("list")
def token_list(file: File = HERE, as_json: Json = False) -> None:
    """List the tokens; their text is known only to those who hold them."""
    from app import housekeeping, printing

    found = housekeeping.list_tokens(load(file))
    typer.echo(json.dumps(printing.tokens_json(found), indent=2) if as_json else printing.tokens(found))


@token.command("revoke")
def token_revoke(known: Annotated[str, typer.Argument(metavar="ID")], file: File = HERE, as_json: Json = False) -> None:
    """Take a token away, at once and with its sessions."""
    from app.housekeeping import revoke_token

    revoke_token(load(file), os.environ, known)
    typer.echo(json.dumps({"id": known, "revoked": True}) if as_json else f"{known} is revoked")


@journal.command("verify")
def journal_verify(file: File = HERE, as_json: Json = False) -> None:
    """Walk the journal's chain: exit 1 when it is broken."""
    from app.housekeeping import verify_journal

    found = verify_journal(load(file))
    said = f"{found.entries} entries, the chain holds" if found.ok else f"the chain is broken: {found.problem}"
    typer.echo(json.dumps({"ok": found.ok, "entries": found.entries, "problem": found.problem}) if as_json else said)
    raise typer.Exit(FINE if found.ok else WANTING)


@cli.command()
def backup(
    to: Annotated[Path, typer.Argument(metavar="FILE", help="A file that does not exist yet.")],
    file: File = HERE,
    as_json: Json = False,
) -> None:
    """Copy the database into a file, also while golive runs."""
    from app.housekeeping import back_up

    made = back_up(load(file), os.environ, to)
    typer.echo(json.dumps(made) if as_json else f"{made['file']}: {made['bytes']} bytes, SHA-256 {made['sha256']}")


@cli.command()
def health(file: File = HERE) -> None:
    """Say whether the golive of this machine answers: for the health checks of containers and service managers."""
    from app.housekeeping import healthy

    said = healthy(load(file))
    typer.echo(said or "alive")
    raise typer.Exit(WANTING if said else FINE)


@cli.command()
def restore(
    copy: Annotated[Path, typer.Argument(metavar="FILE", help="What golive backup made.")],
    file: File = HERE,
    as_json: Json = False,
) -> None:
    """Put a backup in the place of the database while golive is stopped; what was there is kept beside it."""
    from app.housekeeping import restore as put_back

    made = put_back(load(file), copy)
    kept = f"; what was there is kept in {made['kept']}" if made["kept"] else ""
    typer.echo(json.dumps(made) if as_json else f"{made['file']} is {made['from']}{kept}")


def _run(task: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(task)


def _later(name: str, what: str) -> None:
    def refuse() -> None:
        raise NotBuilt(f'"golive {name}" ({what}) comes with a later version of golive')

    extra = {"ignore_unknown_options": True, "allow_extra_args": True}
    cli.command(name, help=f"Later: {what}.", context_settings=extra)(refuse)


for _name, _what in _LATER.items():
    _later(_name, _what)

if __name__ == "__main__":
    main()
