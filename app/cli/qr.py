"""`golive qr`: the sheets that hang in the rooms."""

import json
from pathlib import Path
from typing import Annotated

import typer

from app.cli.options import FINE, HERE, WANTING, File, Json
from app.clock import utc_now
from app.errors import Unavailable
from app.settings import load


def qr(
    file: File = HERE,
    to: Annotated[Path | None, typer.Option("--pdf", metavar="FILE", help="Write the sheets, a page each.")] = None,
    url: Annotated[str, typer.Option(help="Where tablets reach golive, instead of [floor] url.")] = "",
    as_json: Json = False,
) -> None:
    """Give each room its code, and a sheet with a QR code to hang up; exit 1 when no area has rooms."""
    from app.push.floor.qr_pdf import pdf
    from app.push.floor.qr_sheets import sheets
    from app.push.floor.qr_words import WORDS

    settings = load(file).settings
    words = WORDS[settings.floor.language]
    if url and not url.startswith(("http://", "https://")):
        raise typer.BadParameter(f'"{url}" is no address (such as https://golive.hospital.example)', param_hint="--url")
    made = sheets(settings, url or settings.floor.url or settings.server.local_url)
    if to is not None and made:
        content = pdf(made, settings.site.name, words, utc_now())
        try:
            to.write_bytes(content)
        except OSError as error:
            raise Unavailable(f"{to} cannot be written: {error.strerror}") from error
    if as_json:
        rows = [{"area": s.area, "room": s.room, "code": s.code, "link": s.link} for s in made]
        typer.echo(json.dumps(rows, ensure_ascii=False))
    elif made:
        for s in made:
            typer.echo(f"{s.code}  {s.area}, {s.room}  {s.link}")
        typer.echo(f"{to}: {len(made)} sheets" if to else "golive qr --pdf FILE writes the sheets")
        if not (url or settings.floor.url):
            typer.echo("These links lead to this machine alone: set [floor] url, or give --url.", err=True)
    else:
        typer.echo(words["none"], err=True)
    raise typer.Exit(FINE if made else WANTING)
