"""A thousand tasks at one limiter: how long, in what order, with how many timers and how much CPU."""

import asyncio
import time
from collections import deque

from report import figure, markdown

RATE = 1000


class CountingLoop(asyncio.SelectorEventLoop):
    """Counts timers: all that were made, and the most that were armed at a time."""

    def __init__(self):
        super().__init__()
        self.timers = self.most_armed = 0
        self._armed = []

    def call_at(self, when, *args, **options):
        handle = super().call_at(when, *args, **options)
        self.timers += 1
        self._armed = [other for other in self._armed if not other.cancelled() and other.when() > self.time()]
        self._armed.append(handle)
        self.most_armed = max(self.most_armed, len(self._armed))
        return handle


def limit(burst):
    """First come, first served: futures in a queue, and one timer for the first of them."""
    queue = deque()
    tat = 0
    step = 10**9 // RATE
    armed = False

    def admitted(now):
        nonlocal tat
        new = (tat if tat > now else now) + step
        if new - now > burst * step:
            return False
        tat = new
        return True

    def tick():
        nonlocal armed
        armed = False
        now = time.monotonic_ns()
        while queue:
            if queue[0].done():
                queue.popleft()
            elif admitted(now):
                queue.popleft().set_result(None)
            else:
                arm(now)
                return

    def arm(now):
        nonlocal armed
        armed = True
        asyncio.get_running_loop().call_later((tat + step - burst * step - now) / 1e9, tick)

    async def acquire():
        now = time.monotonic_ns()
        if not queue and admitted(now):
            return
        future = asyncio.get_running_loop().create_future()
        queue.append(future)
        if not armed:
            arm(now)
        await future

    return acquire


def product(burst):
    from reliability_core import RateLimiter

    return RateLimiter(burst, RATE).aacquire


def aiolimiter(burst):
    import aiolimiter

    return aiolimiter.AsyncLimiter(burst, burst / RATE).acquire


def pyrate(burst):
    import pyrate_limiter

    quota = pyrate_limiter.Rate(RATE, 1000, burst=burst)
    limiter = pyrate_limiter.Limiter(pyrate_limiter.StateBucket([quota], algorithm=pyrate_limiter.GCRA()))
    return lambda: limiter.try_acquire_async("k")


def throttled(burst):
    import throttled.asyncio

    quota = throttled.asyncio.per_sec(RATE, burst=burst)
    return throttled.asyncio.Throttled(key="k", using="gcra", quota=quota, timeout=5).limit


SUBJECTS = {
    "limit: queue of futures, one timer": limit,
    "reliability_core": product,
    "aiolimiter": aiolimiter,
    "pyrate-limiter": pyrate,
    "throttled-py": throttled,
}


def once(make, tasks, burst):
    """One crowd; returns seconds, CPU milliseconds, timers, most armed at a time and inversions."""
    loop = CountingLoop()

    async def crowd():
        acquire = make(burst)
        order = []

        async def one(number):
            await acquire()
            order.append(number)

        cpu, start = time.process_time(), time.perf_counter()
        await asyncio.gather(*[one(number) for number in range(tasks)])
        seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
        inversions = sum(1 for earlier, later in zip(order, order[1:]) if earlier > later)
        return {"seconds": seconds, "cpu_ms": cpu * 1000, "inversions": inversions}

    try:
        result = loop.run_until_complete(crowd())
        return {**result, "timers": loop.timers, "armed": loop.most_armed}
    finally:
        loop.close()


def run(options):
    """Returns the figures (for each the least over the rounds; of inversions and timers the most)."""
    tasks, burst, rounds = (60, 20, 1) if options.quick else (1000, 100, 5)
    runs = {}
    for _ in range(rounds):
        for name, make in SUBJECTS.items():
            try:
                runs.setdefault(name, []).append(once(make, tasks, burst))
            except ImportError:
                runs.setdefault(name, [])
    figures = {}
    for name, results in runs.items():
        if results:
            best = {key: min(result[key] for result in results) for key in ("seconds", "cpu_ms")}
            worst = {key: max(result[key] for result in results) for key in ("inversions", "timers", "armed")}
            figures[name] = {**best, **worst, "late": best["seconds"] - (tasks - burst) / RATE}
    return figures, table(tasks, burst, runs, figures)


def table(tasks, burst, runs, figures):
    lines = []
    unit = figures["limit: queue of futures, one timer"]["cpu_ms"]
    for name in runs:
        row = figures.get(name)
        if row is None:
            lines.append([name, "absent", "", "", "", ""])
        else:
            counts = row["timers"], row["armed"], row["inversions"]
            lines.append([name, figure(row["seconds"]) + " s", figure(row["cpu_ms"] / unit), *counts])
    header = ["row", "time", "CPU", "timers made", "armed at a time", "order inversions"]
    title = f"### {tasks} tasks at one limiter of {RATE}/s, burst {burst} (ideal: {(tasks - burst) / RATE:.2f} s)"
    return [title, "", *markdown(header, lines), ""]
