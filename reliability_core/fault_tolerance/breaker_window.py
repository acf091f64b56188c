"""Closed generations that judge a rate, over the last N calls or over the last seconds.

**Count window, exact, without a ring of outcomes.**  Let the window hold the last ``size`` calls.
With the rate's numerator and denominator as integers, a full window trips when it has at least
``enough = ceil(rate * size)`` failures, that is, when the failure ``enough`` places back is itself
within the last ``size`` calls.  So each failure writes its call number into a ring of ``enough``
places and looks at the one it replaces next: no loop, and a success is nothing but a count.  Before
the window is full, all calls are in it and two counters decide.  A success never raises the rate; it can only complete
``minimum_calls``, and ``watch`` is set while that could trip.

Where a counter may lose an update between threads, ``watch`` stays set, and every success is booked
under the lock (``port.COUNTS_NEED_LOCK``).

**Time window.**  Ten buckets of a tenth of the window each, so what counts as recent is right to a
tenth.  Every outcome is booked under the lock.
"""

from ..errors import check_count, refuse
from ..port import COUNTS_NEED_LOCK
from .breaker_states import Permit
from .decimal_ratio import decimal_ratio

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


_BUCKETS = 10
_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600}


def window_maker(
    breaker: "Any", window: "Any", minimum_calls: "Any", failure_rate: "Any", slow_call_rate: "Any"
) -> "Any":
    """Return a function ``breaker -> generation`` for the window asked for."""
    if isinstance(window, str):
        width = breaker._clock.ticks(_duration(window), "window") // _BUCKETS
        if width == 0:
            refuse(ValueError, "window", window, "at least %d ticks of the clock" % _BUCKETS)
        return lambda breaker: TimeWindow(breaker, width, minimum_calls, failure_rate, slow_call_rate)
    size = check_count("window", window)
    minimum = min(minimum_calls, size)
    return lambda breaker: CountWindow(breaker, size, minimum, failure_rate, slow_call_rate)


def _duration(text: "Any") -> "Any":
    digits = text.rstrip("smh")
    unit = text[len(digits) :]
    try:
        return float(digits) * _UNITS[unit]
    except (ValueError, KeyError):
        refuse(ValueError, "window", text, "a number of calls, or a duration such as '30s', '500ms', '5m' or '1h'")


