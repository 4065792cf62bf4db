"""The tables of golive.toml; every field has its unit in its type and a help text."""

from typing import Annotated, Literal

from pydantic import Field

from app.settings.endpoints import Dicom, HttpEndpoint
from app.settings.floor import Category, Contact, Escalation, Floor, Team, shipped_categories
from app.settings.notices import Channel, DeadMan, Notices, Route, Tickets
from app.settings.support import Support
from app.settings.triggers import TriggerRule
from app.settings.values import (
    HL7_FIELD_PATTERN,
    AeTitle,
    DateText,
    DaysLong,
    Duration,
    Expression,
    HoursText,
    Id,
    Listen,
    Moment,
    Name,
    Network,
    Port,
    Room,
    Table,
    TimeOrCost,
    TimesOfDay,
    Uid,
    Zone,
    host_of,
    port_of,
)


class Site(Table):
    id: Id = Field(description="short name of the hospital; every key in the database starts with it")
    name: Name = Field(description="as people call it; shown on every screen")
    timezone: Zone = Field("UTC", description="IANA zone of local times in feeds and on screens")
    accession_issuers: bool = Field(False, description="true: the issuer is part of an exam's identity")


class GoLive(Table):
    at: Moment = Field(description="the planned moment, with its offset from UTC")
    start: Literal["declared", "by-clock"] = Field(
        "declared", description="whether T0 is declared by a person or comes by the clock"
    )
    decision_window: Duration = Field(7200.0, description="from T0 to the decision point")
    no_return: TimeOrCost | None = Field(
        None, description='the point of no return: a time from T0, or what a roll-back costs by then ("500 studies")'
    )
    command_center: Duration = Field(259200.0, description="how long the command center is staffed")
    stabilisation: Duration = Field(7776000.0, description="from T0 to the hand-over")
    proposal_lasts: Duration = Field(1800.0, description="how long a proposed decision can be confirmed")
    huddles: TimesOfDay = Field(default_factory=list, description="when the command center meets, by the site's time")


