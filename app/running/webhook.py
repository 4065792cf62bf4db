"""Posts JSON to a service outside, signed so that it knows who sent it; what it answers beside a yes is handed back."""

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.errors import Unavailable
from app.running.clients import outside_client

if TYPE_CHECKING:
    import httpx

MOST_ANSWERED = 65_536
# what no repeat makes better: the service says that it will never take this
_NEVER = frozenset({400, 413, 415, 422})


@dataclass(frozen=True, slots=True)
class Posted:
    """What became of it: `problem` is "" where it was taken, `never` says that no repeat will be."""

    problem: str = ""
    hung: bool = False
    never: bool = False
    answer: Any = None


def headers(id_: str, at_s: int, body: bytes, key: str) -> Mapping[str, str]:
    """Give the headers that tell a repeat, and who sent it: those of Standard Webhooks, and an idempotency key."""
    signed = hmac.new(key.encode(), f"{id_}.{at_s}.".encode() + body, hashlib.sha256).digest()
    return {
        "content-type": "application/json",
        "idempotency-key": id_,
        "webhook-id": id_,
        "webhook-timestamp": str(at_s),
        "webhook-signature": f"v1,{base64.b64encode(signed).decode()}",
    }


class Webhook:
    """Posts one body at a time; `key` gives the secret that signs."""

    def __init__(self, key: Callable[[], str]) -> None:
        self._key = key

    async def post(self, address: str, id_: str, body: str, at_s: int, timeout_s: float) -> Posted:
        """Post a body under an id; a repeat carries the same id, and no secret stands in what went wrong."""
        opened = await outside_client()
        import httpx  # loaded with the client

        try:
            async with opened as client:
                key = await asyncio.to_thread(self._key)
                sent = body.encode()
                async with asyncio.timeout(timeout_s):
                    request = client.stream(
                        "POST", address, content=sent, headers=headers(id_, at_s, sent, key), timeout=timeout_s
                    )
                    async with request as answer:
                        return _posted(answer.status_code, await _read(answer))
        except Unavailable as error:
            return Posted(error.detail)
        except (TimeoutError, httpx.TimeoutException):
            return Posted("it did not answer in time", hung=True)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return Posted(f"it cannot be reached ({type(error).__name__})")


async def _read(answer: "httpx.Response") -> bytes:
    """Read an answer as far as anybody would want to."""
    found = b""
    async for part in answer.aiter_bytes():
        found += part
        if len(found) > MOST_ANSWERED:
            return b""
    return found


def _posted(status: int, body: bytes) -> Posted:
    if not 200 <= status < 300:
        return Posted(f"the service answered {status}", never=status in _NEVER)
    try:
        return Posted(answer=json.loads(body))
    except ValueError:  # an answer without a ticket: it was taken all the same
        return Posted()
