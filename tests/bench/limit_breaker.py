"""The least Python that makes a circuit breaker: what the library's rows are held against.

Every one of them opens, refuses, and after its time lets one trial call through; what a healthy call
does not need is out of line.
"""

import threading
import time
from collections import deque
from functools import partial
from itertools import count

from rows import base, limit

OPEN_NS = 60_000_000_000


class Open(Exception):
    def __init__(self, name, retry_after):
        self.name = name
        self.retry_after = retry_after


class Breaker:
    """Consecutive failures; a call looks at ``state`` before and at ``failures`` after."""

    __slots__ = ("failures", "lock", "state", "threshold", "until")

    def __init__(self, threshold=5):
        self.lock = threading.Lock()
        self.failures = 0
        self.threshold = threshold
        self.state = 0
        self.until = 0

    def admit(self, clock=time.monotonic_ns):
        """Raises unless the open time is over; then this call is the trial."""
        left = self.until - clock()
        if left > 0:
            raise Open("x", left)
        with self.lock:
            self.until = clock() + OPEN_NS

    def failed(self):
        with self.lock:
            self.failures += 1
            if self.failures >= self.threshold:
                self.open()

    def open(self):
        self.state = 1
        self.until = time.monotonic_ns() + OPEN_NS

    def succeeded(self):
        with self.lock:
            self.failures = self.state = 0

    def wrap(self, fn):
        def guarded(*args, **kwargs):
            if self.state:
                self.admit()
            try:
                result = fn(*args, **kwargs)
            except Exception:
                self.failed()
                raise
            if self.failures:
                self.succeeded()
            return result

        return guarded

    def awrap(self, fn):
        async def guarded(*args, **kwargs):
            if self.state:
                self.admit()
            try:
                result = await fn(*args, **kwargs)
            except Exception:
                self.failed()
                raise
            if self.failures:
                self.succeeded()
            return result

        return guarded

    def call(self, fn, *args, **kwargs):
        if self.state:
            self.admit()
        try:
            result = fn(*args, **kwargs)
        except Exception:
            self.failed()
            raise
        if self.failures:
            self.succeeded()
        return result

    def __enter__(self):
        if self.state:
            self.admit()
        return self

    def __exit__(self, kind, error, trace):
        if kind is None:
            if self.failures:
                self.succeeded()
        else:
            self.failed()
        return False


def within(breaker, fn):
    def op():
        with breaker:
            return fn()

    return op


@base("breaker", "bare call")
def _(fn):
    return fn


@limit("breaker", "limit: closure")
def _(fn):
    return Breaker().wrap(fn)


@limit("breaker", "limit: .call")
def _(fn):
    return partial(Breaker().call, fn)


@limit("breaker", "limit: context manager")
def _(fn):
    return within(Breaker(), fn)


@base("breaker-async", "bare await", awaited=True)
def _(fn):
    return fn


@limit("breaker-async", "limit: closure", awaited=True)
def _(fn):
    return Breaker().awrap(fn)


@limit("rejection", "limit: clock, two fields, no text")
def _(fn):
    return Breaker(threshold=1).wrap(fn)


# A window of 100 calls: successes only count themselves, and a failure notes its number. The rate is
# then a question about numbers, asked on failure.


class Window(Breaker):
    __slots__ = ("number", "numbers")

    def __init__(self):
        super().__init__()
        self.number = count().__next__
        self.numbers = deque(maxlen=100)

    def failed(self):
        with self.lock:
            number = self.number()
            numbers = self.numbers
            numbers.append(number)
            while numbers[0] <= number - 100:
                numbers.popleft()
            if number >= 9 and 2 * len(numbers) >= min(number + 1, 100):
                self.open()


@base("window", "bare call")
def _(fn):
    return fn


@limit("window", "limit: lazy window")
def _(fn):
    window = Window()
    number = window.number

    def guarded(*args, **kwargs):
        if window.state:
            window.admit()
        try:
            result = fn(*args, **kwargs)
        except Exception:
            window.failed()
            raise
        number()
        return result

    return guarded


@base("window-slow", "bare call")
def _(fn, slow):
    return fn


@limit("window-slow", "limit: lazy window")
def _(fn, slow, clock=time.perf_counter_ns):
    window = Window()
    number = window.number
    slow = int(slow * 1e9)

    def guarded(*args, **kwargs):
        if window.state:
            window.admit()
        started = clock()
        try:
            result = fn(*args, **kwargs)
        except Exception:
            window.failed()
            raise
        if clock() - started > slow:
            window.failed()
        else:
            number()
        return result

    return guarded
