"""The words of the desk's pages about triggers and decisions."""

TITLE, RECORD, LIST = "Rollback triggers", "Rollback decision record", "All triggers"
MEANS = {
    "not_armed": "Somebody ended its watch, by name.",
    "shadow": "Seen and recorded, never escalated: before T0, or a rule on trial.",
    "watching": "Armed, and within its limit.",
    "pending": "Beyond its limit, not yet for long enough to be a breach.",
    "breached": "Beyond its limit for long enough. It stays so until people decide.",
    "proposed": "Breached, and a decision is proposed. It stays so until a second person confirms it.",
    "recovering": "It was breached and is within again. A decision is still due.",
    "decided": "People decided about its breach.",
    "overridden": "A person suspended it until a moment; that ends by itself.",
    "planned": "All that it reads is in planned work: it sees nothing of it, and nobody is called for that.",
    "blind": "Nobody sees what it reads. That it says nothing is no good news.",
    "insufficient": "Too few attempts or exams in its window to say anything.",
}
TO_DO = {
    "not_armed": "Arm it, or know why not.",
    "shadow": "Read what it would have done; change the rule while that is cheap.",
    "watching": "Nothing to do.",
    "pending": "Look at the reason and at the floor; call who knows the system.",
    "breached": "Acknowledge, collect what the floor says, propose a decision to the authority.",
    "proposed": "Call the authority; confirm or withdraw before the proposal expires.",
    "recovering": "Say so to the authority; a decision is still due.",
    "decided": "Know what was decided; “continue” watches again at its moment.",
    "overridden": "Know the moment at which it ends.",
    "planned": "Know until when; the reason says who works on what.",
    "blind": "Find out why golive does not see: probe, collector, feed, network. Until then ask the floor.",
    "insufficient": "Wait; at night it is usual for rules that count exams.",
}
SIGHT = {"ok": "sees enough", "insufficient": "sees too little", "blind": "sees nothing"}
CHOICES = {
    "roll_back": ("Roll back", "The phase becomes “rolled back”, every trigger rests."),
    "continue": ("Continue", "Takes a risk in words and a moment to watch again."),
    "false_alarm": ("False alarm", "The trigger watches again at once, counting from then."),
    "go": ("Go", "The go-live goes on."),
    "hold": ("Hold", "The go-live waits."),
}
SHORTLY = {
    "proposed": "{kind} proposed by {by}, waits for a second person",
    "confirmed": "{kind} proposed by {by}, confirmed by {confirmed_by}",
    "withdrawn": "{kind} proposed by {by}, withdrawn",
    "expired": "{kind} proposed by {by}, expired unconfirmed",
}
CAUSES = {
    "beyond": "beyond its limit",
    "within": "within again",
    "breach": "breached",
    "breach again": "beyond again, breached as before",
    "recovery": "within again, still to be decided",
    "would breach": "would have breached",
    "unseen": "unseen for longer than allowed",
    "seen again": "seen again",
    "planned work": "planned work takes its sight",
    "planned work over": "the planned work is over",
    "undecided": "undecided at the decision point",
    "arm": "armed",
    "disarm": "its watch was ended",
    "shadow": "put to rest",
    "override": "overridden",
    "override ends": "the override ended",
    "decide": "decided",
    "re-arm": "watches again",
    "acknowledge": "its alarm was acknowledged",
}
COSTS = {"studies": "studies", "reports": "reports", "in_progress": "exams in progress"}
NO_FEED_TELLS = "{what}: unknown, no feed tells"
AT_LEAST = "at least {n} {what} ({feeds} not seen)"
COST_MEANS = "in the new system alone, since T0"
NO_COST = "nothing: T0 has not come"
NOBODY_LISTED = "nobody is named in golive.toml"
NOT_DRAWN = "This rule does not judge a share of golive's own test queries: what it sees now stands against its limit."
NOTHING_DRAWN = "In the last hour no window held enough attempts to draw its course."
FORMER_RULE = "Its rule has changed since: the breach keeps the former one, whose course is not drawn anew."
MADE_OF_OTHERS = "This rule is made of others; their pages show what they see."
PICTURE, PICTURE_NOW = "Share beyond the limit, last hour", "Now, against its limit"
PICTURE_MEANS = (
    "Each point is the rule's whole window up to then: the line is the share beyond the limit, the band its 95 % "
    "interval. Too few attempts are a gap."
)
GAUGE_MEANS = "The point is what is seen now, the bar its 95 % interval where there is one, the dashes the limit."

