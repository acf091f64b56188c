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
from .breaker_states import Inside, Permit
from .decimal_ratio import decimal_ratio

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, List, Optional, Tuple, Union

    Error = Optional[BaseException]

_FAILURES = "failure rate reached over %d calls"
_SLOW = "rate of slow calls reached over %d calls"
_BUCKETS = 10
_ACCEPTED = "a number of calls, or a duration such as '30s', '500ms', '5m' or '1h'"
_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600}


def window_kind(
    breaker: "Any", window: "Union[int, str]", minimum_calls: int, failure_rate: float, slow_call_rate: float
) -> "Tuple[Any, Any]":
    """Return the kind of generation for the window asked for, and its arguments."""
    if isinstance(window, str):
        width = breaker._clock.ticks(_duration(window), "window") // _BUCKETS
        if width == 0:
            refuse(ValueError, "window", window, "at least %d ticks of the clock" % _BUCKETS)
        return TimeWindow, (width, minimum_calls, failure_rate, slow_call_rate)
    if isinstance(window, bool) or not isinstance(window, int):
        refuse(TypeError, "window", window, _ACCEPTED)
    size = check_count("window", window)
    return CountWindow, (size, min(minimum_calls, size), failure_rate, slow_call_rate)


def _duration(text: str) -> "Any":
    digits = text.rstrip("smh")
    unit = text[len(digits) :]
    try:
        return float(digits) * _UNITS[unit]
    except (ValueError, KeyError):
        refuse(ValueError, "window", text, _ACCEPTED)


