"""The runner beside real peers: prompt, bounded, and unmoved by a hung system."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from app.clock import SteadyClock
from app.domain.measuring.samples import Outcome
from app.settings import Config, Secrets, Settings
from app.wire import ExamEventIn, HeartbeatIn, SampleIn
from collectors.items import FeedItems
from collectors.places import Places
from collectors.runner import Runner
from tests.peers.hostile import Hostile, accept, answer, says
from tests.peers.ports import free_port
from tests.peers.wlmscpfs import Wlmscpfs

SECRETS = Secrets(site_key=SecretStr("key"), ingest_token=SecretStr("t"), admin_token=SecretStr("a"))


class Kept:
    """A sender that remembers what it was given."""

    def __init__(self) -> None:
        self.samples: list[SampleIn] = []
        self.heartbeats: list[HeartbeatIn] = []
        self.events: list[ExamEventIn] = []
        self.news = asyncio.Event()

    def sample(self, sample: SampleIn) -> None:
        self.samples.append(sample)
        self.news.set()

    def heartbeat(self, heartbeat: HeartbeatIn) -> None:
        self.heartbeats.append(heartbeat)
        self.news.set()

    async def durable(self, items: FeedItems) -> None:
        self.events += items.events
        self.news.set()

    def of(self, probe: str) -> list[SampleIn]:
        return [s for s in self.samples if s.probe == probe]


def config_of(systems: dict[str, int], probes: list[dict[str, Any]], **more: Any) -> Config:
    tables = {
        "site": {"id": "north", "name": "North"},
        "go_live": {"at": "2026-11-21T06:00:00+01:00"},
        "systems": [
            {
                "id": id,
                "name": id,
                "kind": "ris",
                "dicom": {"host": "127.0.0.1", "port": port, "ae_title": "RIS"},
                **more,
            }
            for id, port in systems.items()
        ],
        "collectors": [{"id": id, "place": id} for id in ("main", "room")],
        "probes": [{"every": "1s", "timeout": "8s", **p} for p in probes],
    }
    return Config(Settings.model_validate(tables, by_alias=True), Path("golive.toml"), Path(), "v", "{}")


async def live(config: Config, kept: Kept, until: Callable[[Kept, Runner], bool], within_s: float) -> float:
    """Run until `until` holds, looked at with each thing sent; give how long stopping took."""
    runner = Runner(config, "main", kept, SECRETS, SteadyClock(), Places(config.settings))
    task = asyncio.create_task(runner.run())
    async with asyncio.timeout(within_s):
        while not until(kept, runner):
            await kept.news.wait()
            kept.news.clear()
    assert not task.done()
    began_s = time.monotonic()
    task.cancel()
    await asyncio.wait([task])
    return time.monotonic() - began_s


def lived(config: Config, until: Callable[[Kept, Runner], bool], kept: Kept | None = None) -> tuple[Kept, float]:
    kept = kept or Kept()
    return kept, asyncio.run(live(config, kept, until, 30.0))


def test_probes_run_on_their_grid_and_tell_samples_heartbeats_and_orders() -> None:
    with Wlmscpfs() as ris:
        config = config_of(
            {"ris": ris.port}, [{"id": "ct", "kind": "worklist", "system": "ris", "match": {"Modality": "CT"}}]
        )
        kept, _ = lived(config, lambda k, _: len(k.samples) >= 3)
    assert {s.outcome for s in kept.samples} == {Outcome.OK}
    assert len({s.id for s in kept.samples}) == len(kept.samples)
    gaps = [(b.at - a.at).total_seconds() for a, b in zip(kept.samples, kept.samples[1:], strict=False)]
    assert all(0.5 < gap < 2.5 for gap in gaps)
    assert len(kept.events) == 10
    assert {h.probe_or_feed for h in kept.heartbeats} == {"ct"}


def test_a_hung_peer_delays_no_probe_of_another_system_and_stopping_is_quick() -> None:
    with Hostile(says()) as hung, Wlmscpfs() as ris:
        probes = [{"id": f"hung-{n}", "kind": "echo", "system": "hung"} for n in range(6)]
        probes.append({"id": "well", "kind": "worklist", "system": "ris"})
        kept, stopping_s = lived(
            config_of({"hung": hung.port, "ris": ris.port}, probes), lambda k, _: len(k.of("well")) >= 4
        )
    assert {s.outcome for s in kept.of("well")} == {Outcome.OK}
    newest = {h.probe_or_feed: h for h in kept.heartbeats}
    states = sorted(newest[f"hung-{n}"].state for n in range(6))
    assert states == ["under way"] * 4 + ["waiting"] * 2
    assert all(newest[f"hung-{n}"].since is not None for n in range(6))
    assert stopping_s < 2.0


def test_the_collectors_that_ask_a_system_share_its_places_and_its_bytes() -> None:
    probes = [{"id": f"hung-{n}", "kind": "echo", "system": "hung", "from": ["main", "room"]} for n in range(4)]
    with Hostile(says()) as hung:
        config = config_of({"hung": hung.port}, probes)
        kept, _ = lived(config, lambda k, _: {h.state for h in k.heartbeats[-4:]} == {"under way", "waiting"})
    newest = {h.probe_or_feed: h.state for h in kept.heartbeats}
    assert sorted(newest.values()) == ["under way"] * 2 + ["waiting"] * 2


def test_refusals_stretch_a_short_cadence_and_say_that_they_do() -> None:
    config = config_of({"gone": free_port()}, [{"id": "p", "kind": "echo", "system": "gone"}])

    def held_back(kept: Kept, _: Runner) -> bool:
        return any((h.state, h.detail) == ("waiting", "back-off") for h in kept.heartbeats)

    kept, _ = lived(config, held_back)
    assert {s.outcome for s in kept.samples} == {Outcome.REFUSED}


def test_a_bug_in_one_probe_is_counted_and_ends_no_other() -> None:
    with Hostile(says(accept(), answer(0x8030, 0))) as peer:
        config = config_of(
            {"s": peer.port},
            [{"id": "good", "kind": "echo", "system": "s"}, {"id": "bug", "kind": "echo", "system": "s"}],
        )

        class Failing(Kept):
            def sample(self, sample: SampleIn) -> None:
                if sample.probe == "bug":
                    raise RuntimeError("a bug")
                super().sample(sample)

        lived(config, lambda k, r: len(k.samples) >= 3 and r.turns["bug"].bugs >= 2, Failing())
