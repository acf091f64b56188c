"""Rate limiting by windows: the other algorithms.  Every method runs under the limiter's lock.

Each object books into the future too, so that waiters have their turn: ``book(now, n, longest)``
returns the ticks to wait, or -1 when that is more than ``longest`` and nothing was booked.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable


def make_windows(algorithm: "Any", capacity: "Any", width: "Any", now: "Any") -> "Any":
    """Return the windows of ``width`` ticks that ``algorithm`` asks for."""
    kinds = {"fixed_window": FixedWindow, "sliding_window": SlidingWindow, "sliding_log": SlidingLog}
    return kinds[algorithm](capacity, width, now)


class _Windows:
    if TYPE_CHECKING:
        _slot: Callable[[int, int], int]
        _take: Callable[[int, int], None]

    def __init__(self, capacity: "Any", width: "Any", now: "Any") -> None:
        self._capacity = capacity
        self._width = width
        self._start = now

    def book(self, now: "Any", n: "Any", longest: "Any") -> "Any":
        slot = self._slot(now, n)
        wait = max(0, slot - now)
        if longest is not None and wait > longest:
            return -1
        self._take(slot, n)
        return wait

    def wait(self, now: "Any", n: "Any") -> "Any":
        return max(0, self._slot(now, n) - now)

    def credit(self, ticks: "Any") -> None:
        """Count ``ticks`` for which the machine was suspended as time that has passed."""
        self._start -= ticks


class FixedWindow(_Windows):
    """One counter, set to zero every ``width`` ticks: up to twice the capacity around a boundary.

    ``used`` runs on into later windows, ``capacity`` for each, when calls are booked ahead.
    """

    def __init__(self, capacity: "Any", width: "Any", now: "Any") -> None:
        super().__init__(capacity, width, now)
        self._used = 0

    def _advance(self, now: "Any") -> None:
        passed = (now - self._start) // self._width
        if passed > 0:
            self._start += passed * self._width
            self._used = max(0, self._used - passed * self._capacity)

    def _slot(self, now: "Any", n: "Any") -> "Any":
        self._advance(now)
        window, used = divmod(self._used, self._capacity)
        if used + n > self._capacity:
            window += 1  # a booking stays within one window
        return now if window == 0 else self._start + window * self._width

    def _take(self, slot: "Any", n: "Any") -> None:
        window = max(0, (slot - self._start) // self._width)
        self._used = max(self._used, window * self._capacity) + n

    def give_back(self, now: "Any", slot: "Any", n: "Any") -> None:
        self._advance(now)
        # Only the latest booking can go: what is used must end in the window of the slot.
        if self._used and (self._used - 1) // self._capacity == max(0, (slot - self._start) // self._width):
            self._used = max(0, self._used - n)

    def available(self, now: "Any") -> "Any":
        self._advance(now)
        return max(0, self._capacity - self._used)


class SlidingLog(_Windows):
    """The times of the last ``capacity`` calls: exact, in memory proportional to capacity."""

    def __init__(self, capacity: "Any", width: "Any", now: "Any") -> None:
        super().__init__(capacity, width, now)
        self._times = [now - width] * capacity
        self._oldest = 0

    def credit(self, ticks: "Any") -> None:
        self._times = [time - ticks for time in self._times]

    def _slot(self, now: "Any", n: "Any") -> "Any":
        nth_oldest = self._times[(self._oldest + n - 1) % self._capacity]
        return max(now, nth_oldest + self._width, self._times[self._oldest - 1])

    def _take(self, slot: "Any", n: "Any") -> None:
        for _ in range(n):  # at most ``capacity`` turns
            self._times[self._oldest] = slot
            self._oldest = (self._oldest + 1) % self._capacity

    def give_back(self, now: "Any", slot: "Any", n: "Any") -> None:
        if self._times[self._oldest - 1] != slot:
            return
        for _ in range(n):
            self._oldest = (self._oldest - 1) % self._capacity
            self._times[self._oldest] = slot - self._width

    def available(self, now: "Any") -> "Any":
        return len([time for time in self._times if time + self._width <= now])


class SlidingWindow(_Windows):
    """Two counters: the last window counts for the share of it that is still in sight.

    Approximate: it assumes that the calls of the last window were spread evenly.  ``counts`` holds
    the last window, this one, and any that were booked ahead.
    """

    def __init__(self, capacity: "Any", width: "Any", now: "Any") -> None:
        super().__init__(capacity, width, now)
        self._counts = [0, 0]
        self._latest = now

    def _advance(self, now: "Any") -> None:
        passed = (now - self._start) // self._width
        if passed > 0:
            self._start += passed * self._width
            self._counts = (self._counts[min(passed, len(self._counts)) :] + [0, 0])[
                : max(2, len(self._counts) - passed)
            ]

    def credit(self, ticks: "Any") -> None:
        super().credit(ticks)
        self._latest -= ticks

    def _slot(self, now: "Any", n: "Any") -> "Any":
        self._advance(now)
        at = max(now, self._latest)
        window = max(0, (at - self._start) // self._width)
        while True:  # at most one turn more than windows booked ahead
            before = self._count(window)
            room = self._capacity - self._count(window + 1) - n
            start = self._start + window * self._width
            if room >= 0:
                # before * (width - offset) / width <= room
                offset = 0 if before == 0 else -(-(before - room) * self._width // before)
                slot = max(at, start + max(0, offset))
                if slot < start + self._width:
                    return slot
            window += 1

    def _count(self, place: "Any") -> "Any":
        return self._counts[place] if place < len(self._counts) else 0

    def _take(self, slot: "Any", n: "Any") -> None:
        place = (slot - self._start) // self._width + 1
        while len(self._counts) <= place:
            self._counts.append(0)
        self._counts[place] += n
        self._latest = max(self._latest, slot)

    def give_back(self, now: "Any", slot: "Any", n: "Any") -> None:
        self._advance(now)
        place = (slot - self._start) // self._width + 1
        if slot == self._latest and 1 <= place < len(self._counts):
            self._counts[place] = max(0, self._counts[place] - n)

    def available(self, now: "Any") -> "Any":
        self._advance(now)
        offset = max(0, now - self._start)
        used = self._counts[1] * self._width + self._counts[0] * (self._width - offset)
        return max(0, (self._capacity * self._width - used) // self._width)
