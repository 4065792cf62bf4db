"""Reaches golive's own machine: the running server where there is one, else the database itself."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx
from sqlalchemy.exc import DBAPIError

from app.clock import monotonic_s
from app.errors import GoLiveError, Unavailable
from app.running.health import any_certificate
from app.settings import Config, load_secrets
from app.store import engines, troubles
from app.store.db import Database, Session

T = TypeVar("T")

STARTING_S = 8.0  # a starting golive holds the database before it answers
ANSWER_S = 10.0


@dataclass(frozen=True, slots=True)
class _Answered:
    """What the running server said; `None` as a whole is said by nobody."""

    status: int
    body: Any

    def result(self) -> Any:
        """Give what was asked for; what the server refused is refused here with its words."""
        if self.status < 400:
            return self.body
        detail = self.body.get("detail") if isinstance(self.body, Mapping) else None
        raise GoLiveError(str(detail or f"the running golive answered {self.status}"))


def either(
    config: Config,
    environ: Mapping[str, str],
    call: tuple[str, str, Mapping[str, Any] | None],
    here: Callable[[Database], T],
    within_s: float = ANSWER_S,
) -> Any:
    """Have the running server do it; where none answers, do it on the database.

    A golive that is just starting holds the database and does not answer yet: both are tried until one works.
    """
    deadline_s = monotonic_s() + STARTING_S
    while True:
        answered = _of_server(config, environ, *call, within_s)
        if answered is not None:
            return answered.result()
        try:
            return on_database(config, here)
        except Unavailable:
            if monotonic_s() > deadline_s:
                raise
        time.sleep(0.25)


def reading(config: Config, ask: Callable[[Session], T]) -> T:
    """Give the answer to a question that changes nothing and needs no server, nor that there is none."""
    url = engines.parse(config.settings.server.database)
    if url.get_backend_name() == "sqlite":
        file = engines.sqlite_file(url, config.folder)
        if not file.exists():
            raise Unavailable(f"there is no database {file} yet: golive has not run here")
        engine = engines.sqlite_readers(file)
    else:
        engine = engines.postgres_readers(url)
    try:
        with Session(engine) as session:
            return ask(session)
    except DBAPIError as error:
        raise Unavailable(f"the database cannot be read: {troubles.sentence(error)}") from error
    finally:
        engine.dispose()


def on_database(config: Config, act: Callable[[Database], T]) -> T:
    """Do it on the database itself, which no golive may hold."""
    db = Database(config.settings.server.database, config.settings.site.id, config.folder)
    db.open()
    try:
        return act(db)
    finally:
        db.close()


def _of_server(
    config: Config,
    environ: Mapping[str, str],
    method: str,
    path: str,
    body: Mapping[str, Any] | None,
    within_s: float,
) -> _Answered | None:
    """Give the running server's answer; None when there is none, or what listens there does not know us."""
    try:
        admin = load_secrets(config, environ, make=False).admin_token
    except Unavailable:
        admin = None
    if admin is None:
        return None  # no golive has run here yet
    try:
        with httpx.Client(
            base_url=config.settings.server.local_url,
            verify=any_certificate(),
            trust_env=False,
            timeout=httpx.Timeout(within_s, connect=2.0),
        ) as client:
            answer = client.request(
                method, path, json=body, headers={"Authorization": f"Bearer {admin.get_secret_value()}"}
            )
    except httpx.ReadTimeout as error:
        raise Unavailable(
            f"golive runs, but has not answered for {within_s:g} s: it may do it yet; "
            "see whether it is well (/readyz, its log), then look before you try again"
        ) from error
    except httpx.TransportError:
        return None
    if answer.status_code in (401, 403, 404, 405):
        return None
    says_json = bool(answer.content) and "json" in answer.headers.get("content-type", "")
    return _Answered(answer.status_code, answer.json() if says_json else None)
