"""What the played engine sends while scenarios change, against a peer that acknowledges everything."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta

from app.clock import Pace, monotonic_s
from collectors.simulator.hl7_out import message
from collectors.simulator.life import Life, hospital
from collectors.simulator.now import Playing
from collectors.simulator.part import Part
from collectors.simulator.play import tell
from collectors.simulator.scenarios import Script
from collectors.simulator.site import Ports

MONDAY = datetime(2026, 11, 16, tzinfo=UTC)
NINE = MONDAY + timedelta(hours=9)
HOUR = timedelta(hours=1)
_ACK = b"\x0bMSH|^~\\&|GOLIVE\r\x1c\r"


class Taker:
    """A listener that keeps what it is sent, and says when somebody has connected."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self.connected, self._more = asyncio.Event(), asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connected.set()
        try:
            while True:
                body = await reader.readuntil(b"\x1c\r")
                self.taken.append(body.removeprefix(b"\x0b").removesuffix(b"\x1c\r"))
                self._more.set()
                writer.write(_ACK)
        except asyncio.IncompleteReadError:
            writer.close()

    async def until(self, count: int) -> None:
        while len(self.taken) < count:
            self._more.clear()
            await self._more.wait()


def test_the_end_of_a_silence_sends_all_of_its_messages_once_and_in_order() -> None:
    script = Script(((NINE, "silent-hl7"),))
    life = Life(hospital(7, t0=NINE, script=script), MONDAY)
    calm = Life(hospital(7, t0=NINE), MONDAY)

    async def play() -> tuple[list[bytes], datetime]:
        taker = Taker()
        server = await asyncio.start_server(taker.serve, "127.0.0.1", 0)
        ports = Ports(0, 0, 0, 0, 0, hl7=server.sockets[0].getsockname()[1])
        pace = Pace(NINE + HOUR, monotonic_s(), 1.0)
        playing = Playing(life, pace.now)
        engine = asyncio.create_task(tell(playing, Part(life, NINE, ports, pace)))
        try:
            async with asyncio.timeout(30):
                await taker.connected.wait()
                await asyncio.to_thread(playing.change, "calm")
                changed_at = playing.life.hospital.script.moments[-1]
                await taker.until(len(list(calm.told(NINE, changed_at))))
        finally:
            engine.cancel()
            await asyncio.gather(engine, return_exceptions=True)
            server.close()
        return taker.taken, changed_at

    taken, changed_at = asyncio.run(play())
    meant = [message(told, life.hospital.zone) for told in calm.told(NINE, changed_at)]
    assert len(meant) > 200
    assert taken[: len(meant)] == meant
    assert max(Counter(taken).values()) == 1
