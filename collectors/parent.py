"""A supervised collector never outlives its supervisor.

It imports next to nothing, so that this holds from the first moment on.
"""

import ctypes
import os
import signal
import sys
import threading

LOOK_EACH_S = 0.25
_PR_SET_PDEATHSIG = 1


def die_with_parent() -> None:
    """Have the kernel end us when the parent is gone, also when it was killed; elsewhere than on Linux look for it.

    SIGKILL, for a stopped process takes no other signal, and there is nobody left to hand anything over to. Ctrl-C in
    a terminal reaches the parent too, which stops us in its order.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    told = os.environ.get("GOLIVE_SUPERVISED", "")
    parent = int(told) if told.isdigit() and int(told) > 1 else os.getppid()
    if not _killed_by_kernel():
        threading.Thread(target=_leave_with, args=(parent,), daemon=True, name="parent-watch").start()
    if os.getppid() != parent:  # it died before it was watched
        os._exit(0)


def _killed_by_kernel() -> bool:
    if not sys.platform.startswith("linux"):
        return False
    done: int = ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    return done == 0


def _leave_with(parent: int) -> None:
    waiting = threading.Event()
    while os.getppid() == parent:
        waiting.wait(LOOK_EACH_S)
    os._exit(1)
