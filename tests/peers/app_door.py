"""A small app behind a real HTTP server: keeps what it is sent by id, and fails in the ways an app fails."""

import contextlib
import json
import socket
import ssl
import threading
from collections import Counter
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

TOKEN = "ingest-token-of-a-test"
PARTS = ("samples", "exam_events", "messages", "unreadable")


class AppDoor:
    """POST /api/ingest on 127.0.0.1; `stored` is what was committed, in order.

    `mood`: ok | 500 | 401 | lost (commits, then closes without an answer) | hang (holds the answer until the mood
    changes) | no database (takes nothing but heartbeats) | unwelcome (422 for all). A batch with an item named in
    `poison` is answered 422, one of more than `most` items 413; items named in `refuse` are refused by name.
    """

    def __init__(self, port: int = 0, tls: ssl.SSLContext | None = None) -> None:
        self.tls = tls
        self.mood = "ok"
        self.poison: set[str] = set()
        self.refuse: set[str] = set()
        self.most = 10**9
        self.stored: list[dict[str, Any]] = []
        self.heartbeats: list[dict[str, Any]] = []
        self.batches: list[int] = []
        self.sources: Counter[str] = Counter()
        self.requests = 0
        self.connections: set[socket.socket] = set()
        self._ids: set[str] = set()
        self._lock = threading.Lock()
        self.happened = threading.Condition(self._lock)
        self._port = port
        self._server: ThreadingHTTPServer | None = None
        if port == 0:
            with socket.create_server(("127.0.0.1", 0)) as free:
                self._port = free.getsockname()[1]

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self._port}"

    def __enter__(self) -> "AppDoor":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", self._port), _handler(self))
        self._server.daemon_threads = True
        if self.tls:
            self._server.socket = self.tls.wrap_socket(self._server.socket, server_side=True)
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server = None
            for connection in list(self.connections):
                with contextlib.suppress(OSError):  # it may have gone by itself
                    connection.shutdown(socket.SHUT_RDWR)

    def set(self, mood: str) -> None:
        with self.happened:
            self.mood = mood
            self.happened.notify_all()

    def ids(self, part: str) -> list[str]:
        with self._lock:
            return [i["id"] for i in self.stored if i["part"] == part]

    def wait(self, part: str, count: int, seconds: float = 10) -> list[str]:
        with self.happened:
            self.happened.wait_for(lambda: sum(i["part"] == part for i in self.stored) >= count, seconds)
        return self.ids(part)

    def until(self, true: Callable[[], bool], seconds: float = 10) -> None:
        """Wait for something to be true of what was taken."""
        with self.happened:
            assert self.happened.wait_for(true, seconds), "it did not come about"

    def take(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        items = [(p, i) for p in PARTS for i in body.get(p, [])]
        with self.happened:
            self.requests += 1
            self.happened.notify_all()
            mood = self.mood
            if mood in ("500", "401"):
                return int(mood), {}
            if mood == "no database" and items:
                return 503, {}
            if mood == "unwelcome" or len(items) > self.most or any(i["id"] in self.poison for _, i in items):
                return 413 if len(items) > self.most else 422, {}
            fresh = [(p, i) for p, i in items if i["id"] not in self._ids and i["id"] not in self.refuse]
            self._ids |= {i["id"] for _, i in fresh}
            self.stored += [{"part": p, **i} for p, i in fresh]
            self.heartbeats += body.get("heartbeats", [])
            self.batches.append(len(items))
            self.sources[body["source"]] += 1
            self.happened.notify_all()
            self.happened.wait_for(lambda: self.mood != "hang", 20)
        refused = [
            {"id": i["id"], "field": "at", "problem": "refused by the test"} for _, i in items if i["id"] in self.refuse
        ]
        return 200, {"accepted": len(fresh), "repeated": len(items) - len(fresh) - len(refused), "refused": refused}


def _handler(door: AppDoor) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if self.headers["Authorization"] != f"Bearer {TOKEN}":
                status, answer = 401, {}
            else:
                status, answer = door.take(body)
            if door.mood == "lost":
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            text = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, format: str, *args: Any) -> None:
            """Tests are silent."""

        def handle(self) -> None:
            door.connections.add(self.connection)
            try:
                super().handle()
            except OSError:
                self.close_connection = True
            finally:
                door.connections.discard(self.connection)

    return Handler
