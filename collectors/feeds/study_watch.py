"""When a study is there: its number of images is watched until it has stood still for a while."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta


@dataclass(frozen=True, slots=True)
class Seen:
    """One line of a list of studies; `second` is the study's time of day in seconds, `accessions` (number, issuer)."""

    uid: str
    accessions: tuple[tuple[str, str], ...] = ()
    instances: int | None = None
    modality: str | None = None
    station: str | None = None
    day: date | None = None
    second: int | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """A study whose images have stopped coming; `at` is when their number was last seen to change.

    `first_look`: it was there when watching began, so it arrived at some moment before `at`. `after_gap`: its newest
    images came while the list had not been looked at for long.
    """

    study: Seen
    at: datetime
    first_look: bool
    after_gap: bool = False


@dataclass(slots=True)
class _Watched:
    study: Seen
    changed_at: datetime
    first_look: bool
    after_gap: bool = False
    told: bool = False


class StudyWatch:
    """The studies in sight; a late image makes a study unsettled again."""

    def __init__(self, quiet_s: float) -> None:
        self._quiet = timedelta(seconds=quiet_s)
        self._studies: dict[str, _Watched] = {}

    def see(self, studies: Iterable[Seen], now: datetime, *, first_look: bool, after_gap: bool = False) -> None:
        """Take note of a list; after a gap what is new in it came at some moment of that gap."""
        for study in studies:
            known = self._studies.get(study.uid)
            if known is None:
                self._studies[study.uid] = _Watched(study, now, first_look, after_gap)
            elif known.study.instances != study.instances:
                self._studies[study.uid] = _Watched(study, now, False, after_gap)
            elif known.study.accessions != study.accessions:  # corrected in the PACS: told again, nothing arrived
                self._studies[study.uid] = _Watched(study, known.changed_at, known.first_look, known.after_gap)

    def settled(self, now: datetime) -> list[Settled]:
        """Give the studies that have become available since it was last asked, each once for each number of images."""
        found = []
        for watched in self._studies.values():
            if not watched.told and now - watched.changed_at >= self._quiet:
                watched.told = True
                found.append(Settled(watched.study, watched.changed_at, watched.first_look, watched.after_gap))
        return found

    def unsettled(self) -> list[Seen]:
        """Give the studies whose images may still be coming."""
        return [w.study for w in self._studies.values() if not w.told]

    def forget_before(self, day: date) -> None:
        """Forget studies of earlier days."""
        self._studies = {u: w for u, w in self._studies.items() if w.study.day is None or w.study.day >= day}
