"""The words of the desk's queue of issues: its rows, the chosen issue, its timeline and what is done with it."""

TITLE, NONE_CHOSEN = "Issues", "No issue is open. The next one appears here by itself."
ORDER, OPEN_ISSUES, FOUND, ENDED_TITLE = "gravest first, then oldest", "Open issues", "Found", "Ended issues"
TABS = {"all": "All", "mine": "Mine", "unassigned": "Unassigned", "verify": "To verify"}
TAB_LIST, FILTERS, SEARCH, CLEAR_FILTERS = "Whose issues", "Filters", "Search words, # number", "Clear filters"
ANY_AREA, ANY_CATEGORY, ANY_SEVERITY, ANY_STATE = "every area", "every category", "every severity", "open"
AREA, CATEGORY, SEVERITY, STATE = "Area", "Category", "Severity", "State"
STATUS = {
    "new": "new",
    "triaged": "triaged",
    "in_progress": "in progress",
    "known": "known",
    "fixed": "fixed",
    "verified": "verified",
    "closed": "closed",
    "duplicate": "duplicate",
    "training": "training",
    "not_an_issue": "no issue",
    "ended": "ended",
}
LINE = ("new", "triaged", "in_progress", "fixed", "verified", "closed")
LINE_NAME, AT_PRESENT = "Life of the issue", "now"
NOTHING_OPEN, NOTHING_FITS = "Nothing is open here.", "Nothing fits these filters."
MORE, ALL_OF, ENDED = "{n} more", "all SEV {severity}", "{n} ended"
SEV, SAFETY, UNASSIGNED, OVERDUE, KNOWN = "SEV {n}", "patient safety", "unassigned", "overdue", "known issue"
ME_TOO, VENDOR = "{n} me too", "ticket {ticket}"
RING_TOO = "and {n} more that nobody has acknowledged"
NOT_HERE, SILENT = "{items} not here yet, on {tablets}", "{tablets} silent: what they hold is unknown"
OLDEST, LONGEST = "oldest", "longest"
BLIND = "The list of issues cannot be read: {why}. What stands here is old."

FACTS = {
    "reporter": "Reporter",
    "device": "Tablet",
    "owner": "Owner",
    "due": "Due",
    "logged": "Logged",
    "me_too": "Me too",
    "workaround": "Workaround",
    "belongs": "Belongs to",
    "similar": "Similar",
    "resolution": "Resolution",
    "vendor": "Vendor",
    "verified": "Verified",
    "function": "Function",
    "merged": "Merged into",
    "merges": "Duplicates",
    "severity": "Reported as",
}
ON_TABLET, HERE = "on {device}", "here {clock}"
TABLET_SILENT = "offline, silent for"
NOBODY, NO_TEAM, NO_TRIGGER, NO_SIMILAR = "nobody", "", "no trigger", "no other open issue"
TIERS = {"floor": "the floor", "desk": "the desk", "it": "IT", "vendor": "the vendor"}
DUE_TO, DUE_LEFT, STAYS = "goes on to {tier} at {clock}", "left", "at {tier}, goes no further by itself"
OVERDUE_AT, HEARD = "nobody took it up by {clock}", "taken up, goes no further by itself"
NO_DUE = "nothing is due"
VERIFIED_BY, NOT_VERIFIED = "by {by}, {clock}", "not by the floor"
GONE, GONE_MEANS = "There is no issue no. {n}", "The number is of no issue of this site."
CHOOSE = "Choose an issue of the list, or press J and Enter."
PHONED = "told by telephone"

EVIDENCE = "Evidence for the vendor (zip)"
EVIDENCE_MEANS = "what golive measured an hour before and after, without patients, persons and typed words"
MINUTE, FROZEN = "What was measured in its minute", "frozen with the issue"
NOT_MEASURED = "Nothing was kept of its minute."
PHOTO = "Photo of {clock}, {by}"
COLUMNS = ("measure", "value", "expected", "n", "age", "state then")
BLIND_THEN = "blind then, of no one area:"
AS_EXPECTED, NO_RANGE, AT_MOST, AND_WELL = "as expected", "no range yet", "at most {high}", "and {n} more as expected"
AND_MORE, UNMEASURED = "and {n} more, {unwell} not as expected", "{measures} without a source here"
STATES = {
    "down": ("■", "no answer"),
    "blind": ("◌", "blind"),
    "stale": ("◌", "stale"),
    "insufficient": ("◌", "too few"),
    "maintenance": ("‖", "planned work"),
    "not_expected": ("", "not expected"),
}
ABOVE, BELOW, FAILING = ("▲", "above range"), ("▼", "below range"), ("✕", "failing")
TRIGGER_THEN = "{title}: {state} then"

