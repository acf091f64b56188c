"""Rate limiter: what is admitted, and when."""

import gc

from reliability_core import Deadline, RateLimiter, RateLimitError
from reliability_core.testing import Events, FakeClock, Script, raises

CLOCKS = (1_000_000_000, 1_000)
# Rate, capacity, seconds, and the calls that are admitted in them by one that asks every millisecond
# (every tick at 50 000 a second): the first burst, and what the rate gives.
LONG_RUNS = (
    (0.1, 1, 100, 10),
    (1, 1, 60, 60),
    (9.9, 3, 20, 200),
    (19, 5, 20, 384),
    (99, 10, 10, 999),
)


def admitted_in(clock, limiter, seconds, step):
    count = 0
    for _ in range(int(seconds / step)):
        count += limiter.try_acquire()
        clock.advance(step)
    return count


def test_the_long_run_count_is_exact():
    for hz in CLOCKS:
        for rate, capacity, seconds, expected in LONG_RUNS:
            clock = FakeClock(hz)
            assert admitted_in(clock, RateLimiter(capacity, rate, clock=clock), seconds, 0.01) == expected, (hz, rate)


def test_fifty_thousand_a_second_are_exact_even_where_a_tick_is_longer_than_a_turn():
    for hz in CLOCKS:
        clock = FakeClock(hz)
        limiter = RateLimiter(10, 50_000, clock=clock)
        count = 0
        for _ in range(100):
            while limiter.try_acquire():
                count += 1
            clock.advance(0.001)
        # In a tick of a millisecond 50 turns come, more than the capacity: they are admitted at once.
        assert count == (10 * 100 if hz > 1000 else 50 * 99 + 51), hz


def test_the_rate_is_the_decimal_that_was_written():
    clock = FakeClock()
    limiter = RateLimiter(1, 0.1, clock=clock)
    assert limiter.try_acquire()
    clock.advance(9)
    clock._ticks += 999_999_999
    assert not limiter.try_acquire()
    clock._ticks += 1
    assert limiter.try_acquire()


def test_capacity_is_admitted_at_once_and_no_more():
    for algorithm in ("gcra", "token_bucket", "leaky_bucket", "fixed_window", "sliding_window", "sliding_log"):
        clock = FakeClock(1000)
        limiter = RateLimiter(3, 3, algorithm=algorithm, clock=clock)
        assert [limiter.try_acquire() for _ in range(4)] == [True] * 3 + [False], algorithm
        clock.advance(1000)
        assert limiter.try_acquire(3) and not limiter.try_acquire(), algorithm


def test_more_than_capacity_is_an_error_at_once():
    limiter = RateLimiter(10, 10, clock=FakeClock())
    for ask in (limiter.try_acquire, limiter.acquire, limiter.reserve):
        assert "at most capacity (10)" in str(raises(ValueError, ask, 11))
    for n in (0, -1):
        raises(ValueError, limiter.try_acquire, n)
    raises(TypeError, limiter.acquire, 1.5)
    assert limiter.snapshot()["available"] == 10


def test_wrong_arguments_are_named():
    inf = float("inf")
    for capacity, rate, per in ((0, 1, 1), (1, 0, 1), (1, -1, 1), (1, 1, 0), (1, inf, 1), (1, inf - inf, 1)):
        assert "accepted" in str(raises(ValueError, RateLimiter, capacity, rate, per))
    raises(TypeError, RateLimiter, 1.5, 1)
    raises(TypeError, RateLimiter, 1, "1")
    assert "sliding_log" in str(raises(ValueError, lambda: RateLimiter(1, 1, algorithm="gca")))


def test_acquire_waits_its_turn():
    clock = FakeClock()
    limiter = RateLimiter(1, 4, clock=clock)
    for _ in range(3):
        limiter.acquire()
    assert clock.sleeps == [0.25, 0.25]


def test_acquire_refuses_at_once_what_would_take_longer_than_timeout():
    clock = FakeClock()
    limiter = RateLimiter(1, 1, name="api", clock=clock)
    limiter.acquire()
    error = raises(RateLimitError, limiter.acquire, 1, 0.999)
    assert (error.retry_after, error.name, clock.sleeps) == (1.0, "api", [])
    limiter.acquire(1, 1)  # the refused one took no place
    assert clock.sleeps == [1.0]
    for timeout in (-1, float("inf"), float("inf") - float("inf")):
        limiter.try_acquire()
        assert "timeout" in str(raises(ValueError, limiter.acquire, 1, timeout))


