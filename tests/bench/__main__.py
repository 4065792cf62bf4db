"""`make bench`: every figure beside a baseline of the same run; rewrites the table of docs/performance.md."""

import argparse
import importlib
import platform
import re
import sys
from pathlib import Path

from tests.bench.table import Row, render

PARTS = (
    "probe_error",
    "probe_cpu",
    "ingest",
    "hl7_feed",
    "fan_out",
    "dom_latency",
    "trigger_cost",
    "trigger_page",
    "desk_queue",
)
PAGE = Path(__file__).parents[2] / "docs/performance.md"
MARK = re.compile(r"(<!-- table -->\n).*(<!-- end -->)", re.S)


def machine() -> str:
    """Describe the machine in a line."""
    info = Path("/proc/cpuinfo")
    model = (
        next((x.split(":")[1].strip() for x in info.read_text().splitlines() if x.startswith("model name")), "")
        if info.exists()
        else ""
    )
    cores = len(re.findall(r"^processor", info.read_text(), re.M)) if info.exists() else 0
    python = f"Python {platform.python_version()}"
    return f"{cores} cores ({model or platform.machine()}), {platform.system()}, {python}; clients on the same cores"


def main() -> int:
    """Run the named parts, or all, and print the table as it grows."""
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="without a name all")
    parser.add_argument("--no-page", action="store_true", help="print only")
    asked = parser.parse_args()
    rows: list[Row] = []
    for name in asked.parts or PARTS:
        sys.stderr.write(f"{name} …\n")
        rows += importlib.import_module(f"tests.bench.{name}").measure()
    sys.stdout.write(render(rows) + "\n")
    if not asked.no_page and not asked.parts:
        text = f"{machine()}.\n\n{render(rows)}\n"
        PAGE.write_text(MARK.sub(lambda found: found[1] + text + found[2], PAGE.read_text()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
