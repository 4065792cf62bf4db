"""[[categories]], [[teams]], [[contacts]], [floor], [escalation]: what the floor reports, and who answers it."""

from typing import Annotated, Literal

from pydantic import Field

from app.settings.notices import Phase
from app.settings.patterns import SitePattern
from app.settings.values import DurationOrNone, HoursText, Id, Link, Mail, Name, Phone, Table, WebLink

Tier = Literal["floor", "desk", "it", "vendor"]
Deadlines = Annotated[list[DurationOrNone], Field(max_length=3)]
Text = Annotated[str, Field(min_length=1, max_length=400)]


class Category(Table):
    id: Id = Field(description="short name")
    name: Name = Field(description="as people call it")
    functions: list[Name] = Field(default_factory=list, description="affected functions that are suggested")


class Team(Table):
    id: Id = Field(description="short name")
    name: Name = Field(description="as people call it")
    tier: Tier = Field(description="the step of escalation at which it is asked")
    phone: Phone | None = Field(None, description="its number")
    mail: Mail | None = Field(None, description="its address")
    channel: Id | None = Field(None, description="the channel on which it is told of what was escalated to it")
    categories: list[Id] = Field(default_factory=list, description="the categories that it takes; empty: all")


class Contact(Table):
    name: Name = Field(description="who is called")
    phone: Phone | None = Field(None, description="the number")
    mail: Mail | None = Field(None, description="the address")
    about: Annotated[str, Field(max_length=120)] = Field("", description="what one calls for")
    tier: Tier = Field("desk", description="the step of escalation that answers; an unsent SEV1 shows those of desk")


class Fact(Table):
    title: Name = Field(description="what everybody asks")
    text: Text = Field(description="the answer")


class ServiceDesk(Table):
    name: Name = Field("Service desk", description="who answers after the command center closed")
    phone: Phone | None = Field(None, description="its number")
    mail: Mail | None = Field(None, description="its address")
    channel: Id | None = Field(None, description="the channel on which it is told of new issues")


class Floor(Table):
    photos: bool = Field(False, description="whether tablets may add photos")
    bridge: Link | None = Field(None, description="link to the bridge, the standing call of the command center")
    facts: list[Fact] = Field(default_factory=list, description="answers that tablets show, also offline")
    url: WebLink | None = Field(None, description="where tablets reach golive, for the links of QR sheets")
    language: Literal["en", "de"] = Field("en", description="the language of the tablets")
    patterns: Annotated[list[SitePattern], Field(max_length=20)] = Field(
        default_factory=list, description="how patient and accession numbers look here, for the guard of free text"
    )
    peak_hours: HoursText | None = Field(
        None, description="hours in which somebody is to be on duty in each area; without it every hour"
    )
    ask_every: DurationOrNone = Field(
        3600.0, description='how often golive itself asks the areas with somebody on duty how it goes; "0s" never'
    )
    service_desk: ServiceDesk | None = Field(None, description="who answers after the command center closed")


class Ladder(Table):
    sev1: Deadlines | None = Field(None, description="from floor to desk, from desk to IT, from IT to vendor")
    sev2: Deadlines | None = Field(None, description="the same for SEV2; [] never goes on by itself")
    sev3: Deadlines | None = Field(None, description="the same for SEV3")
    sev4: Deadlines | None = Field(None, description="the same for SEV4")


class Escalation(Ladder):
    """The deadlines of each severity; a phase's own outrank those of every phase, and those outrank the shipped."""

    before: Ladder | None = Field(None, description="deadlines before go-live")
    decision: Ladder | None = Field(None, description="deadlines until the decision point")
    command_center: Ladder | None = Field(None, description="deadlines while the command center is staffed")
    stabilisation: Ladder | None = Field(None, description="deadlines of the stabilisation")
    handed_over: Ladder | None = Field(None, description="deadlines after the hand-over")
    rolled_back: Ladder | None = Field(None, description="deadlines after a roll-back")

    def deadlines_s(self, severity: int, phase: Phase) -> tuple[float, ...]:
        """Give how long an issue waits at floor, desk and IT, shorter where it never goes on by itself."""
        key = f"sev{severity}"
        own: Ladder | None = getattr(self, phase)
        for ladder in (own, self):
            found: list[float] | None = getattr(ladder, key) if ladder else None
            if found is not None:
                return tuple(found)
        return (_CALM if phase in _CALM_PHASES else _STAFFED)[severity]


_STAFFED = {
    1: (120.0, 600.0, 1800.0),
    2: (300.0, 1800.0, 7200.0),
    3: (1800.0, 14400.0, 172800.0),
    4: (7200.0, 86400.0),
}
_CALM = {
    1: (300.0, 900.0, 3600.0),
    2: (1800.0, 7200.0, 28800.0),
    3: (14400.0, 86400.0, 604800.0),
    4: (86400.0, 604800.0),
}
_CALM_PHASES = ("before", "stabilisation", "handed_over")


def shipped_categories() -> list[Category]:
    """Give what a PACS is called about, where golive.toml names no categories."""
    return [Category(id=id_, name=name, functions=functions) for id_, name, functions in _SHIPPED]


_SHIPPED = (
    ("worklist", "Worklist", ["Modality worklist", "Reading worklist", "Patient or order missing"]),
    ("images-missing", "Images missing", ["Study not found", "Series incomplete", "Wrong patient or order"]),
    ("images-slow", "Images slow", ["First image", "Whole study", "Scrolling"]),
    ("hanging-protocol", "Hanging protocol", ["Layout", "Series in the wrong place", "Comparison"]),
    ("report", "Dictation and report", ["Speech recognition", "Template", "Signing", "Report not delivered"]),
    ("priors", "Priors", ["Priors missing", "Priors slow", "Outside studies"]),
    ("login", "Login", ["Password", "Rights", "Single sign-on"]),
    ("printing", "Printing and CD", ["Printer", "CD or DVD", "Export"]),
    ("ai-result", "AI result", ["Result missing", "Result late", "Result shown wrongly"]),
    ("portal", "Portal", ["Referrers' portal", "Image sharing"]),
    ("hardware", "Hardware", ["Workstation", "Monitor", "Microphone", "Network"]),
    ("how-to", "How do I …?", ["How-to"]),
)
