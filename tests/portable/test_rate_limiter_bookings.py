"""Rate limiter: turns booked ahead, given back, and overdue."""

from reliability_core import RateLimiter
from reliability_core.testing import FakeClock, raises

ALGORITHMS = ("gcra", "fixed_window", "sliding_window", "sliding_log")


def rounded(delay):
    return round(delay * 1000) / 1000  # the share of a window in sight shrinks in ticks


def delays(limiter, count):
    return [rounded(limiter.reserve().delay) for _ in range(count)]


def test_reservations_are_in_order_and_at_the_rate():
    limiter = RateLimiter(2, 4, clock=FakeClock())
    assert delays(limiter, 5) == [0.0, 0.0, 0.25, 0.5, 0.75]
    assert not limiter.try_acquire()


def test_a_reservation_counts_down_and_is_given_back_once():
    clock = FakeClock()
    limiter = RateLimiter(1, 1, clock=clock)
    limiter.reserve()
    second = limiter.reserve()
    clock.advance(0.25)
    assert second.delay == 0.75
    second.cancel()
    second.cancel()
    assert delays(limiter, 2) == [0.75, 1.75]


def test_what_was_booked_after_a_cancelled_reservation_keeps_its_turn():
    for algorithm in ALGORITHMS:
        limiter = RateLimiter(1, 1, algorithm=algorithm, clock=FakeClock())
        held = [limiter.reserve() for _ in range(4)]
        held[1].cancel()
        assert [rounded(booking.delay) for booking in held[2:]] == [2.0, 3.0], algorithm
        assert delays(limiter, 1) == [4.0], algorithm


def test_reservations_cancelled_in_any_order_leave_no_trace():
    for algorithm in ALGORITHMS:
        for order in ((0, 1, 2, 3), (3, 2, 1, 0), (1, 3, 0, 2), (2, 0, 3, 1)):
            clock = FakeClock()
            limiter = RateLimiter(1, 1, algorithm=algorithm, clock=clock)
            limiter.reserve()
            held = [limiter.reserve() for _ in range(4)]
            clock.advance(0.25)
            for place in order:
                held[place].cancel()
            assert delays(limiter, 3) == [0.75, 1.75, 2.75], (algorithm, order)


def test_cancelled_reservations_of_several_calls_leave_no_trace():
    for algorithm in ALGORITHMS:
        limiter = RateLimiter(3, 3, algorithm=algorithm, clock=FakeClock())
        expected = limiter.reserve(3).delay, limiter.reserve(2).delay
        limiter = RateLimiter(3, 3, algorithm=algorithm, clock=FakeClock())
        limiter.reserve(3)
        held = [limiter.reserve(n) for n in (2, 1, 3)]
        for booking in held:
            booking.cancel()
        assert (0.0, limiter.reserve(2).delay) == expected, algorithm


def test_a_reservation_cancelled_after_its_turn_admits_no_call_twice():
    for algorithm in ALGORITHMS:
        clock = FakeClock()
        limiter = RateLimiter(1, 1, algorithm=algorithm, clock=clock)
        limiter.reserve()
        late = limiter.reserve()
        clock.advance(10)
        assert limiter.try_acquire()
        late.cancel()
        assert not limiter.try_acquire(), algorithm


def test_a_reservation_not_used_at_its_turn_is_given_back_whole():
    for algorithm in ALGORITHMS:
        clock = FakeClock()
        limiter = RateLimiter(1, 1, algorithm=algorithm, clock=clock)
        limiter.reserve()
        late = limiter.reserve()
        clock.advance(1.001)
        assert not limiter.try_acquire()
        late.cancel()
        assert limiter.try_acquire() and not limiter.try_acquire(), algorithm


class Interrupted(FakeClock):
    """A clock whose waits are interrupted."""

    def sleep(self, ticks):
        raise KeyboardInterrupt


def test_a_wait_that_is_interrupted_gives_its_turn_back():
    for algorithm in ALGORITHMS:
        clock = Interrupted()
        limiter = RateLimiter(1, 1, algorithm=algorithm, clock=clock)
        limiter.acquire()
        for _ in range(3):
            raises(KeyboardInterrupt, limiter.acquire)
        clock.advance(1.001)
        assert limiter.try_acquire() and not limiter.try_acquire(), algorithm


class Stopped(FakeClock):
    """A clock of a machine that stops for ``gap`` seconds in its first wait."""

    gap = 0

    def sleep(self, ticks):
        super().sleep(ticks)
        gap, self.gap = self.gap, 0
        self.advance(gap)


def test_a_machine_that_was_stopped_admits_no_burst():
    for algorithm in ALGORITHMS:
        clock = Stopped()
        limiter = RateLimiter(2, 2, algorithm=algorithm, clock=clock)
        limiter.acquire(2)
        clock.gap = 100
        waiting = [limiter._book(1, None, True) for _ in range(10)]
        clock.sleep(clock.ticks(1))
        # All ten are overdue by 90 seconds and more, and nobody else gets in before them.
        assert not limiter.try_acquire(), algorithm
        left = [limiter._turn(booking) for booking in waiting]
        assert left.count(0) == 2, (algorithm, left)
        assert max(left) <= clock.ticks(5), (algorithm, left)
        times = []
        for booking in waiting[2:]:
            limiter._sleep(booking)
            times.append(clock.elapsed())
        for early, late in zip(times, times[2:]):
            assert late - early > 0.9, (algorithm, times)


def test_a_wait_that_ends_a_little_late_moves_nobody():
    clock = FakeClock()
    limiter = RateLimiter(10, 10, clock=clock)
    limiter.acquire(10)
    first, second = [limiter._book(1, None, True) for _ in range(2)]
    clock.advance(0.5)
    assert limiter._turn(first) == limiter._turn(second) == 0
    assert limiter.reserve().delay == 0.0
