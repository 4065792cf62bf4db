"""The tablet's main path in WebKit, the engine of every browser of an iPad."""

import os
from pathlib import Path

import pytest

from tests.browser.tablets import code_of, golive, issues
from tests.browser.webkit import BROWSERS, DISPLAY, DRIVER, webkit

pytestmark = pytest.mark.peers


def test_webkit_logs_sends_starts_without_a_server_and_says_what_is_not_sent(tmp_path: Path) -> None:
    if not (DRIVER.exists() and DISPLAY.exists() and BROWSERS):
        missing = "WebKit's driver is missing: make test installs it"
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
    with webkit() as browser:
        with golive(tmp_path) as served:
            browser.goto(f"{served.url}/floor")
            browser.wait("section.first [data-key=login]")
            browser.click("section.first [data-key=login]")
            browser.type("#token", served.token("floor"))
            browser.click("dialog.login button.first")
            browser.wait(".change")
            browser.goto(f"{served.url}/floor?code={code_of(served)}")
            browser.wait(".grid .choice")
            for css in ("[data-category=worklist]", "[data-severity='2']", ".send"):
                browser.click(css)
            browser.wait(".last[data-state=sent]")
            assert "no. 1" in browser.text(".last")
            ((_, told),) = issues(served).items()
            assert (told["room"], told["category"], told["severity"]) == ("CT 2", "worklist", 2)
            browser.run("navigator.serviceWorker.ready.then(() => document.body.setAttribute('data-kept', ''))")
            browser.wait("[data-kept]")
        browser.goto(f"{served.url}/floor")  # there is no server any more
        browser.wait(".grid .choice")
        assert browser.run("return performance.getEntriesByName('golive-shown')[0].startTime") <= 1000
        for css in ("[data-category=priors]", "[data-severity='1']", ".send"):
            browser.click(css)
        browser.wait(".last[data-state=waiting]")
        assert "saved on this tablet" in browser.text(".last")
        browser.wait("dialog.alarm")
        assert "4711" in browser.text("dialog.alarm")
