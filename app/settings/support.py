"""[support]: the virtual meeting that the button "support now" opens, who helps there, and how many may ask."""

from typing import Annotated

from pydantic import Field

from app.settings.values import Duration, Id, Link, Name, Table

Like = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[^\x00-\x1f]+$")]


class Breakout(Table):
    name: Name = Field(description="as people call the room")
    link: Link | None = Field(None, description="a link of its own, where the meeting has one for each room")


class Support(Table):
    lobby: Link = Field(
        description="link to the lobby of the virtual meeting; opened at once, also when golive is down"
    )
    breakouts: list[Breakout] = Field(default_factory=list, description="break-out rooms that the desk suggests")
    supporters: list[Name] = Field(default_factory=list, description="who helps; the desk suggests them")
    users: Annotated[int, Field(ge=1)] | None = Field(
        None, description="how many people may ask; the curve is per 100 of them"
    )
    aim: Duration = Field(300.0, description="a wait beyond it is marked on the desk")
    lapses_after: Duration = Field(14_400.0, description="how long a request lives that nobody ends")
    workstations: dict[Like, Id] = Field(
        default_factory=dict,
        description='names of workstations (with * and ?) and their area, such as { "CT-*" = "ct" }',
    )
