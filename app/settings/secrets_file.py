"""The three secrets of a golive: by environment, by `*_FILE`, or kept in `golive.secrets` beside golive.toml."""

import contextlib
import os
import secrets
import tempfile
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, SecretStr

from app.errors import Unavailable

NAMES = {"site_key": "GOLIVE_SITE_KEY", "ingest_token": "GOLIVE_INGEST_TOKEN", "admin_token": "GOLIVE_ADMIN_TOKEN"}
OF_COLLECTORS = ("site_key", "ingest_token")
FILE = "golive.secrets"


class Secrets(BaseModel):
    """What is never written into golive.toml."""

    site_key: SecretStr
    ingest_token: SecretStr
    admin_token: SecretStr | None  # for commands beside the running server; a machine that only collects has none


def secrets_of(folder: Path, environ: Mapping[str, str], *, make: bool) -> Secrets:
    """Give the secrets; with `make`, those that are nowhere are made once and kept in golive.secrets, mode 0600.

    Without `make`, those of a collector must be there: the admin token belongs to the machine of the server.
    """
    told = {name: from_environment(variable, environ) for name, variable in NAMES.items()}
    file = folder / FILE
    kept = _kept(file)
    missing = [name for name in NAMES if not told[name] and name not in kept]
    needed = [name for name in missing if name in OF_COLLECTORS]
    if needed and not make:
        variables = ", ".join(NAMES[m] for m in needed)
        raise Unavailable(
            f"not known here: {variables}; set them in the environment, or start `golive run` once, which makes {file}"
        )
    if missing and make:
        _keep(file, kept | {name: secrets.token_urlsafe(32) for name in missing}, new=not kept)
        kept = _kept(file)  # another process may have made it first: its secrets count
    known = {name: told[name] or kept.get(name, "") for name in NAMES}
    return Secrets(**{name: SecretStr(value) if value else None for name, value in known.items()})


def from_environment(variable: str, environ: Mapping[str, str]) -> str:
    """Give a secret from `VARIABLE` or from the file that `VARIABLE_FILE` names; empty when neither is set."""
    value = environ.get(variable, "").strip()
    named = environ.get(f"{variable}_FILE", "").strip()
    if value or not named:
        return value
    return read_secret(Path(named), f"{variable}_FILE")


def read_secret(file: Path, named_by: str) -> str:
    """Give the text of a secret's file; a sentence says why it cannot be had."""
    try:
        text = file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise Unavailable(f"{named_by} names {file}, which cannot be read: {why}") from error
    if not text:
        raise Unavailable(f"{named_by} names {file}, which is empty")
    return text


def _kept(file: Path) -> dict[str, str]:
    """Give what golive.secrets holds, as KEY=VALUE or TOML lines; nothing when there is no such file."""
    try:
        with file.open(encoding="utf-8") as opened:
            mode = os.fstat(opened.fileno()).st_mode & 0o777
            lines = opened.read().splitlines()
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise Unavailable(f"{file} cannot be read: {error}") from error
    if mode & 0o077:
        raise Unavailable(
            f"{file} may be read by others (mode {mode:04o}), so its secrets may be known: "
            "remove it and new ones are made, or `chmod 600` it"
        )
    names = {key: name for name, variable in NAMES.items() for key in (name, variable.lower())}
    found = {}
    for line in lines:
        key, equals, value = line.partition("=")
        name = names.get(key.strip().lower())
        if equals and name and value.strip().strip("\"'"):
            found[name] = value.strip().strip("\"'")
    return found


def _keep(file: Path, values: Mapping[str, str], *, new: bool) -> None:
    """Write golive.secrets as a whole or not at all; a new one never replaces one that appeared meanwhile."""
    text = "# made by golive; whoever reads it can act as this site\n"
    text += "".join(f"{NAMES[name]}={value}\n" for name, value in values.items())
    try:
        handle, path = tempfile.mkstemp(prefix=".golive-secrets-", dir=file.parent)  # mode 0600 from its making on
        with os.fdopen(handle, "w", encoding="utf-8") as opened:
            opened.write(text)
            opened.flush()
            os.fsync(opened.fileno())
        if new:
            with contextlib.suppress(FileExistsError):
                os.link(path, file)
            Path(path).unlink()
        else:
            Path(path).replace(file)
    except OSError as error:
        raise Unavailable(f"{file} cannot be written: {error.strerror}") from error
