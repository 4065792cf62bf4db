"""The simulated hospital's rollback rules, and how soon they call: as at a real site, or as a drill has time for."""

from dataclasses import dataclass
from importlib.resources import files
from string import Template


@dataclass(frozen=True, slots=True)
class Pacing:
    """How often the worklist is asked, and how soon its rule calls."""

    every: str = "10s"
    timeout: str = "8s"
    window: str = "5m"
    at_least: int = 20
    breach_after: str = "2m"


USUAL, DRILL = Pacing(), Pacing(every="2s", timeout="3s", window="1m", at_least=12, breach_after="20s")


def rollback_toml(pacing: Pacing = USUAL) -> str:
    """Give the rollback rules of the file and who may confirm a decision."""
    text = files("collectors.simulator").joinpath("rollback.toml").read_text("utf-8")
    values = {f"worklist_{name}": getattr(pacing, name) for name in ("window", "at_least", "breach_after")}
    return "\n" + Template(text).substitute(values)
