"""Other open issues that are likely the same: of the same area and category, or told in the same words."""

import re
from collections import Counter
from functools import lru_cache

from app.domain.floor.issue_board import IssueBoard, logged_at
from app.domain.floor.issues import Issue

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


@lru_cache(maxsize=16)  # of the newest boards: an old one is as large as all issues
def similar(board: IssueBoard, issue: Issue) -> tuple[Issue, ...]:
    """Give the open issues that are most like one, the likest first; one with a workaround leads its equals."""
    mine, sent = _words(issue), issue.report
    met: list[tuple[Issue, frozenset[str], int]] = []
    common: Counter[str] = Counter()
    for other in board.open:
        shared = mine & _words(other)
        common.update(shared)
        where = (other.report.area == sent.area) + (other.report.category == sent.category)
        if other.uuid != issue.uuid and (where == 2 or len(shared) >= SHARED):
            met.append((other, shared, where))
    most = max(3, len(board.open) // 4)  # a word that a quarter of all use tells nothing
    telling = {word for word, n in common.items() if n <= most}
    ranked = [
        (2 * where + 3 * len(shared & telling) / max(1, len(mine | _words(other))), other)
        for other, shared, where in met
        if where == 2 or len(shared & telling) >= SHARED
    ]
    found = sorted(ranked, key=lambda one: (-round(one[0], 3), not one[1].workaround, logged_at(one[1]), one[1].number))
    return tuple(other for _, other in found[:MOST])


def _words(issue: Issue) -> frozenset[str]:
    sent = issue.report
    return _told(f"{sent.text} {sent.function} {issue.workaround}")


@lru_cache(maxsize=16_384)
def _told(text: str) -> frozenset[str]:
    return frozenset(word for word in _WORD.findall(text.casefold()) if word not in _EMPTY)
