"""The least Python that makes a composed pipeline: nested closures, and everything in one function."""

import asyncio
import sys
import time
import types
from _contextvars import ContextVar

from limit_breaker import Breaker
from limit_limiter import Gcra
from rows import base, limit

ATTEMPTS = 3
DEADLINE_NS = 10**10
deadline_at = ContextVar("deadline_at", default=None)


class Limited(Exception):
    """The limiter refused."""


def limited(fn, acquire):
    def layer(*args, **kwargs):
        if not acquire():
            raise Limited
        return fn(*args, **kwargs)

    return layer


def retried(fn):
    def layer(*args, **kwargs):
        attempt = 0
        while True:
            attempt += 1
            try:
                return fn(*args, **kwargs)
            except Exception:
                if attempt >= ATTEMPTS:
                    raise

    return layer


def checked_after(fn, now=time.monotonic_ns):
    """Only looks at the clock when the call is over, and throws a late result away."""

    def layer(*args, **kwargs):
        end = now() + DEADLINE_NS
        result = fn(*args, **kwargs)
        if now() > end:
            raise TimeoutError
        return result

    return layer


def handed_on(fn, now=time.monotonic_ns):
    """Hands the deadline to what it calls, and takes it back, as the library does."""

    def layer(*args, **kwargs):
        outer = deadline_at.get()
        end = now() + DEADLINE_NS
        if outer is not None and outer < end:
            if outer <= now():
                raise TimeoutError
            end = outer
        deadline_at.set(end)
        try:
            return fn(*args, **kwargs)
        finally:
            deadline_at.set(outer)

    return layer


@base("pipeline", "bare call")
def _(fn, capacity, rate):
    return fn


@limit("pipeline", "limit: nested closures, deadline checked after")
def _(fn, capacity, rate):
    return checked_after(retried(Breaker().wrap(limited(fn, Gcra(capacity, rate).locked))))


@limit("pipeline", "limit: nested closures, deadline handed on")
def _(fn, capacity, rate):
    return handed_on(retried(Breaker().wrap(limited(fn, Gcra(capacity, rate).locked))))


@limit("pipeline", "limit: one function, one lock")
def _(fn, capacity, rate):
    breaker = Breaker()
    acquire = Gcra(capacity, rate).locked

    def guarded(*args, **kwargs):
        attempt = 0
        while True:
            attempt += 1
            try:
                if breaker.state:
                    breaker.admit()
                if not acquire():
                    raise Limited
                result = fn(*args, **kwargs)
            except Exception as error:
                if not isinstance(error, Limited):
                    breaker.failed()
                if attempt >= ATTEMPTS:
                    raise
            else:
                if breaker.failures:
                    breaker.succeeded()
                return result

    return guarded


# Awaited: the coroutine is stepped once by hand, and a timer is armed only when it suspends.


@types.coroutine
def lazily_timed(coroutine, seconds):
    try:
        waiting = coroutine.send(None)
    except StopIteration as stop:
        return stop.value
    task = asyncio.current_task()
    fired = False

    def expire():
        nonlocal fired
        fired = True
        task.cancel()

    timer = asyncio.get_running_loop().call_later(seconds, expire)
    try:
        while True:
            try:
                answer = yield waiting
            except BaseException as error:
                waiting = coroutine.throw(error)
            else:
                waiting = coroutine.send(answer)
    except StopIteration as stop:
        return stop.value
    except asyncio.CancelledError:
        if fired and (not hasattr(task, "uncancel") or task.uncancel() <= 0):
            raise TimeoutError from None
        raise
    finally:
        timer.cancel()


def in_one_function(fn, capacity, rate, timeout=5):
    breaker = Breaker()
    acquire = Gcra(capacity, rate).free

    async def guarded(*args, **kwargs):
        attempt = 0
        while True:
            attempt += 1
            try:
                if breaker.state:
                    breaker.admit()
                if not acquire():
                    raise Limited
                result = await lazily_timed(fn(*args, **kwargs), timeout)
            except Exception as error:
                if not isinstance(error, Limited):
                    breaker.failed()
                if attempt >= ATTEMPTS:
                    raise
            else:
                if breaker.failures:
                    breaker.succeeded()
                return result

    return guarded


def bare(fn, capacity, rate):
    return fn


def asyncio_timeout(fn, capacity, rate):
    """Not a pipeline: the standard library's timeout alone."""
    if sys.version_info < (3, 11):
        raise ImportError("asyncio.timeout is in 3.11 and newer")

    async def timed():
        async with asyncio.timeout(5):
            return await fn()

    return timed


for group in ("pipeline-async", "suspending"):
    base(group, "bare await", awaited=True)(bare)
    base(group, "asyncio.timeout alone", awaited=True)(asyncio_timeout)
    limit(group, "limit: one function, timer armed on suspension", awaited=True)(in_one_function)
