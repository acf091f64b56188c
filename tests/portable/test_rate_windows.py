"""The window algorithms of the rate limiter: what each promises, and its known error."""

from reliability_core import RateLimiter
from reliability_core.testing import FakeClock

WINDOWS = ("fixed_window", "sliding_window", "sliding_log")


def burst(limiter, calls=100):
    return [limiter.try_acquire() for _ in range(calls)].count(True)


def test_the_window_is_as_long_as_capacity_takes_at_the_rate():
    for algorithm in WINDOWS:
        clock = FakeClock()
        limiter = RateLimiter(10, 100, 60, algorithm=algorithm, clock=clock)
        assert burst(limiter) == 10
        clock.advance(5.9)
        assert burst(limiter) == 0, algorithm
        clock.advance(6.1)  # 12 in all: nothing is left in sight
        assert burst(limiter) == 10, algorithm


def test_fixed_window_admits_twice_the_capacity_around_a_boundary():
    clock = FakeClock()
    limiter = RateLimiter(10, 10, algorithm="fixed_window", clock=clock)
    clock.advance(0.99)
    assert burst(limiter) == 10
    clock.advance(0.01)
    assert burst(limiter) == 10
    clock.advance(0.99)
    assert burst(limiter) == 0


def test_sliding_log_never_admits_more_than_capacity_in_any_window():
    clock = FakeClock(1000)
    limiter = RateLimiter(7, 7, algorithm="sliding_log", clock=clock)
    times = []
    for step in range(400):
        for _ in range(step % 4):
            if limiter.try_acquire():
                times.append(clock.now())
        clock.advance(0.037)
    assert len(times) == 7 * 15
    for early, late in zip(times, times[7:]):
        assert late - early >= 1000


def test_sliding_window_counts_the_last_one_by_the_share_in_sight():
    clock = FakeClock()
    limiter = RateLimiter(10, 10, algorithm="sliding_window", clock=clock)
    assert burst(limiter) == 10
    clock.advance(1)
    assert burst(limiter) == 0
    clock.advance(0.25)
    assert burst(limiter) == 3  # 7.5 of the last ten are still in sight: seven
    clock.advance(0.25)
    assert burst(limiter) == 2


def test_the_long_run_rate_is_the_rate():
    for algorithm in WINDOWS:
        clock = FakeClock(1000)
        limiter = RateLimiter(5, 9.9, algorithm=algorithm, clock=clock)
        count = 0
        for _ in range(10_000):
            count += limiter.try_acquire()
            clock.advance(0.01)
        assert 980 <= count <= 995, (algorithm, count)


def test_waiters_are_booked_into_later_windows():
    expected = {
        "fixed_window": [0.0, 0.0, 1.0, 1.0, 2.0],
        "sliding_log": [0.0, 0.0, 1.0, 1.0, 2.0],
        "sliding_window": [0.0, 0.0, 1.0, 1.5, 2.0],
    }
    for algorithm, delays in expected.items():
        limiter = RateLimiter(2, 2, algorithm=algorithm, clock=FakeClock())
        booked = [limiter.reserve().delay for _ in range(5)]
        assert [round(delay * 1000) / 1000 for delay in booked] == delays, algorithm


def test_a_booking_stays_within_one_window():
    limiter = RateLimiter(3, 3, algorithm="fixed_window", clock=FakeClock())
    assert [limiter.reserve(n).delay for n in (2, 2, 2)] == [0.0, 1.0, 2.0]


def test_windows_forget_a_long_idle_time_at_once():
    for algorithm in WINDOWS:
        clock = FakeClock(1000)
        limiter = RateLimiter(3, 3, algorithm=algorithm, clock=clock)
        held = [limiter.reserve() for _ in range(9)]
        assert held[-1].delay > 1
        clock.advance(10_000_000)
        assert burst(limiter) == 3, algorithm


def test_readings_slightly_back_admit_nothing_twice():
    for algorithm in WINDOWS:
        clock = FakeClock(1000)
        limiter = RateLimiter(2, 2, algorithm=algorithm, clock=clock)
        clock.advance(3)
        assert limiter.try_acquire()
        clock._ticks -= 5
        assert burst(limiter) == 1, algorithm


def test_snapshot_of_windows_tells_what_is_left():
    for algorithm in WINDOWS:
        clock = FakeClock()
        limiter = RateLimiter(4, 4, algorithm=algorithm, clock=clock)
        assert limiter.try_acquire()
        assert limiter.snapshot()["available"] == 3, algorithm
        limiter.try_acquire(3)
        snapshot = limiter.snapshot()
        assert snapshot["available"] == 0 and snapshot["retry_after"] > 0, algorithm
