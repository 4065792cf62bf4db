"""Whether what a site sets for a measure means anything: a range is in seconds, a window one of attempts or exams."""

from app.settings.names import BUILT_MEASURES, LATER_MEASURES, WITHOUT_RANGE, WITHOUT_WINDOW
from app.settings.rows import Mistaken, Tables
from app.settings.words import nearest


def check_measures(tables: Tables, mistaken: Mistaken) -> None:
    """Report measures that there are not, and settings that a measure would pass over in silence."""
    measures = tables.one("measures")
    for name in measures.raw:
        if name in LATER_MEASURES:
            mistaken(("measures", name), "is a measure that comes with a later version of golive")
        elif name not in BUILT_MEASURES:
            mistaken(("measures", name), f"is no measure{nearest(name, BUILT_MEASURES)}")
        own = measures.table(name)
        if "expected_below" in own and name in WITHOUT_RANGE:
            mistaken(("measures", name, "expected_below"), "has no meaning for a measure without a range in seconds")
        if "window" in own and name in WITHOUT_WINDOW:
            mistaken(("measures", name, "window"), "has no meaning for a measure whose span is fixed")
