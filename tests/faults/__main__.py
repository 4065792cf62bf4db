"""`make faults`: long fault runs against real peers, one line a case, worst last."""

import argparse
import importlib
import inspect
import sys
import time
import traceback

CASES = (
    "kills_sqlite",
    "kills_postgres",
    "notice_kills",
    "kills_triggers_sqlite",
    "kills_triggers_postgres",
    "escalation_kills",
    "tablets_chaos",
    "tablets_chromium",
    "tablets_reconnect",
    "planted_names",
    "hostile_hl7",
    "hostile_dicom",
    "database_gone",
    "clock_step",
    "trigger_histories",
    "calm_week",
    "scenario_triggers",
    "prometheus_race",
    "soak",
)
APART = ("prometheus_race", "soak")  # asked for by name: one needs other people's programs, one an hour
OPTIONS = {
    "tablets": "how many tablets, where a case has tablets",
    "minutes": "how long tablets_chromium goes on",
    "kills": "how often golive is killed in such a case",
}


def main() -> int:
    """Run the named cases, or all but those apart, and print a table as it grows."""
    parser = argparse.ArgumentParser(prog="make faults")
    parser.add_argument(
        "cases", nargs="*", choices=[*CASES, []], help="without a name all but prometheus_race and soak"
    )
    for option, words in OPTIONS.items():
        parser.add_argument(f"--{option}", type=int, help=words)
    arguments = parser.parse_args()
    asked = arguments.cases or [c for c in CASES if c not in APART]
    options = {name: n for name in OPTIONS if (n := getattr(arguments, name)) is not None}
    failed = 0
    for name in asked:
        began = time.monotonic()
        try:
            check = importlib.import_module(f"tests.faults.{name}").check
            known = inspect.signature(check).parameters
            figure, word = check(**{option: n for option, n in options.items() if option in known}), "holds"
        except Exception as error:
            traceback.print_exc()
            figure, word, failed = f"{type(error).__name__}: {error}", "FAILS", failed + 1
        sys.stdout.write(f"{word}  {name:<23} {time.monotonic() - began:6.0f} s  {' '.join(figure.split())}\n")
        sys.stdout.flush()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
