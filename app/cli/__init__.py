"""`golive …`: parse the command line and call one function; what a person did wrong is a sentence, no traceback."""

import sys
import traceback

import typer

from app.cli import backtesting, demo, evidence, golive, measuring, notices, qr, records, serving
from app.cli.later import LATER, refusal
from app.cli.options import CANNOT
from app.errors import ConfigInvalid, GoLiveError

COMMANDS = (
    serving.run,
    serving.serve,
    serving.collect,
    measuring.check,
    measuring.probe,
    measuring.exam,
    demo.demo,
    golive.declare,
    qr.qr,
    evidence.evidence,
    records.backup,
    serving.health,
    records.restore,
)

cli = typer.Typer(
    help="golive, the command center of a PACS go-live.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for _command in COMMANDS:
    cli.command()(_command)
for _name, _what in LATER.items():
    _extra = {"ignore_unknown_options": True, "allow_extra_args": True}
    cli.command(_name, help=f"Later: {_what}.", context_settings=_extra)(refusal(_name, _what))
cli.add_typer(records.token, name="token")
cli.add_typer(measuring.feed, name="feed")
cli.add_typer(records.journal, name="journal")
cli.add_typer(backtesting.triggers, name="triggers")
cli.add_typer(notices.notice, name="notice")


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
