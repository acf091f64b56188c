"""Rate limiter: so many calls in so much time, and a fair place in the queue for the rest.

The default algorithm is GCRA (the generic cell rate algorithm, ITU-T I.371), kept as a *meter*: a
bucket that every call fills by ``cost`` and that leaks ``leak`` each tick.  A call is admitted while
the level stays within ``limit``.  With the rate read as an exact fraction, ``cost`` and ``leak`` are
integers (in units of a tick divided by the rate's numerator), so nothing is rounded at 0.001 or at
50 000 a second, on a nanosecond or a millisecond clock.  ``token_bucket`` and ``leaky_bucket`` are
other names of it: they admit the same calls.  Where the rate exceeds ``capacity * hz`` it admits up to
one tick's refill at once; otherwise never more than ``capacity``, after a suspended machine, a stopped
process or a blocked event loop either.

To wait is to *book* (``rate_bookings``): the level is raised beyond the limit at once, and the caller
sleeps until the debt has leaked away.  So waiters are served in order, none polls, and a later caller
cannot overtake.  A cancelled waiter gives its place to those behind it (``waiting_line``).

The other algorithms (``fixed_window``, ``sliding_window``, ``sliding_log``) are in ``rate_windows``.
"""

from ..errors import RateLimitError, check_choice, check_count, check_number, refuse
from .rate_bookings import Booking, Bookings, Reservation
from .waiting_line import line_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, Optional, Union

    Seconds = Union[int, float]

ALGORITHMS = ("gcra", "token_bucket", "leaky_bucket", "fixed_window", "sliding_window", "sliding_log")


