"""The TLS of an endpoint: whom we trust there and who we are, renewed with the files that say so."""

import ssl
from functools import lru_cache
from pathlib import Path

from app.settings import TlsClient


def tls_context(tls: TlsClient, folder: Path) -> ssl.SSLContext:
    """Give the TLS context of an endpoint, made once for its files as they are: making one costs 30 ms."""
    return _tls_context(tls, folder, stamps(folder, tls.ca, tls.cert, tls.key))


@lru_cache(maxsize=64)
def _tls_context(tls: TlsClient, folder: Path, _: tuple[int, ...]) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(folder / tls.ca) if tls.ca else None)
    if not tls.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if tls.cert:
        context.load_cert_chain(folder / tls.cert, folder / tls.key if tls.key else None)
    return context


def stamps(folder: Path, *files: str | None) -> tuple[int, ...]:
    """Give when each of some files changed, to see that one was renewed."""
    return tuple((folder / file).stat().st_mtime_ns for file in files if file)
