"""Clocks: tick counters that wrap, durations, waits."""

from reliability_core import CircuitBreaker, CircuitOpenError, RateLimiter, Timeout
from reliability_core.clock import Clock, SystemClock, allocate_lock
from reliability_core.testing import FakeClock, raises, without_waiting
from reliability_core.ticks import FineTicks, WrappingTicks

PERIOD = 2**30
HOUR = 3_600_000
DAY = 24 * HOUR


def add(ticks, delta):
    """As ``time.ticks_add`` of a 32-bit board."""
    if not -PERIOD // 2 < delta < PERIOD // 2:
        raise OverflowError("ticks interval overflow")
    return (ticks + delta) % PERIOD


def diff(end, start):
    assert 0 <= end < PERIOD and 0 <= start < PERIOD  # it takes small ints only
    return (end - start + PERIOD // 2) % PERIOD - PERIOD // 2


class Counter:
    """A tick counter of 2**30, as a board has it; ``at`` is what it would be without a wrap."""

    def __init__(self, at, per_read=0):
        self.at = at
        self._per_read = per_read

    def read(self):
        self.at += self._per_read
        return self.at % PERIOD


class BoardClock(Clock):
    """A board's clock on such a counter."""

    def __init__(self, counter):
        now = WrappingTicks(counter.read, diff, add, allocate_lock()).now
        super().__init__(1000, now, now, now)


def test_a_counter_that_wraps_makes_a_clock_that_does_not():
    counter = Counter(PERIOD - 500)
    clock = WrappingTicks(counter.read, diff, add, allocate_lock())
    expected = 0
    for step in (499, 1, 1, 500, HOUR, DAY, 3 * DAY, 6 * DAY, 5 * DAY) * 10:
        counter.at += step
        expected += step
        assert clock.now() == expected, step


def test_seven_idle_days_are_long_ago_not_the_future():
    counter = Counter(PERIOD - 500)
    clock = WrappingTicks(counter.read, diff, add, allocate_lock())
    counter.at += 7 * DAY
    assert diff(counter.read(), PERIOD - 500) < 0
    assert clock.now() == 7 * DAY
    counter.at += 12 * DAY
    assert clock.now() == 19 * DAY


def test_a_counter_slightly_back_does_not_go_back_nor_leap():
    counter = Counter(1000)
    clock = WrappingTicks(counter.read, diff, add, allocate_lock())
    counter.at = 995
    assert clock.now() == 0
    counter.at = 1010
    assert clock.now() == 10


def test_a_reader_overtaken_by_another_that_moves_the_base_reads_the_same():
    counter = Counter(0)
    clock = WrappingTicks(counter.read, diff, add, allocate_lock())
    for _ in range(20):
        counter.at += 4 * DAY
        base = clock._base  # one thread has read the base
        assert clock.now() == counter.at  # another moves it
        assert base[1] + clock._elapsed(base) == counter.at
    assert clock._base[1] > 70 * DAY


def test_policies_work_across_the_wrap():
    counter = Counter(PERIOD - 500)
    clock = BoardClock(counter)
    limiter = RateLimiter(2, 2, clock=clock)
    breaker = CircuitBreaker(failure_threshold=1, timeout=1, clock=clock)
    assert limiter.try_acquire(2)
    raises(ValueError, breaker.call, int, "x")
    counter.at += 499
    assert not limiter.try_acquire()
    counter.at += 2  # wrapped
    assert limiter.try_acquire() and not limiter.try_acquire()
    raises(CircuitOpenError, breaker.call, int, "1")
    counter.at += 499
    assert breaker.call(int, "1") == 1


def test_after_seven_idle_days_the_limiter_is_exactly_full_and_the_breaker_may_probe():
    counter = Counter(PERIOD - 500)
    clock = BoardClock(counter)
    limiter = RateLimiter(2, 2, clock=clock)
    breaker = CircuitBreaker(failure_threshold=1, timeout=1, clock=clock)
    limiter.try_acquire(2)
    raises(ValueError, breaker.call, int, "x")
    counter.at += 7 * DAY
    assert limiter.try_acquire(2) and not limiter.try_acquire()
    assert breaker.call(int, "1") == 1


def test_microseconds_go_on_when_their_counter_wraps():
    coarse = Counter(5)
    fine = Counter(PERIOD - 3000)
    clock = FineTicks(WrappingTicks(coarse.read, diff, add, allocate_lock()).now, fine.read, diff, add)
    first = clock.now()
    passed = 0
    for microseconds in (10, 999_999, 60_000_000, HOUR * 1000, 13, 5 * HOUR * 1000):
        passed += microseconds
        fine.at = PERIOD - 3000 + passed
        coarse.at = 5 + passed // 1000
        assert clock.now() - first == passed


def test_readings_never_go_back():
    clock = SystemClock()
    for read in (clock.now, clock.boot, clock.micros):
        readings = [read() for _ in range(200)]
        assert readings == sorted(readings)


def test_durations_are_checked_and_named():
    clock = FakeClock(1000)
    durations = ((0, 0), (0.0, 0), (1, 1000), (0.25, 250), (1e-9, 1), (1e10, 10**13), (10**12, 10**15))
    for seconds, ticks in durations:
        assert clock.ticks(seconds) == ticks
    for seconds in (-1, -0.5, float("inf"), float("nan")):
        assert "delay is" in str(raises(ValueError, clock.ticks, seconds, "delay"))
    for seconds in (True, "1", None):
        raises(TypeError, clock.ticks, seconds)
    assert "above 0" in str(raises(ValueError, clock.positive_ticks, 0))
    assert clock.seconds(1500) == 1.5


def test_long_waits_are_slices():
    class Sliced(SystemClock):
        def __init__(self):
            super().__init__()
            self.at = 0
            self.now = lambda: self.at

    import reliability_core.clock as module

    slices = []
    clock = Sliced()

    def sleep(ticks):
        slices.append(ticks)
        clock.at += ticks

    kept, module._sleep = module._sleep, sleep
    try:
        clock.sleep(clock.ticks(200_000))
    finally:
        module._sleep = kept
    assert [clock.seconds(ticks) for ticks in slices] == [86400, 86400, 27200]
    assert max(slices) < 2**29 or clock.hz > 1000  # what a board's timers take


def test_testing_mode_waits_for_nothing():
    from reliability_core.port import current_port

    with without_waiting():
        current_port().clock.sleep(10**15)
        limiter = RateLimiter(1, 1, 1000)
        for _ in range(3):
            limiter.acquire()
        assert limiter._waiting == 0


def test_a_timeout_of_any_length_is_kept():
    assert Timeout(1e10).call(int, "1") == 1
    for seconds in (0, -1, float("inf"), float("nan")):
        raises(ValueError, Timeout, seconds)
