"""How a request shows who we are, and whom it trusts; secrets are files, read each time they are needed."""

import ssl
from collections.abc import Generator
from pathlib import Path

import httpx

from app.domain.measuring.samples import Outcome
from app.settings import Auth, HttpEndpoint
from collectors.dicom.tls import stamps
from collectors.outcomes import Failure


class _Bearer(httpx.Auth):
    def __init__(self, file: Path) -> None:
        self._file = file

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        token = _secret(self._file)  # read each time: tokens are renewed
        if not (token.isascii() and token.isprintable()):  # what refuses it further down quotes it
            raise Failure(Outcome.AUTH, f"our own credential file {self._file.name} holds what is no token")
        request.headers["Authorization"] = f"Bearer {token}"
        yield request


class _Basic(httpx.Auth):
    def __init__(self, user: str, file: Path) -> None:
        self._user, self._file = user, file

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        yield next(httpx.BasicAuth(self._user, _secret(self._file)).auth_flow(request))


def _secret(file: Path) -> str:
    try:
        return file.read_text("utf-8").strip()
    except OSError as error:
        raise Failure(Outcome.AUTH, f"our own credential file {file.name} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise Failure(Outcome.AUTH, f"our own credential file {file.name} is not UTF-8 text") from error


def tls_of(endpoint: HttpEndpoint, folder: Path) -> ssl.SSLContext:
    """Give the TLS context of an endpoint, with our own certificate where it asks for one (mtls)."""
    if endpoint.url.startswith("http:") and not (endpoint.proxy or "").startswith("https:"):
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # never used: loading a bundle costs 30 ms
    context = ssl.create_default_context(cafile=str(folder / endpoint.ca_bundle) if endpoint.ca_bundle else None)
    if not endpoint.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if endpoint.auth and endpoint.auth.cert:
        context.load_cert_chain(folder / endpoint.auth.cert, folder / endpoint.auth.key if endpoint.auth.key else None)
    return context


def tls_files(endpoint: HttpEndpoint) -> tuple[str | None, ...]:
    """Give the files of an endpoint's TLS context."""
    auth = endpoint.auth
    return endpoint.ca_bundle, auth.cert if auth else None, auth.key if auth else None


def file_stamps(endpoint: HttpEndpoint, folder: Path) -> tuple[int, ...]:
    """Give when the files changed that a kept client has read: those of TLS, and the proxy's password."""
    at_proxy = endpoint.proxy_auth.password_file if endpoint.proxy_auth else None
    return stamps(folder, *tls_files(endpoint), at_proxy)


def proxy_auth_of(endpoint: HttpEndpoint, folder: Path) -> tuple[bytes, bytes] | None:
    """Give user and password for the proxy."""
    at_proxy = endpoint.proxy_auth
    return (at_proxy.user.encode(), _secret(folder / at_proxy.password_file).encode()) if at_proxy else None


def auth_of(auth: Auth | None, folder: Path) -> httpx.Auth | None:
    """Give what shows who we are in a request's head."""
    if auth and auth.kind == "basic":
        return _Basic(auth.user or "", folder / (auth.password_file or ""))
    if auth and auth.kind == "bearer":
        return _Bearer(folder / (auth.token_file or ""))
    return None
