"""Whether one sample is as it should be: outside its probe's hours a list may be short or empty."""

from zoneinfo import ZoneInfo

from app.domain.measuring.samples import Outcome
from app.domain.plans import Hours
from app.settings import Config, Probe, parse_hours
from app.wire import SampleIn


def is_fine(config: Config, probe: Probe, sample: SampleIn) -> bool:
    """Say whether nothing is wanting."""
    short = sample.outcome is Outcome.WRONG_ANSWER and sample.matches is not None
    return sample.outcome is Outcome.OK or (short and outside_hours(config, probe, sample))


def outside_hours(config: Config, probe: Probe, sample: SampleIn) -> bool:
    """Say whether a sample was taken when no entries are expected."""
    if probe.hours is None:
        return False
    return not Hours(tuple(parse_hours(probe.hours)), ZoneInfo(config.settings.site.timezone)).hold(sample.at)