COUNTED = "{what} counted in the window"
SLOWER = "of these slower than {limit}, failed ones included"
SHARE, BETWEEN, ALLOWED = "share of these", "with 95 % certainty between", "allowed share"
VALUES = {
    "backlog": "exams that wait for too long",
    "availability": "time without any answer",
    "silence": "time without a message",
    "count": "counted in the window",
}
READS_PARTS, PARTS, QUIET = "made of", {"all": "all of", "any": "any of"}, "listens to"
ALLOWED_VALUE, WINDOW, MUST_LAST, IN_WORDS = "limit", "the window looks back", "must last to be a breach", "in words"
NO_EVIDENCE = "No breach is on record, so nothing is frozen. This is what it sees:"

LISTED, UNLISTED = "named in golive.toml", "not named in golive.toml"
BY_PHONE = (
    "by telephone: {caller} ({listed}), to be called back at {call_back}, witness {witness}, entered by {entered_by}"
)
NO_DECISION, NONE_DUE, NONE_YET = "None proposed yet.", "None is due.", "None on record."

GO_LIVE, NO_PLAN = "Go-live as a whole", "no moment is planned"
GO_LIVE_TO_DO = {
    "live": "Propose go, hold or roll back when the whole is to be decided; a breach has a page of its own.",
    "planned": "Declare T0 when it has come, or delay it or call it off.",
}
ACTS = {
    "declare": "go-live declared, T0 {at}",
    "delay": "go-live delayed to {at}",
    "call_off": "go-live called off",
    "roll_back": "go-live rolled back",
}
ACT_CHOICES = (
    ("declare", "Declare T0", "now, or at the moment at which it was."),
    ("delay", "Delay", "to a new moment that is still to come."),
    ("call_off", "Call off", "until it is delayed to a new moment, or golive.toml plans anew."),
)
BY_HAND = (
    ("override", "Override", "holds it still until a moment; what it would have said is recorded."),
    ("arm", "Arm", "lets it watch, with nothing counted yet."),
    ("disarm", "Disarm", "ends its watch; a breach takes a decision instead."),
)
SPANS = (
    (900, "15 min"),
    (1800, "30 min"),
    (3600, "1 h"),
    (7200, "2 h"),
    (14400, "4 h"),
    (28800, "8 h"),
    (86400, "24 h"),
)
OF_BREACH, OF_WHOLE = ("roll_back", "continue", "false_alarm"), ("go", "hold", "roll_back")
ONLY_READS = "You may read this. Acting takes the role desk, authority or admin."
NO_SCRIPT = (
    "Scripts are switched off in this browser: this page does not move, and decisions can be read here, not made."
)
GONE = "There is no such trigger any more: golive.toml names no such rule, and no breach of it waits."
STALE = "What stands beside the trigger could not be read anew; golive tries again each second."

