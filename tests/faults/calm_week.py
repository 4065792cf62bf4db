"""A calm week of three simulated hospitals, lived by the rules of docs/triggers.md: none of them may breach."""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from app.domain.measuring.samples import Sample
from app.domain.plans import Armed
from app.domain.rollback.backtest import Backtest, Past
from app.plan import plan_of
from app.settings import Config, Probe, load
from collectors.simulator.life import Life, hospital
from collectors.simulator.pour import Pouring
from collectors.simulator.scenarios import Script
from collectors.simulator.site import Ports, golive_toml

SEEDS = (1, 2, 3)
T0 = datetime(2026, 11, 23, 5, tzinfo=UTC)  # a Monday
WEEK = timedelta(days=7)
DOCUMENT = Path(__file__).parents[2] / "docs/triggers.md"


@dataclass(frozen=True)
class Whole(Pouring):
    """A past with every attempt of every probe, from T0 on."""

    def _samples(self, from_: datetime, to: datetime, end: datetime) -> Iterator[Sample]:
        return super()._samples(from_, to, end) if to > T0 else iter(())

    def _cadence(self, probe: Probe, ago: timedelta) -> timedelta:
        return timedelta(seconds=probe.every)


def rules() -> str:
    """Give the library of rules as the document writes it."""
    return "\n".join(re.findall(r"```toml\n(.*?)```", DOCUMENT.read_text(), re.S))


def site(folder: Path) -> Config:
    """Give the simulated hospital's configuration with these rules."""
    ports = Ports(pacs=11112, web=8042, ris=11113, legacy=11114, legacy_web=8043, hl7=2575)
    file = folder / "golive.toml"
    file.write_text(golive_toml(ports, t0=T0, listen="127.0.0.1:8000") + "\n" + rules())
    return load(file, {})


def lived(seed: int, config: Config, span: timedelta = WEEK, script: Script | None = None) -> list[Past]:
    """Give what every rule that may breach did in a week from T0 on; the day before is known to it."""
    life, plan = Life(hospital(seed, t0=T0, script=script), T0 - timedelta(days=10)), plan_of(config)
    past = Backtest(plan, T0, factors=())
    pouring = Whole(life, config.settings, "a key of the simulation that opens nothing")
    for end, samples, events, _ in pouring.batches(T0 - timedelta(days=1), T0 + span):
        if end <= T0:
            past.before(events)
        else:
            past.live(end, samples, events, T0)
    silent = {rule.id for rule in plan.rules if rule.armed is Armed.SHADOW}
    return [found for found in past.pasts() if found.id.partition(":")[0] not in silent]


def check() -> str:
    """Live three weeks; give how much was seen, or raise with every breach."""
    breaches, looks = [], 0
    with TemporaryDirectory() as folder:
        config = site(Path(folder))
        for seed in SEEDS:
            for past in lived(seed, config):
                looks += len(past.seen)
                breaches += [f"seed {seed} {past.id} {b.at:%a %H:%M} {b.reason}" for b in past.breaches]
    if breaches:
        sys.stdout.write("\n".join(breaches) + "\n")
        raise AssertionError(f"{len(breaches)} breaches in {len(SEEDS)} calm weeks")
    return f"0 breaches in {len(SEEDS)} calm weeks, {looks:,} looks that could tell"