class _Rate:
    """Counts the marked calls (failed, or slow) of a count window and says when they are too many."""

    def __init__(self, rate: float, size: int, minimum: int) -> None:
        ratio: "Tuple[int, int]" = decimal_ratio(rate)
        self._numerator, self._denominator = ratio
        self._size = size
        self._minimum = minimum
        enough = -(-self._numerator * size // self._denominator)
        self._ring = [0] * enough  # call numbers of the latest marked calls
        self._place = 0
        self.marked = 0

    def mark(self, number: int) -> None:
        place = self._place
        self._ring[place] = number
        place += 1
        self._place = 0 if place == len(self._ring) else place
        self.marked += 1

    def reached(self, number: int) -> bool:
        """Whether the window that ends with call ``number`` has reached the rate."""
        if number < self._minimum:
            return False
        if number < self._size:
            return self.marked * self._denominator >= self._numerator * number
        return self.marked >= len(self._ring) and self._ring[self._place] > number - self._size

    def recent(self, number: int) -> int:
        """How many of the marked calls are in the window that ends with call ``number``."""
        if number < self._size:
            return self.marked
        return len([mark for mark in self._ring if mark > number - self._size])


class Window(Permit):
    """What the windows share: every outcome is booked as failed or not, slow or not.

    ``_judge(now, failed, slow)`` books it, and returns why the breaker has to open, or ``None``;
    ``_count(now)`` are the calls, failures and slow calls in it.  Both run under the lock.
    """

    if TYPE_CHECKING:
        _judge: Callable[[int, int, bool], Optional[str]]
        _count: Callable[[int], Any]

    def success(self, elapsed: int = 0) -> None:
        self._book(0, elapsed)

    def failure(self, error: "Error" = None, elapsed: int = 0) -> None:
        weight = self._breaker._weigh(error)
        # A slow call is slow whatever its outcome, but it must have had one.
        if weight > 0 or (weight == 0 and 0 < self._breaker._slow <= elapsed):
            self._book(weight, elapsed)

    def _book(self, failed: int, elapsed: int) -> None:
        breaker = self._breaker
        now = breaker._boot()
        with breaker._lock:
            if breaker._gate is not self:
                return
            too_many = self._judge(now, failed, 0 < breaker._slow <= elapsed)
            if too_many is None:
                return
            breaker._trip(now, too_many)
        breaker._deliver()

    def describe(self) -> "Dict[str, Any]":
        with self._breaker._lock:
            calls, failures, slow = self._count(self._breaker._boot())
        data: "Dict[str, Any]" = {"calls": calls, "failure_rate": failures / calls if calls else None}
        if self._breaker._slow:
            data["slow_call_rate"] = slow / calls if calls else None
        return data


class CountWindow(Window):
    """The last ``size`` calls."""

    def __init__(self, breaker: "Any", size: int, minimum: int, failure_rate: float, slow_rate: float) -> None:
        self._breaker = breaker
        self.inside = Inside(self)
        self._size = size
        self._minimum = minimum
        self._failures = _Rate(failure_rate, size, minimum)
        self._slow = _Rate(slow_rate, size, minimum)
        self.calls = 0
        self.watch = COUNTS_NEED_LOCK

    def _judge(self, now: int, failed: int, slow: bool) -> "Optional[str]":
        self.calls += 1
        number = self.calls
        if failed:
            self._failures.mark(number)
        if slow:
            self._slow.mark(number)
        self.watch = COUNTS_NEED_LOCK or number < self._minimum
        if self._failures.reached(number):
            return _FAILURES % min(number, self._size)
        return _SLOW % min(number, self._size) if self._slow.reached(number) else None

    def _count(self, now: int) -> "Tuple[int, int, int]":
        calls = self.calls
        return min(calls, self._size), self._failures.recent(calls), self._slow.recent(calls)


class TimeWindow(Window):
    """The calls of the last ten buckets of ``width`` ticks."""

    def __init__(self, breaker: "Any", width: int, minimum: int, failure_rate: float, slow_rate: float) -> None:
        self._breaker = breaker
        self.inside = Inside(self)
        self._width = width
        self._minimum = minimum
        self._failure_rate = decimal_ratio(failure_rate)
        self._slow_rate = decimal_ratio(slow_rate)
        self._buckets = [[0, 0, 0] for _ in range(_BUCKETS)]  # calls, failures, slow calls
        self._totals = [0, 0, 0]
        self._epoch = breaker._boot() // width

    def _judge(self, now: int, failed: int, slow: bool) -> "Optional[str]":
        bucket, totals = self._advance(now), self._totals
        bucket[0] += 1
        bucket[1] += failed
        bucket[2] += slow
        totals[0] += 1
        totals[1] += failed
        totals[2] += slow
        calls = totals[0]
        if calls < self._minimum:
            return None
        if totals[1] * self._failure_rate[1] >= self._failure_rate[0] * calls:
            return _FAILURES % calls
        if totals[2] * self._slow_rate[1] >= self._slow_rate[0] * calls:
            return _SLOW % calls
        return None

    def _advance(self, now: int) -> "List[int]":
        """Return the bucket of ``now``, emptying those that time has passed (ten at the most)."""
        epoch = max(self._epoch, now // self._width)
        for old in range(max(self._epoch + 1, epoch - _BUCKETS + 1), epoch + 1):
            bucket = self._buckets[old % _BUCKETS]
            for column in (0, 1, 2):
                self._totals[column] -= bucket[column]
                bucket[column] = 0
        self._epoch = epoch
        return self._buckets[epoch % _BUCKETS]

    def _count(self, now: int) -> "List[int]":
        self._advance(now)
        return self._totals


_SETTLED = Permit()


class TimedPermit(Permit):
    """A permit that measures how long it is held, settled once."""

    def __init__(self, permit: Permit, now: "Callable[[], int]") -> None:
        self._permit = permit
        self._now = now
        self._started = now()

    def success(self, elapsed: int = 0) -> None:
        permit, self._permit = self._permit, _SETTLED
        permit.success(self._now() - self._started)

    def failure(self, error: "Error" = None, elapsed: int = 0) -> None:
        permit, self._permit = self._permit, _SETTLED
        permit.failure(error, self._now() - self._started)

    def cancel(self) -> None:
        permit, self._permit = self._permit, _SETTLED
        permit.cancel()
