"""The wall in a real browser: it moves without reloading, says when it does not live, and heals by itself."""

import json
import re
import threading
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Route

from tests.browser.acting import Server, axe, changed, live, looking, not_live, wait_not_live

FAR = "?distance_m=5&diagonal_in=65"

pytestmark = pytest.mark.peers


def test_a_change_comes_to_the_screen_without_reloading(chromium: Browser, serve: Callable[..., Server]) -> None:
    server = serve("--scene", "calm")
    with looking(chromium, f"{server.url}/wall") as page:
        live(page)
        page.evaluate("() => { window.loadedOnce = true; }")
        clock = page.inner_text(".clock time")
        server.say("slow-worklist")
        page.wait_for_selector("#tile-worklist-response.is-degraded", timeout=2000)
        assert page.inner_text("#tile-worklist-response .number") == "6.4"
        assert page.inner_text("#tile-worklist-response .tag") == "▲ above"
        assert page.inner_text("#tile-worklist-response b.n") == "88"
        page.wait_for_function("before => document.querySelector('.clock time').textContent !== before", arg=clock)
        assert page.evaluate("() => window.loadedOnce") is True


def test_the_socket_opens_however_late_its_script_comes(chromium: Browser, serve: Callable[..., Server]) -> None:
    server, context = serve(), chromium.new_context()
    page = context.new_page()
    came = threading.Event()

    def late(route: Route) -> None:
        came.wait(0.8)  # nobody sets it: the script is that late
        route.continue_()

    page.route("**/hx-ws.min.js*", late)
    page.goto(f"{server.url}/wall")
    live(page, 5_000)
    context.close()


def test_ages_run_on_although_the_tile_is_not_sent_again(chromium: Browser, serve: Callable[..., Server]) -> None:
    server = serve("--scene", "slow-worklist")
    with looking(chromium, f"{server.url}/wall") as page:
        live(page)
        assert re.fullmatch(r"\d+ s", page.inner_text("#tile-worklist-response .age"))
        assert page.inner_text("#systems li:nth-child(2) .how") == "▲\nworklist above\nfor 21 min"
        assert re.fullmatch(r"3[56]:\d\d", page.inner_text(".point .moment"))


def test_a_page_that_was_pushed_to_is_a_fresh_page(chromium: Browser, serve: Callable[..., Server]) -> None:
    server = serve("--scene", "everything-wrong")
    shown = """() => [...document.querySelectorAll('main section')]
        .map(e => e.innerText.replace(/[0-9]+ (s|min)|[0-9:]{5,}/g, ''))"""
    with looking(chromium, f"{server.url}/wall") as pushed:
        live(pushed)
        for scene in ("frozen-pacs", "blind", "slow-worklist"):
            server.say(scene)
        pushed.wait_for_selector("#tile-worklist-response.is-degraded >> text=6.4")
        with looking(chromium, f"{server.url}/wall") as fresh:
            live(fresh)
            assert pushed.evaluate(shown) == fresh.evaluate(shown)


@pytest.mark.quiet
def test_a_stopped_server_is_named_within_seven_seconds_and_its_return_heals(
    chromium: Browser, serve: Callable[..., Server]
) -> None:
    server = serve()
    with looking(chromium, f"{server.url}/wall") as page:
        live(page)
        assert not not_live(page)
        server.stop()
        wait_not_live(page, True, 7000)
        assert re.search(r"not live\s+since \d\d:\d\d:\d\d", page.inner_text(".not-live"), re.IGNORECASE)
        # the stylesheet says it first: the script's own clock looks once a second
        page.wait_for_function(
            "() => document.querySelector('#link .word').innerText === 'display not live'", timeout=2000
        )
        server.go_on()
        wait_not_live(page, False, 4000)
        live(page)


