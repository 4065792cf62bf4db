"""[[channels]], [[routes]], [notices], [dead_man]: whom golive tells outside; their addresses are secrets."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from app.settings.values import Duration, Id, Table

WITHIN_S = 60.0


def _short(seconds: float) -> float:
    if not 1 <= seconds <= WITHIN_S:
        raise ValueError(f'is no time to wait for an answer ("1s" to "{WITHIN_S:g}s")')
    return seconds


def _not_hasty(seconds: float) -> float:
    if seconds < 10:
        raise ValueError('is too often ("10s" at least)')
    return seconds


def _is_file(name: str) -> str:
    if "://" in name or not name.strip():
        raise ValueError('is no name of a file (such as "teams.url"): the address itself stands in that file')
    return name


FileName = Annotated[str, AfterValidator(_is_file)]
Wait = Annotated[Duration, AfterValidator(_short)]
Cadence = Annotated[Duration, AfterValidator(_not_hasty)]
Phase = Literal["before", "decision", "command_center", "stabilisation", "handed_over", "rolled_back"]
On = Literal[
    "breach",
    "unseen",
    "undecided",
    "recovery",
    "proposal",
    "decision",
    "go_live",
    "safety",
    "escalation",
    "issue",
    "closing",
]


class Channel(Table):
    id: Id = Field(description="short name")
    url_file: FileName | None = Field(
        None, description="file that holds the service's address; without it GOLIVE_CHANNEL_<ID>, or …_FILE"
    )
    timeout: Wait = Field(10.0, description="how long the service may take to accept a message")


class Route(Table):
    channel: Id = Field(description="the channel that is told")
    on: Annotated[list[On], Field(min_length=1)] = Field(description="what it is told of")
    triggers: list[str] = Field(default_factory=lambda: ["*"], description='ids of rules, or "*" for all')
    phases: list[Phase] = Field(default_factory=list, description="phases in which it is told; empty: all")
    remind_every: Cadence | None = Field(
        None, description="how often it is told again until somebody acknowledges or decides"
    )


class Notices(Table):
    next_authority_after: Cadence = Field(
        300.0, description="how long an authority is waited for before the next one is told of a proposal"
    )
    give_up_after: Cadence = Field(86400.0, description="how long a message is tried before it is given up, visibly")


class DeadMan(Table):
    url_file: FileName | None = Field(
        None, description="file that holds the address to ping; without it GOLIVE_DEAD_MAN_URL, or …_FILE"
    )
    every: Cadence = Field(60.0, description="how often it is pinged while everything lives")
    timeout: Wait = Field(10.0, description="how long it may take to answer")


class Tickets(Table):
    url_file: FileName | None = Field(
        None, description="file that holds the address to post to; without it GOLIVE_TICKETS_URL, or …_FILE"
    )
    key_file: FileName | None = Field(
        None, description="file that holds the key that signs; without it GOLIVE_TICKETS_KEY, or …_FILE"
    )
    answer: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+){0,4}$")] = Field(
        "ticket", description="where in the answer the ticket's number stands, such as result.number"
    )
    timeout: Wait = Field(10.0, description="how long the ticket system may take to answer")
