"""The line of tasks that wait for a rate limiter: first come, first served.

There is one line for each event loop and each number of calls asked for.  Its tasks and their
bookings are two lists in the same order: the first task has the earliest turn.  Who leaves early
(cancelled) takes out itself and the *last* booking, so everyone behind moves up one place.  A task
that is cancelled after it was admitted, but before it could run, hands its turn to the first in line.

One timer is armed, for the first turn; it admits all whose turn has come.
"""

import sys

from ..clock import loop_library

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, List

    from .rate_bookings import Booking, Bookings


class WaitingLine:
    def __init__(self, limiter: "Bookings", loop: "Any", n: int) -> None:
        self.loop = loop
        self.n = n
        self._limiter = limiter
        self._clock = limiter._clock
        self._waiters: "List[Any]" = []
        self._bookings: "List[Booking]" = []
        self._timer: "Any" = None

    async def wait(self, booking: "Booking") -> None:
        """Return when a turn has come; ``booking`` is the last one."""
        if self._clock.instant:
            self._limiter._turn(booking)
            return
        waiter = self._clock.waiter()
        waiter.turn = None
        self._waiters.append(waiter)
        self._bookings.append(booking)
        if self._timer is None:
            self._arm(booking.slot - self._limiter._boot())
        try:
            await waiter.wait()
        except BaseException:
            self._leave(waiter)
            raise

    def _arm(self, ticks: int) -> None:
        self._timer = self._clock.timer(max(0, ticks), self._expire)

    def _expire(self) -> None:
        self._timer = None
        while self._bookings:
            left = self._limiter._turn(self._bookings[0])
            if left:
                self._arm(left)
                return
            self._admit(self._bookings.pop(0))

    def _admit(self, booking: "Booking") -> None:
        waiter = self._waiters.pop(0)
        waiter.turn = booking
        waiter.set()

    def _leave(self, waiter: "Any") -> None:
        if waiter in self._waiters:
            self._waiters.remove(waiter)
        elif waiter.turn is None:
            return  # the line was given up
        elif not self._waiters:
            self._limiter._give_back(waiter.turn)
            return
        else:
            self._admit(waiter.turn)
        self._limiter._give_back(self._bookings.pop())
        if not self._bookings and self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def give_up(self) -> None:
        """Take all bookings back: the loop is closed, nobody will come."""
        self._waiters = []
        while self._bookings:
            self._limiter._give_back(self._bookings.pop())


def line_of(limiter: "Bookings", n: int) -> WaitingLine:
    """Return the line of ``limiter`` for ``n`` calls in the running loop; give up those of closed ones."""
    loop = _running_loop()
    line = limiter._line
    if line is not None and line.loop is loop and line.n == n:
        return line  # type: ignore[no-any-return]  # the limiter knows no lines
    found, closed = None, []
    with limiter._lock:
        for line in limiter._lines:  # as many as loops that are open, times sizes in use
            if line.loop is loop:
                found = line if line.n == n else found
            elif _closed(line.loop, loop):
                closed.append(line)
        if found is None:
            found = WaitingLine(limiter, loop, n)
            limiter._lines.append(found)
        for line in closed:
            limiter._lines.remove(line)
        limiter._line = found
    for line in closed:
        line.give_up()
    return found


def _running_loop() -> "Any":
    running = getattr(loop_library(), "get_running_loop", None)
    # MicroPython has one loop at a time, known by its queue: new_event_loop() makes another.
    return sys.modules["asyncio.core"]._task_queue if running is None else running()


def _closed(loop: "Any", running: "Any") -> bool:
    closed = getattr(loop, "is_closed", None)
    return loop is not running if closed is None else closed()
