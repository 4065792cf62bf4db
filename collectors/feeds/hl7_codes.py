"""Codes fit to leave a message: what looks like a code, and nothing that could be a name or a number of a patient."""

import re

_CODE = re.compile(r"[A-Z][A-Z0-9_-]{0,11}")
_TYPE = re.compile(r"[A-Z0-9]{2,3}(\^[A-Z0-9]{2,3})?")
_SENDER = re.compile(r"[A-Z0-9][A-Z0-9 ._/-]{0,29}")
_SHORT = re.compile(r"\d{1,2}")
_MANY_DIGITS = re.compile(r"(?:\D*\d){6}")  # an AE title may have a serial number; from six on it is a patient's
_CLASS_WORDS = frozenset({
    "EMERGENCY", "INPATIENT", "OUTPATIENT", "PREADMIT", "RECURRING", "OBSTETRICS", "COMMERCIAL",
    "AMBULATORY", "NEWBORN", "OBSERVATION", "SURGERY", "URGENT", "TRAUMA", "STATIONARY",
    "AMBULANT", "STATIONÄR", "TEILSTATIONÄR", "NOTFALL",
})  # fmt: skip


def clean_code(text: str) -> str | None:
    """Give a code such as CT, E or STAT in upper case, None for anything else."""
    code = text.upper()
    fits = (_CODE.fullmatch(code) and not _MANY_DIGITS.match(code)) or _SHORT.fullmatch(code)
    return code if fits else None


def clean_class(text: str) -> str | None:
    """Give a patient class such as E or ER, or one of its usual words; another long one may be a name."""
    code = clean_code(text) or text.upper()
    return code if code in _CLASS_WORDS or (len(code) <= 4 and clean_code(text)) else None


def clean_sender(application: str, facility: str) -> str | None:
    """Give who sent a message, such as VOICE or VOICE@NORTH in upper case, None where that is no short name."""
    named = [part for part in (application.strip().upper(), facility.strip().upper()) if _is_sender(part)]
    return "@".join(named) if named and _is_sender(application.strip().upper()) else None


def _is_sender(name: str) -> bool:
    return bool(_SENDER.fullmatch(name)) and not _MANY_DIGITS.match(name)


def clean_type(text: str) -> str:
    """Give a message type such as ORU^R01, ? for what is none."""
    return text if _TYPE.fullmatch(text) else "?"
