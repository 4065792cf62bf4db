"""All words of the screens, in one catalogue; sentences about a series come from the judge."""

from app.domain.measuring.standings import State

GO_LIVE = "PACS go-live"
PHASES = {
    "before": "Before go-live",
    "decision": "Decision window",
    "command_center": "Command center",
    "stabilisation": "Stabilisation",
    "handed_over": "Handed over",
    "rolled_back": "Rolled back",
}
OVERALL = {"ok": "In order", "watch": "Watch", "act": "Act", "blind": "Blind"}
OVERALL_SHAPES = {"ok": "", "watch": "▲", "act": "◆", "blind": "◌"}
TOO_FEW = "Too few yet to say"
ROLLBACK = {"possible": "possible", "window_passed": "window passed", "no_longer_possible": "no longer possible"}

TITLES = {
    "report.turnaround": ("Report turnaround", "Turnaround"),
    "worklist.response": ("Worklist response", "Worklist"),
    "image.first": ("First image", "First image"),
    "image.study": ("Whole study", "Whole study"),
}
PERCENTILES = {"p50": "median", "p90": "p90", "p95": "p95"}

SHAPES = {
    State.OK: "",
    State.DEGRADED: "▲",
    State.DOWN: "■",
    State.INSUFFICIENT: "◌",
    State.STALE: "◌",
    State.BLIND: "◌",
    State.MAINTENANCE: "‖",
    State.NOT_EXPECTED: "",
}
BLIND_SHAPE = SHAPES[State.BLIND]
TAGS = {
    State.OK: "",
    State.DEGRADED: "above",
    State.DOWN: "down",
    State.INSUFFICIENT: "too few",
    State.STALE: "stale",
    State.BLIND: "blind",
    State.MAINTENANCE: "planned work",
    State.NOT_EXPECTED: "not expected",
}
BELOW, FAILING, UNMEASURED, UNMEASURED_YET = "below", "failing", "not measured", "not measured yet"
LEANS = {"above": "▲", BELOW: "▼", FAILING: "✕"}
SILENT, NO_ANSWER = "silent", "no answer"
NOTHING_RECEIVED = "nothing received"
NO_SOURCE = "not measured: no source"  # as the judge says it
NO_PROBE = "nothing is set up that measures this"

FEEDS = {"hl7-mllp": "HL7 from", "pacs-studies": "Study list of"}
COLLECTOR, NOBODY_LOOKS = "Collector", "nothing is measured until it is back"

OUTCOMES = {
    "refused": "refused",
    "unreachable": "unreachable",
    "rejected": "rejected",
    "auth": "no access",
    "timeout": "no answer",
    "aborted": "cut off",
    "bad_status": "error",
    "wrong_answer": "wrong answer",
}

LIVE, CONNECTING, POLLING = "live", "connecting", "live by polling"
NOT_LIVE = "Display not live"
NOT_LIVE_SINCE = "since"
NOT_LIVE_MEANS = "Nothing below is current. The wall comes back by itself when golive answers again."
SIMULATION = "SIMULATION"
SIMULATION_MEANS = "no real system, no real exam"

NO_TRIGGERS = "No rollback triggers configured"
NO_TRIGGERS_MEANS = "golive recommends nothing; people decide"
TRIGGERS = "Rollback triggers"
TRIGGER_SHAPES = {
    "breached": "◆",
    "proposed": "◆",
    "recovering": "◇",
    "blind": "◌",
    "pending": "△",
    "overridden": "‖",
    "planned": "‖",
    "insufficient": "◌",
    "decided": "□",
    "watching": "",
    "shadow": "·",
    "not_armed": "·",
}
TRIGGER_STATES = {
    "breached": "breached",
    "proposed": "decision proposed",
    "recovering": "recovering",
    "blind": "blind",
    "pending": "pending",
    "overridden": "overridden",
    "planned": "planned work",
    "insufficient": "too few yet",
    "decided": "decided",
    "watching": "watching",
    "shadow": "shadow",
    "not_armed": "not armed",
}
TO_DECIDE, RECOVERED, NOW_BLIND, UNTIL = (
    "to be decided",
    "recovered, still to be decided",
    "now blind",
    "overridden until",
)
UNDECIDED, UNDERNEATH = "undecided at the decision point", "a breach lies under it"
DECISIONS = {
    "roll_back": "roll back",
    "continue": "continue",
    "false_alarm": "false alarm",
    "go": "go",
    "hold": "hold",
}
TO_CONFIRM = "left to confirm"
WAY_BACK = {"yes": "the old system answers", "no": "the old system is down", "unknown": "way back unknown"}
EXPLAINED_BY = "notice held back by"
DECISION_POINT, NO_RETURN, OVERALL_NOW = "Decision point", "Point of no return", "Now"
DECISION_LEFT, PASSED, NOT_SET, LEFT = "left", "passed", "not set", "left"
LEFT_UNTIL, ROLLBACK_IS = "left, until", "Rollback"
ALL_IN_ORDER = "every required probe and feed is seen and as expected"

SYSTEMS, AREAS, GRAVEST = "Systems and feeds", "Areas", "Gravest now"
NO_SYSTEMS = "no systems or feeds in golive.toml"
NO_AREAS = "no areas in golive.toml"
NOTHING_GRAVE = "Nothing out of order"
NEAREST = "In order, nearest to its limit"
NOTHING_SEEN = "Nothing measured yet"
EVERYTHING = "Everything"
AREA_COLUMNS = (("worklist.response", "Worklist"), ("image.first", "Image"), ("image.study", "Study"))
ANSWERS, UNSEEN, HEARD, FOR = "answers", "not measured", "heard", "for"
WAITING, OLDEST, PERHAPS_LOST = "Exams waiting", "oldest", "Reports perhaps lost"
NOT_SET_UP = "not set up"
IN_CHARGE, HUDDLE, SUPER_USERS, UNSENT = "In charge", "Huddle", "Super-users", "Unsent on tablets"
NO_TRIGGERS_SET, NOBODY_SET = "rollback triggers", "people in charge"
UNREADABLE, OWN_LOAD = "Unreadable messages, 24 h", "golive's own queries"
MISSING = "Not set up"

