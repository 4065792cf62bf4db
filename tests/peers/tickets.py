"""A ticket system that takes issues by webhook: it answers as it is told, and makes one ticket of each issue."""

import contextlib
import json
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self


@dataclass(frozen=True)
class Post:
    """One request as it arrived; `status` 0 is one that was taken and never answered."""

    headers: dict[str, str]
    body: bytes
    status: int

    @property
    def told(self) -> dict[str, Any]:
        return dict(json.loads(self.body))


class TicketSystem(contextlib.AbstractContextManager["TicketSystem"]):
    """Keeps what is new by its idempotency key; `answers` are the next statuses, 0 cuts the line instead."""

    def __init__(self) -> None:
        self.posts: list[Post] = []
        self.answers: list[int] = []
        self.events: dict[str, dict[str, Any]] = {}
        self.tickets: dict[str, str] = {}
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = outer.answers.pop(0) if outer.answers else 200
                post = Post({k.lower(): v for k, v in self.headers.items()}, body, status)
                outer.posts.append(post)
                if status in (0, 200):
                    outer.events.setdefault(post.headers["idempotency-key"], post.told)
                issue = post.told["issue"]["uuid"]
                ticket = outer.tickets.setdefault(issue, f"INC{41 + len(outer.tickets):04d}")
                with contextlib.suppress(OSError):
                    if status == 0:
                        self.connection.close()
                        return
                    answer = json.dumps({"result": {"number": ticket}}).encode() if status == 200 else b"no"
                    self.send_response(status)
                    self.send_header("Content-Length", str(len(answer)))
                    self.end_headers()
                    self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/issues"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
