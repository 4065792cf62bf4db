"""The words of the shift: who is there, who leads, what is announced and asked, hand-over and huddle."""

TITLE, CONTACTS, HUDDLE = "Shift", "Contacts", "Huddle"
LEADS, DECIDES, NEXT_HUDDLE, NO_HUDDLES = "Leads now", "May decide", "Next huddle", "none planned"
UNTIL, NOBODY_LEADS, HERE, IN = "until {clock}", "nobody", "here", "in"
COVERAGE, AREA, ON_DUTY, GAPS = "On duty", "Area", "on duty", "Gaps of the next 12 hours"
STATES = {
    "missing": ("▲", "nobody on duty"),
    "covered": ("", ""),
    "quiet": ("", "nobody, and none needed now"),
    "unknown": ("◌", "not known"),
}
NOT_READ = "golive cannot be read now"
COVERED = "{n} of {of} areas have somebody"
GAP_FROM, GAP_BETWEEN, GAP_NOW, GAP_OPEN, NO_GAPS = "from {start}", "{start} – {end}", "until {end}", "open", "none"
NO_AREAS = "golive.toml names no areas yet."
COVERAGE_MEANS = "What people said, not where they are."
END_DUTY = "End"
END_DUTY_OF = "End the duty of {who} in {area}"
FLOOR_SAYS, FLOOR_MEANS = "The floor says", "Answers of the last 12 hours, the newest of each area."
ANSWERS = {"stopped": ("◆", "stopped"), "slow": ("▲", "slow"), "working": ("", "working")}
ASKED, ASKED_BY_CLOCK, NO_ANSWER = "asked", "golive asked", "no answer yet"
NOT_ASKED = "Nobody was asked yet."
ASK_THEM = "Ask the floor"
ANNOUNCED, ALL_AREAS, NOTHING_ANNOUNCED = "Announced", "all areas", "Nothing is announced."
UNTIL_WITHDRAWN, WITHDRAW, WITHDRAW_IT = "until it is withdrawn", "Withdraw", "Withdraw: {text}"
HANDED, HANDED_SAID = "Last hand-overs", "{leaves} to {takes_over}, {at}"
NO_HANDOVER = "None yet."
NOTE = {"conditions": "How it stands", "actions": "Done and under way", "needs": "Needs"}
WENT_OVER = "Went over"
LEAD, NO_THINGS = "the lead", "nothing that golive knows of"
ISSUE, ISSUES = "issue {n}", "issues {n}"

FORMS = {
    "lead": "I lead now",
    "duty": "Somebody is on duty",
    "handover": "Hand the shift over",
    "announce": "Announce to the floor",
    "ask": "Ask the floor",
}
UNTIL_WHEN, TEXT, TO_AREAS, NONE_IS_ALL = "Until", "What", "Where", "none chosen: everywhere"
TAKES_OVER, LEAVES, STAYS_UNTIL = "Who takes over", "Who leaves (empty: you)", "Stays until"
ONLY_AREA, EVERYWHERE = "What goes over", "everything: lead, duties, open issues"
ABOUT, ABOUT_MEANS = "About (empty: the work as a whole)", "Tablets answer by one tap: working, slow, stopped."
NO_PATIENT = "No patient is meant."
NOTE_MEANS = "All three parts are needed; write “nothing” where there is nothing. No patient names or numbers."
WHO, DUTY_MEANS = "Who", "For who called; tablets do this by one tap."
LEAD_MEANS = "Who led before no longer does."
SEND = {"lead": "I lead now", "duty": "On duty", "handover": "Hand over", "announce": "Announce", "ask": "Ask"}
SHEET, PRINT, BACK = "Huddle sheet", "Print", "Shift"

SHEET_TITLE, SHEET_OF, SHEET_NOW = "Huddle", "Huddle of {clock}", "Huddle, none is planned"
SHEET_SINCE = "since {clock}"
IS_NEW = "new, {age}"
WORST, NEW, FIXED, DECISIONS, NEXT, LAST_NOTE = (
    "Worst now",
    "New, not above",
    "Fixed",
    "Decisions and triggers",
    "Next",
    "Hand-over",
)
NONE = "None."
COUNTS = "{open} open: {by}. {new} new, {fixed} fixed, {unverified} of these not verified yet."
NOBODY_HAS = "nobody has it"
BREACHED_NOW = "Breached now"
FIXED_STATES = {"fixed": "waits for its reporter", "verified": "verified by {by}", "closed": "closed"}
ATTEND, GAP, WORK, SAYS, SAID_TO = "Leads", "No one on duty", "Planned work", "The floor says", "Announced"
NO_GAPS_AHEAD, NOTHING_PLANNED = "none in the next 12 hours", "none"
PRINTED = "Printed {at} by {who}."
SAFETY = "patient safety"

CARD = "Contact card"
TIERS = {"desk": "Command center", "floor": "On the floor", "it": "IT", "vendor": "Vendor escalation"}
TEAM, CONTACT, AUTHORITY, BRIDGE, SERVICE_DESK = "team", "contact", "may decide", "Bridge", "After the command center"
JOIN, NO_CONTACTS = "Join the bridge", "golive.toml names no contacts, teams or bridge yet: see docs/floor.md."
AUTHORITIES = "May decide"
