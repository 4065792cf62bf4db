"""The wall's words of the floor: issues, who is there, tablets and support."""

from app.domain.floor.issue_board import Counts
from app.domain.words import counted
from app.push.words import BLIND_SHAPE

ISSUES, NO_ISSUES, GRAVEST = "Open issues", "No open issue", "Gravest issues"
COLUMNS = ((1, "SEV 1"), (2, "2"), (3, "3"), (4, "4"))
UNASSIGNED, ASSIGNED, SAFETY, LATE = "unassigned", "assigned", "Patient safety", "late"
SAFE = "Safety:"
LATE_SHAPE, SAFETY_SHAPE, GRAVE_SHAPE, UNSEEN_SHAPE = "▲", "✚", "◆", BLIND_SHAPE
NOT_SEEN = "not seen"
NOBODY, NOBODY_SHAPE = "nobody on duty", "○"
WITH = {"vendor": "with the vendor", "it": "with IT"}
KNOWN = "known"
NOBODY_LEADS, LONGEST_NAME = "nobody", 32
OLDEST, LONGEST = "oldest", "longest"
SUPPORT, SUPPORT_NONE, UNSENT_NONE = "Support", "nobody waits", "none"


def cut(name: str, longest: int) -> str:
    """Give a name that fits its place."""
    return name if len(name) <= longest else f"{name[: longest - 1].rstrip()}…"


def severity(n: int) -> str:
    """Name a severity."""
    return f"SEV {n}"


def more(count: int, grave: int) -> str:
    """Say how many further issues found no room, and how many of them are SEV1 or SEV2."""
    return f"and {count} more" + (f", {grave} of SEV 1 or 2" if grave else "")


def parts(found: Counts) -> tuple[str, ...]:
    """Say what of the open issues somebody has to look at."""
    said = [f"{found.open} open" if found.open else "none open"]
    said += [f"{n} {word}" for n, word in ((found.overdue, LATE), (found.unassigned, UNASSIGNED)) if n]
    return (*said, f"{found.to_verify} to verify") if found.to_verify else tuple(said)


def by_severity(found: Counts) -> str:
    """Say how many issues are open, the gravest apart."""
    grave = [f"{n} SEV {i}" for i, n in enumerate(found.by_severity[:2], 1) if n]
    rest = sum(found.by_severity[2:])
    if not grave:
        return f"{rest}, none of SEV 1 or 2" if rest else "none"
    return ", ".join([*grave, f"{rest} more"] if rest else grave)


def covered(staffed: int, total: int, missing: int) -> str:
    """Say in how many areas somebody is on duty, and in how many nobody is who should be: the list marks those."""
    said = f"{staffed} of {counted(total, 'area')}"
    return f"{said}, {NOBODY_SHAPE} nobody in {missing}" if missing else said


def unsent(tablets: int, held: int) -> str:
    """Say what tablets hold that did not come yet."""
    hold = "holds" if tablets == 1 else "hold"
    return f"{counted(tablets, 'tablet')} {hold} {counted(held, 'unsent item')}"


def silent(tablets: int) -> str:
    """Say how many tablets nobody hears of."""
    return f"{counted(tablets, 'tablet')} silent"


def waiting(n: int) -> str:
    """Say how many wait for a supporter."""
    return "1 waits" if n == 1 else f"{n} wait"
