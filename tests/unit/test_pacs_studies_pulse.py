"""The study list's sign of life, without a PACS."""

from datetime import timedelta
from pathlib import Path

from app.clock import SteadyClock
from app.settings import Config, Settings
from collectors.feeds.pacs_studies import PacsStudiesFeed
from collectors.places import Places
from collectors.sender import Sender
from tests.unit.made import T

CONFIG = Settings.model_validate(
    {
        "site": {"id": "north", "name": "North"},
        "go_live": {"at": "2026-11-21T06:00:00+01:00"},
        "systems": [
            {"id": "pacs", "name": "PACS", "kind": "pacs", "dicomweb": {"url": "http://127.0.0.1:9/dicom-web"}}
        ],
        "feeds": [{"id": "studies", "kind": "pacs-studies", "system": "pacs", "every": "1s"}],
    }
)


def test_a_clock_that_runs_sixty_times_as_fast_makes_no_list_late() -> None:
    clock = SteadyClock(T)
    config = Config(CONFIG, Path("golive.toml"), Path(), "0", "{}")
    sender = Sender("http://127.0.0.1:9", "token", "main", clock)
    feed = PacsStudiesFeed(CONFIG.feeds[0], config, "key", sender, clock, Places(CONFIG))
    told = feed.pulse(T + timedelta(minutes=20))
    assert (told.state, told.detail) == ("polling", "")
