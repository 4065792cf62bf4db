"""The words of the domain that golive.toml may use, written here because settings stand below the domain.

A test holds them equal to the domain's own catalogue.
"""

MILESTONES = (
    "ordered",
    "listed",
    "scheduled",
    "arrived",
    "begun",
    "ended",
    "available",
    "preliminary",
    "final",
    "addendum",
    "delivered",
    "cancelled",
    "no_show",
)
ISSUE_MEASURES = (
    "issue.first_response",
    "issue.solve",
    "issue.reopened",
    "issue.unverified",
    "issue.per_100_exams",
)
BUILT_MEASURES = (
    "echo.response",
    "worklist.response",
    "query.response",
    "image.first",
    "image.study",
    "image.rate",
    "web.response",
    "availability",
    "order.to_worklist",
    "exam.order_to_begin",
    "exam.end_to_available",
    "report.turnaround",
    "report.preliminary",
    "report.order_to_final",
    "report.delivery",
    "report.rate",
    "exam.rate",
    "exam.backlog",
    "exam.oldest_waiting",
    "exam.matched",
    "feed.age",
    "feed.rate",
    "clock.offset",
    "legacy.stray",
    "own.load",
    "support.wait",
    *ISSUE_MEASURES,
)
LATER_MEASURES = ("prior.first",)
GAUGES = ("availability", "report.rate", "exam.rate", "exam.backlog", "exam.matched", "feed.rate", "legacy.stray")
WITHOUT_WINDOW = (
    *GAUGES,
    "exam.oldest_waiting",
    "feed.age",
    "clock.offset",
    "own.load",
    "support.wait",
    *ISSUE_MEASURES,
)
WITHOUT_RANGE = (*GAUGES, "image.rate", "feed.age", "clock.offset", "own.load", *ISSUE_MEASURES[2:])
SHARED_MEASURES = (
    "echo.response",
    "worklist.response",
    "query.response",
    "image.first",
    "image.study",
    "web.response",
)
EXAM_MEASURES = (
    "order.to_worklist",
    "exam.order_to_begin",
    "exam.end_to_available",
    "report.turnaround",
    "report.preliminary",
    "report.order_to_final",
    "report.delivery",
)
GIVEN_BY_KIND = {
    "hl7-mllp": ("ordered", "scheduled", "begun", "ended", "preliminary", "final", "addendum", "cancelled"),
    "pacs-studies": ("available",),
}
