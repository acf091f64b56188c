"""The caller's error comes out as it is: a short traceback, no invented context, and nothing keeps it alive.

An error that stands in a cycle with a frame lives on, with all that its frames hold, until the garbage
collector comes by.  MicroPython's errors have no traceback, so there is nothing to see there.
"""

import gc
import weakref

import pytest

from reliability_core import CircuitBreaker, Fallback, FallbackError, RetryPolicy, Timeout, pipeline
from reliability_core.testing import FakeClock


class Down(Exception):
    pass


def down(*args):
    raise Down("down")


async def adown(*args):
    raise Down("down")


def retry(**options):
    return RetryPolicy(clock=FakeClock(), **options)


def late():
    clock = FakeClock()
    return RetryPolicy(clock=clock, deadline=1, before_sleep=lambda *ignored: clock.advance(5))


def loop(policy):
    for attempt in policy:
        with attempt:
            down()


async def aloop(policy):
    async for attempt in policy:
        with attempt:
            await adown()


def block(breaker):
    with breaker.acquire():
        down()


def fallback():
    return Fallback(down, down, clock=FakeClock())


def service():
    clock = FakeClock()
    return pipeline(RetryPolicy(clock=clock), CircuitBreaker(clock=clock), Timeout(1, clock=clock))


PLAIN = {
    "retry": (lambda: retry().call(down), 6),
    "retry, decorated": (lambda: retry()(down)(), 5),
    "retry, not matching": (lambda: retry(retry_on=OSError).call(down), 6),
    "retry, late": (lambda: late().call(down), 6),
    "retry, loop": (lambda: loop(retry()), 2),
    "retry, late loop": (lambda: loop(late()), 5),
    "breaker": (lambda: CircuitBreaker(clock=FakeClock()).call(down), 2),
    "breaker, decorated": (lambda: CircuitBreaker(clock=FakeClock())(down)(), 2),
    "breaker, block": (lambda: block(CircuitBreaker(clock=FakeClock())), 2),
    "breaker, window": (lambda: CircuitBreaker(window=9, clock=FakeClock()).call(down), 5),
    "service": (lambda: service().call(down), 9),
    "fallback": (lambda: fallback().call(down), 4),
}
AWAITED = {
    "retry": (lambda: retry().acall(adown), 6),
    "retry, decorated": (lambda: retry()(adown)(), 4),
    "retry, late": (lambda: late().acall(adown), 6),
    "retry, loop": (lambda: aloop(retry()), 2),
    "retry, late loop": (lambda: aloop(late()), 5),
    "breaker": (lambda: CircuitBreaker(clock=FakeClock()).acall(adown), 2),
    "breaker, window": (lambda: CircuitBreaker(window=9, clock=FakeClock()).acall(adown), 5),
    "fallback": (lambda: fallback().acall(adown), 4),
}


@pytest.fixture(autouse=True)
def without_collector():
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def look_at(error, caller_frames, frames):
    """Checks what can be seen of an error, and returns a reference that does not keep it."""
    trace, depth = error.__traceback__, -caller_frames
    while trace is not None:
        depth += 1
        trace = trace.tb_next
    assert depth <= frames
    if isinstance(error, FallbackError):
        assert error.__context__ is error.original and error.original.__context__ is None
        return weakref.ref(error.original)
    assert error.__context__ is None and error.__cause__ is None
    return weakref.ref(error)


@pytest.mark.parametrize("name", PLAIN)
def test_a_plain_call(name):
    call, frames = PLAIN[name]
    try:
        call()
    except (Down, FallbackError) as error:
        seen = look_at(error, 2, frames)
    assert seen() is None


@pytest.mark.parametrize("name", AWAITED)
async def test_an_awaited_call(name):
    call, frames = AWAITED[name]
    try:
        await call()
    except (Down, FallbackError) as error:
        seen = look_at(error, 1, frames)
    assert seen() is None
