"""Which issues ring at the desk: of the gravest severity or of patient safety, until somebody acknowledges."""

from app.domain.floor.issue_board import IssueBoard
from app.domain.floor.issues import SEVERITIES, Issue, Status


def ringing(board: IssueBoard) -> tuple[Issue, ...]:
    """Give the issues that call for a person, the gravest first; a known one calls for nobody."""
    return tuple(i for i in board.open if _grave(i) and i.acknowledged_at is None and i.status is not Status.KNOWN)


def _grave(issue: Issue) -> bool:
    return issue.safety or issue.severity == min(SEVERITIES)
