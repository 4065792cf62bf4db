"""Codes fit to leave a message: what looks like a code, and nothing that could be a name or a number of a patient."""

import re

_CODE = re.compile(r"[A-Z][A-Z0-9_-]{0,11}")
_TYPE = re.compile(r"[A-Z0-9]{2,3}(\^[A-Z0-9]{2,3})?")
_SENDER = re.compile(r"[A-Z0-9][A-Z0-9 ._/-]{0,29}")
_SHORT = re.compile(r"\d{1,2}")


def clean_code(text: str) -> str | None:
    """Give a code such as CT, E or STAT in upper case, None for anything else."""
    code = text.upper()
    return code if _CODE.fullmatch(code) or _SHORT.fullmatch(code) else None


def clean_sender(application: str, facility: str) -> str | None:
    """Give who sent a message, such as VOICE or VOICE@NORTH in upper case, None where that is no short name."""
    named = [part for part in (application.strip().upper(), facility.strip().upper()) if _SENDER.fullmatch(part)]
    return "@".join(named) if named and _SENDER.fullmatch(application.strip().upper()) else None


def clean_type(text: str) -> str:
    """Give a message type such as ORU^R01, ? for what is none."""
    return text if _TYPE.fullmatch(text) else "?"
