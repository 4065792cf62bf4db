"""Other open issues that are likely the same: of the same area and category, or told in the same words."""

import re
from collections import Counter
from functools import lru_cache

from app.domain.issue_board import IssueBoard, logged_at
from app.domain.issues import Issue

MOST = 4
SHARED = 2  # words in common from which another area or category may be the same thing
_WORD = re.compile(r"[^\W\d_]{3,}")
_EMPTY = frozenset(
    re.findall(
        r"\w+",
        "the and for not are was but has had can does with this that from they them their there then than when what "
        "will been have into out all any too very now still again since after only just also did its our your "
        "der die das und ist nicht ein eine mit von für auf den dem des bei seit noch auch nur wir sie",
    )
)


@lru_cache(maxsize=64)
def similar(board: IssueBoard, issue: Issue) -> tuple[Issue, ...]:
    """Give the open issues that are most like one, the likest first; one with a workaround leads its equals."""
    mine = _words(issue)
    common = Counter(word for other in board.open for word in set(_words(other)))
    most = max(3, len(board.open) // 4)  # a word that a quarter of all use tells nothing

    def likeness(other: Issue) -> float:
        shared = [w for w in mine & _words(other) if common[w] <= most]
        where = (other.report.area == issue.report.area) + (other.report.category == issue.report.category)
        if where < 2 and len(shared) < SHARED:
            return 0.0
        return 2 * where + len(shared) / max(1, len(mine | _words(other))) * 3

    ranked = [(likeness(other), other) for other in board.open if other.uuid != issue.uuid]
    found = sorted(
        ((score, other) for score, other in ranked if score),
        key=lambda one: (-round(one[0], 3), not one[1].workaround, logged_at(one[1]), one[1].number),
    )
    return tuple(other for _, other in found[:MOST])


def _words(issue: Issue) -> frozenset[str]:
    sent = issue.report
    return _told(f"{sent.text} {sent.function} {issue.workaround}")


@lru_cache(maxsize=16_384)
def _told(text: str) -> frozenset[str]:
    return frozenset(word for word in _WORD.findall(text.casefold()) if word not in _EMPTY)
