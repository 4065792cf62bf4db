"""The contact card: whom one calls for what, step by step of the escalation, and the bridge."""

from dataclasses import dataclass

from app.push.desk import shift_words as sh
from app.settings import Settings
from app.settings.floor import Contact, ServiceDesk, Team


@dataclass(frozen=True, slots=True)
class Reached:
    """One person or team, and how they are reached."""

    name: str
    about: str
    phone: str
    href: str
    mail: str


@dataclass(frozen=True, slots=True)
class ContactCard:
    """Everybody by the step at which they answer; `bridge` is the link to the standing call, "" without one."""

    groups: tuple[tuple[str, tuple[Reached, ...]], ...]
    bridge: str


def contact_card(settings: Settings) -> ContactCard:
    """Give the card of a configuration."""
    groups = []
    everybody: tuple[Contact | Team, ...] = (*settings.contacts, *settings.teams)
    for tier, title in sh.TIERS.items():
        groups.append((title, tuple(_reached(p) for p in everybody if p.tier == tier and (p.phone or p.mail))))
    deciders = tuple(
        Reached(a.name, f"deputy for {a.deputy_for}" if a.deputy_for else "", a.telephone, _href(a.telephone), "")
        for a in settings.authorities
    )
    groups.append((sh.AUTHORITIES, deciders))
    if settings.floor.service_desk is not None:
        groups.append((sh.SERVICE_DESK, (_reached(settings.floor.service_desk),)))
    return ContactCard(tuple((title, rows) for title, rows in groups if rows), settings.floor.bridge or "")


def _reached(one: Contact | Team | ServiceDesk) -> Reached:
    about = one.about if isinstance(one, Contact) else ""
    return Reached(one.name, about, one.phone or "", _href(one.phone or ""), one.mail or "")


def _href(phone: str) -> str:
    return "tel:" + phone.replace(" ", "") if phone else ""
