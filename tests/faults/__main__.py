"""`make faults`: long fault runs against real peers, one line a case, worst last."""

import argparse
import importlib
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


def main() -> int:
    """Run the named cases, or all but those apart, and print a table as it grows."""
    parser = argparse.ArgumentParser(prog="make faults")
    parser.add_argument(
        "cases", nargs="*", choices=[*CASES, []], help="without a name all but prometheus_race and soak"
    )
    asked = parser.parse_args().cases or [c for c in CASES if c not in APART]
    failed = 0
    for name in asked:
        began = time.monotonic()
        try:
            figure, word = importlib.import_module(f"tests.faults.{name}").check(), "holds"
        except Exception as error:
            traceback.print_exc()
            figure, word, failed = f"{type(error).__name__}: {error}", "FAILS", failed + 1
        sys.stdout.write(f"{word}  {name:<23} {time.monotonic() - began:6.0f} s  {' '.join(figure.split())}\n")
        sys.stdout.flush()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
