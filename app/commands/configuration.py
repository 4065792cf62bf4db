"""golive.toml read again while golive runs: a good one takes effect and is journalled, a bad one changes nothing."""

import asyncio
import contextlib
import functools
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.domain.plans import GoLivePlan, Plan
from app.domain.rollback.golive import effective_t0
from app.errors import ConfigInvalid, Unavailable
from app.plan import go_live_of
from app.settings import Config, load, takes_a_restart
from app.store import configurations, exams, golives, journal, marks, notices
from app.store.db import Database, Session

log = logging.getLogger("golive.configuration")
WATCH_EACH_S = 1.0
Act = Callable[[], Awaitable[None]]
FIRST_START = "first_start"
FOLDED_BY = "exams.folded_by"
FOLD_RULES = 5  # one more whenever what an exam keeps, or how it is told, changes: stored ones are folded anew
BY_CLOCK = "golive: by the clock, as configured"


@dataclass(frozen=True, slots=True)
class Reread:
    """A file read again: the configuration to use from now on, or why the old one stays."""

    config: Config | None
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Stamp:
    """How a file looked from outside, so that a change is noticed without reading it."""

    modified_ns: int
    size: int
    inode: int


def stamp_of(file: Path) -> Stamp | None:
    """Give the file's stamp, None where it cannot be seen now (an editor may just be replacing it)."""
    try:
        seen = file.stat()
    except OSError:
        return None
    return Stamp(seen.st_mtime_ns, seen.st_size, seen.st_ino)


async def reread(db: Database, old: Config, environ: Mapping[str, str], at: datetime) -> Reread:
    """Read the file again; what cannot be used is journalled and the old configuration stays."""
    site = old.settings.site.id
    if old.file.exists() and not old.file.is_file():  # reading a pipe would wait for ever
        return await _refused(db, site, old, at, f"{old.file} is no file that can be read again", [])
    try:
        new = await asyncio.to_thread(load, old.file, environ)
    except ConfigInvalid as error:
        first = str(error.mistakes[0]) if error.mistakes else error.detail
        more = f" (and {len(error.mistakes) - 1} more)" if len(error.mistakes) > 1 else ""
        mistakes = [str(m) for m in error.mistakes][:20]
        return await _refused(db, site, old, at, f"{first}{more}", mistakes)
    except OSError as error:
        return await _refused(db, site, old, at, f"{old.file} cannot be read: {error.strerror}", [])
    if said := takes_a_restart(old.settings, new.settings):
        return await _refused(db, site, old, at, said, [])
    await db.write(lambda s: configurations.effective(s, site, new.version, new.canonical, at))
    return Reread(new)


async def _refused(db: Database, site: str, old: Config, at: datetime, trouble: str, mistakes: list[str]) -> Reread:
    body = {"reason": trouble, "mistakes": mistakes, "kept": old.version}
    await db.write(lambda s: journal.append(s, site, at, "golive", "configuration.refuse", old.file.name, body))
    return Reread(None, f"the changed {old.file.name} is not used: {trouble}")


async def watch(file: Path, seen: Stamp | None, asked: asyncio.Event, again: Act, each: Act) -> None:
    """Call `again` when the file is not as `seen` or somebody asked, and `each` every second, until cancelled."""
    while True:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(WATCH_EACH_S):
                await asked.wait()
        now = stamp_of(file)
        try:
            if asked.is_set() or (now is not None and now != seen):
                asked.clear()
                await again()
                seen = now
            await each()
        except Unavailable as error:
            log.warning("the configuration could not be looked at now: %s", error.detail)


@dataclass(frozen=True, slots=True)
class Starting:
    """The act of a start: journal entry, effective configuration, the mark of a simulation, and a T0 already past."""

    config: Config
    at: datetime
    simulation: bool
    version: str

    def __call__(self, s: Session) -> None:
        site, plan = self.config.settings.site.id, self.config.settings.go_live
        notices.begin(s, site)  # before the first entry: that a T0 was past at the first start is told as well
        body = {"version": self.version, "configuration": self.config.version, "simulation": self.simulation}
        journal.append(s, site, self.at, "golive", "app.start", site, body)
        configurations.effective(s, site, self.config.version, self.config.canonical, self.at)
        first = marks.get(s, site, FIRST_START) is None
        self._one_kind(s, site, first)
        if first:
            marks.set(s, site, FIRST_START, self.at.isoformat())
        if first and plan.at <= self.at and golives.current(s, site) is None:
            golives.declare(s, site, plan.at, self.at, "golive: the planned moment had passed at the first start")
        else:
            _declare_by_clock(s, go_live_of(self.config), site, self.at)

    def _one_kind(self, s: Session, site: str, first: bool) -> None:
        """Keep a practised hospital and a real one in different databases for good."""
        simulated = marks.get(s, site, marks.SIMULATION) == "true"
        if simulated and not self.simulation:
            raise Unavailable("this database holds a simulation; give the real site one of its own")
        if self.simulation and not simulated:
            if not first:
                raise Unavailable("this database belongs to a real site; a simulation needs one of its own")
            marks.set(s, site, marks.SIMULATION, "true")


async def declare_by_clock(db: Database, config: Config, at: datetime) -> bool:
    """Declare T0 when the site wants it by the clock and the moment has come; say whether it was declared now."""
    site, plan = config.settings.site.id, go_live_of(config)
    if not plan.by_clock or await db.read(lambda s: _due_by_clock(s, plan, site, at)) is None:
        return False
    return await db.write(lambda s: _declare_by_clock(s, plan, site, at))


def _due_by_clock(s: Session, plan: GoLivePlan, site: str, at: datetime) -> datetime | None:
    """Give the T0 that came by the clock and is in no record yet."""
    record = golives.current(s, site)
    return effective_t0(plan, record, at) if record is None or record.at is None else None


def _declare_by_clock(s: Session, plan: GoLivePlan, site: str, at: datetime) -> bool:
    t0 = _due_by_clock(s, plan, site, at)
    if t0 is not None:
        golives.declare(s, site, t0, at, BY_CLOCK)
    return t0 is not None


async def stopping(db: Database, site: str, at: datetime) -> None:
    """Journal a stop."""
    await db.write(lambda s: journal.append(s, site, at, "golive", "app.stop", site, {}))


async def fold_again(db: Database, plan: Plan) -> None:
    """Fold all exams anew when the rules or the order of the feeds are not those before."""
    site, order = plan.site, plan.feed_order
    said = json.dumps({"rules": FOLD_RULES, "feeds": order}, sort_keys=True)
    before = await db.read(lambda s: marks.get(s, site, FOLDED_BY))
    if before == said:
        return
    after, more = "", before is not None
    while more:
        after = await db.write(functools.partial(exams.refold, site=site, feed_order=order, after=after))
        more = bool(after)
    await db.write(lambda s: marks.set(s, site, FOLDED_BY, said))
