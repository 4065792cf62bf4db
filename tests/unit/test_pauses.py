"""Full garbage collections stand everything still: rare while the app serves, as before when it has ended."""

import asyncio
import gc

from app.running import pauses


def test_full_collections_are_rare_while_serving_and_as_before_afterwards() -> None:
    before = gc.get_threshold()

    async def serve() -> None:
        keeping = asyncio.create_task(pauses.keep_rare())
        await asyncio.sleep(0)
        assert gc.get_threshold() == (*before[:2], pauses.AT_LATEST)
        assert gc.get_freeze_count() > 10_000
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)

    asyncio.run(serve())
    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == 0
