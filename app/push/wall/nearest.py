"""What is nearest to its limit: said where nothing is out of order, so that a calm wall still shows where to look."""

from dataclasses import dataclass

from app.domain.measuring.measures import CATALOGUE, Source
from app.domain.measuring.standings import Judged, Standing, State
from app.push import words
from app.push.figures import figure
from app.push.scene import Scene, grave, place, title
from app.push.values import value_of

MOST = 5
FEW = 2  # with more out of order there is no room, and no wish, for what is in order


@dataclass(frozen=True, slots=True)
class Near:
    """A measure that is in order: how much of its limit is used up, in per cent of a bar too."""

    name: str
    place: str
    said: str
    share: float
    value: str


def nearest(scene: Scene, out_of_order: int) -> tuple[Near, ...]:
    """Give what is nearest to its limit while little is out of order: each measure once, where it is nearest."""
    if scene.trouble or out_of_order > FEW:
        return ()
    found: dict[str, tuple[float, Standing]] = {}
    wrong = {s.series.measure for s in scene.leading if grave(s)}  # stands above already, out of order
    for s in scene.leading:
        if s.series.measure in wrong:
            continue
        measured = CATALOGUE[s.series.measure].source in (Source.PROBE, Source.EXAM) and s.judged.window != "day"
        if measured and s.state is State.OK and s.upper and s.judged.value is not None:
            share = s.judged.value / s.upper
            if share > found.get(s.series.measure, (-1.0, s))[0]:
                found[s.series.measure] = share, s
    order = sorted(found.values(), key=lambda pair: (-pair[0], pair[1].series.key))[: MOST - 2 * out_of_order]
    return tuple(_near(scene, share, s) for share, s in order)


def _near(scene: Scene, share: float, standing: Standing) -> Near:
    judged = standing.judged
    return Near(
        title(standing.series.measure),
        place(scene.plan, standing.series) or words.WHOLE,
        words.of_limit(share),
        round(100 * min(share, 1.0), 1),
        f"{_value(judged)}, {words.expected('', str(figure(standing.upper, judged.unit)))}",
    )


def _value(judged: Judged) -> str:
    return f"{words.PERCENTILES.get(judged.headline, judged.headline)} {value_of(judged)}".lstrip()
