"""Whether the windows of [go_live] follow one another: they decide what screens say about the way back."""

from app.settings.names import GIVEN_BY_KIND
from app.settings.rows import Mistaken, Row, Tables
from app.settings.values import cost_of, duration_s
from app.settings.words import quoted

# each one ends no later than the next; a default is not the site's word and contradicts nothing
_IN_ORDER = (
    ("decision_window", "no_return", "the way back would be gone before the decision is due"),
    ("decision_window", "command_center", "the command center would close before the decision is due"),
    ("command_center", "stabilisation", "the hand-over would come before the command center closes"),
)
_TOLD_BY = {"studies": ("available",), "reports": ("preliminary", "final")}


def check_windows(go_live: Row, mistaken: Mistaken) -> None:
    """Report windows that were both written and contradict each other."""
    for first, then, why in _IN_ORDER:
        earlier, later = go_live.text(first), go_live.text(then)
        if cost_of(later):
            continue
        if earlier and later and duration_s(later) < duration_s(earlier):
            mistaken(("go_live", then), f"{quoted(later)} is shorter than {first} ({quoted(earlier)}): {why}")


def check_cost(tables: Tables, mistaken: Mistaken) -> None:
    """Report a point of no return by a cost that no feed of the new system could ever tell."""
    cost = cost_of(tables.one("go_live").text("no_return"))
    if cost is None:
        return
    legacy = {s.text("id") for s in tables.many("systems") if s.text("kind") == "legacy"}
    told: set[str] = set()
    for feed in tables.many("feeds"):
        if feed.text("system") not in legacy:
            told |= {*GIVEN_BY_KIND.get(feed.text("kind"), ()), *(v for _, v in feed.texts("gives"))}
            told |= {v for v in feed.table("statuses").values() if isinstance(v, str)}
    if not told & set(_TOLD_BY[cost[1]]):
        which = " or ".join(quoted(m) for m in _TOLD_BY[cost[1]])
        mistaken(("go_live", "no_return"), f"no feed of the new system tells {which}: {cost[1]} could never be counted")
