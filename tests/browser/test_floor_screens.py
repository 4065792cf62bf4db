"""The tablet in a real browser: its screens for axe and fingers, its camera, and what is beside the app."""

import base64
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from socket import gethostname

import psutil
import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.browser.chromium import ARGUMENTS, EXECUTABLE
from tests.browser.tablets import NARROW, WIDE, Tablet, axe_of, code_of, film_of, golive, issues, tablet
from tests.integration.served import Served, wait_for

pytestmark = pytest.mark.peers


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with golive(tmp_path_factory.mktemp("floor")) as made:
        yield made


@pytest.fixture
def used(chromium: Browser, served: Served) -> Iterator[Tablet]:
    with tablet(chromium, served) as made:
        yield made


def test_a_qr_code_opened_outside_the_app_shows_its_code_and_how_to_open_the_app(
    chromium: Browser, served: Served
) -> None:
    code = code_of(served)
    with chromium.new_page(viewport=NARROW) as page:
        page.goto(f"{served.url}/floor?code={code}")
        assert page.locator(".outside .code").inner_text() == code
        assert "home screen" in page.locator(".outside").inner_text()
        assert axe_of(page) == []
        page.click(".outside button")
        page.wait_for_selector("text=Log in once")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_axe_finds_nothing_on_any_page_of_the_tablet(
    chromium: Browser, served: Served, scheme: str, viewport: dict[str, int]
) -> None:
    with tablet(chromium, served, color_scheme=scheme, viewport=viewport) as used:
        used.page.wait_for_selector(f"html.{scheme}")
        found = {}
        used.page.click("[data-category=worklist]")
        for view in ("log", "known", "mine", "info"):
            used.page.click(f"[data-view={view}]")
            found[view] = axe_of(used.page)
        used.page.click("[data-key=place]")
        found["place"] = axe_of(used.page)
        assert {view: said for view, said in found.items() if said} == {}
        small = used.page.evaluate(
            """() => [...document.querySelectorAll("button, a.button, nav a")].filter((e) => e.offsetParent)
              .filter((e) => { const b = e.getBoundingClientRect(); return b.height < 48 || b.width < 48; })
              .map((e) => e.textContent)"""
        )
        assert small == []


BY_IPAD = """() => {
  const draws = HTMLCanvasElement.prototype.toBlob, told = new TextEncoder();
  const note = (marker, text) => [0xff, marker, 0, text.length + 2, ...told.encode(text)];
  HTMLCanvasElement.prototype.toBlob = function noted(done, ...more) {
    draws.call(this, async (blob) => {
      const drawn = new Uint8Array(await blob.arrayBuffer());
      const notes = [...note(0xe1, "Exif\\0\\0MM of an iPad"), ...note(0xed, "Photoshop 3.0"), ...note(0xfe, "a word")];
      done(new Blob([drawn.slice(0, 20), new Uint8Array(notes), drawn.slice(20)], { type: "image/jpeg" }));
    }, ...more);
  };
}"""


def test_what_an_ipad_writes_into_a_picture_that_was_drawn_anew_is_left_out(
    served: Served, used: Tablet, tmp_path: Path
) -> None:
    picture = tmp_path / "photo.png"
    picture.write_bytes(used.page.screenshot())
    used.page.evaluate(BY_IPAD)
    used.page.set_input_files("input[type=file]", str(picture))
    used.page.click("dialog.photo button.first")
    used.page.wait_for_selector("button.photo:has-text('Photo · 1')")
    uuid = used.log(text="with a photo of an iPad")
    used.sent(uuid)
    (kept,) = wait_for(lambda: served.get(f"/api/issues/{uuid}/photos", "desk"))
    shown = served.call("GET", f"/api/issues/{uuid}/photos/{kept['sha256']}", "desk").content
    assert shown[:20].endswith(b"\x00\x01\x00\x01\x00\x00")
    assert not any(word in shown for word in (b"Exif", b"Photoshop", b"a word"))


