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

    @property
    def local_now(self) -> datetime:
        """Give the moment in the hospital's own zone, for dates as its systems write them."""
        return self.now().astimezone(self.life.hospital.zone)

    def change(self, name: str) -> None:
        """Let another scenario hold from now on; returns when it does, which takes the making of some weeks."""
        scenario(name)
        at = self.now()
        life = self.life.changed(at, name)
        for _ in life.told(at, self.now() + _AHEAD):
            pass  # its weeks are made before anybody waits for them
        self.life = life

    def answer(self, system: str, question: Question, subject: str = "") -> Answer:
        """Give how a system answers now."""
        return answer(self.life.hospital, system, question, subject, self.now())
