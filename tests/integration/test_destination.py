"""Our destination of a C-MOVE: it takes what real archives send, and takes no time of its own."""

import asyncio
import socket
import subprocess
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.domain.measuring.samples import Outcome
from app.wire import SampleIn
from collectors.dicom import dimse, pdu
from collectors.probes import ProbeContext, attempt
from collectors.probes.destinations import Arrivals, Destinations
from collectors.probes.http import HttpClients
from tests.integration.probing import dicom_system, probe_of, try_once
from tests.integration.truth import cpu_waited_s
from tests.peers import scu
from tests.peers.dcmqrscp import Dcmqrscp
from tests.peers.hostile import Hostile, says
from tests.peers.ports import free_port
from tests.peers.server import program
from tests.peers.storescp import Storescp
from tests.peers.studies import Study, write_study

SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
STUDY = Study(1, "CT", 12, 128)
pytestmark = pytest.mark.peers


def receiving(port: int, act: Callable[[], object]) -> Arrivals:
    """Give what arrives while `act` runs in a thread."""

    async def all_of_it() -> Arrivals:
        destinations = Destinations()
        try:
            async with destinations.receiving(port) as arrivals:
                await asyncio.to_thread(act)
                return arrivals
        finally:
            await destinations.close()

    return asyncio.run(all_of_it())


@pytest.mark.quiet
def test_a_c_move_to_us_takes_no_longer_than_one_to_a_plain_receiver() -> None:
    ours, plain = free_port(), free_port()
    with Storescp(plain), Dcmqrscp(studies=[STUDY], knows={"OURS": ours, "PLAIN": plain}) as archive:
        to_us = probe_of("image-load", study=STUDY.uid, method="c-move", destination="OURS", destination_port=ours)
        system, seen, known = dicom_system(archive.port, archive.aet), [], []
        began_s, waited_s = time.monotonic(), cpu_waited_s()
        for _ in range(9):
            known.append(scu.move(archive.port, archive.aet, STUDY.uid, "PLAIN").total_s)
            sample = try_once(to_us, system)
            assert (sample.outcome, sample.instances, sample.instances_announced) == (Outcome.OK, 12, 12)
            seen.append(sample.total_s or 0.0)
    busy = cpu_waited_s() - waited_s > 0.5 * (time.monotonic() - began_s)
    assert min(seen) <= (5 if busy else 1) * (min(known) + max(0.005, 0.25 * min(known)))


def test_images_and_signs_of_life_of_other_programs_are_taken(tmp_path: Path) -> None:
    files, port = write_study(tmp_path, STUDY), free_port()

    def act() -> None:
        for command in (["echoscu"], ["storescu", "+sd"]):
            where = ["127.0.0.1", str(port), *([str(tmp_path)] if "+sd" in command else [])]
            subprocess.run([program(command[0]), *command[1:], *where], check=True, capture_output=True, timeout=20)

    found = receiving(port, act)
    assert found.instances == len(files)
    assert found.size > len(files) * 128 * 128 * 2
    assert found.first_s is not None


def test_a_port_that_another_program_has_is_said() -> None:
    with socket.create_server(("", 0)) as taken:
        port = taken.getsockname()[1]
        probe = probe_of("image-load", study="1.2", method="c-move", destination="OURS", destination_port=port)
        sample = try_once(probe, dicom_system(1))
    assert sample.outcome is Outcome.UNREACHABLE
    assert sample.detail == f"our own port {port} cannot be opened: Address already in use"


def test_rubbish_is_answered_with_an_abort_and_the_port_stays_open(tmp_path: Path) -> None:
    write_study(tmp_path, Study(2, "CT", 1, 16))
    port, answers = free_port(), []

    def act() -> None:
        with socket.create_connection(("127.0.0.1", port), 5) as link:
            link.sendall(b"GET / HTTP/1.1\r\n\r\n")
            answers.append(link.recv(64))
        command = [program("storescu"), "+sd", "127.0.0.1", str(port), str(tmp_path)]
        subprocess.run(command, check=True, capture_output=True, timeout=20)

    assert receiving(port, act).instances == 1
    assert answers[0][:1] == b"\7"


