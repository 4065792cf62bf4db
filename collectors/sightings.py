"""Orders first seen in a worklist answer, told once each as exam events."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from app.domain.exams.exams import LISTED_BEFORE, Milestone
from app.settings import AccessionRule
from app.wire import ExamEventIn
from collectors.dicom.identifiers import Listed
from collectors.identity import LONGEST_ACCESSION, exam_token, normalised
from collectors.ids import uuid7
from collectors.items import FeedItems
from collectors.sender import NotStored

MOST_REMEMBERED = 50_000
MOST_UNTOLD = 10_000
_PIECE = 200
_log = logging.getLogger(__name__)


class Durable(Protocol):
    """The part of the sender that keeps until the app has committed."""

    async def durable(self, items: FeedItems) -> None: ...


class Sightings:
    """Remembers, as keyed hashes, which orders were seen; `run` tells the new ones.

    `rule` is how the feed that tells of orders makes its accession numbers: else no sighting would meet its order.
    """

    def __init__(
        self, site_key: str, sender: Durable, *, issuers: bool = False, rule: AccessionRule | None = None
    ) -> None:
        self._site_key, self._sender, self._issuers = site_key, sender, issuers
        self._rule = rule or AccessionRule()
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._looked: set[str] = set()
        self._untold: list[ExamEventIn] = []
        self._news = asyncio.Event()

    def looked(self, probe: str) -> None:
        """Take note that a probe has asked: what it finds from now on came while golive was looking."""
        self._looked.add(probe)

    def saw(self, probe: str, orders: Sequence[Listed], at: datetime) -> None:
        """Take the orders of one answer.

        What stands in the answer to the first question after a start may have stood there for long: `at_field` says so.
        """
        field = "worklist" if probe in self._looked else LISTED_BEFORE
        self.looked(probe)
        for order in orders:
            number = normalised(order.accession, self._rule) if len(order.accession) <= LONGEST_ACCESSION else ""
            if not number:
                continue
            exam = exam_token(self._site_key, number, order.issuer if self._issuers else "")
            if exam in self._seen:
                self._seen.move_to_end(exam)
            elif len(self._untold) < MOST_UNTOLD:
                self._seen[exam] = None
                self._untold.append(
                    ExamEventIn(
                        id=uuid7(at),
                        feed=probe,
                        exam=exam,
                        milestone=Milestone.LISTED,
                        at=at,
                        at_field=field,
                        received_at=at,
                    )
                )
        while len(self._seen) > MOST_REMEMBERED:
            self._seen.popitem(last=False)
        if self._untold:
            self._news.set()

    async def run(self) -> None:
        """Tell new sightings for as long as the collector lives."""
        while True:
            await self._news.wait()
            piece = tuple(self._untold[:_PIECE])
            try:
                await self._sender.durable(FeedItems(events=piece))
            except NotStored as error:  # the app has named what it refused; the others of the piece are stored
                _log.warning("sightings of orders refused: %s", error)
            del self._untold[: len(piece)]
            if not self._untold:
                self._news.clear()
