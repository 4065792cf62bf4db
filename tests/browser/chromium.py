"""How Debian's Chromium is started in tests: headless, and asking nobody outside."""

from pathlib import Path

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
