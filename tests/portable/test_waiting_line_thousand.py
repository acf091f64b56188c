"""A thousand tasks that wait for one rate limiter."""

import asyncio

from reliability_core import RateLimiter
from reliability_core.testing import FakeClock


class CountingClock(FakeClock):
    """Counts timers, and how many of them were armed at once at most."""

    timers = armed = most_armed = 0

    def timer(self, ticks, callback):
        self.timers += 1
        self.armed += 1
        self.most_armed = max(self.most_armed, self.armed)

        def fire():
            self.armed -= 1
            callback()

        return super().timer(ticks, fire)


async def test_a_thousand_waiters_are_served_in_order_by_one_timer():
    clock = CountingClock(1000)
    limiter = RateLimiter(100, 1000, clock=clock)
    order = []

    async def one(name):
        await limiter.aacquire()
        order.append(name)

    for task in [asyncio.create_task(one(name)) for name in range(1000)]:
        await task
    assert order == list(range(1000))
    assert clock.elapsed() == 0.9
    assert (clock.most_armed, clock.armed, limiter._waiting) == (1, 0, 0)
    assert clock.timers <= 900  # a grant each, not a poll
