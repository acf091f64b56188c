"""Tick counters that wrap, as a board has them, made into clocks that do not."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Tuple


def period(add: "Callable[[int, int], int]") -> int:
    """Return the period of a tick counter: where ``ticks_add`` wraps."""
    return add(0, -1) + 1


class WrappingTicks:
    """Extends a tick counter that wraps into one that does not.

    ``read``, ``diff`` and ``add`` are ``time.ticks_ms``, ``ticks_diff`` and ``ticks_add``, or
    stand-ins.  A difference of such counters is right within half a period (6.2 days on a
    board); a larger one shows as negative, and is read as "long ago".  The counter has to be read
    once a period (12.4 days).  The base moves under the lock, but readers need none: base and total
    are one tuple, and it is read before the counter.
    """

    def __init__(
        self,
        read: "Callable[[], int]",
        diff: "Callable[[int, int], int]",
        add: "Callable[[int, int], int]",
        lock: "Any",
    ) -> None:
        self._read = read
        self._diff = diff
        self._whole = period(add)
        self._quarter = self._whole // 4  # kept: the period itself is too large for a small int
        self._base = (read(), 0)
        self._lock = lock

    def now(self) -> int:
        base = self._base
        elapsed = self._elapsed(base)
        if elapsed > self._quarter:
            self._rebase()
        return base[1] + elapsed

    def _elapsed(self, base: "Tuple[int, int]") -> int:
        elapsed = self._diff(self._read(), base[0])
        if elapsed >= 0:
            return elapsed
        # Slightly negative: not 12 days ago, but a counter that is not quite the same on two cores.
        return 0 if elapsed > -1000 else elapsed + self._whole

    def _rebase(self) -> None:
        with self._lock:
            raw, total = self._base
            elapsed = self._elapsed((raw, total))
            self._base = ((raw + elapsed) % self._whole, total + elapsed)


class FineTicks:
    """Extends a microsecond counter (it wraps after 18 minutes) by the millisecond clock ``coarse``.

    The milliseconds say which turn of the microsecond counter this is.
    """

    def __init__(
        self,
        coarse: "Callable[[], int]",
        read: "Callable[[], int]",
        diff: "Callable[[int, int], int]",
        add: "Callable[[int, int], int]",
    ) -> None:
        self._coarse = coarse
        self._read = read
        self._diff = diff
        self._whole = period(add)
        self._first = read() - coarse() * 1000

    def now(self) -> int:
        expected = self._coarse() * 1000
        return expected + self._diff(self._read(), (self._first + expected) % self._whole)