class Sender:
    """A PACS's side of an association to our port, which stays open between images."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def to(cls, port: int) -> "Sender":
        sender = cls(*await asyncio.open_connection("127.0.0.1", port))
        await sender._ask(pdu.associate_request("OURS", "PACS", [pdu.Context(1, SECONDARY_CAPTURE)]))
        return sender

    async def image(self, **originator: int | str) -> int:
        """Send an image; give the type of the PDU that answers it (4 data, 7 abort)."""
        told = {"ae": dimse.ORIGINATOR, "id": dimse.ORIGINATOR_ID}
        command: dict[int, int | str] = {
            dimse.AFFECTED_CLASS: SECONDARY_CAPTURE,
            dimse.COMMAND: dimse.STORE,
            dimse.ID: 1,
            dimse.DATA_SET: 1,
            **{told[name]: value for name, value in originator.items()},
        }
        head = pdu.p_data(1, dimse.command_set(command), command=True)
        return await self._ask(head + pdu.p_data(1, bytes(8), command=False))

    async def _ask(self, data: bytes) -> int:
        self._writer.write(data)
        head = await self._reader.readexactly(6)
        await self._reader.readexactly(int.from_bytes(head[2:], "big"))
        return head[0]

    async def end(self) -> bytes:
        """Wait until our side closes; give its last words."""
        try:
            return await self._reader.read()
        finally:
            self._writer.close()


async def of_two_at_once(port: int) -> None:
    destinations = Destinations()
    async with destinations.receiving(port, "GOLIVE") as hung, destinations.receiving(port, "GOLIVE") as well:
        assert hung.message_id != well.message_id
        sender = await Sender.to(port)
        for arrivals in (hung, well, well):
            assert await sender.image(ae="GOLIVE", id=arrivals.message_id) == 4
        assert await sender.image() == 4  # says nothing: belongs where the last one did
        assert (hung.instances, well.instances) == (1, 3)
    await destinations.close()
    assert await sender.end() == pdu.abort()


def test_two_systems_share_a_port_and_each_image_counts_where_it_was_asked_for() -> None:
    asyncio.run(of_two_at_once(free_port()))


async def late(port: int, *, named: bool) -> None:
    destinations = Destinations()
    async with destinations.receiving(port, "GOLIVE") as first:
        name: dict[str, int | str] = {"ae": "GOLIVE", "id": first.message_id} if named else {}
        sender = await Sender.to(port)
        assert await sender.image(**name) == 4
    async with destinations.receiving(port, "GOLIVE") as second:
        assert await sender.image(**name) == 7
        await sender.end()
        again = await Sender.to(port)
        if named:
            assert await again.image(**name) == 7
            await again.end()
            again = await Sender.to(port)
        assert await again.image() == 4
    assert (first.instances, second.instances) == (1, 1)
    assert await again.end() == pdu.abort()
    await destinations.close()


@pytest.mark.parametrize("named", [True, False], ids=["named", "nameless"])
def test_images_of_an_attempt_that_is_over_never_count_for_the_next(named: bool) -> None:
    asyncio.run(late(free_port(), named=named))


def test_a_hung_pacs_leaves_the_destination_to_a_healthy_one() -> None:
    port = free_port()

    async def both(healthy: int, hung: int) -> list[SampleIn]:
        probe = probe_of(
            "image-load", study=STUDY.uid, method="c-move", timeout="3s", destination="OURS", destination_port=port
        )
        clients, destinations = HttpClients(Path()), Destinations()
        context = ProbeContext(UTC, lambda: datetime.now(UTC), 1, Path(), clients, destinations)
        tasks = [attempt(probe, dicom_system(number), context) for number in (hung, healthy)]
        samples = await asyncio.gather(*tasks)
        await destinations.close()
        return list(samples)

    with Hostile(says()) as frozen, Dcmqrscp(aet="PACS", studies=[STUDY], knows={"OURS": port}) as archive:
        outcomes = [s.outcome for s in asyncio.run(both(archive.port, frozen.port))]
    assert outcomes == [Outcome.TIMEOUT, Outcome.OK]
