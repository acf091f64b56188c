"""Rate limiter: so many calls in so much time, and a fair place in the queue for the rest.

The default algorithm is GCRA (the generic cell rate algorithm, ITU-T I.371), kept as a *meter*: a
bucket that every call fills by ``cost`` and that leaks ``leak`` each tick.  A call is admitted while
the level stays within ``limit``.  With the rate read as an exact fraction, ``cost`` and ``leak`` are
integers (in units of a tick divided by the rate's numerator), so nothing is rounded at 0.001 or at
50 000 a second, on a nanosecond or a millisecond clock.  ``token_bucket`` and ``leaky_bucket`` are
other names of it: they admit the same calls.  Where the rate exceeds ``capacity * hz`` it admits up to
one tick's refill at once; otherwise never more than ``capacity``.

To wait is to *reserve*: the level is raised beyond the limit at once, and the caller sleeps until
the debt has leaked away.  So waiters are served in order, none polls, and a later caller cannot
overtake.  A cancelled waiter gives its place to those behind it (``waiting_line``).

The other algorithms (``fixed_window``, ``sliding_window``, ``sliding_log``) are in ``rate_windows``.
"""

from ..errors import RateLimitError, check_choice, check_count, check_number, refuse
from ..port import Policy
from .decimal_ratio import decimal_ratio, greatest_common_divisor
from .waiting_line import Reservation, line_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, Optional, Union

    Seconds = Union[int, float]

ALGORITHMS = ("gcra", "token_bucket", "leaky_bucket", "fixed_window", "sliding_window", "sliding_log")