class Server(Table):
    listen: Listen = Field("127.0.0.1:8000", description="address and port of the web server")
    database: str = Field("sqlite:///golive.db", description="SQLAlchemy URL: sqlite:///… or postgresql+psycopg://…")
    database_file: str | None = Field(None, description="file that holds the database URL, for one with a password")
    most_bytes: Annotated[int, Field(ge=100_000_000)] = Field(
        20_000_000_000,
        description="size of the database; from 80 % on screens say so, beyond it raw samples go earlier",
    )
    tls_cert: str | None = Field(None, description="certificate chain (PEM); reloaded when it changes")
    tls_key: str | None = Field(None, description="private key (PEM)")
    proxies: list[Network] = Field(
        default_factory=list, description="addresses of TLS proxies whose forwarded headers are believed"
    )
    hosts: list[str] = Field(default_factory=list, description="further host names under which golive is reached")
    open_screens: bool = Field(False, description="true: the wall needs no login although others can reach it")

    @property
    def host(self) -> str:
        return host_of(self.listen)

    @property
    def port(self) -> int:
        return port_of(self.listen)

    @property
    def local_url(self) -> str:
        """Give the address under which this machine reaches its own server."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)
        return f"{'https' if self.tls_cert else 'http'}://{f'[{host}]' if ':' in host else host}:{self.port}"


class Area(Table):
    id: Id = Field(description="short name")
    name: Name = Field(description="as people call it")
    rooms: list[Room] = Field(default_factory=list, description="rooms that tablets suggest, each with a QR sheet")
    peak_hours: HoursText | None = Field(None, description="hours in which somebody is to be on duty here")


class System(Table):
    id: Id = Field(description="short name")
    name: Name = Field(description="as people call it")
    kind: Literal["pacs", "ris", "legacy", "vna", "portal"] = Field(description="what it is")
    dicom: Dicom | None = Field(None, description="its DICOM endpoint")
    dicomweb: HttpEndpoint | None = Field(None, description="its DICOMweb root")
    web: HttpEndpoint | None = Field(None, description="its web page")
    in_flight: Annotated[int, Field(ge=1, le=4)] = Field(4, description="probes at once, four at most")
    bytes_per_day: Annotated[int, Field(ge=1)] = Field(
        2_000_000_000_000, description="budget, by default a fifth of a gigabit line; beyond it images load less often"
    )


class Collector(Table):
    id: Id = Field(description="short name; the vantage of its samples")
    place: str = Field("", max_length=80, description="where it stands")


class Probe(Table):
    id: Id = Field(description="short name")
    kind: Literal["echo", "worklist", "query", "image-load", "web"] = Field(description="what it does")
    system: Id = Field(description="the system it asks")
    area: Id | None = Field(None, description="the area it stands for")
    every: Duration = Field(description="cadence, 1 s at least")
    timeout: Duration = Field(description="of the whole attempt, from connect to last answer")
    match: dict[str, str] = Field(default_factory=dict, description="query keys by DICOM keyword")
    date: DateText = Field("today", description='worklist: "today", "any", "+1d", "-1d", "today±1d"')
    expect_at_least: Annotated[int, Field(ge=0)] | None = Field(None, description="fewer matches are a wrong answer")
    expect_text: str | None = Field(None, description="web: text that the page must hold")
    sentinel: str | None = Field(None, description="accession of a standing test order that must be in the answer")
    station_ae: AeTitle | None = Field(None, description="scheduled station AE title asked for")
    calling_ae_title: AeTitle | None = Field(None, description="ask as this modality")
    limit: Annotated[int, Field(ge=1)] | None = Field(None, description="the peer's known limit of matches")
    hours: HoursText | None = Field(
        None, description='hours in which entries are expected, such as "Mo-Fr 07:00-18:00"'
    )
    from_: list[Id] = Field(
        default_factory=list, alias="from", description="collectors that run it; without it the first"
    )
    required: bool = Field(True, description="whether its blindness makes the whole blind")
    role: Literal["control"] | None = Field(None, description="control: tells a cut-off collector from a dead system")
    method: Literal["c-find", "qido-rs", "wado-rs", "c-get", "c-move"] | None = Field(None, description="how it asks")
    depth: Literal["first-image", "study"] = Field("study", description="how much it loads")
    study: Uid | None = Field(None, description="Study Instance UID of the reference study")
    newest: str | None = Field(None, description="load the newest study of this modality")
    rotate: list[Uid] = Field(
        default_factory=list, description="Study Instance UIDs taken in turn, so that none stays cached"
    )
    path: str = Field("", description="web: path below the system's web root")
    destination: AeTitle | None = Field(None, description="c-move: AE title under which the PACS knows us")
    destination_port: Port | None = Field(None, description="c-move: port on which we take the images")


class AccessionRule(Table):
    field: str | None = Field(None, pattern=HL7_FIELD_PATTERN, description='HL7 field, such as "OBR-18"')
    strip: Expression | None = Field(None, description="regular expression cut out")
    drop_prefix: list[str] = Field(default_factory=list, description="prefixes cut off")
    upper: bool = Field(False, description="upper case")


class Feed(Table):
    id: Id = Field(description="short name")
    name: str = Field("", max_length=40, description="as screens show it, such as HL7 from RIS")
    kind: Literal["hl7-mllp", "pacs-studies", "sql", "fhir", "mpps", "files"] = Field(description="how events come")
    listen: Listen | None = Field(None, description="hl7-mllp: address and port")
    allow_from: list[Network] = Field(
        default_factory=list, description="hl7-mllp: addresses that may connect; empty: all"
    )
    system: Id | None = Field(None, description="pacs-studies: the system asked")
    method: Literal["c-find", "qido-rs"] | None = Field(None, description="pacs-studies: how it asks")
    every: Duration | None = Field(None, description="polling cadence")
    look_back: Duration = Field(86400.0, description="pacs-studies: how far back studies are listed")
    quiet_time: Duration = Field(60.0, description="pacs-studies: a study that stands still this long is available")
    timezone: Zone | None = Field(None, description="IANA zone of times without one; without it the site's")
    quiet_after: Duration = Field(3600.0, description="silence longer than this is stale, five times this is blind")
    gives: list[str] = Field(
        default_factory=list, description="milestones it gives beyond its kind's own, such as delivered"
    )
    accession: AccessionRule = Field(default_factory=AccessionRule, description="how the accession number is made")
    only: dict[str, list[str]] = Field(
        default_factory=dict, description='take only messages whose field matches, such as { "MSH-4" = ["RAD*"] }'
    )
    ignore: dict[str, list[str]] = Field(default_factory=dict, description="leave out messages whose field matches")
    area_by: dict[str, dict[str, str]] = Field(
        default_factory=dict, description='field → value → area, such as { "OBR-24" = { "CT" = "ct" } }'
    )
    site_by: dict[str, dict[str, str]] = Field(default_factory=dict, description="field → value → site")
    statuses: dict[str, str] = Field(
        default_factory=dict, description='ORC-1/ORC-5 → milestone, such as { "SC/IP" = "begun" }'
    )
    from_: list[Id] = Field(
        default_factory=list, alias="from", description="collector that runs it; without it the first"
    )
    required: bool = Field(True, description="whether its blindness makes the whole blind")


class Exams(Table):
    never_reported: list[str] = Field(
        default_factory=list, description="procedure descriptions or codes that get no report (with * and ?)"
    )
    test_patients: list[str] = Field(
        default_factory=list, description="patient ids of test patients (with * and ?), left out"
    )
    lost_after: DaysLong = Field(
        604800.0,
        description="an exam that waits longer for its report is counted apart, as one whose report is perhaps lost",
    )


class MeasureRule(Table):
    expected_below: Duration | None = Field(None, description="upper end of the judged value until a baseline exists")
    window: Duration | None = Field(None, description="how far back the standing looks")


class Maintenance(Table):
    system: Id = Field(description="the system that is worked on")
    from_: Moment = Field(alias="from", description="when the work begins")
    until: Moment = Field(description="when it ends by itself")
    by: Name = Field(description="who is responsible for it")
    why: Annotated[str, Field(min_length=1, max_length=200)] = Field(description="what is done, as screens show it")


class Authority(Table):
    name: Name = Field(description="who may confirm a decision")
    telephone: Annotated[str, Field(min_length=3, max_length=40)] = Field(description="number to call, day and night")
    deputy_for: Name | None = Field(None, description="the name of the authority that this one stands in for")
    channel: Id | None = Field(None, description="the channel by which this one is told of a proposal")


class Settings(Table):
    """All of golive.toml."""

    site: Site
    go_live: GoLive
    server: Server = Field(default_factory=Server)
    areas: list[Area] = Field(default_factory=list)
    systems: list[System] = Field(default_factory=list)
    collectors: list[Collector] = Field(default_factory=lambda: [Collector(id="main")], min_length=1)
    probes: list[Probe] = Field(default_factory=list)
    feeds: list[Feed] = Field(default_factory=list)
    exams: Exams = Field(default_factory=Exams)
    measures: dict[str, MeasureRule] = Field(default_factory=dict)
    triggers: list[TriggerRule] = Field(default_factory=list)
    authorities: list[Authority] = Field(default_factory=list)
    channels: list[Channel] = Field(default_factory=list)
    routes: list[Route] = Field(default_factory=list)
    notices: Notices = Field(default_factory=Notices)
    dead_man: DeadMan | None = None
    tickets: Tickets | None = None
    maintenance: list[Maintenance] = Field(default_factory=list)
    categories: list[Category] = Field(default_factory=shipped_categories)
    teams: list[Team] = Field(default_factory=list)
    contacts: list[Contact] = Field(default_factory=list)
    floor: Floor = Field(default_factory=Floor)
    escalation: Escalation = Field(default_factory=Escalation)
    support: Support | None = None
