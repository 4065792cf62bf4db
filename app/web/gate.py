"""The door before every call and websocket: hosts, origins, cross-site forms, and the headers of every answer."""

import ipaddress
import re
import socket

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import Forbidden
from app.web.house import House
from app.web.problems import of_status, problem_of

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'{sockets}; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
_YEAR_S = 31_536_000


class Gate:
    """The pure ASGI door: foreign hosts and origins stay out, and every answer carries the same headers."""

    def __init__(self, app: ASGIApp, house: House) -> None:
        self.app = app
        self.house = house
        self._own_name = socket.gethostname().lower()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refusal = self._refusal(scope, headers)
        if scope["type"] == "websocket":
            if refusal:
                await send({"type": "websocket.close", "code": 1008, "reason": refusal[1][:100]})
            else:
                await self.app(scope, receive, send)
            return
        answer = self._dressed(scope, send)
        if refusal:
            status, said = refusal
            problem = problem_of(Forbidden(said)) if status == 403 else of_status(status, said)
            await problem.response()(scope, receive, answer)
        else:
            await self.app(scope, receive, answer)

    def _refusal(self, scope: Scope, headers: Headers) -> tuple[int, str] | None:
        host = headers.get("host", "")
        if not self._knows(host):
            return 421, "golive is not reached under this name; add it to [server] hosts if it should be"
        origin, site = headers.get("origin"), headers.get("sec-fetch-site")
        if scope["type"] == "websocket":
            if origin is None and "cookie" in headers and "authorization" not in headers:
                return 403, "a browser's websocket must say where it comes from"
            foreign = origin is not None and not _same_site(origin, host)
            return (403, "this page belongs to another site") if foreign else None
        if scope["method"] in SAFE:
            return None
        if site is not None and site not in ("same-origin", "none"):
            return 403, "this form belongs to another site"
        if site is None and origin is not None and not _same_site(origin, host):
            return 403, "this form belongs to another site"
        return None

    def _knows(self, header: str) -> bool:
        """Say whether a Host header is ours: an address is what it is, a name must be one that we were told."""
        server = self.house.config.settings.server
        name = header.rpartition(":")[0] if header.rpartition(":")[2].isdigit() and not header.endswith("]") else header
        name = name.strip("[]").lower().rstrip(".")
        if name in {"localhost", server.host.lower(), self._own_name, *(h.lower() for h in server.hosts)}:
            return True
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return False
        return True

    def _dressed(self, scope: Scope, send: Send) -> Send:
        keep, policy = _kept(scope), _policy(scope)
        secure = scope.get("scheme") == "https"

        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("Content-Security-Policy", policy)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", keep)
                if secure:
                    headers.setdefault("Strict-Transport-Security", f"max-age={_YEAR_S}")
            await send(message)

        return dressed


def _policy(scope: Scope) -> str:
    """Give the content policy; browsers of some years ago do not take 'self' for a websocket, so it is named."""
    host = Headers(scope=scope).get("host", "")
    scheme = "wss" if scope.get("scheme") == "https" else "ws"
    return POLICY.format(sockets=f" {scheme}://{host}" if re.fullmatch(r"[A-Za-z0-9.:\[\]-]+", host) else "")


def _kept(scope: Scope) -> str:
    """Say how long a browser may keep an answer: a file named with its content's hash for good, all else not at all."""
    if not scope["path"].startswith("/static/"):
        return "no-store"
    return "public, max-age=31536000, immutable" if b"v=" in scope.get("query_string", b"") else "no-cache"


def _same_site(origin: str, host: str) -> bool:
    scheme, found, rest = origin.lower().partition("://")
    return bool(found) and scheme in ("http", "https") and _with_port(rest, scheme) == _with_port(host.lower(), scheme)


def _with_port(address: str, scheme: str) -> str:
    return address if address.rpartition(":")[2].isdigit() else f"{address}:{443 if scheme == 'https' else 80}"
