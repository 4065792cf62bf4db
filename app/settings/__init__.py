"""golive.toml and the environment as typed settings; every mistake of a file is named at once."""

import hashlib
import json
import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from app.clock import in_calendar
from app.errors import ConfigInvalid, Mistake, Unavailable
from app.settings.addresses import has_password, without_secrets
from app.settings.checks import UNBUILT_FEEDS, check
from app.settings.endpoints import Auth, Dicom, HttpEndpoint, TlsClient
from app.settings.fixed import takes_a_restart
from app.settings.outside import channel_address, dead_man_address, tickets_address, tickets_key
from app.settings.secrets_file import Secrets, from_environment, read_secret, secrets_of
from app.settings.tables import (
    AccessionRule,
    Area,
    Collector,
    Exams,
    Feed,
    GoLive,
    Maintenance,
    MeasureRule,
    Probe,
    Server,
    Settings,
    Site,
    System,
)
from app.settings.toml_places import places
from app.settings.triggers import TriggerRule
from app.settings.values import Table, duration_s, host_of, is_loopback, parse_hours, port_of
from app.settings.words import Loc, field_path, problem_of

__all__ = [
    "AccessionRule",
    "Area",
    "Auth",
    "Collector",
    "Config",
    "Dicom",
    "Exams",
    "Feed",
    "GoLive",
    "HttpEndpoint",
    "Maintenance",
    "MeasureRule",
    "Probe",
    "Secrets",
    "Server",
    "Settings",
    "Site",
    "System",
    "Table",
    "TlsClient",
    "TriggerRule",
    "channel_address",
    "dead_man_address",
    "duration_s",
    "host_of",
    "is_loopback",
    "load",
    "load_secrets",
    "parse_hours",
    "parse_moment",
    "port_of",
    "takes_a_restart",
    "tickets_address",
    "tickets_key",
]


@dataclass(frozen=True)
class Config:
    """The effective configuration; relative paths start from `folder`.

    `canonical` is its JSON, sorted and without secrets, and `version` the first 16 hex digits of its SHA-256.
    `warnings` name what works and should not be so.
    """

    settings: Settings
    file: Path
    folder: Path
    version: str
    canonical: str
    warnings: tuple[Mistake, ...] = ()


def load(file: Path, environ: Mapping[str, str] = os.environ) -> Config:
    """Give the configuration of a file; raises ConfigInvalid with all its mistakes."""
    text, data = _read(file)
    folder = file.resolve().parent
    mistakes: list[Mistake] = []
    lines = places(text)
    warnings = _passwords(data, lines, str(file))
    overridden = _override(data, folder, environ, mistakes)

    def mistaken(loc: Loc, problem: str) -> None:
        if loc in overridden:
            mistakes.append(Mistake("environment", 0, overridden[loc], problem))
        else:
            mistakes.append(Mistake(str(file), _line(lines, loc), field_path(loc), problem))

    settings: Settings | None = None
    wrong: set[Loc] = set()
    try:
        settings = Settings.model_validate(data, strict=True, by_alias=True, by_name=False)
    except ValidationError as error:
        for found in error.errors():
            if not _of_unbuilt_feed(data, found["loc"]):
                wrong.update(found["loc"][: i + 1] for i in range(1, len(found["loc"])))
                mistaken(found["loc"], problem_of(found))
    check(data, wrong, mistaken)
    if mistakes or settings is None:
        raise ConfigInvalid(sorted(dict.fromkeys(mistakes), key=lambda m: (m.file, m.line)))
    canonical = _canonical(settings)
    version = hashlib.sha256(canonical.encode()).hexdigest()[:16]
    return Config(settings, file, folder, version, canonical, warnings)


def load_secrets(config: Config, environ: Mapping[str, str] = os.environ, *, make: bool) -> Secrets:
    """Give the site's secrets; with `make`, missing ones are made once and kept beside the file."""
    return secrets_of(config.folder, environ, make=make)


def parse_moment(text: str) -> datetime:
    """Give the aware moment of an RFC 3339 text."""
    found = datetime.fromisoformat(text)
    if found.tzinfo is not None and not in_calendar(found):
        raise ValueError("lies outside of the calendar")
    return found


