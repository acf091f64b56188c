"""Bookings of a rate limiter, and the line of tasks that wait for theirs.

A **line** holds the tasks that wait for a rate limiter in one event loop: first come, first served.

Everyone in line has a booking, the tick of its turn.  One timer is armed, for the first; it
admits all whose turn has come.  Who leaves the line early (cancelled) lets those behind move up one
place each, and the last booking, which nobody needs then, goes back to the limiter.  A task that is
cancelled after it was admitted, but before it could run, does the same with its turn.  Moving up
needs equal sizes: behind a leaver who wanted another number of calls the turns stay as they are.
"""

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class WaitingLine:
    def __init__(self, limiter: "Any") -> None:
        self._limiter = limiter
        self._clock = limiter._clock
        self._entries: "Any" = []
        self._timer = None

    async def wait(self, slot: "Any", n: "Any") -> None:
        """Return when the turn booked for tick ``slot`` has come."""
        if self._clock.instant:
            return
        entry = _Entry(slot, n, self._clock.waiter())
        self._entries.append(entry)
        if self._timer is None:
            self._arm()
        try:
            await entry.waiter.wait()
        except BaseException:
            self._leave(entry)
            raise

    def _arm(self) -> None:
        self._timer = None
        if self._entries:
            self._timer = self._clock.timer(max(0, self._entries[0].slot - self._clock.now()), self._admit)

    def _admit(self) -> None:
        now = self._clock.now()
        while self._entries and self._entries[0].slot <= now:
            self._entries.pop(0).waiter.set()
        self._arm()

    def _leave(self, entry: "Any") -> None:
        if entry in self._entries:
            place = self._entries.index(entry)
            self._entries.pop(place)
        else:
            place = 0  # admitted already: its turn is handed to the first in line
        slot = entry.slot
        for behind in self._entries[place:]:
            if behind.n != entry.n:
                return
            slot, behind.slot = behind.slot, slot
        self._limiter._give_back(slot, entry.n)
        if self._timer is not None:
            self._timer.cancel()
        self._arm()


class _Entry:
    def __init__(self, slot: "Any", n: "Any", waiter: "Any") -> None:
        self.slot = slot
        self.n = n
        self.waiter = waiter


def line_of(limiter: "Any") -> "Any":
    """Return the line of ``limiter`` in the running loop; lines of closed loops are dropped."""
    loop = _running_loop()
    lines = limiter._lines
    with limiter._lock:
        lines[:] = [pair for pair in lines if pair[0] is loop or not _closed(pair[0])]
        for owner, line in lines:
            if owner is loop:
                return line
        line = WaitingLine(limiter)
        lines.append((loop, line))
    return line


def _running_loop() -> "Any":
    running = getattr(sys.modules["asyncio"], "get_running_loop", None)
    return None if running is None else running()  # MicroPython has one loop


def _closed(loop: "Any") -> "Any":
    return loop is not None and loop.is_closed()


class Reservation:
    """A booking: ``delay`` is the seconds left until its turn; ``cancel()`` gives it back."""

    def __init__(self, limiter: "Any", slot: "Any", n: "Any") -> None:
        self._limiter = limiter
        self._slot = slot
        self._n = n
        self._held = True

    @property
    def delay(self) -> float:
        clock = self._limiter._clock
        left: float = clock.seconds(max(0, self._slot - clock.now()))
        return left

    def cancel(self) -> None:
        """Give the booking back; what was booked after it keeps its place."""
        if self._held:
            self._held = False
            self._limiter._give_back(self._slot, self._n)
