"""The real server with a certificate of its own: sessions, a renewed certificate, and proxies that are named."""

import json
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.peers.golive import GoLive, wait_for


def make_certificate(folder: Path, serial: int) -> None:
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-set_serial", str(serial)]
    files = ["-keyout", str(folder / "new.key"), "-out", str(folder / "new.pem")]
    kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    subprocess.run(["openssl", "req", *kind, *subject, *files], check=True, capture_output=True)
    for suffix in ("key", "pem"):  # the key first: a certificate whose key is not there yet is not taken
        (folder / f"new.{suffix}").rename(folder / f"golive.{suffix}")


@pytest.fixture
def golive() -> Iterator[GoLive]:
    with GoLive(roles=("engineer", "display")) as house:
        make_certificate(house.folder, 4711)
        text = house.file.read_text()
        secured = f'listen = "0.0.0.0:{house.port}"\ntls_cert = "golive.pem"\ntls_key = "golive.key"'
        house.file.write_text(text.replace(f'listen = "127.0.0.1:{house.port}"', secured))
        house.start("serve", ready=False)
        wait_for("it answers over TLS", lambda: served_serial(house) == 4711, 20)
        yield house


def served_serial(golive: GoLive) -> int:
    """The serial number of the certificate that a new connection is shown, 0 where none is."""
    golive.alive()
    try:
        shown = ssl.get_server_certificate(("127.0.0.1", golive.port), timeout=5)
    except OSError:
        return 0
    asked = ["openssl", "x509", "-noout", "-serial"]
    said = subprocess.run(asked, input=shown, check=True, capture_output=True, text=True).stdout
    return int(said.strip().partition("=")[2], 16)


def browser_of(golive: GoLive) -> httpx.Client:
    trusted = ssl.create_default_context(cafile=str(golive.folder / "golive.pem"))
    return httpx.Client(base_url=f"https://127.0.0.1:{golive.port}", verify=trusted, trust_env=False)


def test_a_session_over_tls_has_a_cookie_that_is_bound_to_this_host(golive: GoLive) -> None:
    with browser_of(golive) as browser:
        page = browser.get("/wall", headers={"Accept": "text/html"})
        assert (page.status_code, page.headers["location"]) == (303, "/login?next=/wall")
        assert page.headers["strict-transport-security"] == "max-age=31536000"
        answer = browser.post("/login", data={"token": golive.tokens["display"], "next": "/wall"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/wall")
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-golive=")
        assert {"Secure", "HttpOnly", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))
        assert browser.get("/wall").status_code == 200
        assert browser.post("/logout").status_code == 303
        assert browser.get("/wall", headers={"Accept": "text/html"}).status_code == 303


def test_a_renewed_certificate_is_served_within_ten_seconds_and_a_broken_one_never(golive: GoLive) -> None:
    make_certificate(golive.folder, 4712)
    wait_for("the new certificate is served", lambda: served_serial(golive) == 4712, 10)
    (golive.folder / "golive.pem").write_text("no certificate")
    wait_for("it is said", lambda: "the changed certificate cannot be used" in golive.said("serve"), 10)
    assert served_serial(golive) == 4712
    make_certificate(golive.folder, 4713)
    wait_for("the next one is served", lambda: served_serial(golive) == 4713, 10)


def test_a_certificate_that_cannot_be_used_is_a_ground_to_watch_until_a_good_one_comes(golive: GoLive) -> None:
    def grounds() -> list[str]:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with httpx.Client(base_url=f"https://127.0.0.1:{golive.port}", verify=context, trust_env=False) as client:
            token = {"Authorization": f"Bearer {golive.tokens['engineer']}"}
            return [r for r in client.get("/api/status", headers=token).json()["reasons"] if "certificate" in r]

    key, other = golive.folder / "golive.key", (golive.folder / "golive.key").read_bytes()
    (golive.folder / "golive.pem").write_text("no certificate")
    wait_for("garbage is said", lambda: any("cannot be used" in g for g in grounds()), 10)
    make_certificate(golive.folder, 4714)
    wait_for("a good one ends it", lambda: not grounds() and served_serial(golive) == 4714, 10)
    key.write_bytes(other)
    wait_for("another's key is said", lambda: any("cannot be used" in g for g in grounds()), 10)
    key.unlink()
    wait_for("a missing file is said", lambda: any("No such file" in g for g in grounds()), 10)
    assert golive.said("serve").count("the changed certificate cannot be used") == 3
    make_certificate(golive.folder, 4715)
    wait_for("and ends too", lambda: not grounds() and served_serial(golive) == 4715, 10)


def test_the_machines_own_commands_work_over_tls(golive: GoLive) -> None:
    made = golive.cli("token", "create", "--role", "desk", "--json")
    assert made.returncode == 0, made.stderr
    assert golive.cli("health").returncode == 0
    with browser_of(golive) as program:
        token = json.loads(made.stdout)["token"]
        assert program.get("/api/status", headers={"Authorization": f"Bearer {token}"}).status_code == 200
    golive.kill("serve")
    gone = golive.cli("health")
    assert (gone.returncode, "does not answer" in gone.stdout) == (1, True)


def test_a_proxy_within_a_named_network_says_that_a_session_came_over_tls() -> None:
    with GoLive(roles=("engineer",)) as house:
        text = house.file.read_text()
        house.file.write_text(text.replace("[server]\n", '[server]\nproxies = ["127.0.0.5/24"]\n'))
        house.start("serve")
        with httpx.Client(base_url=f"http://127.0.0.1:{house.port}", trust_env=False) as proxy:
            forwarded = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"}
            answer = proxy.post("/login", data={"token": house.tokens["engineer"]}, headers=forwarded)
            assert answer.headers["set-cookie"].startswith("__Host-golive=")
