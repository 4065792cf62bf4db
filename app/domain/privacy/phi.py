"""What may tell of a patient in free text: found by the rules, refused until somebody says that it is none."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from app.domain.privacy.phi_numbers import CHECKS as NUMBERS
from app.domain.privacy.phi_rules import RULES
from app.errors import PatientFound

SITE_NUMBER = "site-number"
TAKEN = "\0"  # stands for what a step has found, so that no later one finds it again
YEARS_OLD = 2  # a date of this year or the last is when something happened
YEARS_OF_ARCHIVE = 15  # "the study of 12.03.2014" is likelier a prior than somebody's birth
_BEFORE = 24  # characters in which an excuse is looked for
_SAME = {ord(c): " " for c in "\t\u00a0\u2007\u2009\u202f"} | {ord(c): "-" for c in "‐‑‒–—−"} | {ord("’"): "'"}
_NAME_PART = re.compile(r"[A-Za-zÀ-ÖØ-öø-ÿĀ-ſ][A-Za-zÀ-ÖØ-öø-ÿĀ-ſ'.-]*")
_STOPPED, _ROLES = frozenset(RULES["stopped"]), frozenset(RULES["roles"])
_PROTOCOLS = frozenset(RULES["titles_of_protocols"])


@dataclass(frozen=True, slots=True)
class Finding:
    """What may tell of a patient: its kind and where it stands; the words themselves stay in the text."""

    kind: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Step:
    """One rule made ready: `check` gives the length of the hit in what was matched, 0 for none, below for harmless."""

    kind: str
    pattern: re.Pattern[str]
    check: Callable[[re.Match[str], bool, int], int]
    unless: re.Pattern[str] | None


def found(text: str, patterns: Iterable[str], year: int) -> list[Finding]:
    """Give what may tell of a patient, in the order of the text; `patterns` are the site's own, `year` is the present.

    The time needed grows with the length of the text alone.
    """
    left = text.translate(_SAME)
    findings: list[Finding] = []
    for step in _steps(tuple(patterns)):
        at = 0
        while match := step.pattern.search(left, at):
            start = match.end(1)
            excused = step.unless is not None and step.unless.search(left[max(0, start - _BEFORE) : start]) is not None
            length = step.check(match, excused, year)
            if length > 0 and step.kind:
                findings.append(Finding(step.kind, start, start + length))
            end = start + length if length > 0 else match.end(2) if length < 0 else start
            if length:
                left = left[:start] + TAKEN * (end - start) + left[end:]
            at = max(match.start() + 1, end - (0 if length else 1))
    return sorted(findings, key=lambda f: f.start)


_TABLET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")  # as static/js/floor/ids.js lets one be named


def guarded(texts: Mapping[str, str], confirmed: bool, patterns: Iterable[str], year: int) -> None:
    """Refuse texts, given by field, in which something is found, unless somebody confirmed that it is no patient."""
    if confirmed:
        return
    patterns = tuple(patterns)
    for field, text in texts.items():
        if field == "device" and _TABLET.fullmatch(text):
            continue  # given once by who sets tablets up, or made: refused for it, whatever the tablet logs is lost
        if kinds := tuple(dict.fromkeys(f.kind for f in found(text, patterns, year))):
            raise PatientFound(field, kinds, " and ".join(_WORDS[kind] for kind in kinds))


_WORDS = {
    SITE_NUMBER: "a number of this site's patients or exams",
    "birth-date": "a date of birth",
    "phone": "a telephone number",
    "mail": "a mail address",
    "german-insurance-number": "a German insurance number",
    "swiss-insurance-number": "a Swiss insurance number",
    "austrian-insurance-number": "an Austrian insurance number",
    "uk-nhs-number": "a British NHS number",
    "us-social-security-number": "an American social security number",
    "dutch-citizen-number": "a Dutch citizen service number",
    "dicom-name": "a name as DICOM writes it",
    "person-name": "a person's name",
}
KINDS = tuple(_WORDS)


@lru_cache(maxsize=8)
def _steps(patterns: tuple[str, ...]) -> tuple[Step, ...]:
    of_site = [
        {"kind": SITE_NUMBER, "pattern": f"(^|[^A-Za-z0-9])((?:{p})(?![A-Za-z0-9]))", "check": "", "unless": ""}
        for p in patterns
    ]
    return tuple(_step({"any_case": True, **rule}) for rule in (*of_site, *RULES["steps"]))


def _step(rule: Mapping[str, Any]) -> Step:
    unless = re.compile(rule["unless"], re.IGNORECASE) if rule["unless"] else None
    pattern = re.compile(rule["pattern"], re.IGNORECASE if rule["any_case"] else 0)
    return Step(rule["kind"], pattern, _CHECKS[rule["check"]], unless)


def _whole(match: re.Match[str], _excused: bool, _year: int) -> int:
    return len(match[2])


def _date(match: re.Match[str], year: int) -> date | None:
    part = match.groupdict()
    day, written = int(part["day"]), int(part["year"])
    if written < 100:
        written += 1900 if written > year % 100 + 1 else 2000
    months = RULES["months"]
    month = months[part["name"].lower()] if part.get("name") else int(part["month"])
    by_point = part.get("sep") == "." and len(part["year"]) == 2  # where the month never stands first
    for m, d in ((month, day),) if by_point else ((month, day), (day, month)):
        try:
            return date(written, m, d)  # raises for a day that no month has
        except ValueError:
            continue  # 03/25/1954 is a date where the month stands first
    return None


def _any_date(match: re.Match[str], _excused: bool, year: int) -> int:
    return len(match[2]) if _date(match, year) else 0


def _old_date(match: re.Match[str], excused: bool, year: int) -> int:
    day = _date(match, year)
    if day is None:
        return 0
    youngest = year - (YEARS_OF_ARCHIVE + 1 if excused else YEARS_OLD)
    return len(match[2]) if day.year <= youngest else -1


def _number(has_check_digit: Callable[[str], bool]) -> Callable[[re.Match[str], bool, int], int]:
    def check(match: re.Match[str], _excused: bool, _year: int) -> int:
        return len(match[2]) if has_check_digit(re.sub("[^0-9A-Za-z]", "", match[2])) else 0

    return check


def _dicom_name(match: re.Match[str], _excused: bool, _year: int) -> int:
    return 0 if match[2].partition("^")[0].lower() in _PROTOCOLS else len(match[2])


def _name(stopped: frozenset[str]) -> Callable[[re.Match[str], bool, int], int]:
    def check(match: re.Match[str], _excused: bool, _year: int) -> int:
        length = 0
        for word in _NAME_PART.finditer(match[2]):
            if word[0][0].islower() or word[0].endswith("."):
                continue  # a particle or an initial: the family name decides
            if _is_stopped(word[0], _STOPPED if length else stopped):
                break
            length = word.end()
        return length

    return check


def _is_stopped(word: str, stopped: frozenset[str]) -> bool:
    small = word.lower().removesuffix("'s")
    short = len(word) < 3 and word.isupper()
    return short or small in stopped or small.split("-")[0] in stopped or small.endswith(tuple(RULES["endings"]))


def _small_name(match: re.Match[str], _excused: bool, _year: int) -> int:
    return 0 if _is_stopped(match[2], _STOPPED) else len(match[2])


_CHECKS: dict[str, Callable[[re.Match[str], bool, int], int]] = {
    "": _whole,
    "any-date": _any_date,
    "old-date": _old_date,
    "dicom-name": _dicom_name,
    "name": _name(_STOPPED),
    "addressed": _name(_ROLES),
    "small-name": _small_name,
} | {name: _number(check) for name, check in NUMBERS.items()}
