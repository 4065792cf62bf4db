"""The words of the desk's forms, those that its scripts say included."""

DECIDE, WHAT, WHY, CLEAR, DO_IT = "Decide", "What", "Why", "Clear", "Do it"
PROPOSE_TITLE, PROPOSE = "Propose a decision", "Propose"
PROPOSE_MEANS = "Another person with authority confirms it. No patient names or numbers."
RISK, AGAIN = "Accepted risk", "Watch again in"
END_TITLE, CONFIRM, WITHDRAW = "Confirm or withdraw", "Confirm", "Withdraw"
PHONED = "The authority confirms by telephone"
CALLER, CALL_BACK, WITNESS = "Who called", "Number to call back", "Witness"
END_MEANS = "Who confirms is not who proposed."
BY_HAND, FOR = "By hand: override, arm, disarm", "For"
GO_LIVE_TITLE = "Declare, delay or call off"
MOMENT = "At, in {zone} (empty: now)"
PLAN_WORK, SYSTEM, CHOOSE, PLAN_IT, CLOSE = "Plan work on a system", "System", "choose …", "Plan it", "Close"
BEGINS, BEGINS_NOW, BEGINS_LATER, BEGIN_AT = "Begins", "Now", "Later", "Beginning, in {zone}"
LASTS, LONGER, OTHER_END, END_AT = "Lasts", "Longer by", "until another moment", "End, in {zone}"
PLAN_MEANS = "What was measured before counts. At most 7 days; longer work is extended while it lasts."
WORK_CHOICES = (  # each with the states in which it can be chosen
    ("end", "End", "it is over now; what is measured counts again.", "under_way"),
    ("extend", "Extend", "it ends later.", "under_way planned"),
    ("withdraw", "Withdraw", "it never was.", "planned"),
)

# what the desk's scripts say, by name; {by}, {confirmed_by} and the like are filled in there
SAID = {
    "logged_out": "You are no longer logged in: log in in another tab, then send this again",
    "no_answer": "No answer from golive: nothing is known of what you sent; send it again, it is done once",
    "status": "golive answered {status}",
    "proposed": "Proposed. Another person with authority confirms it.",
    "confirmed": "Decided, confirmed by {confirmed_by}.",
    "withdrawn": "Withdrawn.",
    "done": "Done, and on record.",
    "until": "until {clock}",
    "planned": "Planned, until {clock}.",
    "work_end": "Ended. What is measured counts again.",
    "work_extend": "Extended, until {clock}.",
    "work_withdraw": "Withdrawn.",
    "work_begun": "Meanwhile it has begun: it can be ended or extended. What you wrote is kept.",
    "work_over": "Meanwhile it is no longer to be changed: {told}. What you wrote is kept; close this to go on.",
    "support_assign": "Assigned.",
    "support_admit": "Admitted: the wait is over.",
    "support_end": "Ended.",
    "support_reason": "Noted.",
    "support_withdraw": "Withdrawn; it is not counted.",
    "support_moved": "Meanwhile somebody else did something with it. What you wrote is kept; look at the choice above.",
    "support_gone": "Meanwhile it is over. What you wrote is kept; close this to go on.",
    "support_taken": "{breakout} is taken already: {place}.",
    "support_patient": "This may tell of a patient. Remove that, or confirm below that it is no patient.",
    "overtaken": "Meanwhile {by} has proposed. What you wrote is kept.",
    "not_due": "Meanwhile no decision is due. What you wrote is kept.",
    "ended": "Meanwhile that proposal has ended. What you wrote is kept; clear it to go on.",
    "replaced": "Meanwhile that proposal has ended, and {by} has made another one. "
    "What you wrote is kept; clear it to go on.",
    "patient": "This may tell of a patient: remove that, or say that no patient is meant.",
    "lead_taken": "You lead now.",
    "duty_taken": "{who} is on duty.",
    "handed_over": "Handed over to {to}.",
    "announced": "Announced.",
    "asked": "Asked. The answers come here.",
    "announcement_withdrawn": "Withdrawn: tablets no longer show it.",
    "duty_ended": "The duty of {who} is over.",
    "issue_done": "Done, and on record as {sequence}.",
    "issue_changed": "Meanwhile, {said}. What you wrote is kept.",
    "no_number": "There is no other issue no. {n}",
    "choose_one": "Choose a team or a person",
    "declared": "Meanwhile T0 was declared. What you wrote is kept.",
}
