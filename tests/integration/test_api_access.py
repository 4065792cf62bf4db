"""Who may come in, by which door, and what every answer carries."""

import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from app.web import live
from tests.integration.served import Served, body_of, prepared, running, sample, write_config

ROLES = ("display", "floor", "desk", "authority", "leadership", "engineer", "admin")
READ = {"desk", "authority", "engineer", "admin"}


@pytest.fixture(scope="module")
def golive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    config, tokens = prepared(tmp_path_factory.mktemp("access"), ROLES)
    with running(config, tokens) as served:
        yield served


@pytest.mark.parametrize(
    ("path", "roles"),
    [
        ("/api/status", READ | {"leadership"}),
        ("/api/standings", READ | {"leadership"}),
        ("/api/exams/summary", READ),
        ("/api/quarantine", READ),
        ("/api/triggers", READ),
        ("/api/decisions", READ),
        ("/api/decisions/context", READ),
        ("/api/go-live", READ),
        ("/api/planned-work", READ),
        ("/api/journal", READ),
        ("/metrics", READ),
        ("/api/docs", {"engineer", "admin"}),
        ("/api/openapi.json", {"engineer", "admin"}),
    ],
)
def test_each_role_reads_what_it_may_and_nothing_else(golive: Served, path: str, roles: set[str]) -> None:
    seen = {role: golive.call("GET", path, role).status_code for role in (*ROLES, "ingest")}
    assert seen == {role: 200 if role in roles else 403 for role in (*ROLES, "ingest")}
    assert golive.call("GET", path).status_code == 401


def test_the_desk_is_seen_by_those_who_read_everything(golive: Served) -> None:
    for path, status in (
        ("/desk", 200),
        ("/desk/issues/1", 303),
        ("/desk/triggers", 200),
        ("/desk/go-live", 200),
        ("/desk/planned-work", 200),
    ):
        seen = {role: golive.call("GET", path, role).status_code for role in (*ROLES, "ingest")}
        assert seen == {role: status if role in READ else 403 for role in (*ROLES, "ingest")}, path
        assert golive.call("GET", path).status_code == 401, path


@pytest.mark.parametrize(
    ("method", "path", "roles"),
    [
        ("GET", "/api/trends", READ | {"leadership"}),
    ],
)
def test_a_call_of_a_later_version_is_refused_to_those_alone_who_may_make_it(
    golive: Served, method: str, path: str, roles: set[str]
) -> None:
    seen = {role: golive.call(method, path, role).status_code for role in (*ROLES, "ingest")}
    assert seen == {role: 501 if role in roles else 403 for role in (*ROLES, "ingest")}
    assert golive.call(method, path).status_code == 401


def test_issues_are_for_the_floor_and_for_those_who_read_everything(golive: Served) -> None:
    path = "/api/issues/0193a5f0-0000-7000-8000-000000000000"
    calls = [("GET", "/api/issues", 200), ("PUT", path, 422), ("POST", f"{path}/events/{path[-36:]}", 422)]
    for method, where, status in calls:
        body = {} if method != "GET" else None
        seen = {role: golive.call(method, where, role, json=body).status_code for role in (*ROLES, "ingest")}
        assert seen == {role: status if role in READ | {"floor"} else 403 for role in (*ROLES, "ingest")}
        assert golive.call(method, where, json=body).status_code == 401


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "/api/decisions/0193a5f0-0000-7000-8000-000000000000"),
        ("POST", "/api/decisions/0193a5f0-0000-7000-8000-000000000000/events/0193a5f0-0000-7000-8000-000000000001"),
        ("POST", "/api/go-live/acts/0193a5f0-0000-7000-8000-000000000000"),
        ("POST", "/api/triggers/slow/acts/0193a5f0-0000-7000-8000-000000000000"),
        ("PUT", "/api/planned-work/0193a5f0-0000-7000-8000-000000000000"),
        ("POST", "/api/planned-work/0193a5f0-0000-7000-8000-000000000000/events/0193a5f0-0000-7000-8000-000000000001"),
    ],
)
def test_only_the_desk_and_those_with_authority_act(golive: Served, method: str, path: str) -> None:
    seen = {role: golive.call(method, path, role, json={}).status_code for role in (*ROLES, "ingest")}
    assert seen == {role: 422 if role in {"desk", "authority", "admin"} else 403 for role in (*ROLES, "ingest")}
    assert golive.call(method, path, json={}).status_code == 401


