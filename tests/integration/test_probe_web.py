"""Web pages, QIDO-RS, credentials and TLS."""

import json
import socket
import ssl
import subprocess
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.measuring.samples import Outcome
from app.settings import System
from tests.integration.probing import Seen, dicom_system, probe_of, try_once, web_system
from tests.peers.hostile import Hostile, accept, answer, says
from tests.peers.orthanc import Orthanc
from tests.peers.ports import free_port
from tests.peers.proxy import Proxy
from tests.peers.studies import Study

PAGE = b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nWelcome!"


@pytest.fixture(scope="module")
def pacs() -> Iterator[Orthanc]:
    with Orthanc(studies=[Study(1), Study(2)], users={"golive": "secret"}) as peer:
        yield peer


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "password").write_text("secret\n")
    (tmp_path / "wrong").write_text("guess\n")
    return tmp_path


def with_basic(pacs: Orthanc, file: str) -> System:
    return web_system(pacs.dicomweb, auth={"kind": "basic", "user": "golive", "password_file": file})


def portal(url: str, **more: object) -> System:
    web = {"url": url, **more}
    return System.model_validate({"id": "peer", "name": "Peer", "kind": "portal", "web": web})


def test_qido_counts_studies_with_basic_credentials(pacs: Orthanc, folder: Path) -> None:
    sample = try_once(probe_of("query", method="qido-rs"), with_basic(pacs, "password"), folder=folder)
    assert (sample.outcome, sample.matches) == (Outcome.OK, 2)
    assert sample.total_s is not None


@pytest.mark.parametrize("kind", ["query", "image-load", "web"])
def test_wrong_credentials_are_auth_with_the_status(kind: str, pacs: Orthanc, folder: Path) -> None:
    more = {"study": Study(1).uid} if kind == "image-load" else {}
    sample = try_once(probe_of(kind, **more), with_basic(pacs, "wrong"), folder=folder)
    assert (sample.outcome, sample.detail) == (Outcome.AUTH, "HTTP 401")


def test_a_missing_credential_file_is_our_own_fault(pacs: Orthanc, folder: Path) -> None:
    sample = try_once(probe_of("query"), with_basic(pacs, "none"), folder=folder)
    assert sample.outcome is Outcome.AUTH
    assert sample.detail.startswith("our own credential file")


def test_what_cannot_be_sent_is_our_own_fault_and_never_quoted(tmp_path: Path) -> None:
    (tmp_path / "password").write_bytes(b"p\xe4ss\n")
    (tmp_path / "token").write_bytes("h\u00f6rt\n".encode())
    (tmp_path / "lines").write_text("one\ntwo\n")
    asked = [
        {"kind": "basic", "user": "u", "password_file": "password"},
        {"kind": "bearer", "token_file": "token"},
        {"kind": "bearer", "token_file": "lines"},
    ]
    said = [try_once(probe_of("web"), portal("http://127.0.0.1:1", auth=a), folder=tmp_path) for a in asked]
    assert [s.outcome for s in said] == [Outcome.AUTH] * 3
    assert [s.detail for s in said] == [
        "our own credential file password is not UTF-8 text",
        "our own credential file token holds what is no token",
        "our own credential file lines holds what is no token",
    ]
    missing = try_once(probe_of("web"), portal("https://127.0.0.1:1", ca_bundle="ca.pem"), folder=tmp_path)
    assert missing.detail == "our own TLS file ca.pem cannot be read: No such file or directory"
    useless = try_once(probe_of("web"), portal("https://127.0.0.1:1", ca_bundle="lines"), folder=tmp_path)
    assert useless.detail.startswith("our own TLS files cannot be used (lines): ")


def test_a_proxy_is_told_user_and_password_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "proxy").write_text("s3cret\n")
    heard: list[bytes] = []

    def answering(connection: socket.socket) -> None:
        heard.append(connection.recv(65536))
        connection.sendall(PAGE)

    with Hostile(answering) as proxy:
        at_proxy = {"user": "golive", "password_file": "proxy"}
        system = portal("http://pacs.example", proxy=f"http://127.0.0.1:{proxy.port}", proxy_auth=at_proxy)
        sample = try_once(probe_of("web"), system, folder=tmp_path)
    assert sample.outcome is Outcome.OK
    assert b64encode(b"golive:s3cret") in heard[0]


def test_a_page_has_phases_and_its_text() -> None:
    with Hostile(says(PAGE)) as page:
        good = try_once(probe_of("web", expect_text="Welcome"), portal(f"http://127.0.0.1:{page.port}"))
        bad = try_once(probe_of("web", expect_text="Login"), portal(f"http://127.0.0.1:{page.port}"))
    assert (good.outcome, good.bytes) == (Outcome.OK, 8)
    assert good.connect_s is not None
    assert good.first_s is not None
    assert good.total_s is not None
    assert (bad.outcome, bad.detail) == (Outcome.WRONG_ANSWER, "the expected text is missing")


