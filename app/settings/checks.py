"""What no single field can know: whether the tables of golive.toml fit together.

All checks read the raw tables and pass over fields that are wrong in themselves, so that one reading of a file names
every mistake once.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from app.settings.authority_checks import check_authorities
from app.settings.floor_checks import check_floor
from app.settings.golive_checks import check_cost, check_windows
from app.settings.keywords import dicom_keywords
from app.settings.maintenance_checks import check_maintenance
from app.settings.measure_checks import check_measures
from app.settings.names import MILESTONES
from app.settings.notice_checks import check_notices
from app.settings.port_checks import check_ports
from app.settings.rows import Mistaken, Row, Tables
from app.settings.support_checks import check_support
from app.settings.trigger_checks import check_triggers
from app.settings.values import HL7_FIELD_PATTERN, duration_s
from app.settings.words import Loc, nearest, quoted

UNBUILT_FEEDS = frozenset({"sql", "fhir", "mpps", "files"})
_ENDPOINTS = {
    "dicom": 'dicom = { host = "…", port = 104, ae_title = "…" }',
    "dicomweb": 'dicomweb = { url = "…" }',
    "web": 'web = { url = "…" }',
}
_METHODS = {"query": ("c-find", "qido-rs"), "image-load": ("wado-rs", "c-get", "c-move")}
_ONLY_FOR = {
    "match": ("worklist", "query"),
    "date": ("worklist", "query"),
    "expect_at_least": ("worklist", "query"),
    "limit": ("worklist", "query"),
    "sentinel": ("worklist", "query"),
    "station_ae": ("worklist",),
    "expect_text": ("web",),
    "path": ("web",),
    "method": ("query", "image-load"),
    "depth": ("image-load",),
    "study": ("image-load",),
    "newest": ("image-load",),
    "rotate": ("image-load",),
    "destination": ("image-load",),
    "destination_port": ("image-load",),
}


def check(data: Mapping[str, Any], wrong: Collection[Loc], mistaken: Mistaken) -> None:
    """Report every mistake of tables that do not fit together."""
    tables = Tables(data, wrong)
    _ids(tables, mistaken)
    check_windows(tables.one("go_live"), mistaken)
    check_cost(tables, mistaken)
    _server(tables.one("server"), mistaken)
    for system in tables.many("systems"):
        _credentials(system, mistaken)
    systems = {r.text("id"): r for r in tables.many("systems")}
    for probe in tables.many("probes"):
        _references(probe, tables, mistaken)
        _probe(probe, systems.get(probe.text("system")), mistaken)
    for feed in tables.many("feeds"):
        _references(feed, tables, mistaken)
        _feed(feed, systems.get(feed.text("system")), set(tables.ids("areas")), mistaken)
    _controls(tables, mistaken)
    check_ports(tables, mistaken)
    check_measures(tables, mistaken)
    check_triggers(tables, mistaken)
    check_authorities(tables, mistaken)
    check_notices(tables, mistaken)
    check_maintenance(tables, mistaken)
    check_floor(tables, mistaken)
    check_support(tables, mistaken)


def _ids(tables: Tables, mistaken: Mistaken) -> None:
    for name in ("areas", "systems", "collectors"):
        _once([(r, name) for r in tables.many(name)], mistaken)
    _once([(r, name) for name in ("probes", "feeds") for r in tables.many(name)], mistaken)


def _once(rows: list[tuple[Row, str]], mistaken: Mistaken) -> None:
    first: dict[str, str] = {}
    for row, _name in rows:
        id_ = row.text("id")
        if id_ in first:
            mistaken((*row.loc, "id"), f"{quoted(id_)} is taken already by {first[id_]}")
        elif id_:
            first[id_] = f"{row.loc[0]}[{row.loc[1]}]"


def _server(server: Row, mistaken: Mistaken) -> None:
    _both(server, "tls_cert", "tls_key", mistaken)
    if "database" in server.raw and "database_file" in server.raw:
        mistaken(("server", "database_file"), "stands beside database: only one of the two can count")
    database = server.text("database")
    if database and not re.match(r"sqlite:///|postgresql\+psycopg://", database):
        kind = quoted(database.partition(":")[0][:20] + ":…") if ":" in database else "the value"
        mistaken(
            ("server", "database"), f'{kind} is no database address ("sqlite:///golive.db" or "postgresql+psycopg://…")'
        )


def _both(row: Row, one: str, other: str, mistaken: Mistaken) -> None:
    for has, lacks in ((one, other), (other, one)):
        if row.text(has) and lacks not in row.raw:
            mistaken((*row.loc, has), f"needs {lacks} beside it")


def _credentials(system: Row, mistaken: Mistaken) -> None:
    _both(Row(_sub(system.table("dicom"), "tls"), (*system.loc, "dicom", "tls"), system.wrong), "cert", "key", mistaken)
    needs = {"basic": ("user", "password_file"), "bearer": ("token_file",), "mtls": ("cert", "key")}
    for name in ("dicomweb", "web"):
        loc = (*system.loc, name, "auth")
        auth = Row(_sub(system.table(name), "auth"), loc, system.wrong)
        kind = auth.text("kind")
        if kind == "oauth2-client":
            mistaken((*loc, "kind"), f"{quoted(kind)} is not built yet: basic, bearer and mtls are")
        for key in needs.get(kind, ()):
            if key not in auth.raw:
                mistaken(loc, f"{key} is missing: {kind} needs it")


def _sub(table: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = table.get(key)
    return value if isinstance(value, Mapping) else {}


def _references(row: Row, tables: Tables, mistaken: Mistaken) -> None:
    for key, name in (("system", "systems"), ("area", "areas")):
        _known((*row.loc, key), row.text(key), name, tables.ids(name), mistaken)
    collectors = tables.ids("collectors") if "collectors" in tables.data else ["main"]
    for loc, value in row.texts("from"):
        _known(loc, value, "collectors", collectors, mistaken)


def _known(loc: Loc, value: str, name: str, ids: list[str], mistaken: Mistaken) -> None:
    if value and value not in ids:
        there = nearest(value, ids) or (f" (there are {', '.join(ids)})" if ids else f" (there are no [[{name}]])")
        mistaken(loc, f"{quoted(value)} is no id of [[{name}]]{there}")


def _probe(probe: Row, system: Row | None, mistaken: Mistaken) -> None:
    kind, method = probe.text("kind"), probe.text("method")
    _cadence(probe, mistaken)
    for key in probe.raw:
        if kind and key in _ONLY_FOR and kind not in _ONLY_FOR[key]:
            mistaken((*probe.loc, key), f"has no meaning for a probe of kind {quoted(kind)}")
    for key in probe.table("match"):
        if key not in dicom_keywords():
            right = nearest(key, dicom_keywords()) or ' (such as "Modality")'
            mistaken((*probe.loc, "match", key), f"{quoted(key)} is no DICOM keyword of a matching key{right}")
    if kind in _METHODS and method and method not in _METHODS[kind]:
        right = " or ".join(quoted(m) for m in _METHODS[kind])
        mistaken((*probe.loc, "method"), f"{quoted(method)} is no way to do a {kind} ({right})")
        return
    if system:
        _endpoint(probe, system, _endpoint_of(kind, method, system), method or kind, mistaken)
    if kind == "image-load":
        _image_load(probe, method, mistaken)


def _endpoint_of(kind: str, method: str, system: Row) -> str:
    """Give the endpoint that is asked; without a method it is the one that the system has."""
    if kind == "web":
        return "dicomweb" if "dicomweb" in system.raw and "web" not in system.raw else "web"
    if kind == "image-load" and not method:
        return "dicom" if "dicom" in system.raw and "dicomweb" not in system.raw else "dicomweb"
    if kind == "query" and not method:
        return "dicomweb" if "dicomweb" in system.raw and "dicom" not in system.raw else "dicom"
    return "dicomweb" if method in ("wado-rs", "qido-rs") else "dicom" if kind else ""


def _endpoint(row: Row, system: Row, endpoint: str, what: str, mistaken: Mistaken) -> None:
    if endpoint and endpoint not in system.raw:
        name = quoted(system.text("id"))
        mistaken((*row.loc, "system"), f"{name} has no {endpoint}, which {what} needs: give it {_ENDPOINTS[endpoint]}")


def _image_load(probe: Row, method: str, mistaken: Mistaken) -> None:
    given = [key for key in ("study", "newest", "rotate") if probe.raw.get(key) not in (None, "", [])]
    if len(given) != 1:
        said = f"{' and '.join(given)} stand side by side" if given else "it is not said which study is loaded"
        mistaken(probe.loc, f'{said}: give exactly one of study = "…", newest = "CT" or rotate = ["…"]')
    for key in ("destination", "destination_port"):
        if method == "c-move" and key not in probe.raw:
            mistaken(probe.loc, f"{key} is missing: with c-move the PACS sends the images to it")
        if method != "c-move" and key in probe.raw:
            mistaken((*probe.loc, key), "has a meaning only with method c-move")


def _cadence(row: Row, mistaken: Mistaken) -> None:
    every = row.text("every")
    if every and duration_s(every) < 1:
        mistaken((*row.loc, "every"), f'{quoted(every)} is too often ("1s" at least)')


def _feed(feed: Row, system: Row | None, areas: set[str], mistaken: Mistaken) -> None:
    kind, method = feed.text("kind"), feed.text("method")
    if kind in UNBUILT_FEEDS:
        mistaken(
            (*feed.loc, "kind"),
            f"feeds of kind {quoted(kind)} are not built yet and come with a later version of golive (hl7-mllp and "
            "pacs-studies are there)",
        )
        return
    _cadence(feed, mistaken)
    needs = {"hl7-mllp": {"listen": '"127.0.0.1:2575"'}, "pacs-studies": {"system": '"pacs"', "every": '"30s"'}}
    for key, example in needs.get(kind, {}).items():
        if key not in feed.raw:
            mistaken(feed.loc, f"{key} is missing: {kind} needs it (such as {key} = {example})")
    for key in feed.raw:
        if (kind, key) in {("hl7-mllp", "system"), ("hl7-mllp", "method"), ("hl7-mllp", "every")} | {
            ("pacs-studies", "listen"),
            ("pacs-studies", "allow_from"),
        }:
            mistaken((*feed.loc, key), f"has no meaning for a feed of kind {quoted(kind)}")
    if kind == "pacs-studies" and system:
        endpoints = {"c-find": "dicom", "qido-rs": "dicomweb"}
        either = "dicomweb" if "dicomweb" in system.raw or "dicom" not in system.raw else "dicom"
        _endpoint(feed, system, endpoints.get(method, either), method or kind, mistaken)
    _rules(feed, kind, areas, mistaken)


def _rules(feed: Row, kind: str, areas: set[str], mistaken: Mistaken) -> None:
    told = feed.texts("gives") + [((*feed.loc, "statuses", k), v) for k, v in feed.table("statuses").items()]
    for loc, value in told:
        if isinstance(value, str) and value not in MILESTONES:
            right = nearest(value, MILESTONES) or f" (they are {', '.join(MILESTONES)})"
            mistaken(loc, f"{quoted(value)} is no milestone{right}")
    for key in ("only", "ignore", "area_by", "site_by"):
        for field in feed.table(key):
            if kind == "hl7-mllp" and not re.fullmatch(HL7_FIELD_PATTERN, field):
                mistaken((*feed.loc, key, field), f'{quoted(field)} is no HL7 field (such as "MSH-4")')
    for loc, value in _leaves(feed.table("area_by"), (*feed.loc, "area_by")):
        _known(loc, value, "areas", sorted(areas), mistaken)


def _leaves(table: Mapping[str, Any], loc: Loc) -> Iterator[tuple[Loc, str]]:
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, (*loc, key))
        elif isinstance(value, str):
            yield (*loc, key), value


def _controls(tables: Tables, mistaken: Mistaken) -> None:
    taken: dict[str, str] = {}
    for probe in tables.many("probes"):
        if probe.text("role") != "control":
            continue
        for collector in [c for _, c in probe.texts("from")] or [(tables.ids("collectors") or ["main"])[0]]:
            if collector in taken:
                said = f'"control" is the role of {quoted(taken[collector])} already: a collector has one control probe'
                mistaken((*probe.loc, "role"), said)
            taken.setdefault(collector, probe.text("id"))
