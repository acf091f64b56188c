"""Breaker and limiter against their limits on MicroPython: time and heap of one operation.

Run by ``board``: ``MICROPYPATH=.frozen:ROOT:ROOT/ports:ROOT/tests/bench micropython -m board_rows ROUNDS``.
Prints one line a row: name, nanoseconds and bytes, separated by tabs.
"""

import gc
import sys
import time

from reliability_core import CircuitBreaker, RateLimiter

try:
    from _thread import allocate_lock
except ImportError:
    allocate_lock = None

CALLS = 1000


def noop():
    return None


def boom():
    raise ValueError


class Breaker:
    """The limit: consecutive failures."""

    def __init__(self):
        self.failures = 0
        self.state = 0

    def failed(self):
        self.failures += 1
        if self.failures >= 5:
            self.state = 1

    def call(self, fn, *args, **kwargs):
        if self.state:
            raise RuntimeError
        try:
            result = fn(*args, **kwargs)
        except Exception:
            self.failed()
            raise
        if self.failures:
            self.failures = 0
        return result

    def wrap(self, fn):
        def guarded(*args, **kwargs):
            if self.state:
                raise RuntimeError
            try:
                result = fn(*args, **kwargs)
            except Exception:
                self.failed()
                raise
            if self.failures:
                self.failures = 0
            return result

        return guarded

    def acquire(self):
        if self.state:
            raise RuntimeError
        return self

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if kind is None:
            if self.failures:
                self.failures = 0
        else:
            self.failed()
        return False


class Gcra:
    """The limit: a meter that leaks ``leak`` a millisecond, under a lock; time must not wrap."""

    def __init__(self, capacity, leak, cost):
        self.level = 0
        self.leak = leak
        self.cost = cost
        self.most = capacity * cost
        self.last = time.ticks_ms()
        self.lock = allocate_lock()

    def try_acquire(self):
        now = time.ticks_ms()
        with self.lock:
            level = self.level - time.ticks_diff(now, self.last) * self.leak
            if level < 0:
                level = 0
            level += self.cost
            if level > self.most:
                return False
            self.level = level
            self.last = now
            return True


def within(breaker, fn):
    def op():
        with breaker.acquire():
            return fn()

    return op


def settled(breaker, fn):
    def op():
        permit = breaker.try_acquire()
        if permit is None:
            raise RuntimeError
        try:
            result = fn()
        except Exception as error:
            permit.failure(error)
            raise
        permit.success()
        return result

    return op


def called(breaker, fn):
    call = breaker.call

    def op():
        return call(fn)

    return op


# name -> what makes the operation around a function
BREAKERS = (
    ("limit: .call", lambda fn: called(Breaker(), fn)),
    ("reliability_core, .call", lambda fn: called(CircuitBreaker(), fn)),
    ("limit: decorator", lambda fn: Breaker().wrap(fn)),
    ("reliability_core, decorator", lambda fn: CircuitBreaker()(fn)),
    ("limit: with .acquire()", lambda fn: within(Breaker(), fn)),
    ("reliability_core, with .acquire()", lambda fn: within(CircuitBreaker(), fn)),
    ("reliability_core, .try_acquire()", lambda fn: settled(CircuitBreaker(), fn)),
)
# name -> what makes the operation for a capacity and a rate a second
LIMITERS = (
    ("limit: limiter", lambda capacity, rate: Gcra(capacity, rate, 1000).try_acquire),
    ("reliability_core, limiter", lambda capacity, rate: RateLimiter(capacity, rate).try_acquire),
)


def raised(op):
    try:
        op()
    except Exception as error:
        return error
    return None


def check_breaker(name, make):
    """Success returns, failure raises the target's own error, the fifth failure opens."""
    assert make(lambda: 7)() == 7, name
    calls = []

    def failing():
        calls.append(1)
        boom()

    op = make(failing)
    assert isinstance(raised(op), ValueError), name
    for _ in range(9):
        assert raised(op) is not None, name
    assert len(calls) == 5, name


def check_limiter(name, make):
    op = make(3, 1)
    assert [op() for _ in range(5)] == [True, True, True, False, False], name


def measure(op):
    """Returns nanoseconds and bytes of one operation."""
    gc.collect()
    gc.disable()
    heap = gc.mem_alloc()
    start = time.ticks_us()
    for _ in range(CALLS):
        op()
    elapsed = time.ticks_diff(time.ticks_us(), start)
    heap = gc.mem_alloc() - heap
    gc.enable()
    return elapsed * 1000 // CALLS, heap // CALLS


def main(rounds):
    rows = []
    for name, make in BREAKERS:
        check_breaker(name, make)
        rows.append((name, make(noop)))
    if allocate_lock is not None:
        for name, make in LIMITERS:
            check_limiter(name, make)
            rows.append((name, make(1000000, 1000)))
    best = {}
    for _ in range(rounds):
        for name, op in rows:
            best[name] = min(best.get(name, (1 << 30, 0)), measure(op))
    for name, _ in rows:
        print("%s\t%d\t%d" % ((name,) + best[name]))


if __name__ == "__main__":
    main(int(sys.argv[-1]))