@pytest.mark.parametrize(
    ("words", "outcome", "detail"),
    [
        (b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", Outcome.BAD_STATUS, "http status 503"),
        (b"HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n", Outcome.OK, ""),
        (b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n", Outcome.AUTH, "HTTP 403"),
        (b"\2\0\0\0\0\4nonsense\r\n\r\n", Outcome.ABORTED, "no HTTP answer in answer"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nhalf", Outcome.ABORTED, "peer closed the connection in"),
    ],
)  # fmt: skip
def test_what_a_web_server_says_is_an_outcome(words: bytes, outcome: Outcome, detail: str) -> None:
    with Hostile(says(words, hold=False)) as page:
        sample = try_once(probe_of("web", timeout="2s"), portal(f"http://127.0.0.1:{page.port}"))
    assert sample.outcome is outcome
    assert sample.detail.startswith(detail)


def test_a_page_that_never_ends_times_out() -> None:
    with Hostile(says(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")) as page:
        sample = try_once(probe_of("web", timeout="300ms"), portal(f"http://127.0.0.1:{page.port}"))
    assert (sample.outcome, sample.detail) == (Outcome.TIMEOUT, "in answer")


def body(kind: str, content: bytes, length: int | None = None) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s" % (
        kind.encode(), len(content) if length is None else length, content,
    )  # fmt: skip


def test_a_study_that_breaks_off_costs_the_bytes_that_came() -> None:
    instance = {"00280010": 1, "0020000E": "1.2", "00080018": "1.3"}
    metadata = json.dumps([{tag: {"Value": [value]} for tag, value in instance.items()}]).encode()
    parts, frame = "multipart/related; boundary=x", b"--x\r\n\r\nPIX\r\n--x--\r\n"
    study = bytes(50_000)
    words = [body("application/dicom+json", metadata), body(parts, frame), body(parts, study, 10**9)]
    for hold, outcome in ((True, Outcome.TIMEOUT), (False, Outcome.ABORTED)):
        seen = Seen()
        with Hostile(says(*words, hold=hold)) as pacs:
            probe = probe_of("image-load", study="1.2", timeout="1s")
            sample = try_once(probe, web_system(f"http://127.0.0.1:{pacs.port}"), seen)
        assert sample.outcome is outcome
        assert sample.first_s is not None
        assert seen.bytes == len(metadata) + len(frame) + len(study)


def test_a_proxy_that_refuses_the_way_is_named_as_the_proxy() -> None:
    with Hostile(says(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")) as proxy:
        system = portal("https://pacs.example", proxy=f"http://127.0.0.1:{proxy.port}")
        sample = try_once(probe_of("web", timeout="5s"), system)
    assert sample.outcome is Outcome.UNREACHABLE
    assert sample.detail.startswith("proxy refused the way: 403")


def test_a_closed_web_port_is_refused() -> None:
    assert try_once(probe_of("web"), portal(f"http://127.0.0.1:{free_port()}")).outcome is Outcome.REFUSED


@pytest.mark.quiet
def test_a_delay_of_the_answer_is_in_its_time_and_not_in_connect(pacs: Orthanc, folder: Path) -> None:
    with Proxy(pacs.http, down=0.7) as proxy:
        auth = {"kind": "basic", "user": "golive", "password_file": "password"}
        system = web_system(f"http://127.0.0.1:{proxy.port}/dicom-web", auth=auth)
        samples = [try_once(probe_of("query"), system, folder=folder) for _ in range(2)]
    assert min(s.total_s or 0.0 for s in samples) == pytest.approx(0.7, abs=0.03)
    assert min(s.connect_s or 0.0 for s in samples) < 0.1


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tls")
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost"
    names = ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    out = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    subprocess.run([*command.split(), *names, *out], check=True, capture_output=True, timeout=30)
    return folder


@pytest.fixture
def server_tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    return context


def test_an_echo_over_tls_has_its_own_phase_and_the_kernels_stamp(
    certificate: Path, server_tls: ssl.SSLContext
) -> None:
    with Hostile(says(accept(), answer(0x8030, 0)), server_tls) as peer:
        system = dicom_system(peer.port, tls={"ca": "cert.pem"})
        sample = try_once(probe_of("echo"), system, folder=certificate)
    assert (sample.outcome, sample.detail, sample.stamp) == (Outcome.OK, "", "kernel")
    assert sample.tls_s is not None
    assert sample.tls_s > 0


def test_an_untrusted_certificate_is_auth_and_says_certificate(server_tls: ssl.SSLContext) -> None:
    with Hostile(says(accept(), answer(0x8030, 0)), server_tls) as peer:
        sample = try_once(probe_of("echo"), dicom_system(peer.port, tls={}))
        page = try_once(probe_of("web"), portal(f"https://127.0.0.1:{peer.port}"))
    for seen in (sample, page):
        assert seen.outcome is Outcome.AUTH
        assert seen.detail.startswith("certificate not trusted")


def test_a_page_over_tls_with_the_sites_own_ca(certificate: Path, server_tls: ssl.SSLContext) -> None:
    with Hostile(says(PAGE), server_tls) as page:
        system = portal(f"https://localhost:{page.port}", ca_bundle="cert.pem")
        sample = try_once(probe_of("web", expect_text="Welcome"), system, folder=certificate)
    assert (sample.outcome, sample.detail) == (Outcome.OK, "")
    assert sample.tls_s is not None


def test_tls_asked_of_a_port_without_it_is_named() -> None:
    with Hostile(says(b"\2\0\0\0\0\4abcd")) as peer:
        sample = try_once(probe_of("echo", timeout="2s"), dicom_system(peer.port, tls={"verify": False}))
    assert sample.outcome is Outcome.ABORTED
    assert "does not speak TLS" in sample.detail


def test_a_tls_handshake_that_stalls_times_out_in_tls() -> None:
    with Hostile(says()) as peer:
        sample = try_once(probe_of("echo", timeout="300ms"), dicom_system(peer.port, tls={"verify": False}))
    assert (sample.outcome, sample.detail) == (Outcome.TIMEOUT, "in tls")
