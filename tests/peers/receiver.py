"""Services that notices go to: one that takes JSON by HTTP and answers as it is told, and one that never answers."""

import contextlib
import email
import email.policy
import json
import re
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import Any, Self


@dataclass(frozen=True)
class Message:
    """One message as it arrived, also one that was not accepted."""

    path: str
    title: str
    text: str
    severity: str
    status: int
    at_s: float = field(default_factory=time.monotonic)

    @property
    def id(self) -> str:
        """Give the id that a repeat carries too."""
        found = re.search(r"^golive notice ([0-9a-f]{20});", self.text, re.MULTILINE)
        assert found is not None, self.text
        return found[1]


class Receiver(contextlib.AbstractContextManager["Receiver"]):
    """Takes messages for any path; `answers` says with which status the next ones are answered, then 200."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.pings: list[float] = []
        self.answers: list[int] = []
        self.before: Callable[[], None] = lambda: None
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                size = int(self.headers["Content-Length"])
                if len(sent := self.rfile.read(size)) < size:
                    return  # whoever sent it was killed meanwhile
                body: dict[str, Any] = json.loads(sent)
                status = receiver.answers.pop(0) if receiver.answers else 200
                receiver.messages.append(Message(self.path, body["title"], body["message"], body["type"], status))
                receiver.before()
                self._answer(status)

            def do_GET(self) -> None:
                status = receiver.answers.pop(0) if receiver.answers else 200
                if status == 200:
                    receiver.pings.append(time.monotonic())
                self._answer(status)

            def _answer(self, status: int) -> None:
                with contextlib.suppress(OSError):  # who asked may be gone: that is what some tests do
                    self.send_response(status)
                    self.send_header("Content-Length", "0")
                    self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def address(self, path: str = "") -> str:
        """Give the address by which apprise knows it."""
        return f"json://127.0.0.1:{self.port}/{path}"

    def taken(self, path: str = "") -> list[Message]:
        """Give the messages that were accepted, at one path or all."""
        return [m for m in list(self.messages) if m.status == 200 and m.path.strip("/").startswith(path)]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class Hanging(contextlib.AbstractContextManager["Hanging"]):
    """Accepts connections and never answers; `connections` counts them."""

    def __init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._held: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                self._held.append(self._listening.accept()[0])

    @property
    def connections(self) -> int:
        return len(self._held)

    def left(self) -> int:
        """Give how many clients have gone by themselves."""
        gone = 0
        for held in self._held:
            held.setblocking(False)
            with contextlib.suppress(BlockingIOError, ConnectionResetError):
                while held.recv(65536):
                    pass
                gone += 1
        return gone

    @property
    def address(self) -> str:
        return f"json://127.0.0.1:{self._listening.getsockname()[1]}/hangs"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._listening.close()
        for held in self._held:
            held.close()


class Mailbox(contextlib.AbstractContextManager["Mailbox"]):
    """Takes mail by SMTP, as much of it as a client without TLS and login needs; `mails` are what came."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        mailbox = self

        class Handler(StreamRequestHandler):
            def handle(self) -> None:
                self._say("220 mailbox of the tests")
                while line := self.rfile.readline().decode().strip():
                    word = line.split()[0].upper()
                    if word == "DATA":
                        self._say("354 go on")
                        body = b"".join(iter(self.rfile.readline, b".\r\n"))
                        message = email.message_from_bytes(body, policy=email.policy.default)
                        assert isinstance(message, EmailMessage)
                        mailbox.mails.append(message)
                    self._say("221 bye" if word == "QUIT" else "250 ok")
                    if word == "QUIT":
                        return

            def _say(self, words: str) -> None:
                self.wfile.write(f"{words}\r\n".encode())

        self._server = ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        people = "from=golive@site.test&to=desk@site.test"
        return f"mailto://127.0.0.1:{self._server.server_address[1]}?{people}&mode=insecure"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
