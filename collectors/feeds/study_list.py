"""A PACS's own list of studies, by QIDO-RS or C-FIND; nothing of a patient is asked for or read."""

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, Protocol

from pydicom.dataset import Dataset

from app.domain.measuring.samples import Outcome
from app.domain.measuring.turns import LIST_TIMEOUT_S
from app.settings import Dicom, HttpEndpoint
from collectors.dicom.association import Peer, peer_of
from collectors.dicom.identifiers import encoded, orders, text_of
from collectors.dicom.operations import STUDY_FIND, find
from collectors.dicom.pdu import Malformed
from collectors.feeds.study_slices import Slice
from collectors.feeds.study_watch import Seen
from collectors.outcomes import Failure
from collectors.probes.dicom_json import DICOM_JSON, data_sets
from collectors.probes.http import HttpClients, Progress, Request, within_timeout

_REQUEST = Request("study list", accept=DICOM_JSON)
_NO_IMAGES = frozenset({"SR", "KO", "PR", "DOC", "OT", "SEG", "REG", "FID", "PLAN"})
_CODE = re.compile(r"[A-Za-z0-9_ .-]{1,16}")
_UID = re.compile(r"[0-9.]{1,64}")
_FIELDS = {
    "uid": "0020000D", "accession": "00080050", "issuer": "00080051", "modalities": "00080061",
    "instances": "00201208", "date": "00080020", "time": "00080030", "station": "00081010",
}  # fmt: skip


class StudyList(Protocol):
    """Gives the studies of a piece of time; raises Failure when the PACS does not."""

    async def ask(self, piece: Slice) -> list[Seen]: ...

    async def close(self) -> None: ...


class QidoList:
    """The list by QIDO-RS."""

    def __init__(self, endpoint: HttpEndpoint, folder: Path) -> None:
        self._endpoint, self._clients = endpoint, HttpClients(folder)

    async def ask(self, piece: Slice) -> list[Seen]:
        times = f"&StudyTime={piece.times}" if piece.times else ""
        wanted = "".join(f"&includefield={tag}" for tag in _FIELDS.values())
        path, progress = f"/studies?StudyDate={piece.day:%Y%m%d}{times}{wanted}", Progress()
        async with within_timeout(progress, LIST_TIMEOUT_S):
            answer = await self._clients.of(self._endpoint).get(path, progress, _REQUEST)
        answer.need_success()
        return [seen for row in await data_sets(answer) if (seen := _from_row(row))]

    async def close(self) -> None:
        await self._clients.close()


class FindList:
    """The list by C-FIND, each question on an association of its own."""

    def __init__(self, dicom: Dicom, folder: Path) -> None:
        self._peer: Peer = peer_of(dicom, folder)

    async def ask(self, piece: Slice) -> list[Seen]:
        exchange = await find(self._peer, STUDY_FIND, _query(piece), LIST_TIMEOUT_S)
        if exchange.outcome is not Outcome.OK:
            raise Failure(exchange.outcome, exchange.detail)
        try:
            return [seen for answer in exchange.answers if (seen := _from_identifier(answer))]
        except Malformed as malformed:
            raise Failure(Outcome.WRONG_ANSWER, "an answer that is no data set") from malformed

    async def close(self) -> None:
        """Nothing is kept open."""


def _query(piece: Slice) -> bytes:
    query = Dataset()
    query.QueryRetrieveLevel = "STUDY"
    query.StudyDate, query.StudyTime = f"{piece.day:%Y%m%d}", piece.times
    for keyword in ("StudyInstanceUID", "AccessionNumber", "ModalitiesInStudy", "StationName"):
        setattr(query, keyword, "")
    query.NumberOfStudyRelatedInstances = ""
    query.IssuerOfAccessionNumberSequence = [Dataset()]
    return encoded(query)


def _from_identifier(answer: bytes) -> Seen | None:
    def text(field: str) -> str:
        return text_of(answer, int(_FIELDS[field], 16))

    order = next(orders([answer]))
    numbers = [(n, order.issuer) for n in order.accession.split("\\")] if order else []
    return _seen(text, text("modalities").split("\\"), numbers)


def _from_row(row: dict[str, Any]) -> Seen | None:
    def text(field: str) -> str:
        return next(iter(_values(row, _FIELDS[field])), "")

    issuer = _issuer(row)
    return _seen(text, _values(row, _FIELDS["modalities"]), [(n, issuer) for n in _values(row, _FIELDS["accession"])])


def _values(row: dict[str, Any], tag: str) -> list[str]:
    element = row.get(tag)
    values = element.get("Value") if isinstance(element, dict) else None
    return [str(v).strip() for v in values if isinstance(v, str | int | float)] if isinstance(values, list) else []


def _issuer(row: dict[str, Any]) -> str:
    element = row.get(_FIELDS["issuer"])
    items = element.get("Value") if isinstance(element, dict) else None
    item = items[0] if isinstance(items, list) and items and isinstance(items[0], dict) else {}
    return next((v for tag in ("00400031", "00400032") for v in _values(item, tag) if v), "")


def _seen(text: Callable[[str], str], modalities: Sequence[str], numbers: Sequence[tuple[str, str]]) -> Seen | None:
    uid, count = text("uid"), text("instances")
    if not _UID.fullmatch(uid):
        return None
    return Seen(
        uid=uid,
        accessions=tuple(dict.fromkeys((n.strip(), issuer) for n, issuer in numbers if n.strip())),
        instances=int(count) if count.isascii() and count.isdigit() and len(count) < 10 else None,
        modality=_modality([m.strip() for m in modalities]),
        station=text("station") if _CODE.fullmatch(text("station")) else None,
        day=_day(text("date")),
        second=_second(text("time")),
    )


def _modality(names: Sequence[str]) -> str | None:
    """Give the modality that made the images; reports and markings are no modality of an exam."""
    codes = sorted(n for n in names if _CODE.fullmatch(n))
    return next((n for n in codes if n not in _NO_IMAGES), codes[0] if codes else None)


def _day(text: str) -> date | None:
    try:
        return datetime.strptime(text[:8], "%Y%m%d").date()  # noqa: DTZ007  # a DICOM date has no zone
    except ValueError:
        return None


def _second(text: str) -> int | None:
    digits = text.replace(":", "")[:6].ljust(6, "0")
    if not (text and digits.isascii() and digits.isdigit()):
        return None
    hours, minutes, seconds = int(digits[:2]), int(digits[2:4]), int(digits[4:])
    return hours * 3600 + minutes * 60 + seconds if hours < 24 and minutes < 60 and seconds < 60 else None
