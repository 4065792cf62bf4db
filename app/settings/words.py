"""What pydantic found wrong, said as a person would: the value, and what would be right."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from difflib import get_close_matches
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from app.settings.addresses import without_secrets
from app.settings.signs import spelled
from app.settings.tables import Settings
from app.settings.values import AE_PATTERN, HL7_FIELD_PATTERN, ID_PATTERN, UID_PATTERN

Loc = tuple[str | int, ...]

_LATER = {
    "baselines": "baselines come with a later version of golive: remove the table",
}
_HIDDEN = re.compile(r"password|passwd|secret|token|credential|^auth$|^database$|^pw$|^url_file$", re.IGNORECASE)
_PATTERNS = {
    ID_PATTERN: 'is no short name (letters, digits and . _ -, 48 at most, such as "ct")',
    AE_PATTERN: "is no AE title (1 to 16 ASCII characters without backslash)",
    UID_PATTERN: 'is no DICOM UID (digits and dots, such as "1.2.840.99.1")',
    HL7_FIELD_PATTERN: 'is no HL7 field (such as "OBR-18")',
}
_SENTENCES = {
    "string_type": "is no text (texts stand in quotes)",
    "int_type": "is no whole number",
    "int_parsing": "is no whole number",
    "int_from_float": "is no whole number",
    "bool_type": "is neither true nor false",
    "list_type": 'is no list (such as ["…"])',
    "dict_type": "is no table (such as { … })",
    "model_type": "is no table (such as { … })",
    "model_attributes_type": "is no table (such as { … })",
    "too_short": "is empty: leave it out, or name one at least",
    "timezone_aware": "has no offset from UTC (such as 2026-11-21T06:00:00+01:00)",
}
_MOMENT = "is no moment with its offset from UTC (such as 2026-11-21T06:00:00+01:00)"
_DATE = 'is no date of a worklist query ("today", "any", "+1d", "-1d" or "today±1d")'


def problem_of(error: ErrorDetails, root: type[BaseModel] = Settings) -> str:
    """Give the sentence of one of pydantic's findings, the offending value first."""
    loc, kind, value = error["loc"], error["type"], error["input"]
    if kind == "missing":
        return f"is missing ({_help(root, loc)})"
    if kind == "extra_forbidden":
        return _unknown_key(root, loc)
    said = shown(value, loc)
    context: Mapping[str, Any] = error.get("ctx", {})
    if kind == "literal_error":
        right = _choices(context["expected"])
        return f"{said} is none of {', '.join(quoted(r) for r in right)}{nearest(value, right)}"
    return f"{said} {_sentence(kind, context, loc, error['msg'])}"


def _sentence(kind: str, context: Mapping[str, Any], loc: Loc, message: str) -> str:
    if kind == "value_error":
        return message.removeprefix("Value error, ")
    if kind == "string_pattern_mismatch":
        return _DATE if loc[-1] == "date" else _PATTERNS.get(context["pattern"], f"does not match {context['pattern']}")
    if kind == "list_type" and len(loc) == 1:
        return f"is no list of tables: write [[{loc[0]}]]"
    if kind.startswith(("datetime", "date_")):
        return _MOMENT
    if kind == "string_too_long":
        return f"is too long ({context['max_length']} characters at most)"
    if kind == "string_too_short":
        return "is empty"
    if kind == "too_long":
        return f"is too long ({context['max_length']} at most)"
    if kind in ("greater_than_equal", "less_than_equal"):
        limit = f"{context['ge']} at least" if "ge" in context else f"{context['le']} at most"
        return f"is too {'small' if 'ge' in context else 'large'} ({limit})"
    return _SENTENCES.get(kind, f"cannot be used ({message[:1].lower()}{message[1:]})")


def shown(value: object, loc: Iterable[str | int] = ()) -> str:
    """Give a value as it is written in TOML; nothing that may be a secret is shown."""
    if any(isinstance(part, str) and _HIDDEN.search(part) for part in loc):
        return "the value"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Mapping):
        return "a table"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "a list" if value else "[]"
    return quoted(value) if isinstance(value, str) else str(value)


def quoted(text: str) -> str:
    """Give a text in quotes, on one line, cut when it is long, without the secrets of an address."""
    clean = without_secrets(text)
    return spelled(json.dumps(clean if len(clean) <= 80 else clean[:79] + "…", ensure_ascii=False))


def nearest(value: object, known: Iterable[str]) -> str:
    """Give the end of a sentence that names the known word nearest to a wrong one, or nothing."""
    written = {word.lower(): word for word in known}
    found = get_close_matches(str(value).lower(), written, n=1, cutoff=0.5)
    return f": did you mean {quoted(written[found[0]])}?" if found else ""


def field_path(loc: Loc) -> str:
    """Give a place as people write it: probes[0].every."""
    path = ""
    for part in loc:
        if isinstance(part, int):
            path += f"[{part}]"
        else:
            name = part if re.fullmatch(r"[A-Za-z0-9_-]+", part) else quoted(part)
            path += f".{name}" if path else name
    return path


def _choices(expected: str) -> list[str]:
    return re.findall(r"'([^']*)'", expected)


def _unknown_key(root: type[BaseModel], loc: Loc) -> str:
    if len(loc) == 1 and loc[0] in _LATER:
        return _LATER[str(loc[0])]
    known = _known_keys(root, loc[:-1])
    return f"is an unknown key{nearest(loc[-1], known) or _all_known(known)}"


def _all_known(known: Sequence[str]) -> str:
    return f" (known are {', '.join(known)})" if known else ""


def _known_keys(root: type[BaseModel], loc: Loc) -> list[str]:
    model = _model_at(root, loc)
    return [info.alias or name for name, info in model.model_fields.items()] if model else []


def _help(root: type[BaseModel], loc: Loc) -> str:
    model = _model_at(root, loc[:-1])
    info = _field(model, loc[-1]) if model else None
    return (info.description if info else None) or "a table of golive.toml"


def _field(model: type[BaseModel], key: str | int) -> FieldInfo | None:
    return next((i for n, i in model.model_fields.items() if (i.alias or n) == key), None)


def _model_at(root: type[BaseModel], loc: Loc) -> type[BaseModel] | None:
    """Give the model whose table stands at a place."""
    kind: Any = root
    for part in loc:
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            info = _field(kind, part)
            kind = info.annotation if info else None
        else:  # a list's item or a dict's value
            kind = get_args(kind)[-1] if get_args(kind) else None
        if get_origin(kind) is not None and type(None) in get_args(kind):
            kind = next(a for a in get_args(kind) if a is not type(None))
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None
