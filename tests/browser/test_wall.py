"""The wall in a real browser: it moves without reloading, says when it does not live, heals by itself, and fits."""

import json
import re
import threading
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Route

from tests.browser.acting import OVERFLOWING, Server, axe, changed, live, looking, not_live, wait_not_live
from tests.browser.trigger_scenes import TRIGGERS

FAR = "?distance_m=5&diagonal_in=65"

pytestmark = [pytest.mark.peers, pytest.mark.long]


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


@pytest.mark.alone
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


@pytest.mark.parametrize("size", [(1920, 1080), (3840, 2160), (1280, 800)])
def test_everything_fits_without_scrolling_at_every_distance(
    chromium: Browser, serve: Callable[..., Server], size: tuple[int, int]
) -> None:
    server = serve("--scene", "all-areas-wrong", "--simulation", "--unreadable", "1234")
    for query in ("", "?distance_m=2.6", "?distance_m=3.4", "?distance_m=3.8", FAR, "?distance_m=9&diagonal_in=50"):
        with looking(chromium, f"{server.url}/wall{query}", *size) as page:
            live(page)
            page.wait_for_function("() => document.fonts.ready.then(() => true)")
            assert page.evaluate(OVERFLOWING) == [], query
            assert page.inner_text(".simulation") == "SIMULATION"
            for said in ("issues bad", "floor trouble", "slow-worklist", "issues few", "all-areas-wrong"):
                changed(page, server, said)
                assert page.evaluate(OVERFLOWING) == [], (query, said)
            for said in ("floor unset", "issues none"):
                changed(page, server, said)


@pytest.mark.parametrize("query", ["", "?distance_m=3.2&diagonal_in=65", FAR])
def test_the_strip_fits_and_shows_its_gravest_trigger_in_every_state_at_every_distance(
    chromium: Browser, serve: Callable[..., Server], query: str
) -> None:
    """The name of what waits is whole, never cut; nothing that is grave is left out for lack of room."""
    server = serve("--scene", "calm")
    cut = """() => [...document.querySelectorAll(".strip .overall h2, .strip .trigger:first-of-type b, .strip .moment")]
        .filter(e => e.getClientRects().length && e.scrollWidth > e.clientWidth + 1 && e.clientWidth)
        .map(e => e.textContent)"""
    with looking(chromium, f"{server.url}/wall{query}") as page:
        live(page)
        for held in sorted(TRIGGERS, key=lambda name: name == "none"):  # it begins with none
            changed(page, server, f"triggers {held}")
            assert page.evaluate(OVERFLOWING) == [], held
            assert page.evaluate(cut) == [], held
            grave = page.locator(".strip .trigger").filter(has=page.locator("b")).first
            if page.locator(".triggers.grave").count():
                assert grave.is_visible(), held


@pytest.mark.parametrize(("distance_m", "least_vh"), [(2.5, 1.97), (3.5, 2.76), (5.0, 3.94)])
def test_what_tells_state_keeps_sixteen_arcminutes(
    chromium: Browser, serve: Callable[..., Server], distance_m: float, least_vh: float
) -> None:
    server = serve("--scene", "calm")
    small = """least => [...document.querySelectorAll(`.overall h2, .moment, .tile h2 span, .tile .number,
        .tile:not(.is-ok) .tag, .tile:not(.is-ok) .said, .gravest ol .name, .gravest ol .how,
                .issues ol .name, .issues ol .tag, .issues ol time, .areas td.sev.some, .systems li .name,
        .systems .how .said, .systems .how time, .areas tbody th,
        .areas td:not(.is-ok):not(.is-none)`)]
        .filter(e => e.getClientRects().length)
        .filter(e => parseFloat(getComputedStyle(e).fontSize) / innerHeight * 100 < least)
        .map(e => `${e.className}: ${e.textContent}`)"""
    with looking(chromium, f"{server.url}/wall?distance_m={distance_m}&diagonal_in=65") as page:
        live(page)
        for scene in ("slow-worklist", "all-areas-wrong", "silent-hl7"):
            changed(page, server, scene)
            assert page.evaluate(small, least_vh) == [], scene


@pytest.mark.parametrize("distance_m", [2.9, 3.2, 3.6])
def test_between_near_and_far_no_row_out_of_order_is_left_out(
    chromium: Browser, serve: Callable[..., Server], distance_m: float
) -> None:
    server = serve("--scene", "all-areas-wrong")
    with looking(chromium, f"{server.url}/wall?distance_m={distance_m}&diagonal_in=65") as page:
        live(page)
        hidden = """() => [...document.querySelectorAll(".systems li, .areas tbody tr, .gravest ol li")]
            .filter(e => !e.matches(".is-ok, .is-not_expected, .is-insufficient, .is-maintenance"))
            .filter(e => !e.getClientRects().length || e.getBoundingClientRect().bottom
                > e.closest(".panel").getBoundingClientRect().bottom).map(e => e.textContent)"""
        assert page.evaluate(hidden) == []
        assert page.locator(".spare:visible").count() == 0
        assert page.inner_text(".gravest ol li:first-child .where").startswith("New PACS · CT")


