"""The command for T0: declared, delayed or called off by a named person, never written into golive.toml."""

import getpass
import json
import os
from typing import Annotated

import typer

from app.cli.options import HERE, File, Json, moment_if_any
from app.errors import Invalid
from app.settings import load


def declare(
    at: Annotated[str, typer.Option(help="T0 where it lies in the past, such as 2026-11-21T06:00:00+01:00.")] = "",
    delay_to: Annotated[str, typer.Option(help="Move the plan to this moment instead.")] = "",
    call_off: Annotated[bool, typer.Option("--call-off", help="Call the go-live off instead.")] = False,
    name: Annotated[str, typer.Option(help="Who does it; without it, who is logged in here.")] = "",
    reason: Annotated[str, typer.Option(help="Why; a delay and a call-off need it.")] = "",
    file: File = HERE,
    as_json: Json = False,
) -> None:
    """Declare the go-live: T0 is now, or --at; or delay it, or call it off."""
    from app.domain.rollback.golive import Act
    from app.running.housekeeping import act_on_go_live

    if sum((bool(at), bool(delay_to), call_off)) > 1:
        raise Invalid("declare", "takes one of --at, --delay-to and --call-off")
    act = Act.CALL_OFF if call_off else Act.DELAY if delay_to else Act.DECLARE
    moment = moment_if_any("--delay-to" if delay_to else "--at", delay_to or at)
    done = act_on_go_live(load(file), os.environ, act, moment, reason, name or _logged_in())
    said = {
        Act.DECLARE: f"the go-live is declared: T0 is {done['at']}",
        Act.DELAY: f"the go-live is planned for {done['at']}",
        Act.CALL_OFF: "the go-live is called off",
    }
    typer.echo(json.dumps(done) if as_json else f"{said[act]} (by {done['by']})")


def _logged_in() -> str:
    """Give who is logged in here; a number without a name, as in a container, is nobody for the record."""
    try:
        return getpass.getuser()
    except (KeyError, OSError) as error:
        raise Invalid("--name", "is missing: the record says who did it") from error
