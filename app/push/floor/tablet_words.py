"""What is said of the tablets on wall and desk: what they hold, and apart from it which are silent."""

from app.domain.floor.tablets import TabletsNow
from app.domain.words import span


def _counted(n: int, one: str, many: str) -> str:
    return f"{n} {one if n == 1 else many}"


def unsent(now: TabletsNow) -> str:
    """Say how many tablets hold how many unsent items, "" where none does."""
    if not now.held:
        return ""
    verb = "holds" if now.holding == 1 else "hold"
    age = f", oldest {span(now.oldest_s)}" if now.oldest_s is not None else ""
    items = _counted(now.held, "unsent item", "unsent items")
    return f"{_counted(now.holding, 'tablet', 'tablets')} {verb} {items}{age}"


def silent(now: TabletsNow) -> str:
    """Say how many tablets on duty were not heard of, "" where all were; what they hold is unknown."""
    if not now.silent or now.longest_silent_s is None:
        return ""
    return f"{_counted(now.silent, 'tablet', 'tablets')} silent, longest {span(now.longest_silent_s)}"
