"""What `golive check` shows of rollback rules, as text for people and as JSON for programs."""

from collections.abc import Sequence
from typing import Any

from app.cli.printing import aligned
from app.clock import utc_now
from app.commands.triggers import Tried, untried, would_see
from app.errors import Unavailable
from app.plan import plan_of
from app.settings import Config


def tried(config: Config) -> tuple[list[Tried], str]:
    """Give what every rollback rule would see now; without a store that can be read, the rules and why it cannot."""
    from app.running.reaching import reading

    plan = plan_of(config)
    if not plan.rules:
        return [], ""
    try:
        return reading(config, lambda s: would_see(s, plan, utc_now())), ""
    except Unavailable as error:
        return untried(plan), error.detail


def text(found: Sequence[Tried], why_not: str) -> str:
    """Give what each rule would see now, and those that can never see enough; `why_not` says why nothing was seen."""
    if not found:
        return ""
    rows = [(_mark(t), t.instance.id, *_seen(t)) for t in found]
    head = f"\nRollback rules (not tried against the store: {why_not}):\n" if why_not else "\nRollback rules now:\n"
    return head + aligned(rows) + "\n"


def as_json(found: Sequence[Tried], why_not: str) -> list[dict[str, Any]]:
    """Give the same for programs."""
    return [
        {
            "id": t.instance.id,
            "title": t.instance.rule.title,
            "kind": t.instance.rule.kind.value,
            "never": t.instance.never or None,
            "never_recovers": t.instance.stuck or None,
            "sight": t.share.sight.value if t.share else None,
            "beyond": t.share.over if t.share else None,
            "n": t.share.n if t.share else None,
            "share": t.share.share if t.share else None,
            "value": t.share.value if t.share else None,
            "reason": t.share.reason if t.share else why_not,
        }
        for t in found
    ]


def _mark(of: Tried) -> str:
    if of.instance.never:
        return "✗"
    return "!" if of.share is not None and of.share.over else "·"


def _seen(of: Tried) -> tuple[str, str]:
    share = of.share
    noted = "; ".join(filter(None, (of.instance.never, of.instance.stuck)))
    if share is None:
        return "", noted
    state = "beyond" if share.over else share.sight.value
    return state, share.reason if noted in share.reason else f"{noted}; {share.reason}"
