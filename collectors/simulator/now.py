"""The life that is being played: which scenario holds may change at any moment, so players ask for it each time."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from collectors.simulator.life import Life
from collectors.simulator.performance import Answer, Question, answer
from collectors.simulator.scenarios import scenario

_AHEAD = timedelta(minutes=1)


class Playing:
    """A life and the clock by which it is lived; asked from any thread, changed from one."""

    def __init__(self, life: Life, now: Callable[[], datetime]) -> None:
        self.life = life
        self.now = now
        self.stopped = threading.Event()
        self._lock = threading.Lock()
        self._changing_at: datetime | None = None

    @property
    def local_now(self) -> datetime:
        """Give the moment in the hospital's own zone, for dates as its systems write them."""
        return self.now().astimezone(self.life.hospital.zone)

    @property
    def certain(self) -> tuple[Life, datetime]:
        """Give the life and the moment up to which it stays as it is: a change being made holds from its own moment on.

        Who sends what is told must not pass that moment with the old life: what the new one sends then would be lost.
        """
        with self._lock:
            return self.life, self._changing_at or self.now()

    def change(self, name: str) -> None:
        """Let another scenario hold from now on; returns when it does, which takes the making of some weeks."""
        scenario(name)
        with self._lock:
            at = self._changing_at = self.now()
        life = self.life
        try:
            life = life.changed(at, name)
            for _ in life.told(at, self.now() + _AHEAD):
                pass  # its weeks are made before anybody waits for them
        finally:
            with self._lock:
                self.life, self._changing_at = life, None

    def answer(self, system: str, question: Question, subject: str = "") -> Answer:
        """Give how a system answers now."""
        return answer(self.life.hospital, system, question, subject, self.now())
