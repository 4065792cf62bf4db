"""The PACS's own list of recent studies, polled: which exams' images are there, and since when."""

import asyncio
import contextlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog

from app.clock import SteadyClock, monotonic_s
from app.domain.exams.exams import AFTER_GAP, Milestone
from app.domain.measuring.turns import LIST_TIMEOUT_S
from app.settings import Config, Feed, System
from app.wire import ExamEventIn, FeedMessageIn, HeartbeatIn
from collectors.feeds.study_list import FindList, QidoList, StudyList
from collectors.feeds.study_looks import Looks
from collectors.feeds.study_slices import Slice, Slices
from collectors.feeds.study_watch import Seen, Settled, StudyWatch
from collectors.identity import LONGEST_ACCESSION, event_id, exam_token, normalised, study_token
from collectors.items import FeedItems
from collectors.outcomes import Failure
from collectors.places import OTHERS, Places
from collectors.sender import NotStored, Sender

_LOG = structlog.get_logger()

HEARTBEAT_S = 10.0
EVERY_S = 30.0
TOLD_AT_ONCE = 100
HELD_TIMEOUTS = 4  # as with probes: held back for longer, golive itself is at fault


class PacsStudiesFeed:
    """One polled list of one system; of a legacy system it tells where studies still go after the go-live."""

    def __init__(
        self, feed: Feed, config: Config, site_key: str, sender: Sender, clock: SteadyClock, places: Places
    ) -> None:
        settings = config.settings
        self._feed, self._site_key, self._sender, self._clock = feed, site_key, sender, clock
        self._system = next(s for s in settings.systems if s.id == feed.system)
        self._zone = ZoneInfo(feed.timezone or settings.site.timezone)
        self._issuers = settings.site.accession_issuers
        self._list, self._slots = study_list(feed, self._system, config), places.of(self._system.id).slots
        self._held: tuple[datetime, float] | None = None  # since when a due question waits for a place
        self._every_s = feed.every or EVERY_S
        self._slices, self._looks, self._watch = Slices(), Looks(self._every_s), StudyWatch(feed.quiet_time)
        self._first_look = True
        self._where: dict[str, Slice] = {}
        self._to_tell: asyncio.Queue[FeedItems] = asyncio.Queue()
        self._looked_at, self._answered_s = clock.now(), monotonic_s()
        self._trouble, self._blind = "", False
        self._changed = asyncio.Event()
        self.opened = asyncio.Event()
        self.opened.set()

    async def run(self) -> None:
        """Poll until cancelled."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._beat())
                group.create_task(self._tell())
                group.create_task(self._poll())
        finally:
            await self._list.close()

    async def _poll(self) -> None:
        due_s = monotonic_s()
        while True:
            await self._round()
            due_s = max(due_s + self._every_s, monotonic_s() + min(1.0, self._every_s))
            await asyncio.sleep(due_s - monotonic_s())

    async def _round(self) -> None:
        """Ask for all pieces that are due; a failed one ends the round, for the others would fail too."""
        now = self._clock.now()
        local, look_back = now.astimezone(self._zone), timedelta(seconds=self._feed.look_back)
        waiting = [self._where[s.uid] for s in self._watch.unsettled() if s.uid in self._where]
        todo = self._slices.due(local, look_back, waiting)
        try:
            while todo:
                piece = todo.pop(0)
                todo[:0] = await self._ask(piece)
        except Failure as failure:
            return self._say(f"{self._system.name} gave no study list: {failure.outcome.value}, {failure.detail}")
        except Exception as bug:  # an answer that golive cannot read must not end the feed
            _LOG.error("golive could not read a study list", feed=self._feed.id, kind=type(bug).__name__)
            why = f"golive could not read the study list of {self._system.name}: {type(bug).__name__}"
            return self._say(why, blind=True)
        now = self._clock.now()
        self._first_look = False
        self._looked_at = now
        self._looks.round_done(self._slices.leaves, self._slices.ahead(local), monotonic_s())
        self._watch.forget_before((local - look_back).date())
        self._where = {s.uid: self._where[s.uid] for s in self._watch.unsettled() if s.uid in self._where}
        for items in self._items(self._watch.settled(now), now):
            self._to_tell.put_nowait(items)
        return self._say("")

    async def _ask(self, piece: Slice) -> list[Slice]:
        """Ask for one piece once the system has a place for it; between two pieces others have their turn."""
        held = self._slots.locked()
        try:
            if held:
                self._held = self._clock.now(), monotonic_s()
                self._changed.set()
            await self._slots.acquire()
        finally:
            self._held = None
        try:
            if held:
                self._changed.set()
            asked_s = monotonic_s()
            return self._take(piece, await self._list.ask(piece), asked_s)
        finally:
            self._slots.release()

    def _take(self, piece: Slice, studies: list[Seen], asked_s: float) -> list[Slice]:
        by_time = all(s.second is None or piece.holds(s.second) for s in studies)
        now, self._answered_s = self._clock.now(), monotonic_s()  # our cadence is real, also in a simulation's time
        gap = self._looks.gap_before(piece, asked_s, self._slices.rounds(piece, now.astimezone(self._zone)))
        self._watch.see(studies, now, first_look=self._first_look, after_gap=gap)
        self._where |= {s.uid: piece for s in studies}
        parts = self._slices.answered(piece, len(studies), by_time=by_time)
        self._looks.answered(piece, parts, self._answered_s)
        return parts

    def _say(self, trouble: str, *, blind: bool = False) -> None:
        self._blind = blind
        if trouble != self._trouble:
            if trouble:
                _LOG.warning("no study list", feed=self._feed.id, why=trouble)
            self._trouble = trouble
            self._changed.set()

    def _items(self, settled: list[Settled], now: datetime) -> Iterator[FeedItems]:
        """Give what is told, in portions that fit into one request together with the record of the look."""
        for start in range(0, len(settled), TOLD_AT_ONCE):
            portion = settled[start : start + TOLD_AT_ONCE]
            events = tuple(event for one in portion for event in self._events(one, now))
            nameless = sum(not one.study.accessions for one in portion)
            verdict = (
                f"available ({len(portion)} studies{f', {nameless} without accession number' if nameless else ''})"
            )
            first = portion[0].study.uid
            message = FeedMessageIn(
                id=event_id(self._site_key, self._feed.id, "look", first, now.isoformat()),
                feed=self._feed.id,
                at=now,
                key="study list",
                verdict=verdict,
            )
            yield FeedItems(events=events, messages=(message,))

    def _events(self, settled: Settled, now: datetime) -> Iterator[ExamEventIn]:
        study, legacy = settled.study, self._system.kind == "legacy"
        study_at = self._study_at(study)
        # What stood in the old system's list before golive looked is dated by its own time: only what is
        # newer than the go-live is a stray. It never outweighs what an earlier run saw with its own eyes.
        at = study_at if legacy and settled.first_look and study_at and study_at < settled.at else settled.at
        before = study_at or now - timedelta(seconds=self._feed.look_back)
        for exam, number in self._exams(study, legacy):
            yield ExamEventIn(
                id=event_id(self._site_key, self._feed.id, study.uid, str(study.instances), number, at.isoformat()),
                feed=self._feed.id,
                exam=exam,
                milestone=Milestone.AVAILABLE,
                at=at,
                at_field=_field(settled, at == study_at),
                received_at=now,
                message_at=min(before, settled.at) if settled.first_look else None,
                modality=study.modality,
                study=study_token(self._site_key, study.uid),
                instances=study.instances,
                station=study.station,
            )

    def _exams(self, study: Seen, legacy: bool) -> Iterator[tuple[str, str]]:
        for accession, issuer in study.accessions:
            number = normalised(accession, self._feed.accession) if len(accession) <= LONGEST_ACCESSION else ""
            if number:
                yield exam_token(self._site_key, number, issuer if self._issuers else ""), number
        if legacy and not study.accessions:  # a stray without a number is a stray too
            yield study_token(self._site_key, study.uid), ""

    def _study_at(self, study: Seen) -> datetime | None:
        if study.day is None:
            return None
        midnight = datetime(study.day.year, study.day.month, study.day.day, tzinfo=self._zone)
        return (midnight + timedelta(seconds=study.second or 0)).astimezone(self._clock.now().tzinfo)

    async def _tell(self) -> None:
        while True:
            items = await self._to_tell.get()
            try:
                await self._sender.durable(items)
            except NotStored:
                _LOG.error("the app did not take a study list", feed=self._feed.id, events=len(items.events))

    async def _beat(self) -> None:
        while True:
            self._changed.clear()
            self._sender.heartbeat(self.pulse(self._clock.now()))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(HEARTBEAT_S):
                    await self._changed.wait()

    def pulse(self, now: datetime) -> HeartbeatIn:
        """Give the sign of life: a PACS that gives no list is down; a list that golive cannot read makes it blind.

        So does a place at the system that does not become free as long as attempts can take.
        """
        name, since = self._feed.id, self._looked_at
        if self._trouble:
            at, state = (since, "waiting") if self._blind else (now, "no answer")
            return HeartbeatIn(probe_or_feed=name, at=at, state=state, detail=self._trouble[:400], since=since)
        if self._held:
            held_at, held_s = self._held
            excused = monotonic_s() - held_s <= HELD_TIMEOUTS * LIST_TIMEOUT_S
            at = now if excused else since
            return HeartbeatIn(probe_or_feed=name, at=at, state="waiting", detail=OTHERS, since=held_at)
        cut = len(self._slices.cut_off)
        detail = f"{cut} answers have a round length and may be cut off" if cut else ""
        if monotonic_s() - self._answered_s > self._every_s + HEARTBEAT_S:
            why = f"{self._system.name} has not answered with a study list yet"
            return HeartbeatIn(probe_or_feed=name, at=now, state="no answer", detail=why[:400], since=since)
        return HeartbeatIn(probe_or_feed=name, at=now, state="polling", detail=detail)


def _field(settled: Settled, of_study: bool) -> str:
    if settled.first_look:
        return "StudyTime" if of_study else "first look"
    return AFTER_GAP if settled.after_gap else "count stood still"


def study_list(feed: Feed, system: System, config: Config) -> StudyList:
    """Give the way in which a feed asks: as it says, else by what the system has."""
    if system.dicomweb and feed.method != "c-find":
        return QidoList(system.dicomweb, config.folder)
    if system.dicom is None:
        raise ValueError(f'the system "{system.id}" has neither dicom nor dicomweb')  # the settings see to that
    return FindList(system.dicom, config.folder)
