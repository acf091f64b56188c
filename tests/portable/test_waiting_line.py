"""Tasks that wait for a rate limiter: one armed timer, and cancellations."""

import asyncio

from reliability_core import RateLimiter
from reliability_core.testing import FakeClock

ALGORITHMS = ("gcra", "fixed_window", "sliding_window", "sliding_log")


class CountingClock(FakeClock):
    """Counts timers, and how many of them were armed at once at most."""

    def __init__(self, hz=1_000_000_000):
        super().__init__(hz)
        self.timers = self.armed = self.most_armed = 0

    def timer(self, ticks, callback):
        self.timers += 1
        self.armed += 1
        self.most_armed = max(self.most_armed, self.armed)

        def fire():
            self.armed -= 1
            callback()

        return Cancellable(self, super().timer(ticks, fire))


class Cancellable:
    def __init__(self, clock, timer):
        self._clock = clock
        self._timer = timer

    def cancel(self):
        self._clock.armed -= 1
        self._timer.cancel()


class Line:
    """Starts tasks that wait for ``limiter``, and notes who was admitted when."""

    def __init__(self, clock, limiter):
        self.clock = clock
        self.limiter = limiter
        self.order = []
        self.times = []
        self.tasks = []

    async def one(self, name, n):
        await self.limiter.aacquire(n)
        self.order.append(name)
        self.times.append(self.clock.now())

    async def start(self, count, n=1):
        self.tasks += [asyncio.create_task(self.one(len(self.tasks) + i, n)) for i in range(count)]
        await asyncio.sleep(0)

    async def end(self):
        for task in self.tasks:
            try:
                await task
            except asyncio.CancelledError:
                pass


def check_never_above(limiter, times, capacity, rate, hz):
    """In no stretch of time were there more than ``capacity`` and what the rate gives in it."""
    for first in range(len(times)):
        for last in range(first + capacity, len(times)):
            assert last + 1 - first <= capacity + (times[last] - times[first]) * rate // hz, (first, last)


async def test_nobody_who_is_admitted_at_once_arms_a_timer():
    clock = CountingClock()
    limiter = RateLimiter(5, 5, clock=clock)
    for _ in range(5):
        await limiter.aacquire()
    assert clock.timers == 0


async def test_a_waiter_cancelled_in_the_middle_lets_the_others_move_up():
    for algorithm in ALGORITHMS:
        clock = CountingClock(1000)
        line = Line(clock, RateLimiter(1, 1, algorithm=algorithm, clock=clock))
        await line.start(6)
        line.tasks[3].cancel()
        await line.end()
        assert line.order == [0, 1, 2, 4, 5], algorithm
        # A sliding window lets go of a call only when a tick of the next window has passed.
        assert clock.elapsed() == 4.0 + 0.001 * (algorithm == "sliding_window"), algorithm
        assert (clock.most_armed, clock.armed, line.limiter._waiting) == (1, 0, 0)


async def test_a_waiter_cancelled_at_its_grant_hands_it_on():
    for algorithm in ALGORITHMS:
        clock = CountingClock(1000)
        limiter = RateLimiter(1, 1, algorithm=algorithm, clock=clock)
        line = Line(clock, limiter)
        await line.start(4)
        clock.advance(1.001)
        [waiting] = limiter._lines
        waiting._timer.cancel()
        waiting._expire()  # the second has its turn, and has not run yet
        line.tasks[1].cancel()
        await line.end()
        assert line.order == [0, 2, 3], algorithm
        assert line.times[1] - line.times[0] == 1001, algorithm
        assert clock.elapsed() <= 2.003, algorithm
        assert limiter._waiting == 0


async def test_the_last_waiter_cancelled_at_its_grant_leaves_no_trace():
    for algorithm in ALGORITHMS:
        clock = CountingClock(1000)
        limiter = RateLimiter(1, 1, algorithm=algorithm, clock=clock)
        line = Line(clock, limiter)
        await line.start(2)
        clock.advance(1.001)
        limiter._lines[0]._timer.cancel()
        limiter._lines[0]._expire()
        line.tasks[1].cancel()
        await line.end()
        assert limiter.try_acquire() and not limiter.try_acquire(), algorithm


async def test_all_waiters_cancelled_at_once_leave_no_trace():
    for algorithm in ALGORITHMS:
        for backwards in (False, True):
            clock = CountingClock(1000)
            limiter = RateLimiter(2, 2, algorithm=algorithm, clock=clock)
            line = Line(clock, limiter)
            await line.start(20)
            for task in reversed(line.tasks) if backwards else line.tasks:
                task.cancel()
            await line.end()
            assert line.order == [0, 1]
            assert (clock.armed, limiter._waiting) == (0, 0)
            clock.advance(2)
            assert [limiter.try_acquire() for _ in range(3)] == [True, True, False], algorithm


async def test_random_cancellations_lose_nothing_and_admit_nothing_twice():
    clock = CountingClock(1000)
    limiter = RateLimiter(3, 10, clock=clock)
    line = Line(clock, limiter)
    await line.start(30)
    seed = 7
    for _ in range(15):
        seed = (seed * 1103515245 + 12345) % 2147483648
        line.tasks[seed // 65536 % 30].cancel()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    await line.end()
    assert line.order == sorted(line.order)
    check_never_above(limiter, line.times, 3, 10, 1000)
    assert limiter._waiting == 0
    assert clock.elapsed() <= (len(line.order) - 3) / 10 + 0.1
    clock.advance(10)
    assert limiter.try_acquire(3) and not limiter.try_acquire()
