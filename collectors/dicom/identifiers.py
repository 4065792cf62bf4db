"""Queries as modalities ask them, and the one thing read of what comes back: the accession number.

Answers hold patients. Nothing but the accession number (and its issuer) is ever decoded, and nothing is kept.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from pydicom.charset import convert_encodings, decode_bytes
from pydicom.datadict import dictionary_VR, tag_for_keyword
from pydicom.dataset import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset

from app.domain.measuring.samples import Outcome
from collectors.dicom.dimse import elements
from collectors.dicom.pdu import Malformed
from collectors.outcomes import Failure

_CHARSET, _ACCESSION, _ISSUER = 0x00080005, 0x00080050, 0x00080051
_LOCAL_ID, _UNIVERSAL_ID = 0x00400031, 0x00400032
_STEP_KEYS = (
    "ScheduledStationAETitle",
    "ScheduledProcedureStepStartDate",
    "ScheduledProcedureStepStartTime",
    "Modality",
    "ScheduledPerformingPhysicianName",
    "ScheduledProcedureStepDescription",
    "ScheduledProcedureStepID",
    "ScheduledStationName",
    "ScheduledProcedureStepLocation",
)
_OF_THE_STEP = {*_STEP_KEYS, "ScheduledProcedureStepEndDate", "ScheduledProcedureStepEndTime", "PreMedication"} | {
    "ScheduledProcedureStepStatus",
    "RequestedContrastAgent",
}
_WORKLIST_KEYS = (
    "AccessionNumber",
    "ReferringPhysicianName",
    "PatientName",
    "PatientID",
    "PatientBirthDate",
    "PatientSex",
    "StudyInstanceUID",
    "RequestedProcedureDescription",
    "RequestedProcedureID",
    "RequestedProcedurePriority",
)
_STUDY_KEYS = ("StudyInstanceUID", "AccessionNumber", "PatientName", "PatientID", "StudyDate", "StudyTime")
_RELATIVE = re.compile(r"^(?:today)?(±|\+-|[+-])(\d{1,3})d$")


@dataclass(frozen=True, slots=True)
class Listed:
    """One order in a worklist answer."""

    accession: str
    issuer: str = ""


def date_key(text: str, today: date) -> str:
    """Give the DICOM date or range that "today", "any", "+1d", "-1d" or "today±1d" mean; others stay as they are."""
    if text == "any":
        return ""
    if text == "today":
        return f"{today:%Y%m%d}"
    if not (relative := _RELATIVE.match(text)):
        return text
    days = timedelta(days=int(relative[2]))
    if relative[1] in ("±", "+-"):
        return f"{today - days:%Y%m%d}-{today + days:%Y%m%d}"
    return f"{today + days if relative[1] == '+' else today - days:%Y%m%d}"


def worklist_query(match: Mapping[str, str], day: str, station: str | None, *, issuer: bool = False) -> bytes:
    """Give the worklist query of a modality; keys of the scheduled step go into its sequence."""
    query, step = Dataset(), Dataset()
    for keyword in _WORKLIST_KEYS:
        setattr(query, keyword, "")
    for keyword in _STEP_KEYS:
        setattr(step, keyword, "")
    step.ScheduledProcedureStepStartDate = day
    if station:
        step.ScheduledStationAETitle = station
    for keyword, value in match.items():
        _set(step if keyword in _OF_THE_STEP else query, keyword, value)
    if issuer:
        query.IssuerOfAccessionNumberSequence = [Dataset()]
    query.ScheduledProcedureStepSequence = [step]
    return encoded(query)


def study_query(match: Mapping[str, str], today: date, more: tuple[str, ...] = ()) -> bytes:
    """Give a study level query; without any key it asks for today, never for the whole archive."""
    query = Dataset()
    query.QueryRetrieveLevel = "STUDY"
    for keyword in (*_STUDY_KEYS, *more):
        setattr(query, keyword, "")
    for keyword, value in study_keys(match, today).items():
        _set(query, keyword, value)
    return encoded(query)


def study_keys(match: Mapping[str, str], today: date) -> dict[str, str]:
    """Give the matching keys of a study query, relative dates being worked out."""
    keys = {k: date_key(v, today) if k.endswith("Date") else v for k, v in match.items()}
    return keys or {"StudyDate": date_key("today", today)}


def retrieval(study: str) -> bytes:
    """Give the identifier of a C-GET or C-MOVE of a whole study."""
    query = Dataset()
    query.QueryRetrieveLevel = "STUDY"
    query.StudyInstanceUID = study
    return encoded(query)


def _set(dataset: Dataset, keyword: str, value: str) -> None:
    tag = tag_for_keyword(keyword)
    if tag is None:
        raise Failure(Outcome.WRONG_ANSWER, f'nothing asked: "{keyword}" is no DICOM keyword')
    kind = dictionary_VR(tag)
    if kind == "SQ":
        raise Failure(Outcome.WRONG_ANSWER, f'nothing asked: "{keyword}" is a sequence, not a matching key')
    try:
        setattr(dataset, keyword, int(value) if kind in ("US", "UL", "SS", "SL") else value)
    except (ValueError, TypeError) as error:
        raise Failure(Outcome.WRONG_ANSWER, f'nothing asked: "{value}" is no value of {keyword}') from error


def encoded(dataset: Dataset) -> bytes:
    """Give a data set in Implicit VR Little Endian."""
    out = DicomBytesIO()
    out.is_implicit_VR = out.is_little_endian = True
    write_dataset(out, dataset)
    return out.getvalue()


def orders(answers: list[bytes]) -> Iterator[Listed | None]:
    """Give the order of each answer, None for one without an accession number; raises Malformed for no data set."""
    for answer in answers:
        held = {tag: value for tag, value in elements(answer) if tag in (_CHARSET, _ACCESSION, _ISSUER)}
        accession = _text(held, _ACCESSION)
        yield Listed(accession, _issuer(held.get(_ISSUER, b""))) if accession else None


def _text(held: Mapping[int, bytes], tag: int) -> str:
    raw = held.get(tag, b"").strip(b"\0 ")
    if raw.isascii():
        return raw.decode("ascii")
    names = held.get(_CHARSET, b"").strip(b"\0 ").decode("ascii", "replace").split("\\")
    try:
        return decode_bytes(raw, convert_encodings([n.strip() for n in names]), {0x5C}).strip()
    except (LookupError, UnicodeError, ValueError) as error:
        raise Malformed("an accession number in an unknown character set") from error


def _issuer(sequence: bytes) -> str:
    for item_tag, item in elements(sequence):
        if item_tag == 0xFFFEE000:
            ids = {tag: value for tag, value in elements(item) if tag in (_LOCAL_ID, _UNIVERSAL_ID)}
            return _text(ids, _LOCAL_ID) or _text(ids, _UNIVERSAL_ID)
    return ""


def text_of(answer: bytes, tag: int) -> str:
    """Give one plain element of an answer, such as a UID or a date."""
    return _text({t: v for t, v in elements(answer) if t in (_CHARSET, tag)}, tag)
