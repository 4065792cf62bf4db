"""Which collectors ask a system, by probes and by feeds that poll it."""

from app.settings.tables import Feed, Probe, Settings


def collectors_of(asker: Probe | Feed, settings: Settings) -> list[str]:
    """Give the collectors that run a probe or feed."""
    return asker.from_ or [settings.collectors[0].id]


def feeds_of(settings: Settings, system: str) -> list[Feed]:
    """Give the feeds that poll a system."""
    return [f for f in settings.feeds if f.system == system]


def asking(settings: Settings, system: str) -> list[str]:
    """Give the collectors that ask a system, each once."""
    askers: list[Probe | Feed] = [*(p for p in settings.probes if p.system == system), *feeds_of(settings, system)]
    return list(dict.fromkeys(source for asker in askers for source in collectors_of(asker, settings)))
