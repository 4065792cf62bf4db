"""golive.toml read again by a collector that runs alone; one beside the app is started anew by the app instead."""

import asyncio
import contextlib
from collections.abc import Mapping
from pathlib import Path

import structlog

from app.errors import ConfigInvalid, GoLiveError
from app.settings import Config, Secrets, load, load_secrets, takes_a_restart

_LOG = structlog.get_logger()

LOOK_S = 1.0  # the app looks as often: it mostly knows a new probe before its first sample comes
Stamp = tuple[int, int, int]


class ChangedFile:
    """Watches the file of a collector; `config` and `secrets` are in effect, `asked` has it read at once."""

    def __init__(self, config: Config, secrets: Secrets, source: str, environ: Mapping[str, str]) -> None:
        self.config, self.secrets = config, secrets
        self._source, self._environ = source, environ
        self._seen = self._found = _stamp(config.file)
        self.asked = asyncio.Event()

    async def next(self) -> None:
        """Wait for a changed file that can be used; of one that cannot, say why: the old configuration stays."""
        while True:
            await self._changed()
            try:
                config = await asyncio.to_thread(load, self.config.file, self._environ)
                secrets = load_secrets(config, self._environ, make=False)
            except ConfigInvalid as error:
                self._refuse("; ".join(str(m) for m in error.mistakes[:20]))
            except GoLiveError as error:
                self._refuse(error.detail)
            else:
                if why := self._unfit(config):
                    self._refuse(why)
                elif config.version != self.config.version:
                    self.config, self.secrets = config, secrets
                    return

    def _unfit(self, config: Config) -> str:
        if self._source not in (c.id for c in config.settings.collectors):
            return f'there is no collector "{self._source}" any more'
        return takes_a_restart(self.config.settings, config.settings)

    def _refuse(self, why: str) -> None:
        _LOG.warning("the changed file is not used, the old one stays", file=self.config.file.name, why=why)

    async def _changed(self) -> None:
        """Wait until the file differs and has stood still from one look to the next, or somebody asks."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_S):
                    await self.asked.wait()
            before, self._found = self._found, _stamp(self.config.file)
            stands = self._found is not None and self._found == before != self._seen
            if stands or self.asked.is_set():
                self.asked.clear()
                self._seen = self._found
                return


def _stamp(file: Path) -> Stamp | None:
    """Give how the file looks from outside; None while an editor is just replacing it."""
    try:
        seen = file.stat()
    except OSError:
        return None
    return seen.st_mtime_ns, seen.st_size, seen.st_ino
