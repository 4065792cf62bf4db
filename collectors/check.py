"""`golive check` and `golive probe`: every probe and feed tried once, without an app and without a trace."""

import asyncio
import contextlib
import errno
import logging
import os
import socket
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from app.clock import utc_now
from app.errors import Missing, Unavailable
from app.settings import Config, Feed, Probe, System
from app.wire import SampleIn
from collectors.bugs import place_of
from collectors.causes import explain
from collectors.costs import Cost, Late, costs, late_probes
from collectors.expected import is_fine, outside_hours
from collectors.feeds.sockets import address_of, listener
from collectors.probes import attempt
from collectors.probes.context import ProbeContext
from collectors.probes.destinations import Destinations
from collectors.probes.http import HttpClients

__all__ = ["Checked", "Tried", "check_all", "explain", "one", "sample_json"]

_log = logging.getLogger(__name__)

PHASES = ("connect_s", "tls_s", "associate_s", "metadata_s", "first_s", "total_s")
LISTING_TIMEOUT_S = 30.0


@dataclass(frozen=True, slots=True)
class Tried:
    """One probe or feed as it was found; `phases_s` holds the durations that it had, by name."""

    subject: str  # probe | feed
    id: str
    kind: str
    system: str | None
    ok: bool
    outcome: str
    sentence: str
    phases_s: Mapping[str, float] = field(default_factory=dict)
    bytes: int | None = None
    detail: str = ""
    outside_hours: bool = False

    @property
    def whole(self) -> bool:
        """Say whether its answer came to its end, so that its size is what one run costs."""
        return self.outcome == "ok" or (self.outcome == "wrong_answer" and self.kind != "image-load")


@dataclass(frozen=True, slots=True)
class Checked:
    """All that a check found."""

    file: str
    tried: tuple[Tried, ...]
    costs: tuple[Cost, ...]
    late: tuple[Late, ...]

    @property
    def ok(self) -> bool:
        """Say whether everything answered as it should."""
        return all(t.ok for t in self.tried)

    def as_json(self) -> dict[str, Any]:
        """Give it for programs."""
        return {
            "ok": self.ok,
            "file": self.file,
            "tried": [{**asdict(t), "phases_s": dict(t.phases_s)} for t in self.tried],
            "per_day": [{**asdict(c), "over_budget": c.over_budget} for c in self.costs],
            "late": [asdict(x) for x in self.late],
        }


async def check_all(config: Config) -> Checked:
    """Try every probe and feed once, side by side, within each system's budget."""
    settings = config.settings
    systems = {s.id: s for s in settings.systems}
    async with _Attempts(config) as attempts:
        probes = [attempts.tried("probe", p.kind, p, systems[p.system]) for p in settings.probes]
        feeds = [_feed(config, f, systems, attempts) for f in settings.feeds]
        tried = await asyncio.gather(*probes, *feeds)
    spent = {t.id: t.bytes for t in tried if t.bytes is not None}
    cost = costs(settings, spent, [t.id for t in tried if not t.whole])
    return Checked(str(config.file), tuple(tried), tuple(cost), tuple(late_probes(settings)))


async def one(config: Config, probe_id: str) -> SampleIn:
    """Take one sample of a probe now."""
    probe = next((p for p in config.settings.probes if p.id == probe_id), None)
    if probe is None:
        known = ", ".join(p.id for p in config.settings.probes) or "none"
        raise Missing(f'there is no probe "{probe_id}" in {config.file} (there are: {known})')
    system = next(s for s in config.settings.systems if s.id == probe.system)
    async with _Attempts(config) as attempts:
        sample = await attempts.sample(probe, system)
    if sample.detail.startswith("our own port") and await _golive_runs(config):
        raise Unavailable(
            f'probe "{probe.id}" cannot be tried: golive is running and takes the images on port '
            f"{probe.destination_port}; its samples are on the desk"
        )
    return sample


def fine(config: Config, sample: SampleIn) -> bool:
    """Say whether nothing is wanting in a sample of one of our probes."""
    return is_fine(config, next(p for p in config.settings.probes if p.id == sample.probe), sample)


def sample_json(sample: SampleIn) -> str:
    """Give a sample as ingest takes it."""
    return sample.model_dump_json(exclude_none=True)


