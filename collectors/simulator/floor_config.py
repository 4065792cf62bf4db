"""The part of the simulated hospital's golive.toml that is about its floor: teams, contacts, tablets, support."""

from importlib.resources import files
from string import Template


def floor_toml(listen: str) -> str:
    """Give the floor's tables; tablets of a demo reach it where everybody does."""
    text = files("collectors.simulator").joinpath("floor.toml").read_text("utf-8")
    return "\n" + Template(text).substitute(url=f"http://{listen}")
