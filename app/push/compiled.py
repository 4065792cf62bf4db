"""Templates as an earlier start compiled them, kept where Python keeps what it compiled: 0.3 s of each start."""

import hashlib
import sys
from collections.abc import Mapping
from contextlib import suppress
from importlib.util import cache_from_source
from pathlib import Path
from typing import Any

import jinja2
from jinja2.bccache import Bucket, FileSystemBytecodeCache

_HERE = Path(cache_from_source(__file__)).parent
_FOR_ALL = 0o644  # who installs golive is often not who runs it


class Compiled(FileSystemBytecodeCache):
    """What was compiled from the same text, by the same Jinja and with the same `options`; all else is made anew."""

    def __init__(self, options: Mapping[str, Any], folder: Path = _HERE) -> None:
        told = hashlib.sha256(f"{jinja2.__version__} {sorted(options.items())}".encode()).hexdigest()[:12]
        super().__init__(str(folder), f"templates-{told}-%s.cache")

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep it, where golive may write beside its own code; where not, each start compiles."""
        if not sys.dont_write_bytecode:
            with suppress(OSError):
                super().dump_bytecode(bucket)
                Path(self._get_cache_filename(bucket)).chmod(_FOR_ALL)  # Jinja keeps it for its maker alone
