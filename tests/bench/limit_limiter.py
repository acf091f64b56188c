"""The least Python that makes a rate limiter: GCRA in whole nanoseconds, as one point in time.

A lock is needed wherever threads may switch between reading and writing that point. Without one the
result is exact only where no call stands between the two and the interpreter switches at calls only
(CPython from 3.10 with its global lock); that form is the floor of what Python can do.
"""

import asyncio
import threading
import time

from rows import limit


class Gcra:
    __slots__ = ("burst", "lock", "step", "tat")

    def __init__(self, capacity, rate):
        self.tat = 0
        self.step = int(10**9 / rate)
        self.burst = self.step * capacity
        self.lock = threading.Lock()

    def locked(self, now=time.monotonic_ns):
        t = now()
        with self.lock:
            tat = self.tat
            if tat < t:
                tat = t
            tat += self.step
            if tat - t > self.burst:
                return False
            self.tat = tat
            return True

    def free(self, now=time.monotonic_ns):
        t = now()
        tat = self.tat
        if tat < t:
            tat = t
        tat += self.step
        if tat - t > self.burst:
            return False
        self.tat = tat
        return True


@limit("limiter", "limit: one lock")
def _(fn, capacity, rate):
    return Gcra(capacity, rate).locked


@limit("limiter", "limit: without a lock")
def _(fn, capacity, rate):
    return Gcra(capacity, rate).free


@limit("limiter-async", "limit: one lock", awaited=True)
def _(fn, capacity, rate):
    admitted = Gcra(capacity, rate).locked

    async def acquire():
        while not admitted():
            await asyncio.sleep(0.01)

    return acquire