LIVE, CONNECTING, POLLING = "live", "connecting", "live by polling"
A_DESK = "desk"
NOT_LIVE_MEANS = "What stands here is not current. What you have written stays; the page comes back by itself."
RENEWED = "golive was renewed. Send or clear what you have written, then load this page again."
SOUND_BLOCKED = "No sound yet: browsers let a page sound only after something was pressed on it. Press anything here."
SOUND_OFF, SOUND_ON, SOUND_NONE = "sound off", "sound on", "no sound in this browser"
SOUND_TEST, ACKNOWLEDGE = "Test sound", "Acknowledge"
ACKNOWLEDGED = "Acknowledged by {by} at {at}."
DECIDE_NOW = "Collect what the floor says, propose a decision to the authority."
RECORD_MEANS = "golive recommends and records; people decide. Times are of {zone}."
AT_BREACH, NO_BREACH = "at the breach", "This decision is about the go-live as a whole, not about one breach."
GAUGE_THEN = "The point is what was seen, the bar its 95 % interval, the dashes the limit."
RECORD_PRESS, RECORD_JSON = "Print", "The same as JSON"
NOT_KEPT = "not looked at then"
PLANNED_WORK = "Planned work"
WORKS_MEAN = (
    "What is measured during planned work is kept and judges nothing. It clears no breach, and it ends by itself."
)
WORKS_NONE = "No work is planned, and none ended in the last {days} days."
WORK_STAGES = {
    "overrun": "overran",
    "under_way": "under way",
    "planned": "planned",
    "over": "over",
    "ended": "ended",
    "withdrawn": "withdrawn",
}
WORK_SHAPES = {"overrun": "▲", "under_way": "‖"}
WORK_BEGINS = "begins in"
WORK_GROUPS = {"now": "Now and to come", "lately": "In the last {days} days"}
WORK_OF_FILE, WORK_CHANGE, WORK_ENDED = "golive.toml", "Change", "{stage} by {by} at {at}"
WORK_TO_DO = "Plan further work, or have it mended: until the first good answer the whole is at least “watch”."
WORKS_MORE = "and {n} more within 30 days"
DESK, SCREENS, WALL, START, STATE = "Desk", "Screens", "Wall", "Start", "State"
YOU_ARE, AS_JSON = "You are {who}, {role}.", "All of this as JSON"
SINCE_BEFORE, SINCE_AFTER, NOW = "for ", " ago", "now"
ALARMS, PROPOSALS, TIMELINE, EVIDENCE, DECISION = "Alarms", "Proposals", "Timeline", "Evidence", "Decision"
BESIDE, JOURNAL, TO_RECORD = "Beside the decision", "Journal", "Record to print"
PROPOSED, BY, FORMER = "{kind} proposed", "by", "former rule"
WAITS_FOR, WAITS_UNTIL = "waits for somebody with authority until {clock}", "waits until {clock}"
TOLD = {
    "proposed": "proposed",
    "confirmed": "confirmed",
    "withdrawn": "withdrawn",
    "expired": "expired",
    "waits": "waits until",
    "why": "why",
    "risk": "accepted risk",
    "again": "watches again",
    "ended": "ended",
    "how": "how",
    "costs": "a rollback costs",
    "would_cost": "a rollback would have cost",
    "way_back": "a way back",
    "floor": "the floor said",
    "rollback": "rollback was",
    "evidence": "evidence is",
    "evidence_was": "evidence was",
    "t0": "T0",
    "may_confirm": "may confirm",
    "rule": "rule",
}
WHEN_BREACHED, WHEN_PROPOSED, WHEN_ENDED = "when it breached, {clock}", "when proposed", "when it ended"
FROZEN, FROM_BREACH = "frozen at the breach of {at}", "From the breach to the end of the decision"
READS, NO_SERIES, VERSION, RULE_VERSION = "Reads", "no series", "version", "Rule version {rule}"
COUNTED_NAMED = "the {n} that were counted are named in the JSON"
STOOD, STOOD_TOO_FEW = "What else stood then: {n} as expected", "{n} not enough yet"
NOT_SO, STOOD_MORE, DEPUTY = "not so:", "not as expected; all are in the JSON", "for {name}"
STOOD_SO = {"degraded": "outside its range", "maintenance": "in planned work"}
ALLOWED_SHARE, TOO_FEW_SEEN = "{limit} allowed", "too few seen"
SIGNATURES, SIGNED = "Signatures", ("Proposed by", "Confirmed by", "Witness")
PRINTED = "Decision {uuid}. Printed {at} by {who}."
RINGS = {"breach": "Breach", "issue": "Issue", "unseen": "Lost sight"}