COURSE, COURSE_OF = "Timeline", "issues, triggers, announcements, work, changes"
THIS_ONLY, EVERYTHING = "this issue only", "everything around it"
THIS, EVERYWHERE = "this issue", "all areas"
KINDS = {
    "issue": "issue",
    "trigger": "trigger",
    "planned_work": "planned work",
    "configuration": "change",
    "go_live": "go-live",
    "decision": "decision",
    "announcement": "announcement",
    "app": "golive",
    "support": "support",
    "duty": "duty",
    "lead": "lead",
    "handover": "hand-over",
}
LEFT_OUT = "Between these is more than is shown here."
LOGGED, LOGGED_ON, RECEIVED = "logged", "logged on {device}", "received as no. {n}"
DID = {
    "triage": "triaged",
    "assign": "assigned",
    "comment": "answered",
    "escalate": "escalated",
    "start": "in progress",
    "fix": "fixed",
    "verify": "verified: solved",
    "reopen": "opened again",
    "close": "closed",
    "duplicate": "a duplicate",
    "known": "known issue",
    "training": "a matter of training",
    "not_an_issue": "no issue",
    "acknowledge": "acknowledged",
    "phoned": "told by telephone",
    "me_too": "one more has it",
}
BY_FLOOR = {"comment": "said"}
TO, OF_DUPLICATE, WITH_TICKET = "to {whom}", "of no. {n}", "ticket {ticket}"
SAFETY_SET, SAFETY_OFF = "patient safety", "no patient safety"
JOURNAL = {
    "issue.create": "logged",
    "issue.known": "is known now",
    "issue.fix": "fixed",
    "issue.close": "closed",
    "trigger.breach": "breached",
    "trigger.breach_again": "beyond again, breached as before",
    "trigger.recovery": "within again, still to be decided",
    "trigger.unseen": "unseen for longer than allowed",
    "trigger.seen_again": "seen again",
    "trigger.undecided": "undecided at the decision point",
    "trigger.override": "overridden",
    "trigger.decide": "decided",
    "trigger.disarm": "its watch was ended",
    "trigger.arm": "armed",
    "planned_work.plan": "planned",
    "planned_work.end": "ended",
    "planned_work.extend": "extended",
    "planned_work.withdraw": "withdrawn",
    "configuration.effective": "golive.toml changed",
    "go_live.declare": "T0 declared",
    "go_live.delay": "delayed",
    "go_live.call_off": "called off",
    "go_live.roll_back": "rolled back",
    "decision.propose": "{kind} proposed",
    "decision.confirm": "{kind} confirmed",
    "decision.withdraw": "{kind} withdrawn",
    "announcement.make": "announced",
    "announcement.withdraw": "withdrawn",
    "app.start": "golive started",
    "app.stop": "golive stopped",
}
SHAPES = {
    "trigger.breach": "◆",
    "trigger.breach_again": "◆",
    "trigger.recovery": "◇",
    "trigger.unseen": "◌",
    "planned_work.plan": "‖",
}

