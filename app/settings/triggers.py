"""[[triggers]]: one rollback rule, whatever its kind; which keys a kind needs is held by trigger_checks."""

from typing import Annotated, Literal

from pydantic import Field

from app.settings.values import Duration, DurationOrNone, Id, Name, NotNegative, Share, Table


class TriggerRule(Table):
    id: Id = Field(description="short name")
    title: Name = Field(description="as the strip and the record show it")
    kind: Literal["share", "backlog", "availability", "silence", "count", "all", "any"] = Field(
        "share", description="what it counts: the share of attempts or exams beyond a limit, or another sum"
    )
    measure: str | None = Field(None, description="share: the measure whose attempts or exams it counts")
    where: dict[Literal["system", "area", "vantage", "modality", "patient_class"], str] = Field(
        default_factory=dict, description='only what is of these, such as { system = "ris" }'
    )
    per: Literal["area"] | None = Field(None, description="area: one latched trigger for each")
    slower_than: Duration | None = Field(
        None, description="share: the limit; a failed attempt, or an exam open for longer, is slower than any"
    )
    share: Share | None = Field(None, description="share: the share allowed beyond the limit, such as 0.2")
    recover_below: Share | None = Field(
        None, description="share: the share below which it recovers; without it half of share"
    )
    limit: NotNegative | None = Field(None, description="backlog, count: how many are allowed")
    recover_limit: NotNegative | None = Field(
        None, description="backlog, count: down to how many it must fall to recover; without it half of limit"
    )
    older_than: Duration | None = Field(
        None, description="backlog, count of stuck_reports: what waits for longer than this counts"
    )
    down_for: Duration | None = Field(None, description="availability: how long without an answer is allowed")
    quiet_for: Duration | None = Field(None, description="silence: how long without a message is allowed")
    unlikely_below: Share | None = Field(
        None,
        description="silence: called once the chance of so long a pause by the same hours of earlier weeks lies below "
        "this (such as 0.001); until there are three weeks quiet_for counts",
    )
    feed: Id | None = Field(None, description="silence: the feed that is listened to")
    milestone: str | None = Field(None, description="silence: only messages of this milestone, such as final")
    sender: Annotated[str, Field(min_length=1, max_length=64)] | None = Field(
        None, description='silence: only messages of this application (MSH-3, with * and ?), or "APPLICATION@FACILITY"'
    )
    what: Literal["issues", "quarantine", "strays", "stuck_reports"] | None = Field(
        None, description="count: what is counted"
    )
    severity: Annotated[int, Field(ge=1, le=4)] | None = Field(None, description="count of issues: only of this one")
    of: list[Id] = Field(default_factory=list, description="all, any: the ids of the rules that it is made of")
    depends_on: Id | None = Field(
        None, description="the id of a rule that explains this one: while it is beyond, this one's notice is held back"
    )
    window: Duration = Field(300.0, description="how far back it counts")
    at_least: Annotated[int, Field(ge=1)] = Field(
        20, description="share, availability: attempts or exams without which it says nothing"
    )
    breach_after: DurationOrNone = Field(120.0, description="how long it must be beyond before it is a breach")
    blind_after: Duration = Field(300.0, description="how long it may see too little before that is escalated")
    armed: Literal["at go-live", "always", "shadow"] = Field("at go-live", description="when it counts")
    required: bool = Field(True, description="whether its blindness makes the whole blind")