@pytest.mark.parametrize("size", [(1920, 1080), (1280, 800)])
def test_the_longest_tags_fit_beside_their_titles(
    chromium: Browser, serve: Callable[..., Server], size: tuple[int, int]
) -> None:
    server = serve("--scene", "calm")
    whole = """() => [...document.querySelectorAll(".tile .tag, .tile h2")].filter(e => {
        const box = e.getBoundingClientRect(), head = e.closest(".head").getBoundingClientRect();
        return box.right > head.right + 1 || box.bottom > head.bottom + 1; }).map(e => e.textContent)"""
    for query in ("", "?distance_m=3.1", "?distance_m=3.5"):
        with looking(chromium, f"{server.url}/wall{query}", *size) as page:
            live(page)
            for scene in ("planned-work", "nothing", "everything-wrong", "first-hour", "outage"):
                changed(page, server, scene)
                assert page.evaluate(OVERFLOWING) == [], (query, scene)
                assert page.evaluate(whole) == [], (query, scene)


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


HEAD = """([word, simulation]) => {
  const link = document.getElementById("link"), mark = document.querySelector(".simulation");
  if (word) Object.assign(link.querySelector(".word"), {textContent: link.dataset[word]});
  mark.hidden = !simulation;
  const found = {cut: [], whole: []}, texts = document.createTreeWalker(document.querySelector(".top"), 4);
  for (let text = texts.nextNode(); text; text = texts.nextNode()) {
    if (!text.data.trim() || text.parentElement.closest(".not-live, [hidden]")) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    for (const box of range.getClientRects()) {
      let gone = false, cut = box.left < 0 || box.right > innerWidth || box.top < 0;
      for (let e = text.parentElement; e && !e.matches("body"); e = e.parentElement) {
        if (getComputedStyle(e).overflowX === "visible") continue;
        const clip = e.getBoundingClientRect();
        if (box.top + box.height / 4 >= clip.bottom) gone = true;
        else if (box.left < clip.left - .5 || box.right > clip.right + .5) cut = true;
      }
      if (!gone) found[cut ? "cut" : "whole"].push({text: text.data.trim(), left: box.left, right: box.right,
        top: box.top, bottom: box.bottom});
    }
  }
  const order = found.whole.sort((a, b) => a.left - b.left);
  for (const one of order) for (const other of order)
    if (one !== other && other.left > one.left && other.left < one.right - 1 && other.top < one.bottom - 4
        && other.bottom > one.top + 4) found.cut.push({text: `${other.text} lies on ${one.text}`});
  const drawn = t => order.filter(o => o.text).map(o => o.text);
  return {cut: found.cut.map(c => c.text), whole: drawn()};
}"""


@pytest.mark.parametrize("size", [(1920, 1080), (1280, 800)])
@pytest.mark.parametrize("since_s", [600, 93_784, 3 * 86_400 - 120])
def test_the_head_is_never_cut_at_any_distance_and_clock_and_t_and_phase_stay(
    chromium: Browser, serve: Callable[..., Server], since_s: int, size: tuple[int, int]
) -> None:
    server = serve("--scene", "calm", "--simulation", "--since", str(since_s))
    phase = "Decision window" if since_s < 7200 else "Command center"
    longest = since_s == 93_784
    for distance_m in (1, 2, 2.5, 2.9, 3.4, 4, 5, 5.8, 7, 8) if longest else (2.5, 3.4, 5, 8):
        with looking(chromium, f"{server.url}/wall?distance_m={distance_m}&diagonal_in=65", *size) as page:
            live(page)
            page.evaluate("() => document.fonts.ready.then(() => true)")
            for word in ("live", "polling"):
                for simulation in (False, True):
                    seen = page.evaluate(HEAD, [word, simulation])
                    shown = " ".join(seen["whole"])
                    case = (distance_m, word, simulation, seen)
                    assert seen["cut"] == [], case
                    assert re.search(r"\b\d\d:\d\d:\d\d$", shown), case
                    assert re.search(r"T\+ (\d+ d )?\d\d:\d\d", shown), case
                    assert phase in shown, case
                    assert ("SIMULATION" in shown) is simulation, case
            assert page.evaluate(OVERFLOWING) == [], distance_m


def test_the_longest_words_of_an_undeclared_go_live_leave_the_clock_whole(
    chromium: Browser, serve: Callable[..., Server]
) -> None:
    server = serve("--scene", "calm", "--simulation")
    planned = """() => { const phase = document.querySelector(".phase");
        phase.classList.add("planned");
        phase.innerHTML = "<b>planned 21 Nov 06:00, not declared, +1 h 12 min</b>"; }"""
    for distance_m in (2.5, 3.4, 5, 8):
        with looking(chromium, f"{server.url}/wall?distance_m={distance_m}&diagonal_in=65") as page:
            live(page)
            page.evaluate("() => document.fonts.ready.then(() => true)")
            page.evaluate(planned)
            seen = page.evaluate(HEAD, ["polling", True])
            assert seen["cut"] == [], (distance_m, seen)
            assert "SIMULATION" in " ".join(seen["whole"])