class RateLimiter(Bookings):
    """Admits ``refill_rate`` calls every ``per`` seconds, and ``capacity`` at once after a rest.

    ``algorithm``  ``gcra`` (also ``token_bucket``, ``leaky_bucket``), or over a window of
                   ``capacity / refill_rate * per`` seconds: ``fixed_window``, ``sliding_window`` (two
                   counters, approximate), ``sliding_log`` (exact, memory in proportion to capacity)
    ``max_wait``   seconds that a call under the policy may wait for its turn: ``None`` as long as
                   the deadline in force allows, 0 not at all
    ``on_event``   ``rate_limited`` {retry_after} on a refusal, ``rate_wait`` {delay} before a wait

    >>> limiter = RateLimiter(2, 10)
    >>> limiter.try_acquire(), limiter.try_acquire(), limiter.try_acquire()
    (True, True, False)
    """

    def __init__(
        self,
        capacity: "int",
        refill_rate: "Seconds",
        per: "Seconds" = 1,
        *,
        algorithm: "str" = "gcra",
        max_wait: "Optional[Seconds]" = None,
        name: "Optional[str]" = None,
        on_event: "Optional[Callable[[str, Dict[str, Any]], object]]" = None,
        clock: "Any" = None,
    ) -> None:
        super().__init__(name, on_event, clock)
        self.capacity = check_count("capacity", capacity)
        for parameter, value in (("refill_rate", refill_rate), ("per", per)):
            if not check_number(parameter, value, 0):
                refuse(ValueError, parameter, value, "a number above 0")
        check_choice("algorithm", algorithm, ALGORITHMS)
        self._meter(refill_rate, per)
        if algorithm.endswith("window") or algorithm == "sliding_log":
            from .rate_windows import make_windows

            width = -(-capacity * self._cost // self._leak)
            self._windows = make_windows(algorithm, capacity, width, self._last)
            self.try_acquire = self._try_windows  # type: ignore[method-assign]  # decided once, not in every call
        self._max_wait = None if max_wait is None else self._clock.ticks(max_wait, "max_wait")

    # -- decisions ---------------------------------------------------------------------------

    def try_acquire(self, n: int = 1) -> bool:
        """Admit ``n`` calls now, or return ``False``.

        Raises ``ValueError`` for more than ``capacity``: they would never be admitted.
        """
        cost = self._cost if n == 1 else self._cost_of(n)
        now = self._boot()
        with self._lock:
            last = self._last
            if now > last:
                level = self._level - (now - last) * self._leak
                level = cost if level < 0 else level + cost
            else:  # another thread has been here with a later reading
                level = self._level + cost
                now = last
            if level <= self._room:
                self._last = now
                self._level = level
                return True
        return self._waiting > 0 and self._waiters_lost() and self.try_acquire(n)

    def _try_windows(self, n: int = 1) -> bool:
        self._check(n)
        now = self._boot()
        with self._lock:
            if not self._waiting and self._windows.wait(now, n) == 0:
                self._windows.take(now, n)
                self._booked += 1
                return True
        return self._waiting > 0 and self._waiters_lost() and RateLimiter._try_windows(self, n)

    def _cost_of(self, n: int) -> int:
        self._check(n)
        return int(self._cost * n)

    def _check(self, n: int) -> None:
        if check_count("n", n) > self.capacity:
            refuse(ValueError, "n", n, "at most capacity (%d): more would never be admitted" % self.capacity)

    # -- waiting -----------------------------------------------------------------------------

    def _reserve(self, n: int, timeout: "Optional[Seconds]") -> Booking:
        """Book ``n`` calls within ``timeout`` seconds and the deadline in force."""
        self._check(n)
        return self._reserve_ticks(n, timeout if timeout is None else self._clock.ticks(timeout, "timeout"))

    def _reserve_ticks(self, n: int, longest: "Optional[int]") -> Booking:
        deadline = self._clock.deadline()
        if deadline is not None:
            left = max(0, deadline - self._now())
            longest = left if longest is None or left < longest else longest
        booking = self._book(n, longest, True)
        if booking is None:
            raise self._refused(n)
        if booking.waits and self._listener is not None:
            delay = self._clock.seconds(max(0, booking.slot - self._boot()))
            self._emit("rate_wait", {"policy": "rate_limiter", "delay": delay})
        return booking

    def _refused(self, n: int) -> RateLimitError:
        retry_after = self._clock.seconds(self._wait_for(n))
        if self._listener is not None:
            self._emit("rate_limited", {"policy": "rate_limiter", "retry_after": retry_after})
        return RateLimitError(retry_after, self.name)

    def _wait_for(self, n: int) -> int:
        now = self._boot()
        with self._lock:
            return self._wait(now, n)

    def acquire(self, n: int = 1, timeout: "Optional[Seconds]" = None) -> None:
        """Wait in this thread until ``n`` calls are admitted.

        Raises ``RateLimitError`` at once, without waiting, if that would take more than ``timeout``
        seconds or pass the deadline in force.
        """
        if n == 1 and self.try_acquire():
            return
        booking = self._reserve(n, timeout)
        if booking.waits:
            self._sleep(booking)

    def _sleep(self, booking: Booking) -> None:
        try:
            left = max(0, booking.slot - self._boot())
            while True:
                self._clock.sleep(left)
                left = self._turn(booking)
                if not left:
                    return
        except BaseException:
            self._give_back(booking)
            raise

    async def aacquire(self, n: int = 1, timeout: "Optional[Seconds]" = None) -> None:
        """Wait in this task until ``n`` calls are admitted; as ``acquire``."""
        if n == 1 and self.try_acquire():
            return
        booking = self._reserve(n, timeout)
        if booking.waits:
            await line_of(self, n).wait(booking)

    def reserve(self, n: int = 1) -> Reservation:
        """Book ``n`` calls however far off and return when: a ``Reservation``."""
        self._check(n)
        booking = self._book(n, None, False)
        assert booking is not None
        return Reservation(self, booking)

    def snapshot(self) -> "Dict[str, Any]":
        """Return ``name``, ``available`` (calls admitted now) and ``retry_after`` (seconds until the
        next one is; 0.0 if now) as plain data."""
        now = self._boot()
        with self._lock:
            if self._windows is not None:
                available = self._windows.available(now)
            else:
                available = max(0, (self._limit - self._leaked(now)) // self._cost)
        retry_after = self._clock.seconds(self._wait_for(1))
        return {"name": self.name, "available": min(available, self.capacity), "retry_after": retry_after}

    # -- calls -------------------------------------------------------------------------------

    def _worst(self, seconds: "Any", calls: "Any") -> "Any":
        if seconds is None or self._max_wait is None:
            return None, calls
        return seconds + self._clock.seconds(self._max_wait), calls

    def _wrap(self, inner: "Any") -> "Any":
        try_acquire = self.try_acquire

        def limited(fn: "Any", args: "Any", kwargs: "Any") -> "Any":
            if not try_acquire():
                booking = self._reserve_ticks(1, self._max_wait)
                if booking.waits:
                    self._sleep(booking)
            return inner(fn, args, kwargs)

        return limited

    def _awrap(self, inner: "Any") -> "Any":
        try_acquire = self.try_acquire

        async def waiting(fn: "Any", args: "Any", kwargs: "Any") -> "Any":
            booking = self._reserve_ticks(1, self._max_wait)
            if booking.waits:
                await line_of(self, 1).wait(booking)
            return await inner(fn, args, kwargs)

        def limited(fn: "Any", args: "Any", kwargs: "Any") -> "Any":
            # Admitted at once: the next layer's coroutine is ours, one coroutine less.
            return inner(fn, args, kwargs) if try_acquire() else waiting(fn, args, kwargs)

        return limited
