"""What a running process cannot change: it would be another address, another database or another hospital."""

from app.settings.tables import Settings

_FIXED = (
    ("site.id", lambda s: s.site.id),
    ("site.accession_issuers", lambda s: s.site.accession_issuers),
    ("server.listen", lambda s: s.server.listen),
    ("server.database", lambda s: (s.server.database, s.server.database_file)),
    ("server.tls_cert", lambda s: (s.server.tls_cert, s.server.tls_key)),
    ("server.proxies", lambda s: s.server.proxies),
)


def takes_a_restart(old: Settings, new: Settings) -> str:
    """Say which changes a running process cannot follow; nothing when it can follow all of them."""
    names = [name for name, part in _FIXED if part(old) != part(new)]
    return f"{', '.join(names)} changed: that takes a restart" if names else ""
