"""A supervised collector never outlives its supervisor.

It imports next to nothing, so that this holds from the first moment on.
"""

import ctypes
import os
import signal
import sys
import threading

LOOK_EACH_S, HARD_STOP_AFTER_S = 0.25, 1.5  # with nobody left to hand anything over to, it is gone within 2 s
_PR_SET_PDEATHSIG = 1


def die_with_parent() -> None:
    """Ask the kernel for SIGTERM when the parent is gone, also when it was killed; and then to go for good.

    Ctrl-C in a terminal reaches the parent too, which stops us in its order.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if not sys.platform.startswith("linux"):
        return
    told = os.environ.get("GOLIVE_SUPERVISED", "")
    parent = int(told) if told.isdigit() and int(told) > 1 else os.getppid()
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:  # it died before it was watched
        os._exit(0)
    watch = threading.Thread(target=_leave_with, args=(parent,), daemon=True, name="parent-watch")
    watch.start()


def _leave_with(parent: int) -> None:
    """End hard when the parent is gone and a clean stop has not come about in time."""
    waiting = threading.Event()
    while os.getppid() == parent:
        waiting.wait(LOOK_EACH_S)
    waiting.wait(HARD_STOP_AFTER_S)
    os._exit(1)
