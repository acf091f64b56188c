"""Half-open: few trial calls, each settled once, and no outcome of an earlier era changes anything."""

import asyncio

from reliability_core import CircuitBreaker, CircuitOpenError
from reliability_core.testing import FakeClock, Script, araises, raises

DOWN = OSError("down")


def opened(**options):
    clock = FakeClock()
    guard = CircuitBreaker(failure_threshold=1, timeout=10, clock=clock, **options)
    early = guard.acquire()  # a call of the closed era that is still under way
    raises(OSError, guard.call, Script(DOWN))
    clock.advance(10)
    return guard, clock, early


def test_exactly_the_permitted_number_of_callers_get_through():
    for permitted in (1, 3):
        guard, _, _ = opened(half_open_max_calls=permitted, success_threshold=permitted)
        permits = [permit for permit in [guard.try_acquire() for _ in range(20)] if permit is not None]
        assert len(permits) == permitted
        assert raises(CircuitOpenError, guard.acquire).retry_after == 0.0


def test_success_threshold_successes_close_it_and_one_failure_reopens_it():
    guard, _, _ = opened(success_threshold=2)
    guard.call(Script("up"))
    assert guard.state == "half_open"
    guard.call(Script("up"))
    assert guard.state == "closed"
    guard, _, _ = opened(success_threshold=2)
    guard.call(Script("up"))
    raises(OSError, guard.call, Script(DOWN))
    assert guard.state == "open" and guard.retry_after == 10


def test_no_outcome_of_the_closed_era_settles_a_trial():
    for outcome in ("success", "failure"):
        guard, _, early = opened()
        probe = guard.acquire()
        getattr(early, outcome)()
        assert guard.state == "half_open" and guard.snapshot()["outstanding"] == 1
        probe.success()
        assert guard.state == "closed"


def test_no_outcome_of_a_trial_of_an_earlier_era_counts():
    guard, clock, _ = opened(half_open_max_calls=2, success_threshold=2)
    first, second = guard.acquire(), guard.acquire()
    first.failure(DOWN)
    assert guard.state == "open"
    second.success()
    assert guard.state == "open"
    clock.advance(10)
    with guard.acquire():
        second.failure(DOWN)
    assert guard.state == "half_open" and guard.snapshot()["successes"] == 1


def test_a_late_success_does_not_close_an_open_breaker():
    clock = FakeClock()
    guard = CircuitBreaker(failure_threshold=1, clock=clock)
    early = guard.acquire()
    raises(OSError, guard.call, Script(DOWN))
    early.success()
    assert guard.state == "open"


def test_a_permit_is_settled_once():
    guard, _, _ = opened(success_threshold=2, half_open_max_calls=2)
    probe = guard.acquire()
    probe.success()
    probe.success()
    probe.failure(DOWN)
    assert guard.state == "half_open" and guard.snapshot()["successes"] == 1


def test_what_ends_a_trial_without_an_outcome_gives_its_permit_back():
    guard, _, _ = opened(failure_on=OSError)
    for error in (KeyboardInterrupt(), SystemExit(), GeneratorExit(), ValueError("not a failure")):
        raises(type(error), guard.call, Script(error))
        assert guard.state == "half_open" and guard.snapshot()["outstanding"] == 0
    guard.acquire().cancel()
    assert guard.call(Script("up")) == "up" and guard.state == "closed"


async def test_a_cancelled_trial_gives_its_permit_back():
    guard, _, _ = opened()

    async def hangs():
        await asyncio.sleep(30)

    for form in (guard(hangs), lambda: guard.acall(hangs)):
        task = asyncio.create_task(run(form))
        await asyncio.sleep(0)
        assert guard.try_acquire() is None
        task.cancel()
        await araises(asyncio.CancelledError, task)
        assert guard.state == "half_open" and guard.snapshot()["outstanding"] == 0


async def run(form):
    await form()


async def test_a_trial_whose_coroutine_is_closed_gives_its_permit_back():
    guard, _, _ = opened()

    async def hangs():
        await asyncio.sleep(30)

    call = guard.acall(hangs)
    call.send(None)
    assert guard.snapshot()["outstanding"] == 1
    call.close()
    assert guard.snapshot()["outstanding"] == 0 and guard.state == "half_open"


def test_a_trial_that_never_ends_is_given_up_as_lost():
    guard, clock, _ = opened(half_open_timeout=60)
    lost = guard.acquire()
    clock.advance(59)
    assert guard.try_acquire() is None
    clock.advance(1)
    next_one = guard.acquire()
    lost.failure(DOWN)
    assert guard.state == "half_open"
    next_one.success()
    assert guard.state == "closed"


def test_a_slow_trial_call_is_a_failure():
    clock = FakeClock()
    guard = CircuitBreaker(window=2, minimum_calls=1, timeout=1, slow_call_duration=2, clock=clock)
    raises(OSError, guard.call, Script(DOWN))
    clock.advance(1)
    with guard.acquire():
        clock.advance(2)
    assert guard.state == "open"


async def test_a_thousand_tasks_at_a_half_open_breaker_send_one_call():
    guard, _, _ = opened()
    reached = []

    async def target():
        reached.append(1)
        await asyncio.sleep(0.01)

    async def caller():
        try:
            await guard.acall(target)
        except CircuitOpenError:
            return 1
        return 0

    refused = await asyncio.gather(*[caller() for _ in range(1000)])
    assert len(reached) == 1 and sum(refused) == 999 and guard.state == "closed"
