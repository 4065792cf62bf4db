"""The PACS's own study list, by QIDO-RS and C-FIND, of a real Orthanc and a real dcmqrscp."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from app.clock import SteadyClock
from app.domain.privacy.identity import exam_token, study_token
from app.settings import Config, Settings
from collectors.feeds.pacs_studies import PacsStudiesFeed
from collectors.feeds.study_looks import GAP_LEAST_S
from collectors.places import Places
from collectors.sender import Sender
from tests.peers.app_door import TOKEN, AppDoor
from tests.peers.dcmqrscp import Dcmqrscp
from tests.peers.orthanc import Orthanc
from tests.peers.ports import free_port
from tests.peers.studies import Study

KEY = "site-key"
pytestmark = pytest.mark.peers


def config(system: Mapping[str, Any], tmp_path: Path, method: str) -> Config:
    feed = {
        "id": "studies",
        "kind": "pacs-studies",
        "system": "pacs",
        "method": method,
        "every": "1s",
        "quiet_time": "2s",
    }
    settings = Settings.model_validate(
        {
            "site": {"id": "north", "name": "North"},
            "go_live": {"at": "2026-11-21T06:00:00+01:00"},
            "systems": [{"id": "pacs", "name": "PACS", "kind": "pacs", **system}],
            "feeds": [feed],
        }
    )
    return Config(settings, tmp_path / "golive.toml", tmp_path, "0", "{}")


def play(door: AppDoor, config: Config, act: Callable[[], Awaitable[None]]) -> None:
    async def all_of_it() -> None:
        clock = SteadyClock()
        sender = Sender(door.url, TOKEN, "main", clock)
        feed = PacsStudiesFeed(config.settings.feeds[0], config, KEY, sender, clock, Places(config.settings))
        running = [asyncio.create_task(sender.run()), asyncio.create_task(feed.run())]
        try:
            async with asyncio.timeout(40):
                await act()
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    asyncio.run(all_of_it())


async def events(door: AppDoor, count: int) -> list[dict[str, Any]]:
    await asyncio.to_thread(door.wait, "exam_events", count, 15)
    found = [e for e in door.stored if e["part"] == "exam_events"]
    assert len(found) == count
    return found


def today(number: int, modality: str = "CT", images: int = 3) -> Study:
    return Study(number, modality, images, 16, datetime.now(UTC).date())


class Relay:
    """A path to a PACS that can be cut."""

    def __init__(self, port: int) -> None:
        self._to, self.port = port, free_port()
        self._server: asyncio.Server | None = None
        self._pumps: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._pass_on, "127.0.0.1", self.port)

    async def cut(self) -> None:
        assert self._server is not None
        self._server.close()
        for pump in self._pumps:
            pump.cancel()
        await asyncio.gather(*self._pumps, return_exceptions=True)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self._to)
        for source, target in ((reader, back), (there, writer)):
            pump = asyncio.create_task(self._pump(source, target))
            self._pumps.add(pump)
            pump.add_done_callback(self._pumps.discard)

    async def _pump(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        try:
            while data := await source.read(65536):
                target.write(data)
                await target.drain()
        finally:
            target.close()


@pytest.fixture
def door() -> Iterator[AppDoor]:
    with AppDoor() as one:
        yield one


def test_studies_of_orthanc_become_available_once_and_again_with_late_images(door: AppDoor, tmp_path: Path) -> None:
    with Orthanc(studies=[today(1), today(2, "MR"), Study(3, day=date(2020, 1, 1))]) as pacs:

        async def act() -> None:
            first = await events(door, 2)
            assert {e["exam"] for e in first} == {exam_token(KEY, today(n).accession) for n in (1, 2)}
            assert {(e["modality"], e["instances"], e["at_field"]) for e in first} == {
                ("CT", 3, "first look"),
                ("MR", 3, "first look"),
            }
            since = datetime.now(UTC)
            await asyncio.to_thread(pacs.store, today(4, images=2))
            new = (await events(door, 3))[-1]
            assert new["study"] == study_token(KEY, today(4).uid)
            assert new["at_field"] == "count stood still"
            assert "message_at" not in new
            assert since <= datetime.fromisoformat(new["at"]) <= datetime.now(UTC)
            await asyncio.to_thread(pacs.store, today(4, images=5))
            late = (await events(door, 4))[-1]
            assert (late["exam"], late["instances"]) == (new["exam"], 5)
            assert late["id"] != new["id"]
            assert datetime.fromisoformat(late["at"]) > datetime.fromisoformat(new["at"])

        play(door, config({"dicomweb": {"url": pacs.dicomweb}}, tmp_path, "qido-rs"), act)
    assert [h["state"] for h in door.heartbeats][-1] == "polling"


def test_studies_of_dcmqrscp_are_listed_by_c_find(door: AppDoor, tmp_path: Path) -> None:
    with Dcmqrscp(studies=[today(1), today(2, "MR")]) as pacs:
        dicom = {"host": "127.0.0.1", "port": pacs.port, "ae_title": pacs.aet, "calling_ae_title": "GOLIVE"}

        async def act() -> None:
            found = await events(door, 2)
            assert {e["exam"] for e in found} == {exam_token(KEY, today(n).accession) for n in (1, 2)}

        play(door, config({"dicom": dicom}, tmp_path, "c-find"), act)


def test_a_list_that_cannot_be_had_is_said_as_no_answer_since_the_last_one(door: AppDoor, tmp_path: Path) -> None:
    with Orthanc(studies=[today(1)]) as pacs:

        async def act() -> None:
            await events(door, 1)
            await asyncio.to_thread(pacs.kill)
            said = "PACS gave no study list: refused, nobody listens on the port"
            await asyncio.to_thread(door.until, lambda: door.heartbeats[-1]["detail"] == said)
            told = door.heartbeats[-1]
            assert told["state"] == "no answer"
            assert datetime.fromisoformat(told["since"]) < datetime.fromisoformat(told["at"])

        play(door, config({"dicomweb": {"url": pacs.dicomweb}}, tmp_path, "qido-rs"), act)


def test_two_hundred_studies_of_a_day_are_all_seen_by_orthanc_and_by_slices(door: AppDoor, tmp_path: Path) -> None:
    with Orthanc(studies=[today(n, images=1) for n in range(1, 201)]) as pacs:

        async def act() -> None:
            await events(door, 200)

        play(door, config({"dicomweb": {"url": pacs.dicomweb}}, tmp_path, "qido-rs"), act)
    verdicts = [m["verdict"] for m in door.stored if m["part"] == "messages"]
    assert verdicts == ["available (100 studies)"] * 2


def test_what_came_while_the_list_was_not_to_be_had_is_dated_as_found_after_a_gap(
    door: AppDoor, tmp_path: Path
) -> None:
    with Orthanc(studies=[today(1)]) as pacs:
        at = urlsplit(pacs.dicomweb)
        assert at.port is not None
        relay = Relay(at.port)

        async def act() -> None:
            await relay.open()
            await events(door, 1)
            await relay.cut()
            cut_s = asyncio.get_running_loop().time()
            await asyncio.to_thread(pacs.store, today(2))
            await asyncio.sleep(cut_s + GAP_LEAST_S + 1.5 - asyncio.get_running_loop().time())
            await relay.open()
            assert (await events(door, 2))[-1]["at_field"] == "look after a gap"
            await asyncio.to_thread(pacs.store, today(3))
            assert (await events(door, 3))[-1]["at_field"] == "count stood still"
            await relay.cut()

        url = f"http://127.0.0.1:{relay.port}{at.path}"
        play(door, config({"dicomweb": {"url": url}}, tmp_path, "qido-rs"), act)
