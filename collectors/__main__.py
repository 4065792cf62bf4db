"""`python -m collectors -c golive.toml [--source main] [--app-url https://… [--ca FILE]]`: one collector."""

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from collectors.parent import die_with_parent


def main(arguments: Sequence[str] | None = None) -> int:
    """Collect; 2 when the configuration does not allow it."""
    if os.environ.get("GOLIVE_SUPERVISED"):
        die_with_parent()
    parser = argparse.ArgumentParser(prog="python -m collectors", description="Measure and listen for one site.")
    parser.add_argument("-c", "--config", type=Path, default=Path("golive.toml"), help="the site's golive.toml")
    parser.add_argument("--source", help="which of [[collectors]] this is; without it the first")
    parser.add_argument("--app-url", help="where the app is, if not on this machine")
    parser.add_argument("--ca", type=Path, help="certificates (PEM) of who signed the app's, if this machine has not")
    return _run(parser.parse_args(arguments))


def _run(asked: argparse.Namespace) -> int:
    # loaded only now: it takes half a second, in which a supervisor may die
    from app import telemetry
    from app.errors import GoLiveError
    from app.settings import load, load_secrets
    from collectors.collect import collect
    from collectors.reload import ChangedFile

    telemetry.log_to_stderr("collector")
    try:
        config = load(asked.config)
        secrets = load_secrets(config, os.environ, make=False)
    except GoLiveError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    known = [c.id for c in config.settings.collectors]
    source = asked.source or known[0]
    if source not in known:
        sys.stderr.write(f'{asked.config}: collectors: there is no "{source}"; there are {", ".join(known)}\n')
        return 2
    if asked.ca and (why := _unusable(asked.ca)):
        sys.stderr.write(f"{asked.ca}: {why}\n")
        return 2
    alone = not os.environ.get("GOLIVE_SUPERVISED")  # otherwise the app starts us anew when it has taken the file
    changed = ChangedFile(config, secrets, source, os.environ) if alone else None
    asyncio.run(collect(config, secrets, source, asked.app_url, changed, asked.ca))
    return 0


def _unusable(ca: Path) -> str:
    import ssl

    try:
        ssl.create_default_context(cafile=str(ca))
    except OSError as error:
        return f"holds no certificates: {error.strerror or error}"
    return ""


if __name__ == "__main__":
    sys.exit(main())
