"""The button "support now" over the real server: it opens the lobby whatever happens, and counts what it should."""

import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.integration.served import Served, prepared, running, wait_for, write_config
from tests.integration.test_supports import LOBBY, SUPPORT

HTML = {"Accept": "text/html"}


@pytest.fixture
def golive(tmp_path: Path) -> Iterator[Served]:
    config, tokens = prepared(tmp_path, ["engineer", "desk", "floor", "support"], write_config(tmp_path, SUPPORT))
    with running(config, tokens) as served:
        yield served


def click(golive: Served, key: str | None = None, path: str = "/support", **what: Any) -> httpx.Response:
    params = {"key": golive.token("support") if key is None else key, **what}
    return golive.call("GET", path, params=params, headers=HTML)


def asked(golive: Served) -> list[dict[str, Any]]:
    return list(golive.get("/api/supports"))


def opens(answer: httpx.Response) -> str:
    (href,) = re.findall(r'id="lobby"[^>]* href="([^"]+)"', answer.text)
    return str(href)


def test_a_click_opens_the_lobby_and_is_counted_with_its_place(golive: Served) -> None:
    answer = click(golive, workstation="CT-3", about="worklist")
    assert (answer.status_code, opens(answer)) == (200, LOBBY)
    assert "no. 1 · CT-3 · CT" in answer.text
    (one,) = asked(golive)
    assert {"area": "ct", "workstation": "CT-3", "about": "worklist", "by": "the support"}.items() <= one.items()
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"


def test_a_double_click_is_one_request_and_another_place_another(golive: Served) -> None:
    with ThreadPoolExecutor(4) as pool:
        pages = list(pool.map(lambda _: click(golive, workstation="CT-3"), range(4)))
    assert {p.status_code for p in pages} == {200}
    click(golive, workstation="CT-4")
    assert [r["workstation"] for r in asked(golive)] == ["CT-3", "CT-4"]


@pytest.mark.parametrize(
    "what",
    [
        {"workstation": "x" * 41},
        {"workstation": "a\nb"},
        {"workstation": "patient Miller"},
        {"workstation": "CT-3", "area": "narnia", "about": "narnia"},
        {"workstation": "", "room": "\x00"},
        {"mood": "bad"},
    ],
)
def test_what_is_wrong_in_a_toolbar_keeps_nobody_from_help(golive: Served, what: dict[str, Any]) -> None:
    answer = click(golive, **what)
    assert (answer.status_code, opens(answer)) == (200, LOBBY)
    (one,) = asked(golive)
    assert one["workstation"] in ("", "CT-3")
    assert "Miller" not in str(one)


def test_a_made_up_key_gets_a_page_that_tells_nothing(golive: Served) -> None:
    told = set()
    for key in ("", "golive_made-up", "x" * 5000, golive.token("desk"), "\x00"):
        for path in ("/support", "/support/lobby"):
            answer = click(golive, key, path, workstation="CT-3")
            assert answer.status_code == (422 if len(key) > 2000 else 404)
            assert "meet.example" not in answer.text
            assert "support" not in answer.text.lower()
            told.add(answer.text)
    assert len(told) == 2  # a key that is too long is named as that, all others get the same words
    assert asked(golive) == []


def test_who_tries_keys_is_stopped_and_the_good_key_beside_them_is_not(golive: Served) -> None:
    assert click(golive, workstation="CT-1").status_code == 200
    codes = [click(golive, f"golive_{i}").status_code for i in range(25)]
    assert codes == [404] * 20 + [429] * 5
    assert "retry-after" in click(golive, "golive_x").headers
    assert click(golive, workstation="CT-2").status_code == 200
    assert golive.call("POST", "/login", data={"token": "wrong"}).status_code == 401  # apart from logging in


def test_a_place_that_clicks_and_clicks_is_counted_once_and_still_led_to_the_lobby(golive: Served) -> None:
    pages = [click(golive, workstation="CT-1") for _ in range(8)]
    assert [p.status_code for p in pages] == [200] * 6 + [429] * 2
    assert {opens(p) for p in pages} == {LOBBY}
    assert "retry-after" in pages[-1].headers
    assert click(golive, workstation="CT-2").status_code == 200
    assert len(asked(golive)) == 2


def test_a_key_opens_nothing_else_and_is_no_login(golive: Served) -> None:
    for path in ("/api/supports", "/api/issues", "/api/status", "/api/standings", "/desk/support", "/metrics"):
        assert golive.call("GET", path, "support").status_code in (403, 404), path
    answer = golive.call("POST", "/login", data={"token": golive.token("support")}, follow_redirects=False)
    assert answer.status_code == 401


def test_who_only_looks_whether_the_button_is_there_asks_for_nothing(golive: Served) -> None:
    path = f"/support?key={golive.token('support')}&workstation=CT-1"
    assert golive.call("HEAD", path).status_code == 200
    assert golive.call("GET", path, headers={"Sec-Purpose": "prefetch;prerender"}).status_code == 200
    assert click(golive, path="/support/lobby").status_code == 200
    assert asked(golive) == []
    told = golive.call("GET", "/support-worker.js")
    assert told.headers["content-type"].startswith("text/javascript")


def test_a_key_that_was_taken_away_opens_nothing_any_more(golive: Served) -> None:
    assert click(golive).status_code == 200
    (key,) = [t["id"] for t in golive.get("/api/internal/tokens", "local") if t["role"] == "support"]
    assert golive.call("DELETE", f"/api/internal/tokens/{key}", "local").status_code == 204
    assert click(golive).status_code == 404


def test_a_database_that_stands_still_keeps_nobody_from_the_lobby(golive: Served) -> None:
    assert click(golive, workstation="CT-1").status_code == 200
    house = golive.app.state.house
    free, begun = threading.Event(), threading.Event()

    def stands_still(_session: Any) -> None:
        begun.set()
        free.wait(20)

    stuck = house.db.submit(stands_still)
    assert begun.wait(5)
    answer = click(golive, workstation="CT-2")
    assert (answer.status_code, opens(answer)) == (200, LOBBY)
    assert "as soon as golive can" in answer.text
    free.set()
    stuck.result(10)
    wait_for(lambda: [r["workstation"] for r in asked(golive)] == ["CT-1", "CT-2"])


def test_without_support_there_is_no_button(tmp_path: Path) -> None:
    config, tokens = prepared(tmp_path, ["support"], write_config(tmp_path))
    with running(config, tokens) as served:
        assert click(served).status_code == 404
