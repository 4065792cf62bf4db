"""Echo, worklist and study query against real peers: right when all is well, and telling when it is not."""

import asyncio
import math
import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.domain.measuring.samples import Outcome
from app.settings import System
from app.wire import SampleIn
from collectors.dicom.wire import Wire
from tests.integration.probing import Seen, attempts, dicom_system, probe_of, try_once
from tests.peers.dcmqrscp import Dcmqrscp
from tests.peers.orthanc import Orthanc
from tests.peers.ports import free_port
from tests.peers.proxy import Proxy
from tests.peers.studies import Study, write_order
from tests.peers.wlmscpfs import Wlmscpfs

STUDIES = [Study(1, "CT"), Study(2, "CT"), Study(3, "MR")]
DELAY_S = 0.7


@pytest.fixture(scope="module")
def pacs() -> Iterator[Orthanc]:
    with Orthanc(studies=STUDIES, worklist={"CT": 100}) as peer:
        yield peer


@pytest.fixture(scope="module")
def ris() -> Iterator[Wlmscpfs]:
    with Wlmscpfs() as peer:
        yield peer


@pytest.fixture
def pacs_system(pacs: Orthanc) -> System:
    return dicom_system(pacs.port, pacs.aet)


@pytest.fixture
def ris_system(ris: Wlmscpfs) -> System:
    return dicom_system(ris.port, ris.aet)


def test_an_echo_has_its_phases_apart(pacs_system: System) -> None:
    sample = try_once(probe_of("echo", area="ct"), pacs_system)
    assert (sample.outcome, sample.detail, sample.stamp, sample.area) == (Outcome.OK, "", "kernel", "ct")
    for phase_s in (sample.connect_s, sample.associate_s, sample.first_s):
        assert phase_s is not None
        assert phase_s > 0
    assert sample.total_s == sample.first_s
    assert sample.tls_s is None


def test_each_tenth_attempt_and_no_other_acknowledges_at_once(pacs_system: System) -> None:
    samples = asyncio.run(attempts(probe_of("echo"), pacs_system, 20, Seen(), Path()))
    assert [n for n, s in enumerate(samples, 1) if s.quickack] == [10, 20]


def test_a_worklist_answer_is_counted_and_its_orders_told_but_for_the_sentinel(ris_system: System) -> None:
    seen = Seen()
    sample = try_once(probe_of("worklist", match={"Modality": "CT"}, sentinel="WCT000003"), ris_system, seen)
    assert (sample.outcome, sample.matches, sample.stamp) == (Outcome.OK, 10, "kernel")
    assert sample.first_s is not None
    assert sample.total_s is not None
    assert sample.first_s <= sample.total_s
    assert sorted(o.accession for o in seen.orders) == [f"WCT{n:06d}" for n in range(1, 11) if n != 3]
    assert sample.bytes == seen.bytes > 0


def test_a_fast_answer_without_the_sentinel_is_wrong(ris_system: System) -> None:
    sample = try_once(probe_of("worklist", match={"Modality": "CT"}, sentinel="STANDING"), ris_system)
    assert (sample.outcome, sample.detail) == (Outcome.WRONG_ANSWER, "sentinel missing")
    assert sample.total_s is not None


def test_fewer_matches_than_expected_are_a_wrong_answer(ris_system: System) -> None:
    sample = try_once(probe_of("worklist", match={"Modality": "US"}, expect_at_least=5), ris_system)
    assert (sample.outcome, sample.detail) == (Outcome.WRONG_ANSWER, "0 matches, at least 5 expected")


def test_the_station_is_asked_for(ris_system: System) -> None:
    assert try_once(probe_of("worklist", station_ae="CT01"), ris_system).matches == 10
    assert try_once(probe_of("worklist", station_ae="CT99"), ris_system).matches == 0


def test_the_date_is_the_days_it_says(ris: Wlmscpfs, ris_system: System) -> None:
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    write_order(ris.worklist_folder, "TOMORROW1", "XA", tomorrow)
    dates = ("today", "+1d", "-1d", "today±1d", "any")
    probes = {date: probe_of("worklist", match={"Modality": "XA"}, date=date) for date in dates}
    asked = {date: try_once(probe, ris_system).matches for date, probe in probes.items()}
    assert asked == {"today": 0, "+1d": 1, "-1d": 0, "today±1d": 1, "any": 1}


def test_a_round_count_stays_ok_and_says_so(pacs_system: System) -> None:
    sample = try_once(probe_of("worklist", match={"Modality": "CT"}), pacs_system)
    assert (sample.outcome, sample.matches) == (Outcome.OK, 100)
    assert sample.detail == "100 matches: a round count, the list may be cut off"


def test_a_study_query_counts_and_names_a_known_limit(pacs_system: System) -> None:
    sample = try_once(probe_of("query", match={"ModalitiesInStudy": "CT", "StudyDate": "today"}, limit=2), pacs_system)
    assert (sample.outcome, sample.matches) == (Outcome.OK, 2)
    assert sample.detail == "2 matches: the known limit, the list may be cut off"


