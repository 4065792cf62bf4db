"""Addresses of services, proxies and databases: what one must look like, and what of it may be shown or stored."""

import ipaddress
import re
from collections.abc import Iterator
from typing import Annotated
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator

_SERVICE = '(such as "http://10.0.0.7:8042/dicom-web")'
_PROXY = '(such as "http://10.0.0.1:3128")'
# Greedy to the last @: a password may hold / and ?, and too much hidden is better than half a password shown.
_USER_INFO = re.compile(r"(?<=://)[^\s\"]*@")
_SECRET_IN_QUERY = re.compile(
    r"(?i)([?&;][^=&;\s\"]*(?:pass|pwd|secret|token|credential|auth|key|signature)[^=&;\s\"]*=)[^&;\s\"]+"
)


def has_password(url: str) -> bool:
    """Say whether an address holds a password, before its host or in its query."""
    found = _USER_INFO.search(url)
    return (found is not None and ":" in found[0]) or _SECRET_IN_QUERY.search(url) is not None


def without_secrets(text: str) -> str:
    """Give a text whose addresses show neither user and password nor the secrets of their query."""
    return _SECRET_IN_QUERY.sub(r"\1…", _USER_INFO.sub("…@", text))


def _service(url: str) -> str:
    """Pass the root of a web service."""
    for why in _wrong(url, "a web service"):
        raise ValueError(f"{why} {_SERVICE}")
    if "@" in urlsplit(url).netloc:
        raise ValueError("holds a user or password: give auth with user and password_file instead")
    return url


def _proxy(url: str) -> str:
    """Pass the address of an HTTP proxy."""
    for why in _wrong(url, "a proxy"):
        raise ValueError(f"{why} {_PROXY}")
    parts = urlsplit(url)
    if "@" in parts.netloc:
        raise ValueError("holds a user or password: give proxy_auth with user and password_file instead")
    if parts.path.strip("/") or parts.query:
        raise ValueError(f"has a path or query, which a proxy's address cannot have {_PROXY}")
    return url


def _host(text: str) -> str:
    """Pass a host name or address; one in brackets as in a URL is taken without them."""
    host = text[1:-1] if text.startswith("[") and text.endswith("]") and ":" in text else text
    if not _is_host(host):
        raise ValueError('is no host name or address (such as "10.0.0.7"; a port stands in port)')
    return host


def _wrong(url: str, what: str) -> Iterator[str]:
    parts = _split(url)
    if parts is None:
        yield f"is no address of {what}"
    elif parts.scheme not in ("http", "https") or not url.lower().startswith(f"{parts.scheme}://"):
        yield f"is no address of {what}: it does not begin with http:// or https://"
    elif _port(parts) is None:
        yield f"is no address of {what}: its port is no number from 1 to 65535"
    elif not _is_host(parts.hostname or ""):
        yield f"is no address of {what}: there is no host name or address behind {parts.scheme}://"
    elif parts.fragment:
        yield f"is no address of {what}: what follows # is never sent"


def _split(url: str) -> SplitResult | None:
    if re.search(r"[\x00-\x20\x7f\s\\]", url):
        return None
    try:
        return urlsplit(url)
    except ValueError:  # such as half a pair of brackets
        return None


def _port(parts: SplitResult) -> int | None:
    """Give the port, 0 where none is written, None where what is written is no port."""
    try:
        port = parts.port
    except ValueError:
        return None
    written = ":" in parts.netloc.rpartition("@")[2].rpartition("]")[2]
    return port or None if written else 0


def _is_host(host: str) -> bool:
    """Say whether this can be looked up at all, or is an address."""
    if ":" in host or re.fullmatch(r"[\d.]+", host):
        try:
            ipaddress.ip_address(host)
        except ValueError:
            return False
        return True
    try:
        return (
            0 < len(host.encode("idna")) <= 253
            and re.fullmatch(r"[^\x00-\x20\x7f\s/\\?#@\[\]:%\"<>^`{|}]+", host) is not None
        )
    except UnicodeError:
        return False


Host = Annotated[str, AfterValidator(_host)]
ServiceUrl = Annotated[str, AfterValidator(_service)]
ProxyUrl = Annotated[str, AfterValidator(_proxy)]
