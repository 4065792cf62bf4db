"""`python -m collectors.simulator play|collect`: the two helpers that `golive demo` starts; nobody else does."""

import signal
import sys


def main() -> None:
    """Play the hospital, or collect from it in its own time, until told to stop."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the demo, which stops us in its order
    from collectors.simulator import helpers  # late: what it imports takes a second in which Ctrl-C must do no harm

    match sys.argv[1:]:
        case ["play"]:
            helpers.play()
        case ["collect", file, pace]:
            helpers.collect(file, pace)
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
