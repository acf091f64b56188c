"""A thousand tasks at a breaker whose open time is over: how many get through, and the CPU for all."""

import asyncio
import datetime
import threading
import time

from report import figure, markdown

OPEN_SECONDS = 0.02


class Limit:
    """One trial call at a time, the permit under a lock."""

    def __init__(self):
        self.lock = threading.Lock()
        self.open = False
        self.until = 0
        self.probing = False

    def admit(self):
        with self.lock:
            if self.probing or time.monotonic() < self.until:
                raise RuntimeError
            self.probing = True

    async def call(self, fn):
        if self.open:
            self.admit()
        try:
            result = await fn()
        except Exception:
            self.open, self.probing, self.until = True, False, time.monotonic() + OPEN_SECONDS
            raise
        if self.open:
            self.open = self.probing = False
        return result


def product():
    from reliability_core import CircuitBreaker

    # Without half_open_timeout, a trial call as long as the open time would be given up as lost.
    return CircuitBreaker(failure_threshold=1, timeout=OPEN_SECONDS, half_open_timeout=60).acall


def interlock():
    import interlock

    config = interlock.Config(minimum_number_of_calls=1, wait_duration_in_open=OPEN_SECONDS)
    return interlock.CircuitBreaker(name="x", config=config).call


def backon():
    import backon

    return backon.CircuitBreaker(failure_threshold=1, recovery_timeout=OPEN_SECONDS).async_call


def circuitbreaker():
    import circuitbreaker

    return circuitbreaker.CircuitBreaker(failure_threshold=1, recovery_timeout=OPEN_SECONDS).call_async


def aiobreaker():
    import aiobreaker

    return aiobreaker.CircuitBreaker(fail_max=1, timeout_duration=datetime.timedelta(seconds=OPEN_SECONDS)).call_async


def hyx():
    from hyx.circuitbreaker.api import consecutive_breaker

    breaker = consecutive_breaker(failure_threshold=1, recovery_time_secs=OPEN_SECONDS, recovery_threshold=1)

    async def call(fn):
        async with breaker:
            return await fn()

    return call


def purgatory():
    import purgatory

    factory = purgatory.AsyncCircuitBreakerFactory(default_threshold=1, default_ttl=OPEN_SECONDS)

    async def call(fn):
        async with await factory.get_breaker("x"):
            return await fn()

    return call


SUBJECTS = {
    "limit: permit under a lock": lambda: Limit().call,
    "reliability_core": product,
    "interlock": interlock,
    "backon": backon,
    "circuitbreaker": circuitbreaker,
    "aiobreaker": aiobreaker,
    "hyx": hyx,
    "purgatory": purgatory,
}


async def crowd(make, callers):
    """Returns how many calls reached the target, and the CPU milliseconds of all."""
    call = make()
    reached = 0

    async def failing():
        raise ValueError

    async def trial():
        nonlocal reached
        reached += 1
        await asyncio.sleep(OPEN_SECONDS)

    async def one(fn):
        try:
            await call(fn)
        except Exception:
            pass

    await one(failing)
    await one(failing)
    await asyncio.sleep(2 * OPEN_SECONDS)
    cpu = time.process_time()
    await asyncio.gather(*[one(trial) for _ in range(callers)])
    return reached, (time.process_time() - cpu) * 1000


def off_by(reached):
    return abs(reached - 1)


def run(options):
    """Returns the figures: the count of calls that got through furthest from 1, and the least CPU."""
    callers, rounds = (50, 1) if options.quick else (1000, options.rounds)
    runs = {name: [] for name in SUBJECTS}
    loop = asyncio.new_event_loop()
    try:
        for _ in range(rounds):
            for name, make in SUBJECTS.items():
                try:
                    runs[name].append(loop.run_until_complete(crowd(make, callers)))
                except ImportError:
                    pass
    finally:
        loop.close()
    figures = {
        name: {
            "reached": max((reached for reached, _ in results), key=off_by),
            "cpu_ms": min(cpu for _, cpu in results),
        }
        for name, results in runs.items()
        if results
    }
    unit = figures["limit: permit under a lock"]["cpu_ms"]
    lines = []
    for name in SUBJECTS:
        row = figures.get(name)
        lines.append([name, "absent", ""] if row is None else [name, row["reached"], figure(row["cpu_ms"] / unit)])
    title = f"### {callers} tasks at a half-open breaker that lets one through"
    return figures, [title, "", *markdown(["row", "reached the target", "CPU"], lines), ""]
