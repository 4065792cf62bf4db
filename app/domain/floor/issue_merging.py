"""Duplicates: each issue that others were merged into keeps everybody who has it."""

from collections.abc import Iterable, Mapping

from app.domain.floor.issues import Issue, person_at


def roots(issues: Iterable[Issue]) -> dict[str, str]:
    """Give for each duplicate the issue that it ends at, also over several steps."""
    named = {issue.uuid: issue.duplicate_of for issue in issues if issue.duplicate_of}
    found = {}
    for uuid in named:
        at, seen = uuid, {uuid}
        while named.get(at) and named[at] not in seen:
            at = named[at]
            seen.add(at)
        found[uuid] = at
    return found


def merged(issues: Iterable[Issue]) -> Mapping[str, tuple[int, tuple[str, ...]]]:
    """Give by issue how many besides its reporter have it too, and its duplicates, whose reporters and "me too" count.

    Nobody is lost with a merge, and nobody counted twice.
    """
    issues = list(issues)
    root, joined, of = roots(issues), dict[str, set[str]](), dict[str, list[str]]()
    for issue in issues:
        if issue.duplicate_of:
            end = root[issue.uuid]
            of.setdefault(end, []).append(issue.uuid)
            joined.setdefault(end, set()).update((*issue.me_too, _reporter(issue)))
    told = {}
    for issue in issues:  # most have nobody beside: worked out at each event of thousands of issues
        uuid = issue.uuid
        if not issue.me_too and uuid not in of:
            told[uuid] = _NOBODY
            continue
        who = {*issue.me_too, *(() if issue.duplicate_of else joined.get(uuid, ()))}
        told[uuid] = (_besides(who, issue), tuple(of.get(uuid, ())))
    return told


_NOBODY: tuple[int, tuple[str, ...]] = (0, ())


def _reporter(issue: Issue) -> str:
    # two reports without a tablet's name may be of two callers whom the desk wrote down: none of them is lost
    return person_at(issue.reporter, issue.report.device or issue.uuid)


def _besides(who: set[str], issue: Issue) -> int:
    """Count who has an issue besides its reporter, who may say so again without a tablet's name."""
    return len(who - {_reporter(issue), person_at(issue.reporter, "")})
