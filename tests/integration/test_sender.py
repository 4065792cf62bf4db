"""The sender against a real HTTP server that dies, fails, and loses answers after its commit."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.clock import SteadyClock
from app.domain.measuring.samples import Kind, Outcome
from app.wire import FeedMessageIn, HeartbeatIn, SampleIn
from collectors.items import FeedItems
from collectors.sender import NotStored, Sender
from collectors.trust import OF_SYSTEM, Trust, of_own_app, of_system
from tests.peers.app_door import TOKEN, AppDoor
from tests.peers.certificates import Authority, server_context

NOW = datetime.now(UTC)


def sample(n: int) -> SampleIn:
    return SampleIn(
        id=f"sample-{n:06d}", probe="p", kind=Kind.ECHO, system="pacs", at=NOW, outcome=Outcome.OK, total_s=0.1
    )


def told(n: int) -> FeedItems:
    return FeedItems(messages=(FeedMessageIn(id=f"message-{n:06d}", feed="ris", at=NOW),))


def pulse(state: str = "idle", name: str = "p") -> HeartbeatIn:
    return HeartbeatIn(probe_or_feed=name, at=NOW, state=state)


def play(
    door: AppDoor,
    act: Callable[[Sender], Awaitable[None]],
    token: str = TOKEN,
    most: int = 50_000,
    trust: Trust = OF_SYSTEM,
) -> None:
    async def all_of_it() -> None:
        sender = Sender(door.url, token, "main", SteadyClock(), trust=trust, most=most)
        running = asyncio.create_task(sender.run())
        try:
            async with asyncio.timeout(20):
                await act(sender)
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    asyncio.run(all_of_it())


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110  # a condition, not an event of ours
            await asyncio.sleep(0.01)


def test_samples_arrive_once_and_in_order_and_share_requests() -> None:
    async def act(sender: Sender) -> None:
        for n in range(1200):
            sender.sample(sample(n))
        await until(lambda: sender.lag_s == 0)

    with AppDoor() as door:
        play(door, act)
        assert door.ids("samples") == [f"sample-{n:06d}" for n in range(1200)]
        assert max(door.batches) == 500
        assert door.sources == {"main": len(door.batches)}


def test_what_is_awaited_is_stored_when_the_wait_ends() -> None:
    async def act(sender: Sender) -> None:
        for n in range(20):
            await sender.durable(told(n))
            assert door.ids("messages")[-1] == f"message-{n:06d}"

    with AppDoor() as door:
        play(door, act)


def test_an_app_that_dies_and_comes_back_gets_everything_once() -> None:
    async def act(sender: Sender) -> None:
        await sender.durable(told(0))
        await asyncio.to_thread(door.stop)
        waiting = asyncio.create_task(sender.durable(told(1)))
        for n in range(50):
            sender.sample(sample(n))
        await until(lambda: sender.trouble != "")
        assert not waiting.done()
        assert sender.lag_s > 0
        door.start()
        await waiting
        await until(lambda: sender.lag_s == 0)
        assert sender.trouble == ""

    with AppDoor() as door:
        play(door, act)
        assert door.ids("messages") == ["message-000000", "message-000001"]
        assert door.ids("samples") == [f"sample-{n:06d}" for n in range(50)]


def test_an_answer_lost_after_the_commit_makes_no_second_item() -> None:
    async def act(sender: Sender) -> None:
        door.set("lost")
        waiting = asyncio.create_task(sender.durable(told(1)))
        await until(lambda: door.requests >= 3)
        assert not waiting.done()
        door.set("ok")
        await waiting

    with AppDoor() as door:
        play(door, act)
        assert door.ids("messages") == ["message-000001"]


def test_a_failing_app_is_asked_again_until_it_stores() -> None:
    async def act(sender: Sender) -> None:
        door.set("500")
        waiting = asyncio.create_task(sender.durable(told(1)))
        await until(lambda: door.requests >= 2)
        assert sender.trouble == "the app answers 500"
        door.set("ok")
        await waiting

    with AppDoor() as door:
        play(door, act)


def test_a_wrong_token_is_said_and_nothing_is_lost() -> None:
    async def act(sender: Sender) -> None:
        sender.sample(sample(1))
        await until(lambda: "GOLIVE_INGEST_TOKEN" in sender.trouble)
        assert sender.lag_s > 0

    with AppDoor() as door:
        play(door, act, token="another")


def test_who_stops_waiting_takes_back_what_is_unsent() -> None:
    async def act(sender: Sender) -> None:
        door.set("500")
        waiting = asyncio.create_task(sender.durable(told(1)))
        await until(lambda: door.requests >= 1)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        door.set("ok")
        await sender.durable(told(2))

    with AppDoor() as door:
        play(door, act)
        assert door.ids("messages") == ["message-000002"]


def test_a_batch_that_is_too_large_is_halved_until_it_fits() -> None:
    async def act(sender: Sender) -> None:
        for n in range(300):
            sender.sample(sample(n))
        await until(lambda: sender.lag_s == 0)

    with AppDoor() as door:
        door.most = 40
        play(door, act)
        assert door.ids("samples") == [f"sample-{n:06d}" for n in range(300)]


def test_one_poisonous_item_is_found_and_loses_no_other() -> None:
    async def act(sender: Sender) -> None:
        for n in range(100):
            sender.sample(sample(n))
        with pytest.raises(NotStored):
            await sender.durable(told(7))
        await sender.durable(told(8))
        await until(lambda: sender.lag_s == 0)
        assert sender.refused == 2

    with AppDoor() as door:
        door.poison = {"sample-000042", "message-000007"}
        play(door, act)
        assert door.ids("samples") == [f"sample-{n:06d}" for n in range(100) if n != 42]
        assert door.ids("messages") == ["message-000008"]


def test_when_every_batch_is_unwelcome_everything_is_kept() -> None:
    async def act(sender: Sender) -> None:
        door.set("unwelcome")
        waiting = asyncio.create_task(sender.durable(told(1)))
        await until(lambda: "source" in sender.trouble)
        door.set("ok")
        await waiting

    with AppDoor() as door:
        play(door, act)


def test_a_refused_item_counts_as_stored_because_the_app_has_put_it_aside() -> None:
    async def act(sender: Sender) -> None:
        await sender.durable(told(1))
        assert sender.refused == 1

    with AppDoor() as door:
        door.refuse = {"message-000001"}
        play(door, act)


def test_while_the_app_is_away_the_newest_samples_stay_and_the_dropped_are_told() -> None:
    async def act(sender: Sender) -> None:
        door.set("500")
        sender.sample(sample(0))
        await until(lambda: door.requests >= 1)
        for n in range(1, 30):
            sender.sample(sample(n))
        assert sender.dropped > 0
        sender.heartbeat(pulse())
        door.set("ok")
        await until(lambda: sender.lag_s == 0 and bool(door.heartbeats))
        assert f"{sender.dropped} samples dropped" in door.heartbeats[0]["detail"]

    with AppDoor() as door:
        play(door, act, most=10)
        assert door.ids("samples")[-10:] == [f"sample-{n:06d}" for n in range(20, 30)]


def test_of_each_heartbeat_only_the_newest_goes_and_a_change_goes_soon() -> None:
    async def act(sender: Sender) -> None:
        for state in ("idle", "waiting", "under way"):
            sender.heartbeat(pulse(state))
        await until(lambda: len(door.heartbeats) == 1)
        sender.heartbeat(pulse("idle"))
        await until(lambda: len(door.heartbeats) == 2)

    with AppDoor() as door:
        play(door, act)
        assert [h["state"] for h in door.heartbeats] == ["under way", "idle"]


def test_a_clean_stop_hands_over_what_is_left() -> None:
    async def act(sender: Sender) -> None:
        for n in range(700):
            sender.sample(sample(n))
        assert await sender.flushed(2)

    with AppDoor() as door:
        play(door, act)
        assert len(door.ids("samples")) == 700


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tls"))


def test_a_certificate_that_the_hospital_signed_is_trusted_by_its_own_file_whatever_its_name(
    authority: Authority,
) -> None:
    cert = authority.sign("golive.hospital.example")

    async def act(sender: Sender) -> None:
        sender.sample(sample(1))
        assert await sender.flushed(10)

    with AppDoor(tls=server_context(cert)) as door:
        play(door, act, trust=of_own_app(cert))
        assert door.ids("samples") == ["sample-000001"]


def test_the_hospitals_authority_is_trusted_when_it_is_named(authority: Authority) -> None:
    async def act(sender: Sender) -> None:
        sender.sample(sample(1))
        assert await sender.flushed(10)

    with AppDoor(tls=server_context(authority.sign("localhost"))) as door:
        play(door, act, trust=of_system(authority.pem))
        assert door.ids("samples") == ["sample-000001"]


def test_an_authority_that_the_machine_trusts_is_trusted(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.pem))

    async def act(sender: Sender) -> None:
        sender.sample(sample(1))
        assert await sender.flushed(10)

    with AppDoor(tls=server_context(authority.sign("localhost"))) as door:
        play(door, act)


def test_a_certificate_not_trusted_says_so_until_its_renewed_file_is_there(
    authority: Authority, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    shown, trusted = authority.sign("localhost"), tmp_path / "cert.pem"
    trusted.write_bytes(Authority(other).sign("localhost").read_bytes())

    async def act(sender: Sender) -> None:
        sender.sample(sample(1))
        await until(lambda: bool(sender.trouble))
        assert sender.trouble.startswith("the app does not answer: its certificate is not trusted: ")
        trusted.write_bytes(shown.read_bytes())
        assert await sender.flushed(10)
        assert sender.trouble == ""

    with AppDoor(tls=server_context(shown)) as door:
        play(door, act, trust=of_own_app(trusted))
        assert door.ids("samples") == ["sample-000001"]