def test_a_sentinel_study_is_looked_for(pacs_system: System) -> None:
    assert try_once(probe_of("query", sentinel=STUDIES[2].accession), pacs_system).outcome is Outcome.OK
    assert try_once(probe_of("query", sentinel="NOT-THERE"), pacs_system).detail == "sentinel missing"


def test_dcmqrscp_is_asked_the_same_way() -> None:
    with Dcmqrscp(studies=STUDIES) as peer:
        sample = try_once(probe_of("query"), dicom_system(peer.port, peer.aet))
    assert (sample.outcome, sample.matches) == (Outcome.OK, 3)


@pytest.mark.parametrize("kind", ["echo", "worklist", "query"])
def test_a_wrong_called_title_is_rejected_with_its_reason(kind: str, pacs: Orthanc) -> None:
    sample = try_once(probe_of(kind), dicom_system(pacs.port, "WRONG"))
    assert (sample.outcome, sample.detail) == (Outcome.REJECTED, "called AE title not recognized (1/1/7)")
    assert sample.total_s is None


def test_a_full_worklist_server_is_rejected_for_load_not_for_its_configuration() -> None:
    with Wlmscpfs("RIS", None, 1) as peer, Proxy(peer.port, down=5.0, free=1) as slow:
        # the first association is held by an answer that the proxy keeps; the second finds the only place taken
        system = dicom_system(slow.port, peer.aet)
        holder = threading.Thread(target=try_once, args=(probe_of("worklist", timeout="3s"), system))
        holder.start()
        end = time.monotonic() + 3
        while time.monotonic() < end:
            sample = try_once(probe_of("worklist"), dicom_system(peer.port, peer.aet))
            if sample.outcome is not Outcome.OK:
                break
        holder.join()
    assert (sample.outcome, sample.detail) == (Outcome.REJECTED, "local limit exceeded (2/3/2)")


def test_a_closed_port_is_refused() -> None:
    sample = try_once(probe_of("echo"), dicom_system(free_port()))
    assert (sample.outcome, sample.detail) == (Outcome.REFUSED, "nobody listens on the port")


def test_a_name_without_address_is_unreachable() -> None:
    sample = try_once(probe_of("echo"), dicom_system(104, host="pacs.invalid"))
    assert sample.outcome is Outcome.UNREACHABLE
    assert sample.detail.startswith("host name not found")


def test_a_frozen_peer_times_out_in_associate_and_answers_again_when_it_thaws(
    pacs: Orthanc, pacs_system: System
) -> None:
    pacs.freeze()
    try:
        began_s = time.monotonic()
        sample = try_once(probe_of("echo", timeout="500ms"), pacs_system)
        assert time.monotonic() - began_s < 8
    finally:
        pacs.thaw()
    assert (sample.outcome, sample.detail) == (Outcome.TIMEOUT, "in associate")
    assert try_once(probe_of("echo"), pacs_system).outcome is Outcome.OK


@pytest.mark.quiet
@pytest.mark.parametrize("kind", ["echo", "worklist", "query"])
def test_a_delay_of_the_answers_is_in_the_total_and_in_nothing_else(kind: str, pacs: Orthanc) -> None:
    with Proxy(pacs.port) as proxy:
        system = dicom_system(proxy.port, pacs.aet)
        probe = probe_of(kind, match={"Modality": "MR"} if kind == "worklist" else {})
        plain = [try_once(probe, system) for _ in range(3)]
        proxy.set(down=DELAY_S, free=1)
        slow = [try_once(probe, system) for _ in range(2)]
    # the quickest of each: what a busy machine adds is not the peer's
    assert quickest(slow, "total_s") - quickest(plain, "total_s") == pytest.approx(DELAY_S, abs=0.02)
    assert quickest(slow, "connect_s") + quickest(slow, "associate_s") < 0.2


def quickest(samples: list[SampleIn], field: str) -> float:
    return min(float(getattr(s, field)) for s in samples)


def test_a_peer_that_swallows_everything_times_out_in_associate() -> None:
    with Proxy(1, mode="swallow") as proxy:
        sample = try_once(probe_of("echo", timeout="300ms"), dicom_system(proxy.port))
    assert (sample.outcome, sample.detail) == (Outcome.TIMEOUT, "in associate")


def test_a_system_without_a_dicom_address_is_said_to_have_none() -> None:
    system = System.model_validate({"id": "peer", "name": "Peer", "kind": "pacs"})
    sample = try_once(probe_of("echo"), system)
    assert (sample.outcome, sample.detail) == (Outcome.UNREACHABLE, "the system has no DICOM address")


@pytest.mark.quiet
def test_a_busy_event_loop_is_not_in_the_time_of_the_connection() -> None:
    async def story() -> float | None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            wire = Wire(math.inf)
            connecting = asyncio.create_task(wire.connect([(socket.AF_INET, server.getsockname())]))
            await asyncio.sleep(0)
            ends_s = time.monotonic() + 0.3
            while time.monotonic() < ends_s:  # such as the decoding of somebody else's answer
                continue
            await connecting
            wire.close()
            return wire.connect_s

    taken_s = asyncio.run(story())
    assert taken_s is not None
    assert 0 < taken_s < 0.2
