"""What stands beside a decision, in words: the time left, the cost, the way back, whom to call."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from app.domain.rollback.way_back import Amount, Cost, way_back
from app.push.desk import words as desk_words
from app.push.scene import Scene


@dataclass(frozen=True, slots=True)
class Called:
    """One of those who may confirm by telephone."""

    name: str
    telephone: str
    href: str
    deputy_for: str


@dataclass(frozen=True, slots=True)
class BesideView:
    """What a decision is made by, beyond the evidence."""

    cost: tuple[str, ...]
    way_back: str
    way_back_why: str
    evidence: str
    called: tuple[Called, ...]


def beside_view(scene: Scene, cost: Cost | None) -> BesideView:
    """Give what stands beside a decision now."""
    back = way_back(scene.plan, scene.standings)
    return BesideView(
        tuple(cost_words({f.name: amount_told(getattr(cost, f.name)) for f in fields(cost)} if cost else None)),
        back.answer,
        back.reason,
        f"golive's own test queries, from {', '.join(scene.plan.vantages)}",
        tuple(
            Called(a.name, a.telephone, "tel:" + a.telephone.replace(" ", ""), a.deputy_for or "")
            for a in scene.plan.authorities
        ),
    )


def amount_told(amount: Amount) -> dict[str, Any]:
    """Give an amount as the interface writes it."""
    return {"n": amount.n, "at_least": bool(amount.not_seen), "not_seen": list(amount.not_seen)}


def cost_words(cost: Mapping[str, Any] | None) -> Iterable[str]:
    """Give what exists in the new system alone, with its own uncertainty, from the interface's own shape."""
    for name, amount in (cost or {}).items():
        what = desk_words.COSTS.get(name, name.replace("_", " "))
        if amount["n"] is None:
            yield desk_words.NO_FEED_TELLS.format(what=what)
        elif amount["at_least"]:
            yield desk_words.AT_LEAST.format(n=amount["n"], what=what, feeds=", ".join(amount["not_seen"]))
        else:
            yield f"{amount['n']} {what}"
