"""Whether the golive of this machine answers; asked every few seconds by whoever keeps it alive, so it loads little."""

import http.client
import ssl
from urllib.parse import urlsplit

from app.settings import Config

WITHIN_S = 4.0


def healthy(config: Config) -> str:
    """Say why the running server does not answer, over TLS or not as it is configured; "" when it does."""
    url = f"{config.settings.server.local_url}/healthz"
    try:
        status = _status(url)
    except (OSError, http.client.HTTPException) as error:
        why = " ".join(str(error).split())[:200]  # may be whatever a stranger on this port said
        return f"{url} does not answer: {why or type(error).__name__}"
    return "" if 200 <= status < 300 else f"{url} answered {status}"


def any_certificate() -> ssl.SSLContext:
    """Give what trusts whoever answers: it is this machine, whose certificate names the site."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _status(url: str) -> int:
    asked = urlsplit(url)
    host, port = asked.hostname or "", asked.port
    connection: http.client.HTTPConnection
    if asked.scheme == "https":
        connection = http.client.HTTPSConnection(host, port, timeout=WITHIN_S, context=any_certificate())
    else:
        connection = http.client.HTTPConnection(host, port, timeout=WITHIN_S)
    try:
        connection.request("GET", asked.path)
        return connection.getresponse().status
    finally:
        connection.close()
