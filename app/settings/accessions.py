"""By whose rule an accession number is written: that of the feed that tells it, for worklists that of the orders."""

from collections.abc import Iterable

from app.settings.tables import AccessionRule, Feed, Settings


def rule_of_orders(feeds: Iterable[Feed]) -> AccessionRule:
    """Give how the first HL7 feed with a rule of its own writes the accession numbers of its orders."""
    rules = (f.accession for f in feeds if f.kind.startswith("hl7"))
    return next((rule for rule in rules if rule.strip or rule.drop_prefix or rule.upper), AccessionRule())


def rule_of(settings: Settings, teller: str) -> AccessionRule:
    """Give the rule of a feed by its id; a worklist probe, which has none, sees the orders of others."""
    return next((f.accession for f in settings.feeds if f.id == teller), None) or rule_of_orders(settings.feeds)
