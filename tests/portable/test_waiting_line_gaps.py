"""Tasks that wait for a rate limiter: order, gaps, limits."""

import asyncio

from reliability_core import Deadline, RateLimiter, RateLimitError
from reliability_core.testing import FakeClock, araises

ALGORITHMS = ("gcra", "fixed_window", "sliding_window", "sliding_log")


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


async def test_sizes_wait_together_in_the_order_of_their_turns():
    clock = FakeClock()
    line = Line(clock, RateLimiter(3, 1, clock=clock))
    await line.start(1, 3)
    await line.start(1, 2)
    await line.start(1, 1)
    await line.start(1, 3)
    await line.end()
    assert line.order == [0, 1, 2, 3]
    assert line.times == [second * 1_000_000_000 for second in (0, 2, 3, 6)]


async def test_nobody_overtakes_the_line():
    clock = FakeClock()
    limiter = RateLimiter(1, 1, clock=clock)
    line = Line(clock, limiter)
    await line.start(3)
    clock.advance(1.5)  # the loop was busy elsewhere: a turn has come, its owner has not run
    assert not limiter.try_acquire()
    await line.end()
    assert line.order == [0, 1, 2]
    assert clock.elapsed() == 2.0


async def test_a_blocked_loop_makes_no_burst():
    for algorithm in ALGORITHMS:
        clock = FakeClock(1000)
        limiter = RateLimiter(2, 2, algorithm=algorithm, clock=clock)
        line = Line(clock, limiter)
        await line.start(12)
        clock.advance(60)
        late = asyncio.create_task(line.one("late", 1))
        await late
        await line.end()
        assert line.order == list(range(12)) + ["late"], algorithm
        assert [time for time in line.times if time == line.times[2]] == line.times[2:4], algorithm
        for early, last in zip(line.times[4:], line.times[6:]):
            assert last - early > 900, (algorithm, line.times)


async def test_timeout_and_deadline_refuse_at_once():
    clock = FakeClock()
    limiter = RateLimiter(1, 1, clock=clock)
    await limiter.aacquire()
    error = await araises(RateLimitError, limiter.aacquire(1, 0.5))
    assert error.retry_after == 1.0
    with Deadline.after(0.5, clock):
        await araises(RateLimitError, limiter.aacquire())
    await araises(ValueError, limiter.aacquire(2))
    assert clock._waiters == []
    await limiter.aacquire(1, 1)
    assert clock.elapsed() == 1.0


async def test_a_wait_of_centuries_stays_pending_and_can_be_cancelled():
    limiter = RateLimiter(1, 1, 10_000_000_000)
    await limiter.aacquire()
    task = asyncio.create_task(limiter.aacquire())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert not task.done()
    task.cancel()
    await araises(asyncio.CancelledError, task)
    assert limiter._waiting == 0