class RateLimiter(Policy):
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
        hz = self._clock.hz
        calls, of = decimal_ratio(refill_rate)
        seconds, parts = decimal_ratio(per)
        leak, cost = calls * parts, hz * of * seconds
        divisor = greatest_common_divisor(leak, cost)
        self._leak = leak = leak // divisor
        self._cost = cost = cost // divisor
        self._limit = max(capacity * cost, leak + cost) if leak > capacity * cost else capacity * cost
        self._drained = self._limit // leak + 1  # ticks in which a full bucket runs dry
        self._level = 0
        self._last = self._now()
        self._windows: "Any" = None
        if algorithm.endswith("window") or algorithm == "sliding_log":
            from .rate_windows import make_windows

            self._windows = make_windows(algorithm, capacity, -(-capacity * cost // leak), self._last)
        self._max_wait = None if max_wait is None else self._clock.ticks(max_wait, "max_wait")
        self._suspended = self._clock.suspended()
        self._lines: "Any" = []  # a waiting line for each event loop
        self._nest()

    # -- decisions ---------------------------------------------------------------------------

    def try_acquire(self, n: int = 1) -> bool:
        """Admit ``n`` calls now, or return ``False``.

        Raises ``ValueError`` for more than ``capacity``: they would never be admitted.
        """
        if n != 1:
            self._check(n)
        if self._windows is not None:
            return bool(self._book(n, 0) == 0)
        now = self._now()
        with self._lock:
            level = self._level
            elapsed = now - self._last
            if elapsed > 0:
                level -= elapsed * self._leak
                if level < 0:
                    level = 0
            else:
                now = self._last  # another thread has been here with a later reading
            level += self._cost * n
            if level <= self._limit:
                self._level = level
                self._last = now
                return True
        return bool(self._suspension_over() and self._book(n, 0) == 0)

    def _book(self, n: "Any", longest: "Any") -> "Any":
        """Book ``n`` calls: ticks to wait for them, or -1 if that is more than ``longest`` (not
        booked; ``None`` is any wait)."""
        now = self._now()
        with self._lock:
            if self._windows is not None:
                return self._windows.book(now, n, longest)
            level = self._leaked(now) + self._cost * n
            wait = 0 if level <= self._limit else -(-(level - self._limit) // self._leak)
            if longest is not None and wait > longest:
                return -1
            self._level = level
            self._last = max(now, self._last)
            return wait

    def _leaked(self, now: "Any") -> "Any":
        """The level at ``now``; under the lock."""
        elapsed = now - self._last
        if elapsed <= 0:
            return self._level
        if elapsed >= self._drained and self._level <= self._limit:
            return 0
        return max(0, self._level - elapsed * self._leak)

    def _give_back(self, slot: "Any", n: "Any") -> None:
        """Take back the booking for the tick ``slot``, if it is the latest one."""
        now = self._now()
        with self._lock:
            if self._windows is not None:
                self._windows.give_back(now, slot, n)
                return
            level = self._leaked(now)
            latest = now + (0 if level <= self._limit else -(-(level - self._limit) // self._leak))
            if abs(latest - slot) <= 1 or (slot <= now and level <= self._limit):
                self._level = max(0, level - self._cost * n)
                self._last = max(now, self._last)

    def _suspension_over(self) -> bool:
        """Credit the time for which the machine was suspended; return whether there was any."""
        suspended = self._clock.suspended()
        with self._lock:
            gap = suspended - self._suspended
            if gap <= self._clock.hz // 100:
                return False  # the two readings are not taken at the same instant
            self._suspended = suspended
            self._last -= gap
            if self._windows is not None:
                self._windows.credit(gap)
        return True

    def _check(self, n: "Any") -> None:
        if check_count("n", n) > self.capacity:
            refuse(ValueError, "n", n, "at most capacity (%d): more would never be admitted" % self.capacity)

    # -- waiting -----------------------------------------------------------------------------

    def _reserve(self, n: "Any", timeout: "Any", parameter: "Any" = "timeout") -> "Any":
        """Book ``n`` calls within ``timeout`` seconds and the deadline in force: ticks to wait."""
        self._check(n)
        longest = timeout if timeout is None else self._clock.ticks(timeout, parameter)
        return self._reserve_ticks(n, longest)

    def _reserve_ticks(self, n: "Any", longest: "Any") -> "Any":
        deadline = self._clock.deadline()
        if deadline is not None:
            left = max(0, deadline - self._now())
            longest = left if longest is None or left < longest else longest
        wait = self._book(n, longest)
        if wait < 0 and self._suspension_over():
            wait = self._book(n, longest)
        if wait < 0:
            raise self._refused(n)
        if wait and self._listener is not None:
            self._emit("rate_wait", {"policy": "rate_limiter", "delay": self._clock.seconds(wait)})
        return wait

    def _refused(self, n: "Any") -> "Any":
        wait = self._wait_for(n)
        retry_after = self._clock.seconds(wait)
        if self._listener is not None:
            self._emit("rate_limited", {"policy": "rate_limiter", "retry_after": retry_after})
        return RateLimitError(retry_after, self.name)

    def _wait_for(self, n: "Any") -> "Any":
        """Ticks until ``n`` calls would be admitted, booking nothing."""
        now = self._now()
        with self._lock:
            if self._windows is not None:
                return self._windows.wait(now, n)
            over = self._leaked(now) + self._cost * n - self._limit
            return 0 if over <= 0 else -(-over // self._leak)

    def acquire(self, n: int = 1, timeout: "Optional[Seconds]" = None) -> None:
        """Wait in this thread until ``n`` calls are admitted.

        Raises ``RateLimitError`` at once, without waiting, if that would take more than ``timeout``
        seconds or pass the deadline in force.
        """
        if n == 1 and self.try_acquire():
            return
        wait = self._reserve(n, timeout)
        self._sleep(wait, n)

    def _sleep(self, wait: "Any", n: "Any") -> None:
        slot = self._now() + wait
        try:
            self._clock.sleep(wait)
        except BaseException:
            self._give_back(slot, n)
            raise

    async def aacquire(self, n: int = 1, timeout: "Optional[Seconds]" = None) -> None:
        """Wait in this task until ``n`` calls are admitted; as ``acquire``."""
        if n == 1 and self.try_acquire():
            return
        wait = self._reserve(n, timeout)
        if wait:
            await line_of(self).wait(self._now() + wait, n)

    def reserve(self, n: int = 1) -> Reservation:
        """Book ``n`` calls however far off and return when: a ``Reservation``."""
        self._check(n)
        wait = self._book(n, None)
        return Reservation(self, self._now() + wait, n)

    def snapshot(self) -> "Dict[str, Any]":
        """Return ``name``, ``available`` (calls admitted now) and ``retry_after`` (seconds until the
        next one is; 0.0 if now) as plain data."""
        now = self._now()
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
                self._sleep(self._reserve_ticks(1, self._max_wait), 1)
            return inner(fn, args, kwargs)

        return limited

    def _awrap(self, inner: "Any") -> "Any":
        try_acquire = self.try_acquire

        async def waiting(fn: "Any", args: "Any", kwargs: "Any") -> "Any":
            wait = self._reserve_ticks(1, self._max_wait)
            if wait:
                await line_of(self).wait(self._now() + wait, 1)
            return await inner(fn, args, kwargs)

        def limited(fn: "Any", args: "Any", kwargs: "Any") -> "Any":
            # Admitted at once: the next layer's coroutine is ours, one coroutine less.
            return inner(fn, args, kwargs) if try_acquire() else waiting(fn, args, kwargs)

        return limited
