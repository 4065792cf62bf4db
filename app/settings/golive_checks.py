"""Whether the windows of [go_live] follow one another: they decide what screens say about the way back."""

from app.settings.rows import Mistaken, Row
from app.settings.values import duration_s
from app.settings.words import quoted

# each one ends no later than the next; a default is not the site's word and contradicts nothing
_IN_ORDER = (
    ("decision_window", "no_return", "the way back would be gone before the decision is due"),
    ("decision_window", "command_center", "the command center would close before the decision is due"),
    ("command_center", "stabilisation", "the hand-over would come before the command center closes"),
)


def check_windows(go_live: Row, mistaken: Mistaken) -> None:
    """Report windows that were both written and contradict each other."""
    for first, then, why in _IN_ORDER:
        earlier, later = go_live.text(first), go_live.text(then)
        if earlier and later and duration_s(later) < duration_s(earlier):
            mistaken(("go_live", then), f"{quoted(later)} is shorter than {first} ({quoted(earlier)}): {why}")
