"""Turns booked ahead of a rate limiter, and how they are taken back.

A booking raises the limiter's level beyond its limit at once; the turn comes when the excess has
leaked away.  Whoever waits checks then that the turn has come: ``_turn`` moves all turns when the
machine was so late that more than ``capacity`` of them are overdue.

A booking that is taken back is undone exactly if nothing was admitted or booked after it.  If
something was, that keeps its turn, and the booking becomes a hole, undone as soon as everything
after it has been taken back too.  So bookings cancelled in any order leave no trace, and never is
more admitted than the rate allows.
"""

from ..port import Policy
from .decimal_ratio import decimal_ratio, greatest_common_divisor

_forks = 0  # how many forks lie between the first process and this one


def _forked() -> None:
    global _forks
    _forks += 1


try:
    from os import register_at_fork

    register_at_fork(after_in_child=_forked)
except ImportError:  # a runtime where nothing forks
    pass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, List, Optional, Union


class Booking:
    """``n`` calls booked for the tick ``slot``, and the limiter's state needed to undo it."""

    def __init__(self, number: int, n: int, slot: int, moved: int) -> None:
        self.number = number
        self.n = n
        self.slot = slot
        self.moved = moved  # how far turns had been moved when it was made
        self.state: "Any" = None
        self.waits = False  # whether somebody waits for it


def _number(booking: Booking) -> int:
    return booking.number


class Reservation:
    """A booking: ``delay`` is the seconds left until its turn; ``cancel()`` gives it back."""

    def __init__(self, limiter: "Bookings", booking: Booking) -> None:
        self._limiter = limiter
        self._booking = booking
        self._held = True

    @property
    def delay(self) -> float:
        limiter, booking = self._limiter, self._booking
        left = booking.slot + limiter._moved - booking.moved - limiter._boot()
        return limiter._clock.seconds(max(0, left))

    def cancel(self) -> None:
        """Give the booking back; what was booked after it keeps its place."""
        if self._held:
            self._held = False
            self._limiter._give_back(self._booking)


class Bookings(Policy):
    """The state of a rate limiter: what was admitted, and what is booked."""

    capacity: int

    def _meter(self, refill_rate: "Union[int, float]", per: "Union[int, float]") -> None:
        """Start with nothing admitted: ``refill_rate`` calls every ``per`` seconds."""
        calls, of = decimal_ratio(refill_rate)
        seconds, parts = decimal_ratio(per)
        leak, cost = calls * parts, self._clock.hz * of * seconds
        divisor = greatest_common_divisor(leak, cost)
        self._leak = leak = leak // divisor
        self._cost = cost = cost // divisor
        full = self.capacity * cost
        self._limit = full if leak <= full else leak + cost
        self._slack = max(0, full // leak - 1)  # ticks in which fewer than ``capacity`` turns come
        # Time that goes on while the machine is suspended: the bucket leaks then too.
        self._boot = self._clock.boot
        self._level = 0
        self._last = self._boot()
        self._windows: "Any" = None
        self._booked = 0
        self._moved = 0
        self._holes: "List[Booking]" = []
        self._lines: "List[Any]" = []
        self._line: "Any" = None  # the one used last
        self._waiting = 0
        self._room = self._limit  # nobody else is admitted while somebody waits: -1 then
        self._forks = _forks

    def _book(self, n: int, longest: "Optional[int]", waits: bool) -> "Optional[Booking]":
        """Book ``n`` calls; ``None`` if they had to wait more than ``longest`` ticks (``None``: any).

        ``waits``: who books will wait for its turn, so that nobody else is admitted before it.
        """
        now = self._boot()
        with self._lock:
            wait = self._wait(now, n)
            if longest is not None and wait > longest:
                return None
            self._booked += 1
            booking = Booking(self._booked, n, now + wait, self._moved)
            if self._windows is not None:
                booking.state = self._windows.state(n)
                self._windows.take(now + wait, n)
            else:
                self._level = self._leaked(now) + self._cost * n
                self._last = max(now, self._last)
                booking.state = (self._level, self._last)
            if waits and (wait or self._waiting):
                booking.waits = True
                self._waiting += 1
                self._room = -1
            if self._holes and self._holes[-1].slot + self._moved - self._holes[-1].moved <= now:
                self._holes = []  # their time has come and gone
        return booking

    def _wait(self, now: int, n: int) -> int:
        """Ticks until ``n`` calls would be admitted; under the lock."""
        if self._windows is not None:
            return int(self._windows.wait(now, n))
        over = self._leaked(now) + self._cost * n - self._limit
        return 0 if over <= 0 else max(now, self._last) - now - (-over // self._leak)

    def _leaked(self, now: int) -> int:
        """The level at ``now``; under the lock."""
        elapsed = now - self._last
        return self._level if elapsed <= 0 else max(0, self._level - elapsed * self._leak)

    def _turn(self, booking: Booking) -> int:
        """Ticks until the turn of ``booking``; 0 when it has come, and then it waits no more.

        Where it comes so late that more than ``capacity`` are overdue (a stopped process, a blocked
        loop), all turns move by what is too much: a gap makes no burst.
        """
        now = self._boot()
        with self._lock:
            left = booking.slot + self._moved - booking.moved - now
            if left > 0 and not self._clock.instant:
                return left
            if -left > self._slack:
                self._move(-left - self._slack)
            self._leave(booking)
            return 0

    def _move(self, ticks: int) -> None:
        self._moved += ticks
        self._last += ticks
        if self._windows is not None:
            self._windows.move(ticks)

    def _leave(self, booking: Booking) -> None:
        if booking.waits:
            booking.waits = False
            self._waiting = max(0, self._waiting - 1)
            if not self._waiting:
                self._room = self._limit

    def _waiters_lost(self) -> bool:
        """In the child of a fork, forget the waiters: they are threads of the parent."""
        if self._forks == _forks:
            return False
        with self._lock:
            self._forks = _forks
            self._waiting = 0
            self._room = self._limit
        return True

    def _give_back(self, booking: Booking) -> None:
        """Take ``booking`` back; if others were made after it, as soon as those are taken back too."""
        with self._lock:
            self._leave(booking)
            if self._undo(booking):
                while self._holes and self._undo(self._holes[-1]):
                    self._holes.pop()
            else:
                self._holes.append(booking)
                self._holes.sort(key=_number)

    def _undo(self, booking: Booking) -> bool:
        """Undo ``booking`` if nothing has been admitted or booked after it."""
        moved = self._moved - booking.moved
        if self._windows is not None:
            if booking.number != self._booked:
                return False
            self._booked -= 1
            self._windows.undo(booking, moved)
            return True
        level, last = booking.state
        leaked = (self._last - last - moved) * self._leak
        if max(0, level - leaked) != self._level:
            return False
        self._level = max(0, level - leaked - self._cost * booking.n)
        return True
