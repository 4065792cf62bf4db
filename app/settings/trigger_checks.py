"""Whether a rollback rule means anything: what its kind can count, limits that fit, names that exist."""

from collections.abc import Mapping

from app.settings.names import BUILT_MEASURES, EXAM_MEASURES, GIVEN_BY_KIND, MILESTONES, SHARED_MEASURES
from app.settings.rows import Mistaken, Row, Tables
from app.settings.values import duration_s
from app.settings.words import nearest, quoted

_EVERY = frozenset({"id", "title", "kind", "breach_after", "blind_after", "armed", "required", "depends_on"})
# what each kind needs, with an example, and what it may say besides
_NEEDS: Mapping[str, Mapping[str, str]] = {
    "share": {"measure": '"worklist.response"', "slower_than": '"5s"', "share": "0.2"},
    "backlog": {"older_than": '"2h"', "limit": "10"},
    "availability": {"where": '{ system = "pacs" }', "down_for": '"2m"'},
    "silence": {"feed": '"ris-hl7"', "quiet_for": '"45m"'},
    "count": {"what": '"strays"', "limit": "3"},
    "all": {"of": '["one", "other"]'},
    "any": {"of": '["one", "other"]'},
}
_MAY: Mapping[str, tuple[str, ...]] = {
    "share": ("where", "per", "recover_below", "window", "at_least"),
    "backlog": ("where", "per", "recover_limit"),
    "availability": ("window", "at_least"),
    "silence": ("milestone", "sender", "unlikely_below"),
    "count": ("recover_limit", "window", "severity", "older_than", "where", "per"),
    "all": ("per",),
    "any": ("per",),
}
_OF_PROBES, _OF_EXAMS = ("system", "area", "vantage"), ("area", "modality", "patient_class")
_OF_AREAS = ("share", "backlog", "count")  # what others stand for their parts say
_STUCK = "stuck_reports"
_DEFAULT_WINDOW, _DEFAULT_LOST = "300s", "7d"


def check_triggers(tables: Tables, mistaken: Mistaken) -> None:
    """Report what no single field of a rule can know."""
    taken: dict[str, int] = {}
    rows = tables.many("triggers")
    for place, row in enumerate(rows):
        id_ = row.text("id")
        if id_ in taken:
            mistaken((*row.loc, "id"), f"{quoted(id_)} is taken already by triggers[{taken[id_]}]")
        elif id_:
            taken[id_] = place
        kind = row.text("kind") if "kind" in row.raw else "share"
        if kind not in _NEEDS:
            continue
        _keys(row, kind, mistaken)
        if row.raw.get("per") == "area" and kind in _OF_AREAS and not tables.many("areas"):
            mistaken((*row.loc, "per"), "has no meaning: there are no [[areas]]")
        _measure(row, mistaken)
        _where(row, kind, tables, mistaken)
        _limits(row, kind, tables, mistaken)
        _feed(row, tables, mistaken)
    _parts(rows, mistaken)
    _dependencies(rows, mistaken)


def _keys(row: Row, kind: str, mistaken: Mistaken) -> None:
    """Report what a kind needs and does not find, and what it would pass over in silence."""
    meant = _EVERY | set(_NEEDS[kind]) | set(_MAY[kind])
    known = _EVERY.union(*_NEEDS.values(), *_MAY.values())
    for key, example in _NEEDS[kind].items():
        if key not in row.raw:
            mistaken(row.loc, f"{key} is missing: a rule of kind {quoted(kind)} needs it (such as {key} = {example})")
    for key in row.raw:
        if key in known and key not in meant:
            mistaken((*row.loc, key), f"has no meaning for a rule of kind {quoted(kind)}")
    if "severity" in row.raw and kind == "count" and row.text("what") != "issues":
        mistaken((*row.loc, "severity"), 'has a meaning only with what = "issues"')
    if kind == "count" and row.text("what") and row.text("what") != _STUCK:
        for key in ("older_than", "where", "per"):
            if key in row.raw:
                mistaken((*row.loc, key), f'has a meaning only with what = "{_STUCK}"')
    if row.text("what") == _STUCK and "older_than" not in row.raw:
        mistaken(row.loc, f'older_than is missing: what = "{_STUCK}" needs it (such as older_than = "2h")')
    if row.text("what") == _STUCK and "window" in row.raw:
        mistaken((*row.loc, "window"), f'has no meaning with what = "{_STUCK}": all that are stuck count')
    if row.raw.get("of") == []:
        mistaken((*row.loc, "of"), "is empty: name the rules that it is made of")


def _measure(row: Row, mistaken: Mistaken) -> None:
    name, usable = row.text("measure"), (*SHARED_MEASURES, *EXAM_MEASURES)
    if name and name not in BUILT_MEASURES:
        mistaken((*row.loc, "measure"), f"{quoted(name)} is no measure{nearest(name, usable)}")
    elif name and name not in usable:
        mistaken((*row.loc, "measure"), f"{quoted(name)} has no attempts to take a share of ({', '.join(usable)} have)")


