"""What several commands take and give: the file, JSON for programs, and how they exit."""

from pathlib import Path
from typing import Annotated

import typer

FINE, WANTING, CANNOT = 0, 1, 2

File = Annotated[Path, typer.Option("-c", "--config", help="The site's golive.toml.", show_default=True)]
Json = Annotated[bool, typer.Option("--json", help="For programs.")]
HERE = Path("golive.toml")