def test_only_the_ingest_token_sends(golive: Served) -> None:
    body = {"batch": "b", "source": "main", "sent_at": "2026-11-21T05:00:00Z"}
    assert golive.call("POST", "/api/ingest", "ingest", json=body).status_code == 200
    assert golive.call("POST", "/api/ingest", "engineer", json=body).status_code == 403
    assert golive.call("POST", "/api/ingest", json=body).status_code == 401


def test_a_wrong_token_is_an_error_and_not_nobody(golive: Served) -> None:
    answer = golive.call("GET", "/wall", headers={"Authorization": "Bearer wrong"})
    assert answer.status_code == 200  # the screens of a loopback address are open, whoever asks
    answer = golive.call("GET", "/api/status", headers={"Authorization": "Bearer wrong"})
    assert (answer.status_code, body_of(answer)["detail"]) == (401, "the token is unknown or revoked")


def test_the_health_calls_need_no_token(golive: Served) -> None:
    assert golive.call("GET", "/healthz").json() == {"status": "alive"}
    assert golive.call("GET", "/readyz").status_code == 200
    assert [golive.call("HEAD", path).status_code for path in ("/healthz", "/readyz")] == [200, 200]


def test_a_token_is_made_while_golive_runs_and_revoked_at_once(golive: Served) -> None:
    made = golive.call("POST", "/api/internal/tokens", "local", json={"role": "desk", "name": "Ada"})
    assert made.status_code == 201
    token = made.json()
    assert (token["role"], token["name"], set(token)) == ("desk", "Ada", {"id", "role", "name", "token"})
    own = {"Authorization": f"Bearer {token['token']}"}
    assert golive.call("GET", "/api/status", headers=own).status_code == 200
    assert golive.call("DELETE", f"/api/internal/tokens/{token['id']}", "local").status_code == 204
    assert golive.call("GET", "/api/status", headers=own).status_code == 401
    listed = golive.call("GET", "/api/internal/tokens", "local").json()
    assert next(t for t in listed if t["id"] == token["id"])["revoked_at"] is not None
    assert token["token"] not in str(listed)


def test_the_machines_calls_take_its_own_token_alone(golive: Served) -> None:
    assert golive.call("POST", "/api/internal/tokens", "admin", json={"role": "desk"}).status_code == 403
    assert golive.call("POST", "/api/internal/tokens", json={"role": "desk"}).status_code == 401
    wrong = golive.call("POST", "/api/internal/tokens", "local", json={"role": "king"})
    assert (wrong.status_code, body_of(wrong)["field"]) == (422, "role")


