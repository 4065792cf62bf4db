"""Who may come in: the actor behind a token or session, and what each role may do."""

from dataclasses import dataclass
from hmac import compare_digest
from typing import Any

from starlette.requests import HTTPConnection

from app.commands.access import bearer_of_session, bearer_of_token
from app.domain.access import Bearer
from app.domain.rollback.deciding import DESK as DECIDING
from app.domain.rollback.decisions import Person
from app.errors import Forbidden, Unauthenticated
from app.settings import Server, is_loopback
from app.web.house import House, house_of

READERS = frozenset({"engineer", "desk", "authority", "admin"})
LEADERS = READERS | {"leadership"}
_NO_SESSIONS = (
    "Sessions are refused here: other machines reach this address without TLS, so that anybody on the way "
    "could take the session. Set [server] tls_cert and tls_key, or name the TLS proxy in [server] proxies."
)
SCREENS = READERS | {"display"}
DESK = frozenset(str(role) for role in DECIDING)
ON_FLOOR = READERS | {"floor"}


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts; `by` says how we know: token, session, ingest, local (the machine's own admin token) or open screen."""

    role: str
    name: str
    by: str
    id: str = ""


def screens_are_open(server: Server) -> bool:
    """Say whether the wall needs no login: nobody else reaches it, or the site wrote down that it may."""
    return server.open_screens or (is_loopback(server.host) and not server.proxies)


def sessions_trouble(connection: HTTPConnection, server: Server) -> str:
    """Say why no session can be had over this connection, or ""."""
    return "" if connection.url.scheme in ("https", "wss") or is_loopback(server.host) else _NO_SESSIONS


def no_sessions(server: Server) -> str:
    """Say why nobody at all can have a session on this address, or "": known before anybody comes."""
    return "" if is_loopback(server.host) or server.tls_cert or server.proxies else _NO_SESSIONS


def cookie_name(connection: HTTPConnection) -> str:
    """Give the name of the session cookie; __Host- binds it to this host, but browsers take that over TLS only."""
    return "__Host-golive" if connection.url.scheme in ("https", "wss") else "golive"


async def actor_of(connection: HTTPConnection) -> Actor | None:
    """Give who acts over this connection, or None; a token that is shown but unknown is an error, not nobody."""
    house = house_of(connection)
    shown = _bearer(connection)
    if shown is not None:
        return await _of_token(house, connection, shown)
    clear = connection.cookies.get(cookie_name(connection))
    if not clear or sessions_trouble(connection, house.config.settings.server):
        return None
    now = house.clock.now()
    found = await house.recognised.of(clear, bearer_of_session(house.db, house.site, clear, now), now)
    return _actor(found, "session") if found else None


async def _of_token(house: House, connection: HTTPConnection, shown: str) -> Actor:
    if _same(shown, house.secrets.ingest_token.get_secret_value()):
        return Actor("ingest", "ingest token", "ingest")
    if (admin := house.secrets.admin_token) and _same(shown, admin.get_secret_value()):
        if not _of_this_machine(connection):
            raise Forbidden("the admin token of this machine is for commands on this machine only")
        return Actor("admin", "this machine", "local")
    found = await house.recognised.of(shown, bearer_of_token(house.db, house.site, shown), house.clock.now())
    if found is None:
        raise Unauthenticated("the token is unknown or revoked")
    return _actor(found, "token")


def _of_this_machine(connection: HTTPConnection) -> bool:
    """Say whether a call comes from where it arrives: over loopback, or from the very address that it reached."""
    caller, reached = connection.client, connection.scope.get("server")
    return caller is not None and (is_loopback(caller.host) or (reached is not None and caller.host == reached[0]))


def _actor(found: Bearer, by: str) -> Actor:
    return Actor(found.role, found.name, by, str(found.id))


def _bearer(connection: HTTPConnection) -> str | None:
    kind, _, token = connection.headers.get("authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else None


def _same(shown: str, ours: str) -> bool:
    return bool(ours) and compare_digest(shown.encode(), ours.encode())


async def one_of(connection: HTTPConnection, roles: frozenset[str]) -> Actor:
    """Give the actor if it has one of these roles, else refuse in words."""
    actor = await actor_of(connection)
    if actor is None:
        raise Unauthenticated("log in at /login, or send a token as: Authorization: Bearer …")
    if actor.role not in roles:
        raise Forbidden(f"the role {actor.role} may not do this; it takes {', '.join(sorted(roles))}")
    return actor


async def reader(connection: HTTPConnection) -> Actor:
    """Give an actor who may read everything."""
    return await one_of(connection, READERS)


async def leader(connection: HTTPConnection) -> Actor:
    """Give an actor who may read status, standings and trends."""
    return await one_of(connection, LEADERS)


async def on_floor(connection: HTTPConnection) -> Actor:
    """Give an actor who may read what the floor reports."""
    return await one_of(connection, ON_FLOOR)


async def at_desk(connection: HTTPConnection) -> Actor:
    """Give an actor who acts for the command center."""
    return await one_of(connection, DESK)


async def engineer(connection: HTTPConnection) -> Actor:
    """Give an actor who sets golive up."""
    return await one_of(connection, frozenset({"engineer", "admin"}))


async def sender(connection: HTTPConnection) -> Actor:
    """Give an actor who shows the ingest token."""
    return await one_of(connection, frozenset({"ingest"}))


async def local_admin(connection: HTTPConnection) -> Actor:
    """Give the actor of a command of this machine."""
    actor = await one_of(connection, frozenset({"admin"}))
    if actor.by != "local":
        raise Forbidden("this takes the admin token of golive's own machine")
    return actor


async def screen(connection: HTTPConnection) -> Actor:
    """Give who looks at a screen; where screens are open that is anybody."""
    if screens_are_open(house_of(connection).config.settings.server):
        return Actor("display", "open screen", "open screen")
    return await one_of(connection, SCREENS)


async def visitor(connection: HTTPConnection) -> Actor:
    """Give who sees the start page: everybody who may see something of it."""
    if screens_are_open(house_of(connection).config.settings.server):
        return Actor("display", "open screen", "open screen")
    return await one_of(connection, SCREENS | LEADERS)


async def evidence(connection: HTTPConnection) -> Actor:
    """Give who looks at what a standing stands on: more than the wall's display may, where screens are not open."""
    if screens_are_open(house_of(connection).config.settings.server):
        return Actor("display", "open screen", "open screen")
    return await one_of(connection, LEADERS)


async def may_connect(websocket: HTTPConnection, readers_only: bool = False) -> Actor | None:
    """Give who may have the live socket of a screen, or None; host and origin were looked at before this."""
    try:
        return await (reader if readers_only else screen)(websocket)
    except (Unauthenticated, Forbidden):
        return None


def person_of(actor: Actor) -> Person:
    """Give the actor as decisions and acts keep it."""
    return Person(actor.name, str(actor.role), actor.id or actor.by)


def described(actor: Actor) -> dict[str, Any]:
    """Give the actor as the journal keeps it."""
    return {"name": actor.name, "role": actor.role, "by": actor.by, "id": actor.id}
