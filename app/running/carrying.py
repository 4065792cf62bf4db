"""The program that carries notices: one process that has apprise loaded, and a fork of it for each message.

It reads jobs from stdin, a JSON line each, and writes what became of each to stdout. A fork that takes too long is
ended by the kernel's alarm, whatever it hangs in; so nothing that a service does stays behind. It imports next to
nothing of golive, holds no address longer than its job, and ends when its stdin does.
"""

import json
import logging
import os
import re
import select
import signal
import sys
from dataclasses import dataclass
from typing import Any

HUNG = "it did not answer in time"
TAKEN = "taken"
_NO_SERVICE = "its address is none that apprise knows"
_UNABLE = "the service did not take it"


class _Heard(logging.Handler):
    """Keeps what apprise says of a failure, to take a status from; the rest may hold addresses and is not told."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.said = ""

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one sentence."""
        self.said += f" {record.getMessage()}"


def main() -> None:
    """Carry until stdin ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches golive too, which ends us in its order
    signal.signal(signal.SIGCHLD, lambda *_: None)
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    _service("json://127.0.0.1")  # loads every service once, so that no message waits for it
    _tell({"ready": True})
    _carry(woken)


@dataclass(frozen=True)
class _Fork:
    """A job under way: its number, and where its fork leaves what became of it."""

    n: int
    result: int


def _carry(woken: int) -> None:
    forks: dict[int, _Fork] = {}
    kept = b""
    while True:
        readable, _, _ = select.select([sys.stdin.fileno(), woken], [], [])
        if woken in readable:
            os.read(woken, 4096)
            _reap(forks)
        if sys.stdin.fileno() not in readable:
            continue
        read = os.read(sys.stdin.fileno(), 65536)
        if not read:
            for pid in forks:
                os.kill(pid, signal.SIGKILL)
            return
        *lines, kept = (kept + read).split(b"\n")
        for line in lines:
            job = json.loads(line)
            result, left = os.pipe()
            pid = os.fork()
            if not pid:
                _do(job, left)
            os.close(left)
            forks[pid] = _Fork(job["n"], result)


def _do(job: dict[str, Any], left: int) -> None:
    """Do one job in a fork, which ends with it; golive's pipes are not its own, so that nobody waits for their end."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, job["timeout_s"])
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (sys.stdin.fileno(), sys.stdout.fileno()):
        os.dup2(nothing, descriptor)
    try:
        os.write(left, (_done(job) or TAKEN).encode())
    except BaseException as error:  # nothing of a service may reach the process that all share
        os.write(left, f"{_UNABLE} ({type(error).__name__})".encode())
    finally:
        os._exit(0)


def _reap(forks: dict[int, _Fork]) -> None:
    """Tell what became of the jobs whose forks have ended; one that left no word was ended by a signal."""
    while forks:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if not pid:
            return
        fork = forks.pop(pid)
        said = os.read(fork.result, 65536).decode()
        os.close(fork.result)
        hung = not said and os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGALRM
        problem = "" if said == TAKEN else said or (HUNG if hung else f"{_UNABLE} (it ended with {status})")
        _tell({"n": fork.n, "problem": problem, "hung": hung})


def _done(job: dict[str, Any]) -> str:
    """Do one job; give what was wrong, "" where nothing was."""
    service = _service(job["url"])
    if service is None:
        return _NO_SERVICE
    if "title" not in job:
        return ""
    service.socket_connect_timeout = service.socket_read_timeout = job["timeout_s"] + 1  # the alarm comes first
    heard = _Heard()
    log = logging.getLogger("apprise")
    log.handlers[:], log.propagate = [heard], False
    return "" if _taken(service, job) else _why(heard.said)


def _taken(service: Any, job: dict[str, Any]) -> bool:
    """Send a message as text, so that a service which shows HTML keeps its lines."""
    from apprise import Apprise, NotifyFormat

    carrier = Apprise(asset=service.asset)
    carrier.add(service)
    what = {"title": job["title"], "body": job["text"], "notify_type": job["severity"]}
    return bool(carrier.notify(**what, body_format=NotifyFormat.TEXT))


def _why(said: str) -> str:
    if found := re.search(r"error=(\d{3})\b", said):
        return f"the service answered {found[1]}"
    return "the service cannot be reached" if "connection error" in said.lower() else _UNABLE


def _service(url: str) -> Any:
    from apprise import Apprise, AppriseAsset

    asset = AppriseAsset(app_id="golive", app_desc="golive", app_url="", async_mode=False, secure_logging=True)
    return Apprise.instantiate(url, asset=asset, suppress_exceptions=True)


def _tell(what: dict[str, Any]) -> None:
    os.write(sys.stdout.fileno(), json.dumps(what).encode() + b"\n")


if __name__ == "__main__":
    main()
