"""Feeds: streams of clinical events, pushed to us or polled by us."""

import asyncio
from collections.abc import Coroutine

from app.clock import SteadyClock
from app.errors import NotBuilt
from app.settings import Config, Feed, Secrets
from collectors.places import Places
from collectors.sender import Sender


def feed_task(
    feed: Feed,
    config: Config,
    secrets: Secrets,
    sender: Sender,
    clock: SteadyClock,
    places: Places,
    opened: asyncio.Event | None = None,
) -> Coroutine[None, None, None]:
    """Give what runs a feed until it is cancelled; `opened` is set once it listens or polls."""
    # each kind is loaded only where it is used: the pure readers below need neither sockets nor DICOM
    site_key = secrets.site_key.get_secret_value()
    if feed.kind == "hl7-mllp":
        from collectors.feeds.hl7_mllp import Hl7Feed

        listener = Hl7Feed(feed, config.settings, site_key, sender, clock)
        listener.opened = opened or listener.opened
        return listener.run()
    if feed.kind == "pacs-studies":
        from collectors.feeds.pacs_studies import PacsStudiesFeed

        list_ = PacsStudiesFeed(feed, config, site_key, sender, clock, places)
        if opened:
            opened.set()
        return list_.run()
    raise NotBuilt(f'feeds of kind "{feed.kind}" come with a later version')
