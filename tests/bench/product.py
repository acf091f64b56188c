"""The rows of this library: each policy with its defaults, as its users write it."""

from functools import partial

from rows import product

from reliability_core import CircuitBreaker, RateLimiter, RetryPolicy, Timeout, pipeline

PLAIN, AWAITED = "reliability_core, decorator", "reliability_core, await"


def within(breaker, fn):
    acquire = breaker.acquire

    def op():
        with acquire():
            return fn()

    return op


@product("breaker", PLAIN)
def _(fn):
    return CircuitBreaker()(fn)


@product("breaker", "reliability_core, .call")
def _(fn):
    return partial(CircuitBreaker().call, fn)


@product("breaker", "reliability_core, with .acquire()")
def _(fn):
    return within(CircuitBreaker(), fn)


@product("breaker-async", AWAITED, awaited=True)
def _(fn):
    return CircuitBreaker()(fn)


@product("window", PLAIN)
def _(fn):
    return CircuitBreaker(window=100)(fn)


@product("window-slow", PLAIN)
def _(fn, slow):
    return CircuitBreaker(window=100, slow_call_duration=slow)(fn)


@product("rejection", PLAIN)
def _(fn):
    return CircuitBreaker(failure_threshold=1, name="x")(fn)


@product("rejection", "reliability_core, .call")
def _(fn):
    return partial(CircuitBreaker(failure_threshold=1, name="x").call, fn)


@product("retry", PLAIN)
def _(fn):
    return RetryPolicy(initial_delay=0)(fn)


@product("retry-deadline", PLAIN)
def _(fn, deadline):
    return RetryPolicy(initial_delay=0, deadline=deadline)(fn)


@product("retry-async", AWAITED, awaited=True)
def _(fn):
    return RetryPolicy(initial_delay=0)(fn)


@product("limiter", "reliability_core, try_acquire")
def _(fn, capacity, rate):
    return RateLimiter(capacity, rate).try_acquire


@product("limiter-async", "reliability_core, aacquire", awaited=True)
def _(fn, capacity, rate):
    return RateLimiter(capacity, rate).aacquire


def policies(capacity, rate):
    limiter = RateLimiter(capacity, rate, max_wait=0)
    return RetryPolicy(initial_delay=0), CircuitBreaker(), limiter


@product("pipeline", "reliability_core, deadline and three policies")
def _(fn, capacity, rate):
    return pipeline(Timeout(10), *policies(capacity, rate))(fn)


@product("pipeline", "reliability_core, three policies")
def _(fn, capacity, rate):
    return pipeline(*policies(capacity, rate))(fn)


def timed(fn, capacity, rate, timeout=5):
    return pipeline(*policies(capacity, rate), Timeout(timeout))(fn)


for group in ("pipeline-async", "suspending"):
    product(group, AWAITED, awaited=True)(timed)
