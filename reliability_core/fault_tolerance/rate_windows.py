"""Rate limiting by windows: the other algorithms.  Every method runs under the limiter's lock.

Each object books into the future too, so that waiters have their turn: ``wait(now, n)`` tells how
far off it is, ``take(slot, n)`` books it, and ``undo(booking, moved)`` takes back the latest booking,
made when ``state(n)`` was its state; ``moved`` is by how much everything was moved since.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, List, Tuple

    from .rate_bookings import Booking


def make_windows(algorithm: str, capacity: int, width: int, now: int) -> "Any":
    """Return the windows of ``width`` ticks that ``algorithm`` asks for."""
    kinds = {"fixed_window": FixedWindow, "sliding_window": SlidingWindow, "sliding_log": SlidingLog}
    return kinds[algorithm](capacity, width, now)


class _Windows:
    if TYPE_CHECKING:
        _slot: Callable[[int, int], int]
        _take: Callable[[int, int], None]

    def __init__(self, capacity: int, width: int, now: int) -> None:
        self._capacity = capacity
        self._width = width
        self._start = now
        self._seen = now

    def wait(self, now: int, n: int) -> int:
        """Return the ticks until ``n`` calls would be admitted."""
        if now > self._seen:
            self._seen = now
        # Another thread may have been here with a later reading.
        slot = self._slot(self._seen, n)
        return 0 if slot <= self._seen else slot - now

    def move(self, ticks: int) -> None:
        """Let everything be ``ticks`` later."""
        self._start += ticks


class FixedWindow(_Windows):
    """One counter, set to zero every ``width`` ticks: up to twice the capacity around a boundary.

    ``used`` runs on into later windows, ``capacity`` for each, when calls are booked ahead.
    """

    def __init__(self, capacity: int, width: int, now: int) -> None:
        super().__init__(capacity, width, now)
        self._used = 0

    def _advance(self, now: int) -> None:
        passed = (now - self._start) // self._width
        if passed > 0:
            self._start += passed * self._width
            self._used = max(0, self._used - passed * self._capacity)

    def _slot(self, now: int, n: int) -> int:
        self._advance(now)
        window, used = divmod(self._used, self._capacity)
        if used + n > self._capacity:
            window += 1  # a booking stays within one window
        return now if window == 0 else self._start + window * self._width

    def take(self, slot: int, n: int) -> None:
        slot = max(slot, self._seen)
        window = max(0, (slot - self._start) // self._width)
        self._used = max(self._used, window * self._capacity) + n

    def state(self, n: int) -> "Tuple[int, int]":
        return self._start, self._used

    def undo(self, booking: "Booking", moved: int) -> None:
        start, used = booking.state
        passed = (self._start - start - moved) // self._width
        self._used = max(0, used - passed * self._capacity)

    def available(self, now: int) -> int:
        self._advance(now)
        return max(0, self._capacity - self._used)


class SlidingLog(_Windows):
    """The times of the last ``capacity`` calls: exact, in memory proportional to capacity."""

    def __init__(self, capacity: int, width: int, now: int) -> None:
        super().__init__(capacity, width, now)
        self._times = [now - width] * capacity
        self._oldest = 0

    def move(self, ticks: int) -> None:
        self._times = [time + ticks for time in self._times]

    def _slot(self, now: int, n: int) -> int:
        nth_oldest = self._times[(self._oldest + n - 1) % self._capacity]
        return max(now, nth_oldest + self._width, self._times[self._oldest - 1])

    def take(self, slot: int, n: int) -> None:
        slot = max(slot, self._seen)
        for _ in range(n):  # at most ``capacity`` turns
            self._times[self._oldest] = slot
            self._oldest = (self._oldest + 1) % self._capacity

    def state(self, n: int) -> "List[int]":
        return [self._times[(self._oldest + i) % self._capacity] for i in range(n)]

    def undo(self, booking: "Booking", moved: int) -> None:
        for time in reversed(booking.state):
            self._oldest = (self._oldest - 1) % self._capacity
            self._times[self._oldest] = time + moved

    def available(self, now: int) -> int:
        return len([time for time in self._times if time + self._width <= now])


class SlidingWindow(_Windows):
    """Two counters: the last window counts for the share of it that is still in sight.

    Approximate: it assumes that the calls of the last window were spread evenly, and rounds their
    share down (else the last call of each window would be lost for good).  ``counts`` holds the last
    window, this one, and any that were booked ahead.
    """

    def __init__(self, capacity: int, width: int, now: int) -> None:
        super().__init__(capacity, width, now)
        self._counts = [0, 0]
        self._latest = now

    def _advance(self, now: int) -> None:
        passed = (now - self._start) // self._width
        if passed > 0:
            self._start += passed * self._width
            self._counts = (self._counts[min(passed, len(self._counts)) :] + [0, 0])[
                : max(2, len(self._counts) - passed)
            ]

    def move(self, ticks: int) -> None:
        self._start += ticks
        self._latest += ticks

    def _slot(self, now: int, n: int) -> int:
        self._advance(now)
        at = max(now, self._latest)
        window = max(0, (at - self._start) // self._width)
        while True:  # at most one turn more than windows booked ahead
            before = self._count(window)
            room = self._capacity - self._count(window + 1) - n
            start = self._start + window * self._width
            if room >= 0:
                # The smallest offset for which before * (width - offset) // width <= room.
                offset = 0 if before <= room else (before - room - 1) * self._width // before + 1
                slot = max(at, start + max(0, offset))
                if slot < start + self._width:
                    return slot
            window += 1

    def _count(self, place: int) -> int:
        return self._counts[place] if place < len(self._counts) else 0

    def take(self, slot: int, n: int) -> None:
        slot = max(slot, self._seen)
        place = (slot - self._start) // self._width + 1
        while len(self._counts) <= place:
            self._counts.append(0)
        self._counts[place] += n
        self._latest = max(self._latest, slot)

    def state(self, n: int) -> int:
        return self._latest

    def undo(self, booking: "Booking", moved: int) -> None:
        place = (self._latest - self._start) // self._width + 1
        self._latest = booking.state + moved
        if 0 <= place < len(self._counts):
            self._counts[place] -= booking.n

    def available(self, now: int) -> int:
        self._advance(now)
        offset = max(0, now - self._start)
        used = self._counts[1] + self._counts[0] * (self._width - offset) // self._width
        return max(0, self._capacity - used)