def test_a_session_opens_with_a_token_and_ends_with_the_logout(golive: Served) -> None:
    with httpx.Client(base_url=golive.url) as browser:
        assert browser.get("/api/status").status_code == 401
        answer = browser.post("/login", data={"token": golive.tokens["desk"], "next": "/api/status"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/api/status")
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("golive=")
        assert {"HttpOnly", "SameSite=lax", "Path=/", "Max-Age=43200"} <= set(cookie.split("; "))
        first = browser.cookies["golive"]
        assert browser.get("/api/status").status_code == 200
        browser.post("/login", data={"token": golive.tokens["desk"]})
        assert browser.cookies["golive"] != first
        stale = httpx.get(f"{golive.url}/api/status", cookies={"golive": first})
        assert stale.status_code == 401
        assert browser.post("/logout").status_code == 303
        assert browser.get("/api/status").status_code == 401
    acts = [e["act"] for e in golive.get("/api/journal")]
    assert acts.count("session.open") >= 2
    assert acts.count("session.close") >= 1


def test_a_session_ends_with_its_token(golive: Served) -> None:
    made = golive.call("POST", "/api/internal/tokens", "local", json={"role": "desk", "name": "Bob"}).json()
    with httpx.Client(base_url=golive.url) as browser:
        browser.post("/login", data={"token": made["token"]})
        assert browser.get("/api/status").status_code == 200
        golive.call("DELETE", f"/api/internal/tokens/{made['id']}", "local")
        assert browser.get("/api/status").status_code == 401


def test_a_page_leads_to_the_login_and_a_wrong_token_says_so(golive: Served) -> None:
    answer = golive.call("GET", "/api/docs", headers={"Accept": "text/html"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=/api/docs")
    page = golive.call("GET", "/login?next=/api/docs")
    assert 'name="next" value="/api/docs"' in page.text
    wrong = golive.call("POST", "/login", data={"token": "wrong", "next": "//evil.example"})
    assert wrong.status_code == 401
    assert "the token is unknown or revoked" in wrong.text
    assert 'name="next" value="/"' in wrong.text


@pytest.mark.parametrize(
    "path", ["/api/status", "/metrics", "/api/quarantine", "/wall", "/login", "/healthz", "/readyz"]
)
def test_what_can_be_got_can_be_asked_for_without_its_body(golive: Served, path: str) -> None:
    answer = golive.call("HEAD", path, "engineer")
    assert (answer.status_code, answer.content) == (golive.call("GET", path, "engineer").status_code, b"")
    assert int(answer.headers["content-length"]) > 0


@pytest.mark.parametrize(
    ("path", "ways"),
    [("/login", "GET, HEAD, POST"), ("/healthz", "GET, HEAD"), ("/api/ingest", "POST"), ("/api/status", "GET, HEAD")],
)
def test_what_is_not_allowed_says_what_is(golive: Served, path: str, ways: str) -> None:
    answer = golive.call("DELETE", path, "engineer")
    assert (answer.status_code, answer.headers["allow"]) == (405, ways)


def test_a_program_that_logs_in_gets_problem_documents(golive: Served) -> None:
    said = golive.call("POST", "/login", data={"token": "wrong"}, headers={"Accept": "application/json"})
    assert (said.status_code, said.headers["content-type"]) == (401, "application/problem+json")
    page = golive.call("POST", "/login", data={"token": "wrong"}, headers={"Accept": "text/html,*/*;q=0.8"})
    assert (page.status_code, page.headers["content-type"]) == (401, "text/html; charset=utf-8")


@pytest.mark.parametrize("host", ["evil.example", "golive.evil.example:8000", ""])
def test_a_foreign_host_name_is_not_answered(golive: Served, host: str) -> None:
    answer = golive.call("GET", "/api/status", "engineer", headers={"Host": host})
    assert answer.status_code in (400, 421)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8000", "[::1]:8000", "10.1.2.3"])
def test_addresses_and_known_names_are_answered(golive: Served, host: str) -> None:
    assert golive.call("GET", "/healthz", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({}, 303),
    ],
)
def test_a_form_of_another_site_is_refused(golive: Served, headers: dict[str, str], status: int) -> None:
    token = golive.tokens["desk"]
    assert golive.call("POST", "/login", headers=headers, data={"token": token}).status_code == status


def test_every_answer_carries_the_headers_and_no_page_has_inline_script_or_style(golive: Served) -> None:
    for path in ("/", "/login", "/wall", "/api/nothing", "/healthz"):
        answer = golive.call("GET", path)
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'self'")
        assert "unsafe" not in policy
        assert {"frame-ancestors 'none'", "object-src 'none'", "base-uri 'none'"} <= set(policy.split("; "))
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert answer.headers["cache-control"] == "no-store"
        assert " style=" not in answer.text
        assert "<style" not in answer.text
        assert "onclick" not in answer.text
    style = golive.call("GET", "/static/css/plain.css")
    assert (style.status_code, style.headers["cache-control"]) == (200, "no-cache")
    kept = golive.call("GET", "/static/css/plain.css?v=1")
    assert kept.headers["cache-control"] == "public, max-age=31536000, immutable"


def test_a_live_socket_of_another_site_is_refused(golive: Served) -> None:
    url = golive.url.replace("http", "ws") + "/live?view=wall"
    with pytest.raises(InvalidStatus) as refused:
        connect(url, origin=Origin("http://evil.example"))
    assert refused.value.response.status_code == 403
    with pytest.raises(InvalidStatus):
        connect(url, additional_headers={"Cookie": "golive=x"})
    with connect(url, origin=Origin(golive.url)) as socket:
        assert "hx-partial" in str(socket.recv(timeout=5))


def exposed(file: Path, more: str) -> None:
    text = file.read_text()
    file.write_text(text.replace('[server]\nlisten = "127.0.0.1', f'[server]\n{more}\nlisten = "0.0.0.0'))


def test_the_wall_is_closed_where_others_can_reach_it_and_sessions_need_tls(tmp_path: Path) -> None:
    file = write_config(tmp_path)
    exposed(file, 'proxies = ["10.0.0.2"]')
    config, tokens = prepared(tmp_path, ["display", "engineer"], file)
    with running(config, tokens) as golive:
        page = {"Accept": "text/html"}
        assert golive.call("GET", "/wall", headers=page).headers["location"] == "/login?next=/wall"
        assert golive.call("GET", "/live/snapshot?view=wall").status_code == 401
        assert golive.call("GET", "/live/snapshot?view=wall", "display").status_code == 200
        assert golive.call("GET", "/series/worklist.response/ris/ct", "display").status_code == 403
        assert golive.call("GET", "/series/worklist.response/ris/ct", "engineer").status_code == 200
        with pytest.raises(InvalidStatus):
            connect(golive.url.replace("http", "ws") + "/live?view=wall", origin=Origin(golive.url))
        refused = golive.call("POST", "/login", data={"token": tokens["engineer"]})
        assert refused.status_code == 403
        assert "Sessions are refused here" in refused.text
        assert golive.call("GET", "/api/status", "engineer").status_code == 200


def closed_with(socket: ClientConnection, frames: int = 12) -> int:
    """The code with which a socket ends, which sends a frame each second until then."""
    try:
        for _ in range(frames):
            socket.recv(timeout=5)
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else 0
    raise AssertionError("it did not end")


@pytest.mark.parametrize("by", ["token", "session"])
def test_an_open_socket_ends_with_the_token_that_opened_it(tmp_path: Path, by: str) -> None:
    file = write_config(tmp_path)
    file.write_text(file.read_text().replace("[server]\n", '[server]\nproxies = ["10.0.0.2"]\n'))
    config, _ = prepared(tmp_path, [], file)
    with running(config, {}) as golive:
        made = [
            golive.call("POST", "/api/internal/tokens", "local", json={"role": "display", "name": name}).json()
            for name in ("one", "other")
        ]

        def shown(token: str) -> dict[str, str]:
            if by == "token":
                return {"Authorization": f"Bearer {token}"}
            with httpx.Client(base_url=golive.url) as browser:
                browser.post("/login", data={"token": token})
                return {"Cookie": f"golive={browser.cookies['golive']}"}

        url, origin = golive.url.replace("http", "ws") + "/live?view=wall", Origin(golive.url)
        with (
            connect(url, origin=origin, additional_headers=shown(made[0]["token"])) as one,
            connect(url, origin=origin, additional_headers=shown(made[1]["token"])) as other,
        ):
            assert "hx-partial" in str(one.recv(timeout=5))
            golive.call("DELETE", f"/api/internal/tokens/{made[0]['id']}", "local")
            assert closed_with(one) == 1008
            for _ in range(5):
                assert "hx-partial" in str(other.recv(timeout=5))


def test_an_open_socket_ends_when_screens_are_open_no_more(tmp_path: Path) -> None:
    file = write_config(tmp_path)
    exposed(file, "open_screens = true")
    config, _ = prepared(tmp_path, [], file)
    with (
        running(config, {}) as golive,
        connect(golive.url.replace("http", "ws") + "/live?view=wall", origin=Origin(golive.url)) as browser,
    ):
        assert "hx-partial" in str(browser.recv(timeout=5))
        file.write_text(file.read_text().replace("open_screens = true", "open_screens = false"))
        assert closed_with(browser) == 1008


def test_a_session_that_is_over_ends_its_open_socket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "ASK_AGAIN_S", 0.1)
    file = write_config(tmp_path)
    file.write_text(file.read_text().replace("[server]\n", '[server]\nproxies = ["10.0.0.2"]\n'))
    config, tokens = prepared(tmp_path, ["display"], file)
    with running(config, tokens) as golive, httpx.Client(base_url=golive.url) as browser:
        browser.post("/login", data={"token": tokens["display"]})
        cookie = {"Cookie": f"golive={browser.cookies['golive']}"}
        url, origin = golive.url.replace("http", "ws") + "/live?view=wall", Origin(golive.url)
        with connect(url, origin=origin, additional_headers=cookie) as socket:
            assert "hx-partial" in str(socket.recv(timeout=5))
            house = golive.app.state.house
            real = house.clock.now
            house.clock.now = lambda: real() + timedelta(hours=13)
            assert closed_with(socket) == 1008


def test_the_leadership_has_no_wall_where_screens_are_closed(tmp_path: Path) -> None:
    file = write_config(tmp_path)
    exposed(file, 'proxies = ["10.0.0.2"]')
    config, tokens = prepared(tmp_path, ["leadership"], file)
    with running(config, tokens) as golive:
        paths = ("/wall", "/live/snapshot?view=wall", "/", "/api/status")
        assert [golive.call("GET", p, "leadership").status_code for p in paths] == [403, 403, 200, 200]


def test_golive_starts_where_others_reach_it_and_refuses_sessions_alone(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = write_config(tmp_path)
    exposed(file, "")
    config, tokens = prepared(tmp_path, ["display", "engineer"], file)
    with running(config, tokens) as golive:
        assert "Sessions are refused here" in caplog.text
        refused = golive.call("POST", "/login", data={"token": tokens["engineer"]})
        assert (refused.status_code, "Sessions are refused here" in refused.text) == (403, True)
        assert golive.call("GET", "/live/snapshot?view=wall").status_code == 401
        assert golive.call("GET", "/live/snapshot?view=wall", "display").status_code == 200
        assert golive.call("GET", "/api/status", "engineer").status_code == 200


def test_open_screens_are_open_where_that_was_written_down(tmp_path: Path) -> None:
    file = write_config(tmp_path)
    exposed(file, "open_screens = true")
    config, tokens = prepared(tmp_path, [], file)
    with running(config, tokens) as golive:
        assert golive.call("GET", "/wall").status_code == 200
        assert golive.call("GET", "/api/status").status_code == 401


def test_guessing_is_slowed_down_and_a_known_token_is_not_locked_out_for_good(tmp_path: Path) -> None:
    config, tokens = prepared(tmp_path, ["desk"])
    with running(config, tokens) as golive:
        seen = [golive.call("POST", "/login", data={"token": f"guess {i}"}).status_code for i in range(11)]
        assert seen == [401] * 10 + [429]
        answer = golive.call("POST", "/login", data={"token": tokens["desk"]})
        assert (answer.status_code, int(answer.headers["retry-after"]) > 200) == (429, True)
        said = golive.call("POST", "/login", data={"token": "wrong"}, headers={"Accept": "application/json"})
        assert (said.status_code, said.headers["content-type"]) == (429, "application/problem+json")
        assert int(said.headers["retry-after"]) > 200
        golive.ingest(samples=[sample()])


def own_address() -> str:
    """An address of this machine that is not its loopback; nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))
        return str(probe.getsockname()[0])


def test_the_machines_own_commands_reach_a_server_that_listens_on_another_address(tmp_path: Path) -> None:
    try:
        own = own_address()
    except OSError:
        pytest.skip("this machine has no network")
    file = write_config(tmp_path)
    exposed(file, "open_screens = true")
    file.write_text(file.read_text().replace("0.0.0.0", own))
    config, _ = prepared(tmp_path, [], file)
    with running(config, {}, host=own) as golive:
        made = golive.call("POST", "/api/internal/tokens", "local", json={"role": "desk", "name": "Ada"})
        assert (golive.url.startswith(f"http://{own}:"), made.status_code) == (True, 201)
