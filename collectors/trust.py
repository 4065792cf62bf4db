"""Whom a collector trusts to be the app, when it hands over by https."""

import ssl
from collections.abc import Callable
from pathlib import Path

Trust = Callable[[], ssl.SSLContext | bool]


def of_system(ca: Path | None = None) -> Trust:
    """Trust what this machine trusts (SSL_CERT_FILE, SSL_CERT_DIR), and the authorities of `ca`."""

    def context() -> ssl.SSLContext:
        made = ssl.create_default_context()
        if ca is not None:
            made.load_verify_locations(ca)
        return made

    return context


OF_SYSTEM = of_system()


def of_own_app(cert: Path) -> Trust:
    """Trust the app of this machine by its certificate file, whoever signed it and whatever name it carries.

    A file renewed a moment ago may not be what the app shows yet: what this machine trusts is trusted too.
    """

    def context() -> ssl.SSLContext:
        made = ssl.create_default_context(cafile=str(cert))
        made.load_default_certs()
        made.check_hostname = False
        made.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # the file may hold no root
        return made

    return context


def of_tls(error: BaseException | None) -> str:
    """Give what TLS says at the ground of an error, nothing where it is not TLS's."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        if isinstance(error, ssl.SSLCertVerificationError):
            return f"its certificate is not trusted: {error.verify_message}"
        if isinstance(error, ssl.SSLError):
            return f"TLS failed: {(error.reason or 'no reason given').replace('_', ' ').lower()}"
        error = error.__cause__ or error.__context__
    return ""
