"""Which pieces of time a list of studies is asked in, so that no answer is cut off and no archive is burdened."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

_DAY_S = 86400
_PARTS = {_DAY_S: 3600, 3600: 600, 600: 60}
_FRESH = timedelta(hours=3)
_OLD_EVERY = 10
_LONG = 200  # a longer list is worth asking for piece by piece: only the newest pieces change


@dataclass(frozen=True, slots=True, order=True)
class Slice:
    """A piece of a day by study date and time, `start_s` and `length_s` in seconds."""

    day: date
    start_s: int = 0
    length_s: int = _DAY_S

    @property
    def times(self) -> str:
        """Give the range of DICOM times; nothing for a whole day, so that studies without a time are in it too."""
        last = self.start_s + self.length_s - 1
        return "" if self.length_s == _DAY_S else f"{_clock(self.start_s)}-{_clock(last)}"

    def holds(self, second: int) -> bool:
        """Say whether a second of the day lies in it."""
        return self.start_s <= second < self.start_s + self.length_s

    def parts(self) -> list["Slice"]:
        """Give the finer pieces; none below a minute."""
        length = _PARTS.get(self.length_s)
        return (
            [Slice(self.day, s, length) for s in range(self.start_s, self.start_s + self.length_s, length)]
            if length
            else []
        )

    def begins(self, zone_now: datetime) -> datetime:
        """Give its begin in the zone of `zone_now`."""
        midnight = datetime(self.day.year, self.day.month, self.day.day, tzinfo=zone_now.tzinfo)
        return midnight + timedelta(seconds=self.start_s)

    def ends(self, zone_now: datetime) -> datetime:
        """Give its end in the zone of `zone_now`."""
        return self.begins(zone_now) + timedelta(seconds=self.length_s)


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02d}{seconds // 60 % 60:02d}{seconds % 60:02d}"


def suspicious(count: int) -> bool:
    """Say whether a list of this length may have been cut off at a limit: limits are round."""
    return count >= 50 and (count % 50 == 0 or count & (count - 1) == 0)


class Slices:
    """The pieces asked for now: whole days at first, finer ones wherever an answer was long or its length was round."""

    def __init__(self) -> None:
        self._leaves: set[Slice] = set()
        self._days: set[date] = set()
        self._round = 0
        self.cut_off: set[Slice] = set()  # a minute whose list still has a round length

    def due(self, now: datetime, look_back: timedelta, waiting: Iterable[Slice] = ()) -> list[Slice]:
        """Give the pieces to be asked in this round, newest first; `now` is local, `waiting` hold unsettled studies.

        Pieces older than three hours are asked in turn, each in every tenth round.
        """
        first = (now - look_back).date()
        days = {first + timedelta(days=n) for n in range((now.date() - first).days + 1)}
        self._leaves = {s for s in self._leaves if s.day in days} | {Slice(d) for d in days - self._days}
        self._days = days
        self.cut_off &= self._leaves
        unsettled = set(waiting)
        chosen = [
            s
            for i, s in enumerate(sorted(self._leaves))
            if s in unsettled or self.rounds(s, now) == 1 or (i + self._round) % _OLD_EVERY == 0
        ]
        self._round += 1
        return sorted(chosen, reverse=True)

    @property
    def leaves(self) -> frozenset[Slice]:
        """Give all pieces."""
        return frozenset(self._leaves)

    def ahead(self, now: datetime) -> list[Slice]:
        """Give the pieces that have not begun."""
        return [s for s in self._leaves if s.begins(now) > now]

    def rounds(self, piece: Slice, now: datetime) -> int:
        """Give in every how many rounds a piece is asked."""
        return 1 if piece.length_s == _DAY_S or self._fresh(piece, now) else _OLD_EVERY

    def answered(self, asked: Slice, count: int, *, by_time: bool) -> list[Slice]:
        """Take note of an answer; give the finer pieces that must be asked at once, none when it is whole.

        `by_time` is false when the answer held studies of other times: such a peer cannot be asked in finer pieces.
        """
        may_be_cut = suspicious(count)
        parts = asked.parts() if by_time and (may_be_cut or (asked.length_s == _DAY_S and count > _LONG)) else []
        if parts:
            self._leaves.discard(asked)
            self._leaves.update(parts)
        elif may_be_cut:
            self.cut_off.add(asked)
        else:
            self.cut_off.discard(asked)
        return parts

    @staticmethod
    def _fresh(s: Slice, now: datetime) -> bool:
        return s.ends(now) > now - _FRESH and s.begins(now) <= now
