"""A loop that crashes is named, counted and started again; one that is stopped stays so."""

import asyncio

import pytest

from app.running import loops


def test_a_crashed_loop_is_down_for_a_moment_and_then_runs_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loops, "AGAIN_AFTER_S", 0.01)
    down: dict[str, str] = {}
    crashed: list[str] = []
    runs = 0
    running_again = asyncio.Event()

    async def run() -> None:
        nonlocal runs
        runs += 1
        if runs == 1:
            raise RuntimeError("a bug")
        if runs == 2:
            return  # ending by itself is no better
        running_again.set()
        await asyncio.Event().wait()

    async def live() -> None:
        loop = loops.Loop("judge", run, down, crashed.append)
        loop.start()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert down == {"judge": "it crashed (RuntimeError) and is started again"}
        await asyncio.wait_for(running_again.wait(), 5)
        assert (down, crashed, runs) == ({}, ["judge", "judge"], 3)
        await loop.stop()
        await loop.stop()

    asyncio.run(live())