EXPECTED, FAILED, OPEN, COUNT, LAST, AT_LEAST = "expected", "failed", "open", "n", "last", "at least"
NO_LINE = "a line after five minutes"
WHOLE = "all areas"
NO_RANGE = "no expected range yet"
STRADDLING = "begun before go-live, still open"

SERIES_TITLE, SAMPLES, LAST_HOUR, NO_SAMPLES = (
    "Evidence",
    "Last 50 samples",
    "The last hour",
    "No sample is stored for this series.",
)
CHART_MEANS = "One point a minute, its median; a minute without an attempt is a gap. The axis starts at zero."
EXAM_CHART_MEANS = "One point a minute, the number of that minute; one without is a gap. The axis starts at zero."
LINKED = "How to read this"
UNREFRESHED = "as of {clock}, not refreshed since"
EXAM_EVIDENCE = (
    "This number is made of exams, not of test queries: the Kaplan–Meier estimate over closed and still open exams, "
    "so that a jam cannot look like an improvement."
)

TEST_TITLE = "Wall test"
RULER_SHAPES = (
    ("above", LEANS["above"]),
    (BELOW, LEANS[BELOW]),
    (FAILING, LEANS[FAILING]),
    ("down", SHAPES[State.DOWN]),
    ("blind", SHAPES[State.BLIND]),
    ("planned", SHAPES[State.MAINTENANCE]),
)
OLD_TITLE = "This browser cannot show the wall"
OLD_MEANS = "The wall stays dark here rather than showing numbers that do not move. What this browser lacks:"
OLD_DO = (
    "A mini-PC with a current Chromium, Firefox or Safari behind the same screen shows it; docs/wall.md has the kiosk "
    "line. When the browser has been renewed, open /wall again."
)
NO_SCRIPT = "Scripts are switched off in this browser, so the wall cannot move. Switch them on for this address."
LACKS = {
    "modules": "ES modules (in browsers since 2018)",
    "websocket": "websockets; the wall can poll instead, but here other parts are missing too",
    "container": "CSS container queries (since 2022–2023)",
    "grid": "CSS grid (since 2017)",
    "morph": "replaceChildren and private class fields (since 2020–2021)",
    "abort": "AbortSignal.timeout (since 2022)",
    "scripts": "scripts at all",
}


def groups(count: int) -> str:
    """Say how many of the groups within a whole are not ok."""
    return f"{count} group not ok" if count == 1 else f"{count} groups not ok"


def others(count: int) -> str:
    """Say how many further series of a measure are not ok."""
    return f"{count} other not ok" if count == 1 else f"{count} others not ok"


def expected(low: str, high: str) -> str:
    """Say where values should lie."""
    return f"{low}–{high} {EXPECTED}" if low else f"up to {high} {EXPECTED}"


def in_order(total: int, unseen: int = 0) -> str:
    """Say that all of a list are in order, or of how many nobody can say so yet."""
    if unseen:
        return f"{total - unseen} of {total} in order, {unseen} {UNMEASURED_YET}"
    return f"all {total} in order" if total else NOT_SET_UP


def in_order_but(missing: str) -> str:
    """Say that what is asked is in order, and what nobody asks for."""
    return f"all that is asked is answered and as expected; not measured: {missing}"


def not_in_order(grave: int, total: int) -> str:
    """Say how many of a list are not in order."""
    return f"{grave} of {total} not in order"


def rest_in_order(what: str) -> str:
    """Say what is not yet counted on, which is no good news either, and that nothing else is wrong."""
    return f"{what}; the rest is in order"


def grown(more: int) -> str:
    """Say how many more exams wait than half an hour ago."""
    return f"+{more} in 30 min"


def strays(count: int) -> str:
    """Say how many studies went to the old system."""
    return f"{count} stray" if count == 1 else f"{count} strays"


def last_event(expected_within: str) -> str:
    """Say how often something should come from a feed."""
    return f"an event at least every {expected_within} expected"


def inside(title: str) -> str:
    """Give a title as it stands inside a sentence; PACS, HL7 and CT keep their capitals."""
    return title[:1].lower() + title[1:] if title[1:2].islower() or title[1:2] == " " else title


def short(title: str) -> str:
    """Give a measure's title without what a list of measures need not say."""
    return inside(title.removesuffix(" response"))


def of_limit(share: float) -> str:
    """Say how much of what is expected at most is used up."""
    return f"{100 * share:.0f} %"


def more(count: int, grave: int = 0) -> str:
    """Say how many further lines found no room, and how many of them are out of order."""
    return f"and {count} more, {grave} not in order" if grave else f"and {count} more"


def proposed_by(what: str, whom: str) -> str:
    """Say what is proposed."""
    return f"{what} proposed by {whom}"


def by(whom: str, *, by_phone: bool = False) -> str:
    """Say by whom something was proposed or decided."""
    return f"by {whom}{', by telephone' if by_phone else ''}"


def of_the_whole(what: str, *, proposed: bool) -> str:
    """Name a decision about the go-live as a whole."""
    return f"Go-live: {what}{' proposed' if proposed else ''}"


def heard_by(whom: str) -> str:
    """Say who has heard an alarm."""
    return f"heard by {whom}"


def watches_again(what: str, clock: str) -> str:
    """Say what was decided and when the trigger watches again."""
    return f"{what}, watches again {clock}"
