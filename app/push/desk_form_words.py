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

# what desk_acts.js says, by name; {by} and {confirmed_by} are filled in there
SAID = {
    "logged_out": "You are no longer logged in: log in in another tab, then send this again",
    "no_answer": "No answer from golive: nothing is known of what you sent; send it again, it is done once",
    "status": "golive answered {status}",
    "proposed": "Proposed. Another person with authority confirms it.",
    "confirmed": "Decided, confirmed by {confirmed_by}.",
    "withdrawn": "Withdrawn.",
    "done": "Done, and on record.",
    "until": "until {clock}",
    "overtaken": "Meanwhile {by} has proposed. What you wrote is kept.",
    "not_due": "Meanwhile no decision is due. What you wrote is kept.",
    "ended": "Meanwhile that proposal has ended. What you wrote is kept; clear it to go on.",
    "replaced": "Meanwhile that proposal has ended, and {by} has made another one. "
    "What you wrote is kept; clear it to go on.",
    "declared": "Meanwhile T0 was declared. What you wrote is kept.",
}