class _Rate:
    """Counts the marked calls (failed, or slow) of a count window and says when they are too many."""

    def __init__(self, rate: "Any", size: "Any", minimum: "Any") -> None:
        self._numerator, self._denominator = decimal_ratio(rate)
        self._size = size
        self._minimum = minimum
        enough = max(1, -(-self._numerator * size // self._denominator))
        self._ring = [0] * enough  # call numbers of the latest marked calls
        self._place = 0
        self.marked = 0

    def mark(self, number: "Any") -> None:
        place = self._place
        self._ring[place] = number
        place += 1
        self._place = 0 if place == len(self._ring) else place
        self.marked += 1

    def reached(self, number: "Any") -> "Any":
        """Whether the window that ends with call ``number`` has reached the rate."""
        if number < self._minimum or not self.marked:
            return False
        if number < self._size:
            return self.marked * self._denominator >= self._numerator * number
        return self.marked >= len(self._ring) and self._ring[self._place] > number - self._size

    def rate(self, number: "Any") -> "Any":
        """The rate now, for a snapshot; ``None`` before there is a call."""
        if not number:
            return None
        recent = len([mark for mark in list(self._ring) if mark > max(0, number - self._size)])
        return (self.marked if number < self._size else recent) / min(number, self._size)


class CountWindow(Permit):
    """The last ``size`` calls."""

    def __init__(self, breaker: "Any", size: "Any", minimum: "Any", failure_rate: "Any", slow_rate: "Any") -> None:
        self._breaker = breaker
        self._size = size
        self._minimum = minimum
        self._failures = _Rate(failure_rate, size, minimum)
        self._slow = _Rate(slow_rate, size, minimum) if breaker._slow else None
        self.calls = 0
        self.watch = COUNTS_NEED_LOCK

    def success(self, elapsed: "Any" = 0) -> None:
        self._book(False, elapsed)

    def failure(self, error: "Any" = None, elapsed: "Any" = 0) -> None:
        breaker = self._breaker
        if breaker._counts(error):
            self._book(True, elapsed)
        elif breaker._slow and elapsed >= breaker._slow:
            self._book(False, elapsed)

    def _book(self, failed: "Any", elapsed: "Any") -> None:
        breaker = self._breaker
        now = breaker._boot()
        slow = self._slow is not None and elapsed >= breaker._slow
        with breaker._lock:
            if breaker._current is not self:
                return
            self.calls += 1
            number = self.calls
            if failed:
                self._failures.mark(number)
            if slow:
                self._slow.mark(number)
            self.watch = COUNTS_NEED_LOCK or number < self._minimum
            if self._failures.reached(number):
                breaker._trip(now, "failure rate reached over %d calls" % min(number, self._size))
            elif self._slow is not None and self._slow.reached(number):
                breaker._trip(now, "rate of slow calls reached over %d calls" % min(number, self._size))
            else:
                return
        breaker._deliver()

    def describe(self) -> "Any":
        data = {"calls": self.calls, "failure_rate": self._failures.rate(self.calls)}
        if self._slow is not None:
            data["slow_call_rate"] = self._slow.rate(self.calls)
        return data


class TimeWindow(Permit):
    """The calls of the last ten buckets of ``width`` ticks."""

    watch = True

    def __init__(self, breaker: "Any", width: "Any", minimum: "Any", failure_rate: "Any", slow_rate: "Any") -> None:
        self._breaker = breaker
        self._width = width
        self._minimum = minimum
        self._failure_rate = decimal_ratio(failure_rate)
        self._slow_rate = decimal_ratio(slow_rate)
        self._buckets = [[0, 0, 0] for _ in range(_BUCKETS)]  # calls, failures, slow calls
        self._epoch = breaker._boot() // width

    def success(self, elapsed: "Any" = 0) -> None:
        self._book(0, elapsed)

    def failure(self, error: "Any" = None, elapsed: "Any" = 0) -> None:
        breaker = self._breaker
        if breaker._counts(error):
            self._book(1, elapsed)
        elif breaker._slow and elapsed >= breaker._slow:
            self._book(0, elapsed)

    def _book(self, failed: "Any", elapsed: "Any") -> None:
        breaker = self._breaker
        now = breaker._boot()
        slow = 1 if breaker._slow and elapsed >= breaker._slow else 0
        with breaker._lock:
            if breaker._current is not self:
                return
            bucket = self._advance(now)
            bucket[0] += 1
            bucket[1] += failed
            bucket[2] += slow
            calls, failures, slow_calls = self._totals()
            if calls < self._minimum:
                return
            if failures and failures * self._failure_rate[1] >= self._failure_rate[0] * calls:
                breaker._trip(now, "failure rate reached over %d calls" % calls)
            elif slow_calls and slow_calls * self._slow_rate[1] >= self._slow_rate[0] * calls:
                breaker._trip(now, "rate of slow calls reached over %d calls" % calls)
            else:
                return
        breaker._deliver()

    def _advance(self, now: "Any") -> "Any":
        """Return the bucket of ``now``, clearing those that time has passed (ten at the most)."""
        epoch = now // self._width
        for old in range(max(self._epoch + 1, epoch - _BUCKETS + 1), epoch + 1):
            bucket = self._buckets[old % _BUCKETS]
            bucket[0] = bucket[1] = bucket[2] = 0
        self._epoch = max(self._epoch, epoch)
        return self._buckets[self._epoch % _BUCKETS]

    def _totals(self) -> "Any":
        return [sum([bucket[column] for bucket in self._buckets]) for column in (0, 1, 2)]

    def describe(self) -> "Any":
        breaker = self._breaker
        now = breaker._boot()
        with breaker._lock:
            self._advance(now)
            calls, failures, slow = self._totals()
        data = {"calls": calls, "failure_rate": failures / calls if calls else None}
        if breaker._slow:
            data["slow_call_rate"] = slow / calls if calls else None
        return data


class TimedPermit(Permit):
    """A permit that measures how long it is held."""

    def __init__(self, permit: "Any", now: "Any") -> None:
        self._permit = permit
        self._now = now
        self._started = now()

    def success(self, elapsed: "Any" = 0) -> None:
        self._permit.success(self._now() - self._started)

    def failure(self, error: "Any" = None, elapsed: "Any" = 0) -> None:
        self._permit.failure(error, self._now() - self._started)

    def cancel(self) -> None:
        self._permit.cancel()
