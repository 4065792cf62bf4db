"""The program that carries notices: what hangs in it is ended, what kills it costs one attempt, none stays behind."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable

import psutil
import pytest

from app.errors import Unavailable
from app.running.carrier import Carried, Carrier, Parcel
from tests.peers.receiver import Hanging, Receiver

PARCEL = Parcel("A title", "A text", "failure")


def with_carrier(live: Callable[[Carrier], Awaitable[None]], carrier: Carrier | None = None) -> None:
    async def run() -> None:
        made = carrier or Carrier()
        try:
            await live(made)
        finally:
            await made.close()
        assert made.pid is None

    asyncio.run(run())


def forks(carrier: Carrier) -> list[psutil.Process]:
    return psutil.Process(carrier.pid).children() if carrier.pid is not None else []


async def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < end
        await asyncio.sleep(0.02)


def test_what_hangs_is_ended_by_the_kernel_while_others_are_carried() -> None:
    async def live(carrier: Carrier) -> None:
        hung = [asyncio.create_task(carrier.carry(hanging.address, PARCEL, 1.0)) for _ in range(5)]
        await until(lambda: hanging.connections == 5)
        assert await carrier.carry(receiver.address(), PARCEL, 5.0) == Carried()
        assert not any(task.done() for task in hung)
        assert set(await asyncio.gather(*hung)) == {Carried("it did not answer in time", hung=True)}
        await until(lambda: not forks(carrier))
        assert [m.title for m in receiver.taken()] == ["A title"]

    with Hanging() as hanging, Receiver() as receiver:
        with_carrier(live)


def test_a_killed_program_costs_what_it_carried_and_is_started_again() -> None:
    async def live(carrier: Carrier) -> None:
        waiting = asyncio.create_task(carrier.carry(hanging.address, PARCEL, 20.0))
        await until(lambda: hanging.connections == 1)
        before = carrier.pid
        assert before is not None
        began = time.monotonic()
        os.kill(before, signal.SIGKILL)
        assert (await waiting).problem == "the program that carries notices ended"
        assert await carrier.carry(receiver.address(), PARCEL, 5.0) == Carried()
        assert carrier.pid not in (None, before)
        assert time.monotonic() - began < 10, "nobody waits for what the fork still hangs in"
        assert hanging.left() == 1

    with Hanging() as hanging, Receiver() as receiver:
        with_carrier(live)


def test_a_program_that_stands_still_is_ended_and_started_again() -> None:
    async def live(carrier: Carrier) -> None:
        await carrier.start()
        assert carrier.pid is not None
        os.kill(carrier.pid, signal.SIGSTOP)
        assert (await carrier.carry(receiver.address(), PARCEL, 0.2)).hung
        assert await carrier.carry(receiver.address(), PARCEL, 5.0) == Carried()

    with Receiver() as receiver:
        with_carrier(live)


def test_a_program_that_cannot_begin_is_a_sentence() -> None:
    async def live(carrier: Carrier) -> None:
        with pytest.raises(Unavailable, match="does not begin"):
            await carrier.carry("json://127.0.0.1:1", PARCEL, 1.0)

    with_carrier(live, Carrier(command=(sys.executable, "-c", "raise SystemExit(3)")))

    async def nowhere(carrier: Carrier) -> None:
        with pytest.raises(Unavailable, match="cannot be started: No such file"):
            await carrier.carry("json://127.0.0.1:1", PARCEL, 1.0)

    with_carrier(nowhere, Carrier(command=("/nowhere/at/all",)))


def test_golives_own_secrets_are_not_handed_to_it() -> None:
    async def live(carrier: Carrier) -> None:
        await carrier.start()
        environ = psutil.Process(carrier.pid).environ()
        assert environ["LEFT"] == "1"
        assert not [name for name in environ if name.startswith("GOLIVE_")]

    with_carrier(live, Carrier({**os.environ, "GOLIVE_SITE_KEY": "secret", "LEFT": "1"}))
