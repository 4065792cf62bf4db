"""The commands for what is kept: tokens, the journal, and copies of the database."""

import json
import os
from pathlib import Path
from typing import Annotated

import typer

from app.cli.options import FINE, HERE, WANTING, File, Json
from app.settings import load

token = typer.Typer(help="Tokens: who may come in.", no_args_is_help=True)
journal = typer.Typer(help="The record of what people and golive did.", no_args_is_help=True)


@token.command("create")
def token_create(
    role: Annotated[str, typer.Option(help="display, floor, desk, authority, leadership, engineer, admin or support.")],
    name: Annotated[str, typer.Option(help="Who or what holds it, as the journal will show.")] = "",
    file: File = HERE,
    as_json: Json = False,
) -> None:
    """Make a token, before the first start or while golive runs."""
    from app.running.housekeeping import create_token

    made = create_token(load(file), os.environ, role, name)
    typer.echo(json.dumps(made) if as_json else f"{made['token']}\n({made['role']}, id {made['id']}; shown only now)")


@token.command("list")
def token_list(file: File = HERE, as_json: Json = False) -> None:
    """List the tokens; their text is known only to those who hold them."""
    from app.cli import printing
    from app.running import housekeeping

    found = housekeeping.list_tokens(load(file))
    typer.echo(json.dumps(printing.tokens_json(found), indent=2) if as_json else printing.tokens(found))


@token.command("revoke")
def token_revoke(known: Annotated[str, typer.Argument(metavar="ID")], file: File = HERE, as_json: Json = False) -> None:
    """Take a token away, at once and with its sessions."""
    from app.running.housekeeping import revoke_token

    revoke_token(load(file), os.environ, known)
    typer.echo(json.dumps({"id": known, "revoked": True}) if as_json else f"{known} is revoked")


@journal.command("verify")
def journal_verify(file: File = HERE, as_json: Json = False) -> None:
    """Walk the journal's chain and replay its triggers: exit 1 when it is broken, or says other than what is stored."""
    from app.running.housekeeping import verify_journal

    found = verify_journal(load(file))
    said = f"{found.entries} entries, the chain holds" if found.ok else f"the record does not hold: {found.problem}"
    typer.echo(json.dumps({"ok": found.ok, "entries": found.entries, "problem": found.problem}) if as_json else said)
    raise typer.Exit(FINE if found.ok else WANTING)


def backup(
    to: Annotated[Path, typer.Argument(metavar="FILE", help="A file that does not exist yet.")],
    file: File = HERE,
    as_json: Json = False,
) -> None:
    """Copy the database into a file, also while golive runs."""
    from app.running.housekeeping import back_up

    made = back_up(load(file), os.environ, to)
    typer.echo(json.dumps(made) if as_json else f"{made['file']}: {made['bytes']} bytes, SHA-256 {made['sha256']}")


def restore(
    copy: Annotated[Path, typer.Argument(metavar="FILE", help="What golive backup made.")],
    file: File = HERE,
    of_site: Annotated[str, typer.Option(help="The site of the backup, where another site's is meant.")] = "",
    as_json: Json = False,
) -> None:
    """Put a backup in the place of the database while golive is stopped; what was there is kept beside it."""
    from app.running.housekeeping import restore as put_back

    made = put_back(load(file), copy, of_site)
    kept = f"; what was there is kept in {made['kept']}" if made["kept"] else ""
    typer.echo(json.dumps(made) if as_json else f"{made['file']} is {made['from']}{kept}")