def _read(file: Path) -> tuple[str, dict[str, Any]]:
    name = str(file)
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise ConfigInvalid([Mistake(name, 0, "the file", f"cannot be read: {error.strerror}")]) from error
    try:
        text = raw.decode("utf-8-sig")
        return text, tomllib.loads(text)
    except RecursionError as error:
        raise ConfigInvalid([Mistake(name, 0, "syntax", "is nested too deeply to be read")]) from error
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ConfigInvalid([Mistake(name, line, "syntax", "is not UTF-8 text")]) from error
    except tomllib.TOMLDecodeError as error:
        match = re.fullmatch(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", str(error), re.DOTALL)
        said, at = (match[1], match[2]) if match else (str(error), None)
        line = int(at) if at else text.count("\n") + 1
        column = f", column {match[3]}" if match and match[3] else ", at the end of the file"
        raise ConfigInvalid(
            [Mistake(name, line, "syntax", f"is no TOML: {said[:1].lower()}{said[1:]}{column}")]
        ) from error
    except ValueError as error:  # Python makes no number of so many digits
        found = re.search(r"\d[\d_]{4000}", text)
        line = text.count("\n", 0, found.start()) + 1 if found else 0
        raise ConfigInvalid([Mistake(name, line, "syntax", "has a number of too many digits")]) from error


def _passwords(data: Mapping[str, Any], lines: Mapping[Loc, int], file: str) -> tuple[Mistake, ...]:
    """Name the database's password where the file itself holds it: it works, and everybody who reads the file has it.

    A warning and no mistake: a site that runs so would otherwise not start any more.
    """
    server = data.get("server")
    database = server.get("database") if isinstance(server, Mapping) else None
    if not isinstance(database, str) or not has_password(database):
        return ()
    loc: Loc = ("server", "database")
    said = (
        "holds a password; keep the address in a file of its own and name it by database_file or GOLIVE_DATABASE_FILE"
    )
    return (Mistake(file, _line(lines, loc), field_path(loc), said),)


def _override(
    data: dict[str, Any], folder: Path, environ: Mapping[str, str], mistakes: list[Mistake]
) -> dict[Loc, str]:
    """Put the environment's words over the file's; gives which field now comes from which variable."""
    server = data.setdefault("server", {})
    if not isinstance(server, dict):
        return {}
    overridden: dict[Loc, str] = {}
    try:
        if listen := environ.get("GOLIVE_LISTEN", "").strip():
            server["listen"] = listen
            overridden[("server", "listen")] = "GOLIVE_LISTEN"
        if database := from_environment("GOLIVE_DATABASE", environ):
            server["database"] = database
            server.pop("database_file", None)
            overridden[("server", "database")] = "GOLIVE_DATABASE"
        elif isinstance(server.get("database_file"), str) and "database" not in server:
            server["database"] = read_secret(folder / server.pop("database_file"), "server.database_file")
    except Unavailable as error:
        mistakes.append(Mistake("environment", 0, "database", error.detail))
    return overridden


def _of_unbuilt_feed(data: Mapping[str, Any], loc: Loc) -> bool:
    """Say whether a finding is about a field of a feed whose kind itself is not built: that one sentence is enough."""
    if len(loc) < 3 or loc[0] != "feeds" or not isinstance(loc[1], int):
        return False
    kind = data["feeds"][loc[1]].get("kind")
    return isinstance(kind, str) and kind in UNBUILT_FEEDS


def _line(lines: Mapping[Loc, int], loc: Loc) -> int:
    while loc and loc not in lines:
        loc = loc[:-1]
    return lines.get(loc, 0)


def _canonical(settings: Settings) -> str:
    shown = settings.model_dump(mode="json", by_alias=True)
    for table, key in _addresses(shown):
        table[key] = without_secrets(table[key])
    return json.dumps(shown, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _addresses(shown: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    """Give each place of an address, in which people write passwords whatever they are told."""
    yield shown["server"], "database"
    for system in shown["systems"]:
        yield from ((system[name], "url") for name in ("dicomweb", "web") if system[name])
    yield from ((probe, "path") for probe in shown["probes"])
    if shown["floor"]["bridge"]:  # links to a call often hold its password
        yield shown["floor"], "bridge"
    if support := shown["support"]:
        yield support, "lobby"
        yield from ((room, "link") for room in support["breakouts"] if room["link"])
