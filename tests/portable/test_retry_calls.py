"""Retry: hooks, events and budget, and awaited calls."""

import asyncio

from reliability_core import RetryBudget, RetryPolicy
from reliability_core.testing import Events, FakeClock, Script, araises, raises

DOWN = OSError("down")


def policy(**options):
    clock = options.pop("clock", None) or FakeClock()
    return RetryPolicy(clock=clock, **options), clock


def test_the_hook_runs_before_each_wait_and_ends_the_retries_by_raising():
    seen = []
    retry, _ = policy(jitter="none", before_sleep=lambda attempt, delay, error: seen.append((attempt, delay, error)))
    raises(OSError, retry.call, Script(DOWN))
    assert seen == [(1, 0.1, DOWN), (2, 0.2, DOWN)]

    def stop(attempt, delay, error):
        raise ValueError("enough")

    retry, _ = policy(before_sleep=stop)
    script = Script(DOWN)
    raises(ValueError, retry.call, script)
    assert script.calls == 1


def test_events_tell_of_each_wait_and_of_the_end():
    events = Events()
    retry, _ = policy(jitter="none", name="upload", on_event=events)
    raises(OSError, retry.call, Script(DOWN))
    assert events.names() == ["retry_scheduled", "retry_scheduled", "retries_exhausted"]
    assert [(e["attempt"], e["delay"]) for e in events.of("retry_scheduled")] == [(1, 0.1), (2, 0.2)]
    last = events.of("retries_exhausted")[0]
    assert (last["attempts"], last["reason"], last["error"], last["name"]) == (3, "max_attempts", DOWN, "upload")


def test_a_retry_inside_a_retry_is_told():
    events = Events()
    clock = FakeClock()
    outer = RetryPolicy(name="outer", clock=clock)
    inner = RetryPolicy(name="inner", clock=clock, on_event=events)
    script = Script(DOWN)
    raises(OSError, outer.call, inner.call, script)
    assert script.calls == 9
    assert [e["outer"] for e in events.of("retry_nested")] == ["outer", "outer"]
    raises(OSError, inner.call, script)
    assert len(events.of("retry_nested")) == 2  # the mark is gone with the outer call


def test_the_budget_bounds_retries_to_a_share_of_calls():
    retry, _ = policy(initial_delay=0, budget=RetryBudget(0.1, 3))
    script = Script(DOWN)
    for _ in range(1000):
        raises(OSError, retry.call, script)
    assert 1100 <= script.calls <= 1103


async def test_awaited_calls_behave_the_same():
    retry, clock = policy(jitter="none", retry_if_result=lambda result: result is None)
    assert await retry.acall(Script(DOWN, None, "up").acall) == "up" and clock.sleeps == [0.1, 0.2]
    error = await araises(OSError, retry.aexecute(Script(DOWN).acall))
    assert error is DOWN
    assert await retry(Script(DOWN, "up").acall)() == "up"


async def test_a_cancellation_while_waiting_ends_it_at_once():
    retry = RetryPolicy(initial_delay=30, max_delay=30, jitter="none")
    script = Script(DOWN)

    async def call():
        await retry.acall(script.acall)

    task = asyncio.create_task(call())
    for _ in range(5):
        await asyncio.sleep(0)
    task.cancel()
    await araises(asyncio.CancelledError, task)
    assert script.calls == 1


async def test_one_policy_serves_fifty_tasks_each_with_its_own_attempts():
    retry, _ = policy(jitter="none")
    scripts = [Script(DOWN, DOWN, number) for number in range(50)]
    results = await asyncio.gather(*[retry.acall(script.acall) for script in scripts])
    assert results == list(range(50)) and [script.calls for script in scripts] == [3] * 50
