"""When each piece of a study list was last looked at: what is new in it came at some moment since then."""

from collections.abc import Iterable

from collectors.feeds.study_slices import Slice

GAP_CADENCES = 2  # as with any number: what is older than two cadences has not been looked at
GAP_LEAST_S = 10.0


class Looks:
    """The last answer for each piece, in seconds of a monotonic clock."""

    def __init__(self, every_s: float) -> None:
        self._every_s = every_s
        self._answered_s: dict[Slice, float] = {}
        self._round_s: float | None = None

    def gap_before(self, piece: Slice, asked_s: float, rounds: int) -> bool:
        """Say whether a piece that is due in every so many rounds had not been looked at for long when it was asked."""
        since_s = self._since(piece)
        return since_s is not None and asked_s - since_s > max(GAP_CADENCES * rounds * self._every_s, GAP_LEAST_S)

    def answered(self, piece: Slice, parts: Iterable[Slice], now_s: float) -> None:
        """Take note of an answer; of its finer pieces, asked next, it may have held only some: they keep its past."""
        since_s = self._since(piece)
        if since_s is not None:
            self._answered_s |= dict.fromkeys(parts, since_s)
        self._answered_s[piece] = now_s

    def round_done(self, leaves: Iterable[Slice], ahead: Iterable[Slice], now_s: float) -> None:
        """Take note of a whole round; a piece still `ahead` holds nothing yet, so it is as good as looked at."""
        self._round_s = now_s
        kept = {s: at for s in leaves if (at := self._answered_s.get(s)) is not None}
        self._answered_s = kept | dict.fromkeys(ahead, now_s)

    def _since(self, piece: Slice) -> float | None:
        return self._answered_s.get(piece, self._round_s)