def _where(row: Row, kind: str, tables: Tables, mistaken: Mistaken) -> None:
    of_exams = kind == "backlog" or row.text("measure") in EXAM_MEASURES or row.text("what") == _STUCK
    meant = _OF_EXAMS if of_exams else ("system", "vantage") if kind == "availability" else _OF_PROBES
    places = {"system": "systems", "area": "areas", "vantage": "collectors"}
    for key, value in row.table("where").items():
        loc = (*row.loc, "where", key)
        if key in (*_OF_PROBES, *_OF_EXAMS) and key not in meant:
            mistaken(loc, f"has no meaning here: it chooses by {', '.join(meant)}")
            continue
        table = places.get(key)
        known = tables.ids(table) if table else []
        if key == "vantage" and not known:
            known = ["main"]
        if table and isinstance(value, str) and value not in known:
            mistaken(loc, f"{quoted(value)} is none of [[{table}]]{nearest(value, known)}")
    if kind == "availability" and "where" in row.raw and "system" not in row.table("where"):
        mistaken((*row.loc, "where"), 'names no system (such as { system = "pacs" })')


def _limits(row: Row, kind: str, tables: Tables, mistaken: Mistaken) -> None:
    for limit, below in (("share", "recover_below"), ("limit", "recover_limit")):
        most, least = row.get(limit), row.get(below)
        numbers = isinstance(most, int | float) and isinstance(least, int | float)
        if numbers and least > most:
            mistaken((*row.loc, below), f"{least:g} lies above {limit} {most:g}: it would recover while breaching")
    window = row.text("window") if "window" in row.raw else _DEFAULT_WINDOW
    slower, down = row.text("slower_than"), row.text("down_for")
    if window and slower and row.text("measure") in SHARED_MEASURES and duration_s(window) <= duration_s(slower):
        said = f"{quoted(window)} is no longer than slower_than {quoted(slower)}: no answer that slow fits into it"
        mistaken((*row.loc, "window"), said)
    if window and down and kind == "availability" and duration_s(window) <= duration_s(down):
        said = f"{quoted(window)} is no longer than down_for {quoted(down)}: nothing can be down for longer in it"
        mistaken((*row.loc, "window"), said)
    lost, older = tables.one("exams").text("lost_after") or _DEFAULT_LOST, row.text("older_than")
    if older and kind in ("backlog", "count") and duration_s(older) >= duration_s(lost):
        said = f"{quoted(older)} is no shorter than lost_after {quoted(lost)}: such exams are counted as lost"
        mistaken((*row.loc, "older_than"), said)


def _feed(row: Row, tables: Tables, mistaken: Mistaken) -> None:
    name, milestone = row.text("feed"), row.text("milestone")
    feeds = {feed.text("id"): feed for feed in tables.many("feeds")}
    if row.text("sender") and name in feeds and feeds[name].text("kind") != "hl7-mllp":
        mistaken((*row.loc, "sender"), f"has no meaning for {quoted(name)}: only HL7 messages name who sent them")
    if name and name not in feeds:
        mistaken((*row.loc, "feed"), f"{quoted(name)} is none of [[feeds]]{nearest(name, feeds)}")
    if milestone and milestone not in MILESTONES:
        mistaken((*row.loc, "milestone"), f"{quoted(milestone)} is no milestone{nearest(milestone, MILESTONES)}")
    elif milestone and name in feeds:
        feed = feeds[name]
        gives = {*GIVEN_BY_KIND.get(feed.text("kind"), ()), *(v for _, v in feed.texts("gives"))}
        gives |= {v for v in feed.table("statuses").values() if isinstance(v, str)}
        if milestone not in gives:
            mistaken((*row.loc, "milestone"), f"{quoted(milestone)} is never told by {quoted(name)}: always silent")


def _parts(rows: list[Row], mistaken: Mistaken) -> None:
    """Report rules made of rules that there are not, or of themselves."""
    rows = [row for row in rows if row.text("id")]
    of = {row.text("id"): row.texts("of") if row.text("kind") in ("all", "any") else [] for row in rows}
    names = {id_: [value for _, value in told] for id_, told in of.items()}
    per = {row.text("id") for row in rows if row.raw.get("per") == "area"}
    told: set[str] = set()
    for row in rows:
        id_ = row.text("id")
        for loc, value in of[id_]:
            if value not in of:
                mistaken(loc, f"{quoted(value)} is none of [[triggers]]{nearest(value, of)}")
            elif value == id_:
                mistaken(loc, f"{quoted(value)} is the rule itself")
            elif value not in told and _reaches(value, id_, names):
                mistaken(loc, f"{quoted(value)} is made of this rule again")
                told.add(id_)
        if of[id_] and id_ in per and not any(value in per for value in names[id_]):
            mistaken((*row.loc, "per"), "has no meaning: none of the rules that it is made of stands per area")


def _dependencies(rows: list[Row], mistaken: Mistaken) -> None:
    """Report a dependency on a rule that there is not, on the rule itself, or around in a circle."""
    on = {row.text("id"): [row.text("depends_on")] for row in rows if row.text("id")}
    told: set[str] = set()
    for row in rows:
        id_, value, loc = row.text("id"), row.text("depends_on"), (*row.loc, "depends_on")
        if not id_ or not value:
            continue
        if value not in on:
            mistaken(loc, f"{quoted(value)} is none of [[triggers]]{nearest(value, on)}")
        elif value == id_:
            mistaken(loc, f"{quoted(value)} is the rule itself")
        elif value not in told and _reaches(value, id_, on):
            mistaken(loc, f"{quoted(value)} depends on this rule again")
            told.add(id_)


def _reaches(start: str, wanted: str, of: Mapping[str, list[str]]) -> bool:
    seen, waiting = set[str](), [start]
    while waiting:
        name = waiting.pop()
        if name == wanted:
            return True
        waiting += [n for n in of.get(name, ()) if n not in seen]
        seen.add(name)
    return False
