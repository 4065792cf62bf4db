"""Counting the parts of a multipart body as it streams by, without keeping it."""

import re
from email.message import Message


class PartCounter:
    """A sink for `Request`; `parts` is how many were begun."""

    def __init__(self) -> None:
        self.parts = 0
        self._boundary: bytes | None = None
        self._tail = b""
        self._closings = 0

    def __call__(self, data: bytes, content_type: str) -> None:
        if self._boundary is None:
            self._boundary = boundary(content_type)
            data = b"\r\n" + data  # the first boundary may stand at the very beginning
        if not self._boundary:
            return
        overlap = len(self._boundary) - 1
        self.parts += (self._tail + data[:overlap]).count(self._boundary) + data.count(self._boundary)
        self._tail = (self._tail + data)[-overlap:] if len(data) < overlap else data[-overlap:]

    def whole(self) -> int:
        """Give the number of parts; the boundary that ends the body begins none."""
        return max(0, self.parts - 1)


def boundary(content_type: str) -> bytes:
    """Give the delimiter of a multipart body with its line break, nothing for another kind of body."""
    if not content_type.lower().startswith("multipart/"):
        return b""
    header = Message()
    header["content-type"] = re.sub(r"[\r\n]", "", content_type)
    name = header.get_param("boundary")
    return b"\r\n--" + name.encode("latin-1", "replace") if isinstance(name, str) and name else b""