ACTS_NAME, CHANGED = "Acts", "Meanwhile: {said}. What you wrote is kept."
# each act: its name on the button, its key, what its form says, and the fields of the form
ACTS = (
    ("comment", "Answer", "R", "", ("text",)),
    ("triage", "Triage", "T", "", ("severity", "safety", "team", "owner", "text")),
    ("assign", "Assign", "A", "", ("owner", "team", "text")),
    ("start", "Start", "S", "Somebody works on it now.", ("text",)),
    ("vendor", "Vendor", "V", "", ("vendor", "ticket", "text")),
    ("known", "Known", "W", "Stands above the form of the tablets, with its workaround.", ("workaround", "text")),
    ("duplicate", "Duplicate", "D", "Its reporter and its “me too” then count there.", ("number", "resolution")),
    ("announce", "Announce", "N", "Stands on the tablets at once.", ("where", "lasts", "announcement")),
    ("fix", "Fixed", "F", "Its reporter is asked whether it is solved.", ("resolution",)),
    ("close", "Close", "C", "", ("how", "resolution")),
    ("acknowledge", "Acknowledge", "H", "It no longer rings, and goes no further by itself.", ("text",)),
    ("escalate", "Escalate", "E", "", ("text",)),
    (
        "me_too",
        "Me too",
        "M",
        "Somebody else has it too. Without a word of who or where you count once yourself.",
        ("who", "text"),
    ),
    ("verify", "Solved", "Y", "For issues that you reported yourself, or where you have the duty.", ("text",)),
    ("reopen", "Reopen", "O", "", ("text",)),
)
TEXTS = {
    "comment": "Answer the reporter; shown on the tablet. No patient names or numbers.",
    "acknowledge": "What happens now",
    "escalate": "Why",
    "reopen": "Why",
    "me_too": "What they say",
}
NOTE, DONE_SO, WHY_SAME = "Note", "What was done, in words", "Why it is the same"
WORKAROUND = "Workaround, as the floor reads it"
WHERE, STAYS_FOR, UNTIL_WITHDRAWN = "Where", "Stays for", "until it is withdrawn"
ANNOUNCE_TEXT = "What everybody there is to know. No patient names or numbers."
TEAM, AS_IT_IS, OWNER, TO_ME = "Team", "as it is", "Person", "to me"
VENDOR_TEAM, CHOOSE_VENDOR, VENDOR_NAME, TICKET = "Vendor", "choose …", "Vendor", "Ticket number"
SAME_AS, WHO_TOO, HOW_IT_ENDS = "Same as number", "Who or where", "How it ends"
SAFETY_ASKED = "A patient is or was at risk"
ENDS = (
    ("close", "Closed", "solved, or nothing more to do."),
    ("training", "Training", "it works as it should; somebody shows how."),
    ("not_an_issue", "No issue", "nothing was wrong."),
)
PATIENT, NO_PATIENT = "This may be a patient:", "Remove it, or tick this to say that it is no patient."
CONFLICT = "Meanwhile this issue changed. Nothing was sent yet:"
CONFLICT_ASKS = "Do you still mean what you wrote?"
ALL_THE_SAME, LEAVE_IT = "Send all the same", "Keep writing"
SEND, CTRL_ENTER, SEARCH_NOW = "Answer", "Ctrl Enter", "Search"
NEXT_BEFORE, OPEN_IT, ALL_KEYS = "next, previous", "open", "all keys"
UNSAVED_NONE, UNSAVED = "nothing unsent", "not sent yet: {numbers}"
CONTACTS, NO_CONTACTS, BRIDGE, BESIDE = "Contacts", "nobody is named in golive.toml", "Bridge", "Beside the issues"
KEYS = (
    (("J", "K"), "next and previous issue of the list"),
    (("Enter",), "open the issue"),
    (("1", "2", "3", "4"), "triage with this severity"),
    (("/",), "search"),
    (("G",), "all, mine, unassigned, to verify: the next of them"),
    (("Esc",), "leave a field; what is written stays"),
    (("Ctrl", "Enter"), "send what is written"),
    (("?",), "these keys"),
)
DECIDE_WITHIN, DECIDE = "decide within", "Decide"
SYSTEMS_WELL = "{n} of {of} as expected"
SCREENS = (  # shorter than the titles of the pages: all of the bar stands in one line
    ("/desk", "Issues"),
    ("/desk/triggers", "Triggers"),
    ("/desk/go-live", "Go-live"),
    ("/desk/planned-work", "Planned work"),
    ("/desk/support", "Support"),
    ("/desk/shift", "Shift"),
    ("/wall", "Wall"),
    ("/", "Start"),
)
