"""Channels tried by hand: whether each has an address that means something, and whether its service takes a test."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from app.clock import monotonic_s, utc_now
from app.domain.floor.tickets import CHANNEL as TICKETS
from app.domain.telling.notice_words import of_test
from app.errors import Missing, Unavailable
from app.plan import plan_of
from app.running.carrier import Carried, Carrier, Parcel
from app.settings import Config, channel_address, dead_man_address, tickets_address, tickets_key
from app.settings.notices import Channel

DEAD_MAN = "dead man"


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of one channel; `problem` is "" where nothing is wrong, `took_s` None where nothing was sent."""

    channel: str
    problem: str
    took_s: float | None = None


async def checked(config: Config, environ: Mapping[str, str]) -> list[Tried]:
    """Say of each channel, and of the dead man's address, whether it is well-formed; nothing is sent."""
    found = await _each(config, config.settings.channels, lambda carrier, c: _known(carrier, c, config, environ))
    if (dead_man := config.settings.dead_man) is not None:
        try:
            dead_man_address(dead_man, config.folder, environ)
            found.append(Tried(DEAD_MAN, ""))
        except Unavailable as error:
            found.append(Tried(DEAD_MAN, error.detail))
    if (tickets := config.settings.tickets) is not None:
        try:
            tickets_address(tickets, config.folder, environ)
            tickets_key(tickets, config.folder, environ)
            found.append(Tried(TICKETS, ""))
        except Unavailable as error:
            found.append(Tried(TICKETS, error.detail))
    return found


async def tried(config: Config, environ: Mapping[str, str], only: str = "") -> list[Tried]:
    """Send a test notice to each channel at once, or to one."""
    channels = [c for c in config.settings.channels if only in ("", c.id)]
    if not channels:
        known = ", ".join(c.id for c in config.settings.channels) or "none"
        raise Missing(f'there is no channel "{only}" in {config.file} (there are: {known})')
    return await _each(config, channels, lambda carrier, c: _sent(carrier, c, config, environ))


Attempt = Callable[[Carrier, Channel], Awaitable[Tried]]


async def _each(config: Config, channels: list[Channel], attempt: Attempt) -> list[Tried]:
    if not channels:
        return []
    carrier = Carrier()
    try:
        return list(await asyncio.gather(*(attempt(carrier, c) for c in channels)))
    finally:
        await carrier.close()


async def _known(carrier: Carrier, channel: Channel, config: Config, environ: Mapping[str, str]) -> Tried:
    try:
        address = channel_address(channel, config.folder, environ).get_secret_value()
        found = await carrier.known(address)
    except Unavailable as error:
        found = Carried(error.detail)
    return Tried(channel.id, found.problem)


async def _sent(carrier: Carrier, channel: Channel, config: Config, environ: Mapping[str, str]) -> Tried:
    said = of_test(plan_of(config), channel.id, utc_now())
    try:
        address = channel_address(channel, config.folder, environ).get_secret_value()
        await carrier.start()
        began_s = monotonic_s()
        found = await carrier.carry(address, Parcel(said.title, said.text, said.severity), channel.timeout)
    except Unavailable as error:
        return Tried(channel.id, error.detail)
    return Tried(channel.id, found.problem, monotonic_s() - began_s)
