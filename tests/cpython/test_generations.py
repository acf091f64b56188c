"""A breaker between real threads and tasks: calls run side by side, and whatever ends them gives permits back."""

import asyncio
import threading

import pytest

from reliability_core import CircuitBreaker, CircuitOpenError, RetryPolicy, Timeout, pipeline
from reliability_core.testing import FakeClock


def opened(**options):
    clock = FakeClock()
    breaker = CircuitBreaker(failure_threshold=1, timeout=10, clock=clock, **options)
    with pytest.raises(OSError):
        breaker.call(fail)
    clock.advance(10)
    return breaker, clock


def fail():
    raise OSError("down")


def test_calls_in_threads_run_side_by_side():
    breaker = CircuitBreaker()
    meeting = threading.Barrier(5, timeout=10)  # broken if a call waited for another to end
    met = []
    threads = [threading.Thread(target=lambda: met.append(breaker.call(meeting.wait))) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(met) == [0, 1, 2, 3, 4]


def test_callers_are_refused_while_the_trial_call_still_runs():
    breaker, _ = opened()
    running, end = threading.Event(), threading.Event()

    def trial():
        running.set()
        end.wait(10)

    thread = threading.Thread(target=lambda: breaker.call(trial))
    thread.start()
    assert running.wait(10)
    for _ in range(19):
        with pytest.raises(CircuitOpenError):
            breaker.call(fail)
    end.set()
    thread.join()
    assert breaker.state == "closed"


STEPS = 6  # more await points than the call has


async def target():
    for _ in range(3):
        await asyncio.sleep(0)
    return "up"


FORMS = {
    "acall": lambda breaker: breaker.acall(target),
    "decorated": lambda breaker: breaker(target)(),
    "block": lambda breaker: block(breaker),
    "pipeline": lambda breaker: pipeline(RetryPolicy(max_attempts=1), breaker, Timeout(30)).acall(target),
}


async def block(breaker):
    with breaker.acquire():
        return await target()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("steps", range(1, STEPS + 1))
async def test_a_trial_cancelled_at_any_of_its_await_points_gives_its_permit_back(form, steps):
    breaker, _ = opened()
    task = asyncio.ensure_future(FORMS[form](breaker))
    for _ in range(steps):
        await asyncio.sleep(0)
    task.cancel()
    try:
        assert await task == "up"  # it was done already
        assert breaker.state == "closed"
    except asyncio.CancelledError:
        assert breaker.state == "half_open" and breaker.snapshot()["outstanding"] == 0
        assert await breaker.acall(target) == "up"
        assert breaker.state == "closed"


@pytest.mark.parametrize("form", FORMS)
async def test_a_trial_dropped_while_it_waits_gives_its_permit_back(form):
    breaker, _ = opened()
    call = FORMS[form](breaker)
    call.send(None)
    assert breaker.snapshot()["outstanding"] == 1
    del call  # nobody will ever resume it
    assert breaker.snapshot()["outstanding"] == 0 and breaker.state == "half_open"
