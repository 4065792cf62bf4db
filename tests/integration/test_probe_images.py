"""Image loads by WADO-RS, C-GET and C-MOVE against real archives."""

import asyncio
import http.client
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.measuring.samples import Outcome
from tests.integration.probing import Seen, attempts, dicom_system, probe_of, try_once, web_system
from tests.peers.dcmqrscp import Dcmqrscp
from tests.peers.orthanc import Orthanc
from tests.peers.ports import free_port
from tests.peers.proxy import Proxy
from tests.peers.studies import Study

CT, MR, LARGE = Study(1, "CT", 5), Study(2, "MR", 3), Study(3, "CR", 8, 512)
DESTINATION = "GOLIVESCP"


@pytest.fixture(scope="module")
def port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def pacs(port: int) -> Iterator[Orthanc]:
    with Orthanc(studies=[CT, MR, LARGE], knows={DESTINATION: port}) as peer:
        yield peer


@pytest.fixture(scope="module")
def archive(port: int) -> Iterator[Dcmqrscp]:
    with Dcmqrscp(studies=[CT, MR], knows={DESTINATION: port}) as peer:
        yield peer


def test_a_study_is_loaded_in_three_timed_requests(pacs: Orthanc) -> None:
    seen = Seen()
    sample = try_once(probe_of("image-load", study=CT.uid), web_system(pacs.dicomweb), seen)
    assert (sample.outcome, sample.detail) == (Outcome.OK, "")
    assert (sample.instances, sample.instances_announced) == (5, 5)
    assert sample.metadata_s is not None
    assert sample.first_s is not None
    assert sample.total_s is not None
    assert sample.bytes is not None
    assert 5 * 64 * 64 * 2 < sample.bytes < seen.bytes


def test_the_first_image_alone_has_no_study_time(pacs: Orthanc) -> None:
    sample = try_once(probe_of("image-load", study=CT.uid, depth="first-image"), web_system(pacs.dicomweb))
    assert sample.outcome is Outcome.OK
    assert sample.first_s is not None
    assert (sample.total_s, sample.bytes) == (None, None)


def test_the_newest_study_of_a_modality_is_found(pacs: Orthanc) -> None:
    sample = try_once(probe_of("image-load", newest="MR"), web_system(pacs.dicomweb))
    assert (sample.outcome, sample.instances) == (Outcome.OK, 3)


def test_rotating_takes_one_study_after_the_other(pacs: Orthanc) -> None:
    probe = probe_of("image-load", rotate=[CT.uid, MR.uid])
    samples = asyncio.run(attempts(probe, web_system(pacs.dicomweb), 4, Seen(), Path()))
    assert [s.instances for s in samples] == [3, 5, 3, 5]


def test_a_missing_reference_study_is_a_wrong_answer_and_not_an_outage(pacs: Orthanc) -> None:
    sample = try_once(probe_of("image-load", study="1.2.3"), web_system(pacs.dicomweb))
    assert sample.outcome is Outcome.WRONG_ANSWER
    assert "not there" in sample.detail


@pytest.mark.quiet
def test_the_time_of_a_study_is_what_a_plain_client_measures(pacs: Orthanc) -> None:
    plain, ours = [], []
    for _ in range(20):  # the least of each: what is left where nobody else took the processor
        web = http.client.HTTPConnection("127.0.0.1", pacs.http, timeout=10)
        began_s = time.perf_counter()
        accept = {"Accept": 'multipart/related; type="application/dicom"', "Accept-Encoding": "identity"}
        web.request("GET", f"/dicom-web/studies/{LARGE.uid}", headers=accept)
        answer, size = web.getresponse(), 0
        while part := answer.read(262144):
            size += len(part)
        plain.append(time.perf_counter() - began_s)
        web.close()
        sample = try_once(probe_of("image-load", study=LARGE.uid), web_system(pacs.dicomweb))
        ours.append(sample.total_s or 0.0)
        assert sample.bytes == pytest.approx(size, rel=0.01)
    assert abs(min(ours) - min(plain)) <= max(0.005, 0.25 * min(plain))


@pytest.mark.quiet
def test_a_delay_of_the_answers_is_in_each_request_and_not_in_connect(pacs: Orthanc) -> None:
    with Proxy(pacs.http, down=0.2) as proxy:
        probe = probe_of("image-load", study=CT.uid)
        samples = [try_once(probe, web_system(f"http://127.0.0.1:{proxy.port}/dicom-web")) for _ in range(3)]
    assert min(s.connect_s or 0.0 for s in samples) < 0.1
    for field in ("metadata_s", "first_s", "total_s"):  # the quickest: what a busy machine adds is not the peer's
        assert min(getattr(s, field) for s in samples) == pytest.approx(0.2, abs=0.05)


def test_a_frozen_pacs_times_out_in_metadata(pacs: Orthanc) -> None:
    pacs.freeze()
    try:
        sample = try_once(probe_of("image-load", study=CT.uid, timeout="400ms"), web_system(pacs.dicomweb))
    finally:
        pacs.thaw()
    assert (sample.outcome, sample.detail) == (Outcome.TIMEOUT, "in metadata")


@pytest.mark.parametrize("method", ["c-get", "c-move"])
def test_a_study_comes_by_dicom_from_orthanc(method: str, pacs: Orthanc, port: int) -> None:
    _assert_loaded(method, pacs.port, pacs.aet, port)


@pytest.mark.parametrize("method", ["c-get", "c-move"])
def test_a_study_comes_by_dicom_from_dcmqrscp(method: str, archive: Dcmqrscp, port: int) -> None:
    _assert_loaded(method, archive.port, archive.aet, port)


def _assert_loaded(method: str, peer_port: int, aet: str, port: int) -> None:
    more = {"destination": DESTINATION, "destination_port": port} if method == "c-move" else {}
    probe = probe_of("image-load", study=CT.uid, method=method, **more)
    sample = try_once(probe, dicom_system(peer_port, aet))
    assert (sample.outcome, sample.detail, sample.instances) == (Outcome.OK, "", 5)
    assert sample.bytes is not None
    assert sample.bytes > 5 * 64 * 64 * 2
    assert sample.first_s is not None
    assert sample.total_s is not None
    assert 0 < sample.first_s <= sample.total_s


def test_the_first_image_by_c_get_ends_the_retrieval(archive: Dcmqrscp) -> None:
    probe = probe_of("image-load", study=CT.uid, method="c-get", depth="first-image")
    sample = try_once(probe, dicom_system(archive.port, archive.aet))
    assert (sample.outcome, sample.instances, sample.total_s) == (Outcome.OK, 1, None)
    assert sample.first_s is not None


def test_the_newest_study_is_found_by_c_find(archive: Dcmqrscp) -> None:
    sample = try_once(probe_of("image-load", newest="MR", method="c-get"), dicom_system(archive.port, archive.aet))
    assert (sample.outcome, sample.instances) == (Outcome.OK, 3)


def test_a_destination_that_the_archive_does_not_know_is_named(archive: Dcmqrscp) -> None:
    more = {"destination": "NOBODY", "destination_port": free_port()}
    probe = probe_of("image-load", study=CT.uid, method="c-move", **more)
    sample = try_once(probe, dicom_system(archive.port, archive.aet))
    assert sample.outcome is Outcome.BAD_STATUS
    assert "A801 move destination unknown" in sample.detail