def test_timeout_zero_is_no_wait():
    clock = FakeClock()
    limiter = RateLimiter(1, 1, clock=clock)
    limiter.acquire(1, 0)
    raises(RateLimitError, limiter.acquire, 1, 0)
    assert clock.sleeps == []


def test_a_deadline_bounds_the_wait():
    clock = FakeClock()
    limiter = RateLimiter(1, 1, clock=clock)
    with Deadline.after(0.5, clock):
        limiter.acquire()
        raises(RateLimitError, limiter.acquire)
        raises(RateLimitError, limiter.acquire, 1, 5)
    with Deadline.after(1.5, clock):
        limiter.acquire()
    assert clock.sleeps == [1.0]


def test_calls_wait_as_long_as_max_wait_allows():
    clock = FakeClock()
    events = Events()
    limiter = RateLimiter(1, 1, max_wait=1, on_event=events, clock=clock)
    fn = Script(1, 2, 3)
    assert (limiter.call(fn), limiter.call(fn)) == (1, 2)
    clock.sleeps.clear()
    assert limiter.call(fn) == 3
    strict = RateLimiter(1, 1, max_wait=0, on_event=events, clock=clock)
    strict.call(fn)
    assert raises(RateLimitError, strict.call, fn).retry_after == 1.0
    assert (fn.calls, clock.sleeps) == (4, [1.0])
    assert events.names() == ["rate_wait", "rate_wait", "rate_limited"]


def test_a_reading_that_is_slightly_back_admits_nothing_twice():
    clock = FakeClock()
    limiter = RateLimiter(3, 1, clock=clock)
    clock.advance(10)
    assert limiter.try_acquire()
    clock._ticks -= 500_000_000  # another thread took its reading before us, and the lock after
    assert limiter.try_acquire()
    clock.advance(0.5)
    assert limiter.try_acquire() and not limiter.try_acquire()
    clock.advance(0.5)
    assert not limiter.try_acquire()
    clock.advance(0.5)
    assert limiter.try_acquire() and not limiter.try_acquire()


def test_deep_sleep_refills_the_bucket_once_and_no_burst_exceeds_it():
    for algorithm in ("gcra", "fixed_window", "sliding_window", "sliding_log"):
        clock = FakeClock(1000)
        limiter = RateLimiter(3, 1, algorithm=algorithm, clock=clock)
        for idle in (0, 3600):
            clock.suspend(idle)
            assert [limiter.try_acquire() for _ in range(8)].count(True) == 3, (algorithm, idle)
        clock.suspend(1)
        assert [limiter.try_acquire() for _ in range(3)].count(True) == (algorithm == "gcra"), algorithm


def test_a_step_of_the_time_of_day_changes_nothing():
    clock = FakeClock()
    limiter = RateLimiter(1, 1, clock=clock)
    limiter.try_acquire()
    for step in (3600, -7200):
        clock.step_wall(step)
        assert not limiter.try_acquire()


def test_a_huge_wait_is_counted_not_rounded():
    clock = FakeClock(1000)
    limiter = RateLimiter(1, 1, 1_000_000_000, clock=clock)
    assert limiter.try_acquire() and not limiter.try_acquire()
    assert limiter.reserve().delay == 1e9


def test_snapshot_tells_what_is_left():
    clock = FakeClock()
    limiter = RateLimiter(2, 2, name="api", clock=clock)
    assert limiter.snapshot() == {"name": "api", "available": 2, "retry_after": 0.0}
    limiter.try_acquire(2)
    assert limiter.snapshot() == {"name": "api", "available": 0, "retry_after": 0.5}


def test_trying_takes_no_heap_on_a_board():
    if not hasattr(gc, "mem_alloc"):
        return  # only MicroPython counts
    limiter = RateLimiter(100, 1000)
    limiter.try_acquire()
    gc.collect()
    gc.disable()
    try:
        before = gc.mem_alloc()
        for _ in range(200):  # admitted and refused
            limiter.try_acquire()
        assert gc.mem_alloc() == before
    finally:
        gc.enable()
