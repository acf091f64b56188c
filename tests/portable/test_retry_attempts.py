"""The attempt iterator: a retried block of code, plain and awaited."""

from reliability_core import RetryExhaustedError, RetryPolicy
from reliability_core.testing import FakeClock, araises, raises


def retry(**options):
    clock = FakeClock()
    return RetryPolicy(jitter="none", clock=clock, **options), clock


def run(policy, fails, error=OSError):
    """Runs a block that fails some times; returns the numbers of the attempts made."""
    seen = []
    for attempt in policy:
        with attempt:
            seen.append(attempt.number)
            if len(seen) <= fails:
                raise error("down")
    return seen


async def arun(policy, fails):
    seen = []
    async for attempt in policy:
        with attempt:
            seen.append(attempt.number)
            if len(seen) <= fails:
                raise OSError("down")
    return seen


def test_it_ends_with_the_first_success():
    policy, clock = retry()
    assert run(policy, 0) == [1] and run(policy, 2) == [1, 2, 3] and clock.sleeps == [0.1, 0.2]


def test_the_last_error_leaves_the_loop():
    policy, _ = retry()
    raises(OSError, run, policy, 3)


def test_what_is_not_retried_leaves_at_once():
    policy, clock = retry(retry_on=OSError)
    raises(ValueError, run, policy, 1, ValueError)
    raises(KeyboardInterrupt, run, policy, 1, KeyboardInterrupt)
    assert clock.sleeps == []


async def test_the_awaited_form_does_the_same():
    policy, clock = retry()
    assert await arun(policy, 2) == [1, 2, 3] and clock.sleeps == [0.1, 0.2]
    await araises(OSError, arun(policy, 3))


def test_a_result_can_be_judged():
    policy, _ = retry(retry_if_result=lambda result: result is None)
    results = [None, None, 7]
    for attempt in policy:
        with attempt:
            attempt.result = results[attempt.number - 1]
    assert attempt.number == 3

    def never():
        for attempt in policy:
            with attempt:
                attempt.result = None

    assert raises(RetryExhaustedError, never).attempts == 3


def test_its_deadline_counts_from_the_start_of_the_loop():
    policy, clock = retry(initial_delay=0.4, deadline=1, max_attempts=10)
    raises(OSError, run, policy, 9)
    assert clock.elapsed() == 0.4


def test_a_body_without_the_with_is_found_out():
    policy, _ = retry()

    def wrong():
        for _ in policy:
            pass

    assert "with attempt" in str(raises(RuntimeError, wrong))


def test_leaving_the_loop_early_is_fine():
    policy, _ = retry()
    for attempt in policy:
        with attempt:
            break
    assert run(policy, 1) == [1, 2]
