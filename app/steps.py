"""Steps of a loop, each tried again and again: what keeps one from succeeding is named until it does."""

import logging
from collections.abc import Awaitable, Callable

from app.errors import GoLiveError

Act = Callable[[], Awaitable[None]]


class Steps:
    """Does steps by name; `waiting` says which ones lack something that is away, `broken` which ones a bug stops."""

    def __init__(self, log: logging.Logger, waits: str, count_bug: Callable[[], None] = lambda: None) -> None:
        self._log, self._waits, self._count_bug = log, waits, count_bug
        self.waiting: dict[str, str] = {}
        self.broken: dict[str, str] = {}

    @property
    def trouble(self) -> str:
        """Give why steps wait, "" when none does."""
        return next(iter(self.waiting.values()), "")

    async def do(self, name: str, act: Act) -> None:
        """Do one step; what goes wrong is said once and nothing is raised: the next turn tries it again."""
        try:
            await act()
        except (GoLiveError, TimeoutError) as error:
            why = str(error) or "the database does not answer"
            if why != self.trouble:
                self._log.warning("%s: %s", self._waits, why)
            self.waiting[name] = why
        except Exception as error:
            self._count_bug()
            if name not in self.broken:
                self._log.exception("the step %r failed; it is tried again", name)
            self.broken[name] = type(error).__name__
        else:
            self.waiting.pop(name, None)
            self.broken.pop(name, None)
