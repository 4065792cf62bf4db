"""Addresses of services outside, which are secrets: by environment or from a file, never in golive.toml.

They are read anew for each use, so that a changed one needs no restart.
"""

import re
from collections.abc import Mapping
from pathlib import Path

from pydantic import SecretStr

from app.errors import Unavailable
from app.settings.notices import Channel, DeadMan, Tickets
from app.settings.secrets_file import from_environment, read_secret

DEAD_MAN = "GOLIVE_DEAD_MAN_URL"
TICKETS_URL, TICKETS_KEY = "GOLIVE_TICKETS_URL", "GOLIVE_TICKETS_KEY"


def variable_of(channel: str) -> str:
    """Give the environment variable that holds a channel's address."""
    return f"GOLIVE_CHANNEL_{re.sub(r'[^A-Z0-9]', '_', channel.upper())}"


def channel_address(channel: Channel, folder: Path, environ: Mapping[str, str]) -> SecretStr:
    """Give a channel's address; a sentence says why it cannot be had."""
    return _address(channel.url_file, f"channels {channel.id}", variable_of(channel.id), folder, environ)


def dead_man_address(dead_man: DeadMan, folder: Path, environ: Mapping[str, str]) -> SecretStr:
    """Give the address to ping; a sentence says why it cannot be had."""
    address = _address(dead_man.url_file, "dead_man", DEAD_MAN, folder, environ)
    if not re.match(r"https?://[^\s/]", address.get_secret_value()):
        raise Unavailable("dead_man: what stands there is no http or https address")
    return address


def tickets_address(tickets: Tickets, folder: Path, environ: Mapping[str, str]) -> SecretStr:
    """Give where issues are mirrored to; a sentence says why it cannot be had."""
    address = _address(tickets.url_file, "tickets", TICKETS_URL, folder, environ)
    if not re.match(r"https?://[^\s/]", address.get_secret_value()):
        raise Unavailable("tickets: what stands there is no http or https address")
    return address


def tickets_key(tickets: Tickets, folder: Path, environ: Mapping[str, str]) -> SecretStr:
    """Give the key that signs what is mirrored; a sentence says why it cannot be had."""
    if tickets.key_file is not None:
        found = read_secret(folder / tickets.key_file, "tickets key_file")
    else:
        found = from_environment(TICKETS_KEY, environ)
    if not found:
        raise Unavailable(f"tickets has no key: set {TICKETS_KEY}, or key_file")
    return SecretStr(found)


def _address(file: str | None, named_by: str, variable: str, folder: Path, environ: Mapping[str, str]) -> SecretStr:
    if file is not None:
        found = read_secret(folder / file, f"{named_by} url_file")
    else:
        found = from_environment(variable, environ)
    if not found:
        raise Unavailable(f"{named_by} has no address: set {variable}, or url_file")
    if len(found.split()) != 1:
        raise Unavailable(f"{named_by}: what stands there is more than one address")
    return SecretStr(found)
