"""What the floor reports when a scenario hits it: the first issues, that it is known then, and that it is over."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Outbreak:
    """What one trouble looks like from the floor; `areas` in the order in which it is noticed, `worst` there first."""

    category: str
    function: str
    areas: tuple[str, ...]
    worst: int
    text: str
    workaround: str
    team: str
    announced: str
    resolution: str
    answer: str = "slow"


OUTBREAKS: Mapping[str, Outbreak] = {
    "slow-worklist": Outbreak(
        "worklist", "Modality worklist", ("ct", "xr", "mr", "us"), 2,
        "List takes minutes to open, two exams wait.", "Type the accession number by hand.", "interfaces",
        "Worklists are slow at the modalities. Type the accession number by hand; the RIS team is on it.",
        "The RIS answers its worklist as before.",
    ),
    "frozen-pacs": Outbreak(
        "images-missing", "Study not found", ("ed-reading", "reading", "ct"), 1,
        "Nothing opens any more, in no viewer.", "Read at the modality's console.", "pacs-team",
        "The PACS does not answer. Read emergencies at the modality's console; keep images there.",
        "The PACS answers again; what modalities kept was sent.", "stopped",
    ),
    "full-associations": Outbreak(
        "images-missing", "Study not found", ("ct", "mr", "xr"), 2,
        "Sending to the PACS breaks off, I send again and again.", "Let the modality send again by itself.",
        "pacs-team", "The PACS refuses connections now and then. Modalities send again by themselves: do nothing.",
        "Limit of connections raised.",
    ),
    "silent-hl7": Outbreak(
        "worklist", "Patient or order missing", ("xr", "ct", "us"), 2,
        "No new orders since some minutes.", "Take the order by telephone, type it by hand.", "interfaces",
        "New orders do not arrive. Take urgent ones by telephone.",
        "The interface engine sends again; what it held has come.",
    ),
    "images-crawl": Outbreak(
        "images-slow", "Whole study", ("reading", "ed-reading"), 2,
        "A CT takes half a minute to open.", "Open the next study while you read.", "pacs-team",
        "Images open slowly. Open the next study while you read this one; the PACS team is on it.",
        "Storage of the PACS is as fast as before.",
    ),
    "reading-jam": Outbreak(
        "report", "Report not delivered", ("ed-reading", "xr"), 3,
        "Reports take more than an hour.", "Call the reading room for what is urgent.", "command-center",
        "Reading is behind. Call for what is urgent.", "Readers are back; the list is worked off.",
    ),
    "stray-modality": Outbreak(
        "images-missing", "Study not found", ("ct", "reading"), 3,
        "Exams of CT 2 are not in the new PACS.", "They are in the old PACS: read them there.", "pacs-team",
        "Images of CT 2 go to the old PACS. Read them there until its address is changed.",
        "CT 2 sends to the new PACS; what had strayed was moved.", "working",
    ),
}  # fmt: skip
