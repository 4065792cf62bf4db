"""Every error of golive is a problem document, and none of them says what it must not."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI, Query
from starlette.types import Message

from app.errors import (
    ConfigInvalid,
    Conflict,
    Forbidden,
    GoLiveError,
    Invalid,
    Missing,
    Mistake,
    NotBuilt,
    Unauthenticated,
    Unavailable,
)
from app.web import problems
from app.web.gate import _same_site, _with_port
from app.web.login import own_path
from app.web.problems import field_of, problem_of

Answer = tuple[int, dict[str, str], dict[str, Any]]


def app(count: Callable[[], None]) -> FastAPI:
    made = FastAPI(openapi_url=None)

    @made.get("/page")
    async def page() -> None:
        raise Unauthenticated("nobody is logged in")

    @made.get("/api/thing")
    async def thing(n: int = Query(ge=1)) -> int:
        if n == 7:
            raise RuntimeError("inner DOE^JOHN")
        raise Unauthenticated("nobody is logged in")

    problems.install(made)
    made.add_middleware(problems.Unforeseen, count=count)
    return made


def asked(path: str, query: str = "", accept: str = "*/*", method: str = "GET") -> tuple[Answer, int]:
    """Call the app without any socket; give the answer and how many bugs were counted."""
    sent: list[Message] = []
    counted: list[int] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [(b"host", b"localhost"), (b"accept", accept.encode())],
        "scheme": "http",
        "server": ("localhost", 80),
    }
    asyncio.run(app(lambda: counted.append(1))(scope, receive, send))
    headers = {k.decode(): v.decode() for k, v in sent[0]["headers"]}
    body = b"".join(m.get("body", b"") for m in sent[1:])
    return (sent[0]["status"], headers, json.loads(body) if body else {}), len(counted)


@pytest.mark.parametrize(
    ("error", "status", "kind"),
    [
        (ConfigInvalid([Mistake("golive.toml", 3, "site.id", "is missing")]), 422, "config-invalid"),
        (Unauthenticated("x"), 401, "unauthenticated"),
        (Forbidden("x"), 403, "forbidden"),
        (Missing("x"), 404, "missing"),
        (Conflict("x"), 409, "conflict"),
        (Invalid("severity", "must be 1 to 4"), 422, "invalid"),
        (NotBuilt("x"), 501, "not-built"),
        (Unavailable("x"), 503, "unavailable"),
        (GoLiveError("x"), 400, "go-live-error"),
    ],
)
def test_each_error_has_its_status_and_kind(error: GoLiveError, status: int, kind: str) -> None:
    told = json.loads(problem_of(error).body())
    assert (told["type"], told["title"], told["status"]) == (f"urn:golive:problem:{kind}", error.title, status)
    assert told["detail"] == error.detail


def test_an_invalid_field_is_named() -> None:
    assert json.loads(problem_of(Invalid("severity", "must be 1 to 4")).body())["field"] == "severity"


def test_a_wrong_parameter_is_named_without_its_value() -> None:
    (status, headers, told), _ = asked("/api/thing", "n=DOE^JOHN")
    assert (status, headers["content-type"], told["field"]) == (422, "application/problem+json", "n")
    assert "DOE" not in json.dumps(told)


def test_a_bug_is_counted_and_tells_nothing_inner() -> None:
    (status, headers, told), counted = asked("/api/thing", "n=7")
    assert (status, headers["content-type"], counted) == (500, "application/problem+json", 1)
    assert told["type"] == "urn:golive:problem:bug"
    assert "DOE" not in json.dumps(told)


def test_an_address_that_is_not_there_is_a_problem_document() -> None:
    (status, _, told), counted = asked("/api/nothing")
    assert (status, told["title"], told["type"], counted) == (404, "Not found", "about:blank", 0)


def test_a_wrong_method_says_which_is_right() -> None:
    (status, headers, told), _ = asked("/api/thing", method="DELETE")
    assert (status, headers["allow"], told["title"]) == (405, "GET, HEAD", "Not that way")


def test_a_person_without_login_is_led_to_it_and_a_program_is_told() -> None:
    (status, headers, _), _ = asked("/page", "a=1", accept="text/html")
    assert (status, headers["location"]) == (303, "/login?next=/page%3Fa%3D1")
    (status, headers, told), _ = asked("/api/thing", "n=1", accept="text/html")
    assert (status, headers["www-authenticate"], told["title"]) == (401, "Bearer", "Not logged in")


def test_fields_are_named_as_their_sender_wrote_them() -> None:
    assert field_of(("body", "samples", 0, "at")) == "samples[0].at"
    assert field_of(("query", "window")) == "window"
    assert field_of(("body",)) == "body"


@pytest.mark.parametrize(
    "foreign",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "evil", "", "/a\r\nSet-Cookie: x", "/a\\b"],
)
def test_a_login_leads_nowhere_else(foreign: str) -> None:
    assert own_path(foreign) == "/"


def test_a_login_leads_back_to_the_page_that_was_asked_for() -> None:
    assert own_path("/wall?distance_m=5") == "/wall?distance_m=5"


def test_an_origin_is_ours_when_its_host_and_port_are() -> None:
    assert _same_site("http://golive.local:8000", "golive.local:8000")
    assert _same_site("https://golive.local", "golive.local")
    assert not _same_site("http://golive.local:8001", "golive.local:8000")
    assert not _same_site("http://evil.example", "golive.local")
    assert not _same_site("null", "golive.local")
    assert _with_port("[::1]", "http") == "[::1]:80"
