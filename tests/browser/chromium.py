"""How Debian's Chromium is started in tests: headless, and asking nobody outside."""

from pathlib import Path

import psutil

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# the shell has no window around the page, which else costs half as much again
EXECUTABLE = next((f for f in ("/usr/bin/chromium-headless-shell", "/usr/bin/chromium") if Path(f).exists()), "")


def main_process(folder: Path) -> psutil.Process:
    """Give the browser process itself of a profile, not one of its helpers."""

    def is_it(line: list[str]) -> bool:
        is_helper = any(a.startswith("--type=") for a in line)
        # Debian starts it by a script that stays beside it
        return f"--user-data-dir={folder}" in line and not is_helper and Path(line[0]).name != "sh"

    # a child that was forked just now still has its parent's line
    found = [p for p in psutil.process_iter(["cmdline", "create_time"]) if is_it(p.info["cmdline"] or [])]
    return min(found, key=lambda p: float(p.info["create_time"]))
