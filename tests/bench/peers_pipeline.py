"""Pipelines of other libraries: what a user would stack to get retry, breaker, limiter (and timeout)."""

import asyncio
import sys

from peers_limiter import pyrate
from rows import peer


class Limited(Exception):
    """A limiter that only answers refused."""


@peer("pipeline", "tenacity + pybreaker + pyrate-limiter")
def _(fn, capacity, rate):
    import pybreaker
    import tenacity

    limiter = pyrate(capacity, rate, "GCRA")

    @tenacity.retry(stop=tenacity.stop_after_attempt(3), wait=tenacity.wait_none(), reraise=True)
    @pybreaker.CircuitBreaker(fail_max=5)
    def guarded():
        if not limiter.try_acquire("k", blocking=False):
            raise Limited
        return fn()

    return guarded


@peer("pipeline", "backoff + circuitbreaker + token-bucket")
def _(fn, capacity, rate):
    import backoff
    import circuitbreaker
    import token_bucket

    limiter = token_bucket.Limiter(rate, capacity, token_bucket.MemoryStorage())

    @backoff.on_exception(backoff.constant, Exception, max_tries=3, interval=0, jitter=None)
    @circuitbreaker.CircuitBreaker(failure_threshold=5)
    def guarded():
        if not limiter.consume("k"):
            raise Limited
        return fn()

    return guarded


def interlock_builder():
    import interlock
    import tenacity

    breaker = interlock.CircuitBreaker(name="x", config=interlock.Config(minimum_number_of_calls=5))
    builder = interlock.Pipeline.builder().retry(attempts=3, wait=tenacity.wait_none())
    return builder.circuit_breaker(breaker).bulkhead(max_concurrent=8)


@peer("pipeline", "interlock (bulkhead instead of limiter)", limits=False)
def _(fn, capacity, rate):
    return interlock_builder().build()(fn)


def interlock(fn, capacity, rate, timeout=5):
    return interlock_builder().timeout(timeout).build()(fn)


def hyx(fn, capacity, rate, timeout=5):
    from hyx.circuitbreaker.api import consecutive_breaker
    from hyx.ratelimit.api import tokenbucket
    from hyx.retry.api import retry
    from hyx.timeout.api import timeout as ended_after

    @retry(on=Exception, attempts=3, backoff=0)
    @consecutive_breaker(failure_threshold=5)
    @tokenbucket(max_executions=capacity, per_time_secs=capacity / rate)
    @ended_after(timeout)
    async def guarded():
        return await fn()

    return guarded


def stacked(fn, capacity, rate, timeout=5):
    import aiobreaker
    import aiolimiter
    import tenacity

    if sys.version_info < (3, 11):
        raise ImportError("asyncio.timeout is in 3.11 and newer")
    limiter = aiolimiter.AsyncLimiter(capacity, capacity / rate)

    @tenacity.retry(stop=tenacity.stop_after_attempt(3), wait=tenacity.wait_none(), reraise=True)
    @aiobreaker.CircuitBreaker(fail_max=5)
    async def guarded():
        if not limiter.has_capacity():
            raise Limited
        await limiter.acquire()
        async with asyncio.timeout(timeout):
            return await fn()

    return guarded


for group in ("pipeline-async", "suspending"):
    peer(group, "hyx, four layers", awaited=True)(hyx)
    peer(group, "tenacity + aiobreaker + aiolimiter + asyncio", awaited=True)(stacked)
    peer(group, "interlock (bulkhead instead of limiter)", awaited=True, limits=False)(interlock)
