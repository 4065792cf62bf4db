"""A proxy that counts who asked what: associations by calling AE title, HTTP requests by user agent and path."""

import re
from collections import Counter

from tests.peers.proxy import Proxy

_ASSOCIATE = b"\x01\x00"
_CALLING = slice(26, 42)
_AGENT = re.compile(rb"\r\nuser-agent: *([^\r\n]*)", re.IGNORECASE)


class CountingProxy(Proxy):
    """`asked` counts each calling AE title, and each (user agent, path with query) once its answer begins.

    A request on a kept connection that the peer closes meanwhile was never asked: whoever sent it sends it once more.
    """

    def __init__(self, target: int, **values: object) -> None:
        self.asked: Counter[str | tuple[str, str]] = Counter()
        self._waiting: dict[object, tuple[str, str]] = {}
        super().__init__(target, **values)

    def went_up(self, data: bytes, connection: object) -> None:
        if data.startswith(_ASSOCIATE):
            self.asked[data[_CALLING].decode().strip()] += 1
        elif data.startswith(b"GET "):
            agent = _AGENT.search(data)
            self._waiting[connection] = (agent[1].decode() if agent else "", data.split(b" ", 2)[1].decode())

    def went_down(self, data: bytes, connection: object) -> None:
        if (asked := self._waiting.pop(connection, None)) is not None and data:
            self.asked[asked] += 1

    def fetched(self, agent: str, pattern: str) -> int:
        """Give how often paths that match as a whole were asked for."""
        found = (n for key, n in list(self.asked.items()) if isinstance(key, tuple) and _is(key, agent, pattern))
        return sum(found)


def _is(key: tuple[str, str], agent: str, pattern: str) -> bool:
    return key[0] == agent and re.fullmatch(pattern, key[1]) is not None