class _Attempts:
    """The surroundings of attempts, and each system's places."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._zone = ZoneInfo(config.settings.site.timezone)
        self._http, self._destinations = HttpClients(config.folder), Destinations()
        self._spent: dict[str, int] = {}
        self._places = {s.id: asyncio.Semaphore(s.in_flight) for s in config.settings.systems}
        self._images = {s.id: asyncio.Lock() for s in config.settings.systems}

    async def __aenter__(self) -> "_Attempts":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.close()
        await self._destinations.close()

    async def sample(self, probe: Probe, system: System) -> SampleIn:
        """Take one sample, when the system has a place for it."""
        context = ProbeContext(
            zone=self._zone,
            now=utc_now,
            run=1,
            folder=self._config.folder,
            http=self._http,
            destinations=self._destinations,
            issuers=self._config.settings.site.accession_issuers,
            spent=lambda size: self._spend(probe.id, size),
        )
        image: contextlib.AbstractAsyncContextManager[Any] = (
            self._images[system.id] if probe.kind == "image-load" else contextlib.nullcontext()
        )
        async with image, self._places[system.id]:
            return await attempt(probe, system, context)

    def _spend(self, asked: str, size: int) -> None:
        self._spent[asked] = self._spent.get(asked, 0) + size

    async def tried(self, subject: str, kind: str, probe: Probe, system: System) -> Tried:
        """Try a probe, or a feed's question in the form of one; a bug of ours ends this attempt alone."""
        try:
            sample = await self.sample(probe, system)
        except Exception as bug:  # the others' lines must not be lost
            _log.error("%s %s: a bug: %s", subject, probe.id, place_of(bug))
            said = f"golive itself failed here ({type(bug).__name__}); its log names the place: please report it"
            return Tried(subject, probe.id, kind, system.id, False, "bug", said)
        tried = self._of_sample(subject, kind, sample, system, probe)
        if sample.detail.startswith("our own port") and await _golive_runs(self._config):
            running = "not tried: golive is running and takes the images on its port"
            return replace(tried, ok=True, outcome="not tried", sentence=running)
        return tried

    def _of_sample(self, subject: str, kind: str, sample: SampleIn, system: System, asked: Probe) -> Tried:
        return Tried(
            subject,
            sample.probe,
            kind,
            system.id,
            is_fine(self._config, asked, sample),
            sample.outcome.value,
            explain(sample, system, asked.calling_ae_title, asked.method),
            {name: value for name in PHASES if (value := getattr(sample, name)) is not None},
            self._spent.get(asked.id, sample.bytes),
            sample.detail,
            outside_hours(self._config, asked, sample),
        )


async def _feed(config: Config, feed: Feed, systems: Mapping[str, System], attempts: _Attempts) -> Tried:
    if feed.kind == "hl7-mllp":
        return await _listener(config, feed)
    system = systems[feed.system or ""]
    listing = Probe(
        id=feed.id,
        kind="query",
        system=system.id,
        every=f"{feed.every or 60.0:g}s",
        timeout=f"{LISTING_TIMEOUT_S:g}s",
        method=feed.method or ("qido-rs" if system.dicomweb else "c-find"),
        match={"StudyDate": f"{utc_now().astimezone(ZoneInfo(config.settings.site.timezone)):%Y%m%d}"},
    )
    return await attempts.tried("feed", feed.kind, listing, system)


async def _listener(config: Config, feed: Feed) -> Tried:
    """Try to open the feed's port; in use by a golive that runs is as good."""
    listen = feed.listen or ""

    def told(ok: bool, outcome: str, sentence: str) -> Tried:
        return Tried("feed", feed.id, feed.kind, None, ok, outcome, sentence)

    try:
        listener(*address_of(listen)).close()
    except socket.gaierror:
        return told(False, "unreachable", f"{listen} is no address of this machine")
    except OSError as error:
        if error.errno == errno.EADDRINUSE and await _golive_runs(config):
            return told(True, "ok", f"{listen} is open: golive is running and listens there")
        if error.errno == errno.EADDRINUSE:
            return told(False, "refused", f"another program listens on {listen}, and no golive answers here")
        return told(False, "unreachable", f"{listen} cannot be opened: {os.strerror(error.errno or 0)}")
    return told(True, "ok", f"{listen} can be opened; whether messages come is seen when golive runs")


async def _golive_runs(config: Config) -> bool:
    try:
        async with httpx.AsyncClient(verify=False, trust_env=False, timeout=3.0) as client:  # this machine
            answer = await client.get(f"{config.settings.server.local_url}/readyz")
    except httpx.HTTPError:
        return False
    return answer.status_code in (200, 503)
