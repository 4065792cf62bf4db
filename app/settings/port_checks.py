"""Whether two of the ports that golive opens on a machine are one."""

from app.settings.rows import Mistaken, Row, Tables
from app.settings.values import host_of, port_of
from app.settings.words import quoted


def check_ports(tables: Tables, mistaken: Mistaken) -> None:
    """Report listeners that would take each other's port."""
    server = tables.one("server")
    default = {} if "listen" in server.raw else {"listen": "127.0.0.1:8000"}
    first = (tables.ids("collectors") or ["main"])[:1]
    taken = [("[server]", server.text("listen") or default.get("listen", ""), set(first))]
    for feed in tables.many("feeds"):
        listen = feed.text("listen")
        clash = next((who for who, other, _ in taken if listen and other and _same(listen, other)), None)
        if clash:
            mistaken((*feed.loc, "listen"), f"{quoted(listen)} is where {clash} listens already")
        taken.append((quoted(feed.text("id")), listen, _at(feed, first)))
    for probe in tables.many("probes"):  # these may share a port with each other: it is their collector's
        port = probe.get("destination_port")
        if not isinstance(port, int):
            continue
        near = [(who, other) for who, other, at in taken if other and at & _at(probe, first)]
        clash = next((who for who, other in near if _same(f"0.0.0.0:{port}", other)), None)
        if clash:
            mistaken((*probe.loc, "destination_port"), f"{port} is where {clash} listens already")


def _at(row: Row, first: list[str]) -> set[str]:
    """Give the collectors that run a feed or probe."""
    return {collector for _, collector in row.texts("from")} or set(first)


def _same(one: str, other: str) -> bool:
    wild = {"0.0.0.0", "::"}
    hosts = {host_of(one), host_of(other)}
    return port_of(one) == port_of(other) and (len(hosts) == 1 or bool(hosts & wild))
