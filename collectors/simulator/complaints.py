"""What hinders people in the first days of a new PACS, as they put it, and how each kind of it usually ends."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

ROOMS = ("ct", "mr", "xr", "us", "mg")
READERS = ("reading", "ed-reading")
EVERYWHERE = (*ROOMS, *READERS)


class End(StrEnum):
    """How an issue usually goes."""

    FIXED = "fixed"
    KNOWN = "known"  # it stays for a day, with a workaround
    VENDOR = "vendor"
    TRAINING = "training"
    NO_ISSUE = "no issue"


@dataclass(frozen=True, slots=True)
class Complaint:
    """One kind of complaint; `often` is how often it comes beside the others, `severities` how grave people call it."""

    name: str
    category: str
    areas: tuple[str, ...]
    often: float
    severities: Mapping[int, float]
    texts: tuple[str, ...]
    end: End
    team: str
    resolution: str
    function: str = ""
    workaround: str = ""
    safety: bool = False
    announced: str = field(default="")


_MILD = {3: 0.75, 4: 0.25}
_PLAIN = {3: 1.0}
_HARD = {2: 0.3, 3: 0.7}
_ASKED = {4: 1.0}

COMPLAINTS = (
    Complaint(
        "hanging", "hanging-protocol", ("reading",), 7, _MILD,
        ("Knee MR opens with the localiser first, every time.", "Series in the wrong place, I sort them by hand."),
        End.KNOWN, "pacs-team", "Protocol for knee MR corrected by the PACS team.", "Layout",
        "Press 2 for the layout of the old PACS.",
        announced="Knee MR opens in the wrong layout. Press 2 for the old one; the PACS team is on it.",
    ),
    Complaint(
        "comparison", "hanging-protocol", READERS, 4, _MILD,
        ("The prior stands left instead of right.", "Comparison is not shown beside chest radiographs."),
        End.FIXED, "pacs-team", "Rule for comparisons changed; log in again to have it.", "Comparison",
    ),
    Complaint(
        "priors-late", "priors", READERS, 6, _HARD,
        ("Priors of 2019 take two minutes to come.", "Prior CT is listed but does not open."),
        End.KNOWN, "pacs-team", "Prefetch from the archive runs an hour ahead now.", "Priors slow",
        "Open the study once, read another one, come back after two minutes.",
        announced="Priors older than two years come from the archive: allow two minutes.",
    ),
    Complaint(
        "outside", "priors", ("reading",), 2, _PLAIN,
        ("Outside studies of last week are not there.",),
        End.FIXED, "pacs-team", "Import folder was not read; 14 studies are in now.", "Outside studies",
    ),
    Complaint(
        "dictation", "report", READERS, 5, _HARD,
        ("Dictation stops after a minute.", "Speech recognition does not know my voice any more."),
        End.FIXED, "interfaces", "Speech server restarted, profiles loaded anew.", "Speech recognition",
    ),
    Complaint(
        "template", "report", ("reading",), 3, _MILD,
        ("The template for chest CT is missing.",),
        End.FIXED, "interfaces", "Template taken over from the old system.", "Template",
    ),
    Complaint(
        "order-missing", "worklist", ROOMS, 10, _HARD,
        ("Order is in the RIS, not on the modality.", "Patient is here and not on the list."),
        End.FIXED, "interfaces", "Order was for another station; mapping of stations corrected.", "Modality worklist",
        "Type the accession number by hand.",
    ),
    Complaint(
        "list-stale", "worklist", ("xr", "us"), 3, _PLAIN,
        ("List shows exams that are done.", "Finished exams stay on the list."),
        End.VENDOR, "interfaces", "Vendor's patch clears finished exams.", "Modality worklist",
        "Sort by time and begin at the top.",
    ),
    Complaint(
        "incomplete", "images-missing", ("ct", "mr"), 7, _HARD,
        ("Only half of the series arrived.", "Thin slices are missing, the thick ones are there."),
        End.FIXED, "pacs-team", "Sent again from the modality; its storage rule is corrected.", "Series incomplete",
    ),
    Complaint(
        "wrong-order", "images-missing", ("xr",), 0.35, {1: 1.0},
        ("Images were stored under another patient's order.",),
        End.FIXED, "pacs-team", "Images moved to the right order, both studies checked.", "Wrong patient or order",
        safety=True,
    ),
    Complaint(
        "login", "login", EVERYWHERE, 7, {2: 0.1, 3: 0.8, 4: 0.1},
        ("Card is read, nothing happens.", "Locked after the change of password."),
        End.FIXED, "workplace", "Group of the account was missing; added.", "Rights",
        "Log in with name and password.",
    ),
    Complaint(
        "cd", "printing", ("ct", "mr", "reading"), 4, _MILD,
        ("CD burner takes no job.", "Export for another house ends with an error."),
        End.KNOWN, "workplace", "New driver on both burners.", "CD or DVD", "Send by the portal instead.",
    ),
    Complaint(
        "labels", "printing", ("xr", "mg"), 2, _MILD,
        ("Labels come out at the other printer.",),
        End.FIXED, "workplace", "Printer of this room corrected.", "Printer",
    ),
    Complaint(
        "monitor", "hardware", READERS, 2, _MILD,
        ("Second monitor stays dark after the restart.",),
        End.FIXED, "workplace", "Cable changed, monitor calibrated.", "Monitor",
    ),
    Complaint(
        "ai", "ai-result", ("ed-reading",), 2, _MILD,
        ("Result for head CT comes after I have read it.",),
        End.VENDOR, "pacs-team", "Vendor routes head CT first.", "Result late",
    ),
    Complaint(
        "scroll", "images-slow", READERS, 4, _PLAIN,
        ("Scrolling through long CT stutters.", "First image is there at once, the rest takes its time."),
        End.FIXED, "pacs-team", "Cache of this workstation enlarged.", "Scrolling",
    ),
    Complaint(
        "tomo", "images-slow", ("mg",), 2, _PLAIN,
        ("Tomosynthesis takes half a minute.",),
        End.VENDOR, "pacs-team", "Vendor's update loads tomosynthesis in the background.", "Whole study",
    ),
    Complaint(
        "how-measure", "how-to", READERS, 7, _ASKED,
        ("How do I measure an angle?", "Where is the window for lungs?", "How do I hide the overlay?"),
        End.TRAINING, "trainers", "Shown at the workstation.",
    ),
    Complaint(
        "how-send", "how-to", ROOMS, 9, _ASKED,
        ("How do I send to the new PACS again?", "How do I end an exam that was broken off?"),
        End.TRAINING, "trainers", "Shown at the console, sheet left there.",
    ),
    Complaint(
        "how-share", "portal", ("reading",), 1.5, _ASKED,
        ("How do I share with a referrer?",),
        End.TRAINING, "trainers", "Shown; the short guide is in the portal.",
    ),
    Complaint(
        "colour", "how-to", ("us", "reading"), 1.5, _ASKED,
        ("The list is blue, is that right?",),
        End.NO_ISSUE, "trainers", "Blue means preliminary report; as it should be.",
    ),
)  # fmt: skip

TRIAGED = ("Seen at the desk; we call you back.", "Thank you, the team knows.", "Taken on.")
TAKEN_UP = ("We are on it, somebody is on the way.", "Taken up at once; please stay reachable.")
WITH_VENDOR = "The vendor has it and calls back today."
STILL = ("No, it came back after ten minutes.", "Works at one workstation, not at the other.")

RHYTHM = (
    "Bring what hinders you to the tablet: three taps. What is grave also by telephone.",
    "Trainers walk the reading rooms until the evening. The button in the toolbar opens the lobby.",
    "Quiet hours: the PACS team is on site, the vendor by telephone.",
)
HANDED_OVER = (
    (
        "Systems as the wall shows them; nothing grave without an owner.",
        "Open items are with their teams, none waits for the desk alone.",
        "Trainers in the reading rooms from the morning; open items before the huddle.",
    ),
    (
        "Most of what comes are questions.",
        "Trainers walk the reading rooms; what is grave has an owner.",
        "Watch the evening lists; call back who waits for an answer.",
    ),
    (
        "Quieter since the evening.",
        "Nothing is under way but the open items.",
        "Keep one supporter for the ED; call the vendor for what is grave alone.",
    ),
)
