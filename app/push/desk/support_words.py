"""The words of support now: its button, the desk's page and its curve."""

TITLE, LOBBY, RAW = "Support now", "Open the lobby", "The link of the lobby, to copy"
MEANS = "The lobby opens by itself. Somebody of the support team takes you to a room of your own."
COUNTED, LATER = "You are on the list: no. {number}", "You are put on the list as soon as golive can"
TOO_MANY = "You have asked several times within a minute: you are on the list already."
DOWN = "golive does not answer: nobody sees that you asked. Say in the lobby where you sit."
WRONG = "this address opens nothing here"
WRONG_TOO_OFTEN = "too many addresses that open nothing; try again later"

QUEUE, CARD, CURVE = "Support queue", "Support queue", "How often support is asked for"
PAGE_MEANS = (
    "Who clicked “support now” waits in the lobby of the virtual meeting. The wait ends when somebody is admitted."
)
NOT_SET_UP = "golive.toml has no [support]: there is no button yet."
STAGES = {
    "waiting": "waits",
    "assigned": "assigned",
    "helped": "is helped",
    "ended": "ended",
    "withdrawn": "withdrawn",
    "unanswered": "never answered",
    "unended": "never ended",
}
SHAPES = {"unanswered": "◌", "unended": "◌"}
LATE, AIM = "▲", "aim {aim}"
GROUPS = {
    "waiting": "Waiting",
    "helped": "Being helped",
    "open": "Nobody has ended these",
    "lately": "Ended in the last 24 hours",
}
NOBODY = {
    "waiting": "Nobody waits.",
    "helped": "Nobody is being helped.",
}
NEVER_MEANS = (
    "golive ended these by itself after {span}: whether anybody helped is not known. Say that they ended, or why."
)
ACTS = {"waiting": "Assign", "assigned": "Admit", "helped": "End", "open": "Say", "lately": "Say why"}
CHANGE = "Change"
NO_PLACE, NO_AREA, NO_REASON = "place not known", "area not known", "not said"
CLICKED, BY, IN, TRAINING = "clicked {n} times", "with {supporter}", "in {breakout}", "more training agreed"
ASKED_AT, LAPSED, WAITED = "clicked {clock} on the device", "lapsed {clock}", "waited {span}"
TODAY, WAIT, NO_WAIT = "{n} today", "wait median {median}", "wait median not known yet"
P90, OF, LINK = "p90 {p90}", "of {n} in 24 h", "All of it"
MORE = "and {n} more"

CHOICES = (  # each with the stages in which it can be chosen
    ("assign-admit", "Assign and admit", "in the break-out room now: the wait ends.", "waiting assigned"),
    ("assign", "Assign", "the supporter comes later: the wait goes on.", "waiting assigned helped"),
    ("admit", "Admit", "in the room now: the wait ends.", "assigned"),
    ("end", "End", "it is over.", "waiting assigned helped unanswered unended"),
    ("reason", "Say why", "what it was about.", "helped ended unanswered unended"),
    ("withdraw", "Withdraw", "asked by mistake; not counted in the curve.", "waiting assigned"),
)
WHAT, SUPPORTER, BREAKOUT, REASON, NOTE = "What", "Supporter", "Break-out room", "What it was about", "Note"
OPEN_ROOM = "Open {breakout}"
MORE_TRAINING, NO_PATIENT = "More training was agreed on", "This is no patient: keep it as it is"
NOTE_MEANS = "No patient names or numbers."
DO_IT, CLOSE = "Do it", "Close"

PER_100, A_DAY = "per 100 users a day", "a day"
PUBLISHED = "published: {per_100} in {weeks}"
SOURCE = (
    "Published: SIIM22 abstract, 312 radiologists, PACS go-live in June 2021: 891 requests in six weeks, 33.7 a day in "
    "weeks 1–3 and 27.9 in weeks 4–6. That fits only where a day is a working day, so the means here are of working "
    "days that are over."
)
WITHOUT_USERS = "Set [support] users, and the published curve stands beside: it is of 312 users."
SINCE_T0, BEFORE_T0 = "Six weeks from go-live", "The last six weeks; from go-live on the published curve stands beside"
PICTURE = "Requests each day"
DRAWN = "A bar is a day: filled a working day, pale a weekend, dashed today so far. {total} in all."
HOURS = "By hour of the day"
WEEKS = "Weeks {first}–{last}"
TABLE = {
    "weeks": ("", "working days over", "requests a day", "per 100 users", "published", "per 100 users"),
    "days": ("day", "requests", "per 100 users"),
    "areas": ("area", "requests"),
    "reasons": ("reason", "requests"),
}
DAYS, AREAS, REASONS = "By day", "By area", "By reason"
AS_CSV = "as CSV"
