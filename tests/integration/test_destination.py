"""Our destination of a C-MOVE: it takes what real archives send, and takes no time of its own."""

import asyncio
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from app.domain.samples import Outcome
from collectors.probes.destinations import Arrivals, Destinations
from tests.integration.probing import dicom_system, probe_of, try_once
from tests.integration.truth import cpu_waited_s
from tests.peers import scu
from tests.peers.dcmqrscp import Dcmqrscp
from tests.peers.ports import free_port
from tests.peers.server import program
from tests.peers.storescp import Storescp
from tests.peers.studies import Study, write_study

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


@pytest.mark.alone
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