def test_with_scripts_dead_the_screen_itself_says_not_live(chromium: Browser, serve: Callable[..., Server]) -> None:
    server = serve()
    with looking(chromium, f"{server.url}/wall") as page:
        live(page)
        page.context.new_cdp_session(page).send("Emulation.setScriptExecutionDisabled", {"value": True})
        server.stop()
        page.wait_for_selector(".not-live", state="visible", timeout=7000)


def test_a_restarted_server_is_found_again_unasked(chromium: Browser, serve: Callable[..., Server]) -> None:
    server = serve()
    with looking(chromium, f"{server.url}/wall") as page:
        live(page)
        server.kill()
        wait_not_live(page, True, 7000)
        serve("--port", str(server.port), "--scene", "frozen-pacs")
        wait_not_live(page, False, 12_000)
        assert page.inner_text("#tile-image-first .tag") == "■ down"
        live(page, 12_000)


def test_where_websockets_are_refused_the_wall_polls_and_says_so(
    chromium: Browser, serve: Callable[..., Server]
) -> None:
    server = serve("--no-websockets")
    with looking(chromium, f"{server.url}/wall") as page:
        page.wait_for_selector('#link[data-link="polling"]', timeout=14_000)
        assert page.inner_text("#link .word") == "live by polling"
        server.say("frozen-pacs")
        page.wait_for_selector("#tile-image-first.is-down", timeout=5000)
        assert not not_live(page)


def test_a_store_that_cannot_be_read_is_said_and_nothing_looks_well(
    chromium: Browser, serve: Callable[..., Server]
) -> None:
    server = serve()
    with looking(chromium, f"{server.url}/wall") as page:
        live(page)
        server.say("reading the disk is gone")
        page.wait_for_selector(".overall.is-blind", timeout=9000)
        assert "the disk is gone" in page.inner_text(".overall")
        assert page.locator(".tile.is-blind").count() == 4
        server.say("reading")
        page.wait_for_selector(".tile.is-ok", timeout=4000)


def test_an_issue_comes_to_the_wall_by_category_and_place_and_its_typed_words_do_not(
    chromium: Browser, serve: Callable[..., Server]
) -> None:
    server = serve("--scene", "slow-worklist", "--floor", "trouble")
    for query, rows in (("", 5), ("?distance_m=3.2&diagonal_in=65", 3), (FAR, 3)):
        with looking(chromium, f"{server.url}/wall{query}") as page:
            live(page)
            assert page.locator("#issues").is_hidden(), query
            changed(page, server, "issues bad")
            first = page.locator("#issues li").first
            assert re.sub(r"\s+", " ", first.inner_text()).startswith(("SEV 1 Worklist CT 2", "1 Worklist CT 2")), query
            assert first.locator("time").inner_text() == "12 min"
            assert page.locator("#issues li:visible").count() == rows, query
            assert "Mustermann" not in page.content()
            footer = page.locator("#footer").inner_text()
            assert re.search(r"2 tablets silent, longest 14 min", footer)
            assert re.search(r"3 tablets hold 7 unsent items, oldest 14 min", footer)
            assert page.inner_text(".overall h2").split() == ["◆", "Act"]
            if query != FAR:
                assert page.inner_text("#areas tr:has-text('CT') td.sev-1.some") == "1"
                assert page.locator("#areas .unstaffed:visible").count() == (2 if query == "" else 1), query
            server.say("reading the disk is gone")
            page.wait_for_selector("#issues.is-blind", timeout=9000, state="attached")
            assert page.locator("#issues li").count() == 0
            server.say("reading")
            page.wait_for_selector("#issues.first li", timeout=4000, state="attached")
            changed(page, server, "issues none")


@pytest.mark.parametrize("query", ["", FAR])
def test_a_wall_with_issues_is_clean_for_axe(chromium: Browser, serve: Callable[..., Server], query: str) -> None:
    server = serve("--scene", "slow-worklist", "--issues", "bad", "--floor", "trouble")
    with looking(chromium, f"{server.url}/wall{query}", bypass_csp=True) as page:
        live(page)
        assert axe(page) == []


