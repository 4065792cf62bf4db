"""WebKit as iPads have it, by Debian's driver: a small client of the W3C's protocol, on a display that nobody sees."""

import contextlib
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.integration.served import wait_for
from tests.peers.ports import free_port

DRIVER, DISPLAY = Path("/usr/bin/WebKitWebDriver"), Path("/usr/bin/Xvfb")
BROWSERS = sorted(Path("/usr/lib").glob("*/webkit2gtk-4.*/MiniBrowser"))
# the same without a graphics card, and inside of a container
PLAIN = {
    "LIBGL_ALWAYS_SOFTWARE": "1",
    "WEBKIT_DISABLE_COMPOSITING_MODE": "1",
    "WEBKIT_DISABLE_DMABUF_RENDERER": "1",
    "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1",
}


@dataclass
class WebKit:
    """One window of the browser."""

    client: httpx.Client
    session: str

    def call(self, method: str, path: str, **body: Any) -> Any:
        sent = {"json": body} if method == "POST" else {}
        answer = self.client.request(method, f"/session/{self.session}{path}", **sent)
        value = answer.json()["value"]
        assert answer.status_code == 200, value
        return value

    def goto(self, url: str) -> None:
        self.call("POST", "/url", url=url)

    def run(self, script: str, *arguments: Any) -> Any:
        return self.call("POST", "/execute/sync", script=script, args=list(arguments))

    def has(self, css: str) -> bool:
        return bool(self.run("return Boolean(document.querySelector(arguments[0]))", css))

    def wait(self, css: str, seconds: float = 20.0) -> None:
        wait_for(lambda: self.has(css), seconds)

    def text(self, css: str) -> str:
        return str(self.run("return document.querySelector(arguments[0]).innerText", css))

    def _element(self, css: str) -> str:
        return str(next(iter(self.call("POST", "/element", using="css selector", value=css).values())))

    def click(self, css: str) -> None:
        self.call("POST", f"/element/{self._element(css)}/click")

    def type(self, css: str, text: str) -> None:
        self.call("POST", f"/element/{self._element(css)}/value", text=text)


@contextmanager
def webkit() -> Iterator[WebKit]:
    """Give a browser of its own, with storage of its own."""
    with contextlib.ExitStack() as stack:
        read, write = os.pipe()
        stack.callback(os.close, read)
        screen = ["-screen", "0", "1280x1000x24", "-nolisten", "tcp"]
        started = _started(stack, [str(DISPLAY), "-displayfd", str(write), *screen], pass_fds=(write,))
        os.close(write)
        display = os.read(read, 16).decode().strip()
        assert display, f"no display: {started.poll()}"
        port = free_port()
        _started(stack, [str(DRIVER), f"--port={port}"], env={**os.environ, **PLAIN, "DISPLAY": f":{display}"})
        client = stack.enter_context(httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60))
        wait_for(lambda: client.get("/status").status_code == 200)
        options = {"binary": str(BROWSERS[-1]), "args": ["--automation"]}
        asked = {"capabilities": {"alwaysMatch": {"webkitgtk:browserOptions": options}}}
        session = client.post("/session", json=asked).json()["value"]["sessionId"]
        yield WebKit(client, session)
        client.delete(f"/session/{session}")


def _started(stack: contextlib.ExitStack, command: list[str], **more: Any) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **more)

    def end() -> None:
        process.terminate()
        process.wait()

    stack.callback(end)
    return process
