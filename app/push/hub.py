"""From what changed to every browser: one outbox each, so that nobody waits for a slow one."""

import asyncio
from collections.abc import Collection, Iterable, Sequence

from app.push.fragments import Fragment


class Outbox:
    """What one browser has still to get: the newest message per DOM id, so never more than one screen.

    `who` tells the people apart who look; the tabs of one browser have the same.
    """

    __slots__ = ("_closed", "_held", "_joined", "_wake", "code", "view", "who")

    def __init__(self, view: str, who: str = "") -> None:
        self.view, self.who = view, who
        self.code: int | None = None
        self._held: dict[str, str] = {}
        self._joined: str | None = None
        self._wake = asyncio.Event()
        self._closed = False

    def put(self, fragments: Iterable[Fragment], joined: str | None = None) -> None:
        """Take newer fragments; `joined` is all of them as one frame, made once for all browsers."""
        self._joined = joined if not self._held else None
        for fragment in fragments:
            # out and in again: an id's newest version stands after everything that was before it
            self._held.pop(fragment.dom_id, None)
            self._held[fragment.dom_id] = fragment.message
        if self._held:
            self._wake.set()

    async def take(self) -> str | None:
        """Wait for something to send and give all of it as one frame; None when the server is about to end."""
        await self._wake.wait()
        if self._closed:
            return None
        self._wake.clear()
        frame = self._joined if self._joined is not None else "".join(self._held.values())
        self._held, self._joined = {}, None
        return frame

    def close(self, code: int | None = None) -> None:
        """Let the browser go; `code` says why to it, by default that the server ends."""
        self._closed = True
        self.code = self.code or code
        self._wake.set()

    @property
    def held_ids(self) -> tuple[str, ...]:
        """Give the DOM ids that wait to be sent."""
        return tuple(self._held)


class Hub:
    """All open outboxes, by view; publishing never waits for any of them."""

    def __init__(self) -> None:
        self._outboxes: dict[str, set[Outbox]] = {}

    def join(self, view: str, who: str = "") -> Outbox:
        """Open an outbox for a browser in which `who` looks at `view`."""
        outbox = Outbox(view, who)
        self._outboxes.setdefault(view, set()).add(outbox)
        return outbox

    def leave(self, outbox: Outbox) -> None:
        """Forget a browser."""
        left = self._outboxes.get(outbox.view, set())
        left.discard(outbox)
        if not left:
            self._outboxes.pop(outbox.view, None)

    @property
    def views(self) -> frozenset[str]:
        """Give the views that somebody looks at."""
        return frozenset(self._outboxes)

    def looking(self, but: Collection[str] = ()) -> int:
        """Give how many people look at any view but these."""
        return len({o.who for view, outboxes in self._outboxes.items() if view not in but for o in outboxes})

    def publish(self, view: str, fragments: Sequence[Fragment]) -> None:
        """Give changed fragments to every browser of a view, at once and without waiting."""
        if not fragments:
            return
        joined = "".join(f.message for f in fragments)
        for outbox in self._outboxes.get(view, ()):
            outbox.put(fragments, joined)

    def close(self) -> None:
        """Let all browsers go; they come back to whoever serves next."""
        for outboxes in self._outboxes.values():
            for outbox in outboxes:
                outbox.close()

    def __len__(self) -> int:
        return sum(map(len, self._outboxes.values()))