def test_two_countdowns_to_one_moment_are_the_same(chromium: Browser, serve: Callable[..., Server]) -> None:
    server = serve("--scene", "calm")
    with looking(chromium, f"{server.url}/wall") as page:
        live(page)
        both = "() => ['.phase .left', '.point .moment'].map(e => document.querySelector(e).textContent)"
        for _ in range(3):
            head, cell = page.evaluate(both)
            assert head == cell
            page.wait_for_function("before => document.querySelector('.phase .left').textContent !== before", arg=head)


def test_an_unknown_series_is_not_found(chromium: Browser, serve: Callable[..., Server]) -> None:
    server = serve()
    context = chromium.new_context()
    answer = context.request.get(f"{server.url}/series/worklist.response/ris/nowhere")
    assert (answer.status, answer.json()["title"]) == (404, "Not found")
    context.close()


def test_a_mistyped_address_gives_a_person_a_page_and_a_program_a_document(
    chromium: Browser, serve: Callable[..., Server]
) -> None:
    server = serve()
    context = chromium.new_context()
    page = context.new_page()
    answer = page.goto(f"{server.url}/wall?distance_m=abc")
    assert answer is not None
    assert (answer.status, "distance_m: " in page.inner_text("main p").lower()) == (422, True)
    page.click("text=Wall")
    live(page)
    page.goto(f"{server.url}/wal")
    assert page.inner_text("h1") == "Not found"
    assert context.request.get(f"{server.url}/wall?distance_m=abc").json()["field"] == "distance_m"
    context.close()


def test_an_old_browser_gets_a_page_that_names_what_it_lacks(chromium: Browser, serve: Callable[..., Server]) -> None:
    server = serve()
    context = chromium.new_context()
    context.add_init_script("delete Element.prototype.replaceChildren; delete AbortSignal.timeout;")
    page = context.new_page()
    page.goto(f"{server.url}/wall")
    page.wait_for_url("**/wall/old-browser?lacks=morph,abort")
    assert [e.split(" (")[0] for e in page.locator("li").all_inner_texts()] == [
        "replaceChildren and private class fields",
        "AbortSignal.timeout",
    ]
    context.close()


def test_without_scripts_the_page_says_so(chromium: Browser, serve: Callable[..., Server]) -> None:
    server = serve()
    with looking(chromium, f"{server.url}/wall", java_script_enabled=False) as page:
        assert "Scripts are switched off" in page.inner_text(".noscript")
        page.wait_for_selector(".not-live", state="visible", timeout=7000)


def test_the_test_page_measures_socket_latency_and_clock(chromium: Browser, serve: Callable[..., Server]) -> None:
    server = serve()
    with looking(chromium, f"{server.url}/wall?test") as page:
        page.wait_for_function("() => document.getElementById('test-socket').textContent === 'open'")
        page.wait_for_function("() => / ms /.test(document.getElementById('test-latency').textContent)")
        assert page.inner_text("#test-clock") == "agrees with golive's within 1 s"
        assert page.locator(".ruler p").count() == 7


def test_a_page_of_another_site_gets_no_socket(serve: Callable[..., Server]) -> None:
    server = serve()
    import websockets.sync.client as client
    from websockets.exceptions import InvalidStatus

    with pytest.raises(InvalidStatus, match="403"):
        client.connect(f"ws://127.0.0.1:{server.port}/live?view=wall", origin="http://evil.example")
    with client.connect(f"ws://127.0.0.1:{server.port}/live?view=wall", origin=server.url) as socket:
        assert str(socket.recv()).startswith('<hx-partial hx-target="#tick"')


def test_policy_and_size_of_the_page(chromium: Browser, serve: Callable[..., Server]) -> None:
    server = serve()
    context = chromium.new_context()
    answer = context.request.get(f"{server.url}/wall")
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    assert " style=" not in answer.text()
    assert len(answer.body()) < 40_000
    assert json.loads(context.request.get(f"{server.url}/series/report.turnaround/points").text())["unit"] == "s"
    context.close()