def test_a_photo_goes_apart_smaller_and_blacked_out_by_hand(served: Served, used: Tablet, tmp_path: Path) -> None:
    used.page.click("[data-category=hardware]")
    used.page.click("[data-severity='4']")
    picture = tmp_path / "photo.png"
    picture.write_bytes(
        base64.b64decode(
            used.page.evaluate(
                """() => {
                  const canvas = document.createElement("canvas");
                  [canvas.width, canvas.height] = [1800, 1200];
                  const pen = canvas.getContext("2d");
                  pen.fillStyle = "white";
                  pen.fillRect(0, 0, 1800, 1200);
                  return canvas.toDataURL("image/png").split(",")[1];
                }"""
            )
        )
    )
    used.page.set_input_files("input[type=file]", picture)
    frame = used.page.locator("dialog.photo canvas")
    box = frame.bounding_box()
    assert box is not None
    used.page.mouse.move(box["x"] + 10, box["y"] + 10)
    used.page.mouse.down()
    used.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] - 10)
    used.page.mouse.up()
    assert axe_of(used.page) == []
    used.page.click("dialog.photo button.first")
    used.page.wait_for_selector("button.photo:has-text('Photo · 1')")
    used.page.click(".send")
    used.page.wait_for_selector(".last[data-state=sent]")
    uuid = used.page.evaluate("() => document.querySelector('.last').dataset.uuid")
    (kept,) = wait_for(lambda: served.get(f"/api/issues/{uuid}/photos", "desk"))
    shown = served.call("GET", f"/api/issues/{uuid}/photos/{kept['sha256']}", "desk").content
    looked = used.page.evaluate(
        """async (text) => {
          const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
          const picture = await createImageBitmap(new Blob([bytes])), canvas = document.createElement("canvas");
          [canvas.width, canvas.height] = [picture.width, picture.height];
          const pen = canvas.getContext("2d", { willReadFrequently: true });
          pen.drawImage(picture, 0, 0);
          const at = (x) => pen.getImageData(x * canvas.width, canvas.height / 2, 1, 1).data[0];
          return [canvas.width, canvas.height, at(0.25) < 40, at(0.75) > 200];
        }""",
        base64.b64encode(shown).decode(),
    )
    assert looked == [1600, 1067, True, True]


@pytest.fixture(scope="module")
def camera(chromium: Browser, served: Served, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Give a browser that sees the sheet of ED 1, and knows golive by a name that is not of its own machine."""
    film = tmp_path_factory.mktemp("camera") / "sheet.y4m"
    film.write_bytes(film_of(f"{served.url}/floor?code={code_of(served, 'ED 1')}"))
    sees = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    sees += [f"--use-file-for-fake-video-capture={film}", f"--host-resolver-rules=MAP {gethostname()} 127.0.0.1"]
    browser = chromium.browser_type.launch(executable_path=EXECUTABLE, args=[*ARGUMENTS, *sees])
    yield browser
    browser.close()


def test_the_sheet_of_a_room_is_read_by_the_camera_inside_the_app(camera: Browser, served: Served) -> None:
    with tablet(camera, served) as used:
        used.page.click("[data-key=place]")
        used.page.click("dialog.places .by-code button")
        used.page.wait_for_selector(".place h1:has-text('ED 1')", timeout=20_000)


def test_without_tls_the_page_says_in_words_that_it_can_keep_nothing(camera: Browser, served: Served) -> None:
    with camera.new_page(viewport=WIDE) as page:
        page.goto(f"http://{gethostname()}:{served.port}/floor")
        assert "not secure" in page.locator(".outside").inner_text()
        assert page.locator("button").count() == 0
        assert axe_of(page) == []


def test_a_browser_that_is_killed_comes_back_with_all_that_it_held(
    chromium: Browser, served: Served, tmp_path: Path
) -> None:
    def start() -> BrowserContext:
        made = chromium.browser_type.launch_persistent_context(
            tmp_path, executable_path=EXECUTABLE, args=[*ARGUMENTS], viewport=WIDE
        )
        token = {"token": served.token("floor"), "next": "/healthz"}  # a killed browser may have lost its cookie
        made.request.post(f"{served.url}/login", form=token, headers={"Origin": served.url})
        return made

    context = start()
    used = Tablet(served, context, context.new_page(), [])
    used.page.goto(f"{served.url}/floor")
    used.page.wait_for_selector("section.first button")
    used.page.goto(f"{served.url}/floor?code={code_of(served)}")
    used.page.wait_for_selector(".grid .choice")
    used.ready()
    used.offline()
    uuid = used.log(text="before the crash")
    killed = [process for process in psutil.process_iter(["cmdline"]) if is_main(process, tmp_path)]
    assert killed
    for process in killed:
        with suppress(psutil.NoSuchProcess):  # what had just been forked for it
            process.kill()
    psutil.wait_procs(killed, 10)
    context = start()
    page = context.new_page()
    page.goto(f"{served.url}/floor")
    page.wait_for_selector(f".last[data-state=sent][data-uuid='{uuid}']", timeout=20_000)
    context.close()
    assert [i["text"] for i in issues(served).values()].count("before the crash") == 1


def is_main(process: psutil.Process, folder: Path) -> bool:
    """Say whether this is the browser process itself of a profile, not one of its helpers."""
    line = process.info["cmdline"] or []
    return f"--user-data-dir={folder}" in line and not any(a.startswith("--type=") for a in line)
