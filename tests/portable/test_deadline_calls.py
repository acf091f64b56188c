"""Deadlines and policies: a past one makes no call, and every wait ends by it."""

from reliability_core import (
    CircuitBreaker,
    Deadline,
    DeadlineExceededError,
    RateLimiter,
    RateLimitError,
    RetryPolicy,
    Timeout,
)
from reliability_core.testing import FakeClock, Script, Takes, araises, raises


def test_a_deadline_that_has_passed_makes_no_call():
    clock = FakeClock()
    fn = Script(1)
    timeout = Timeout(5, clock=clock)
    breaker = CircuitBreaker(failure_threshold=1, clock=clock)
    with Deadline.after(0, clock):
        error = raises(DeadlineExceededError, timeout.call, fn)
        assert not error.started and "not started" in str(error)
        raises(DeadlineExceededError, breaker.call, timeout.call, fn)
    assert (fn.calls, breaker.state) == (0, "closed")


async def test_a_deadline_that_has_passed_makes_no_call_awaited():
    clock = FakeClock()
    fn = Script(1)
    with Deadline.after(0, clock):
        error = await araises(DeadlineExceededError, Timeout(5, clock=clock).acall(fn.acall))
    assert not error.started
    assert fn.calls == 0


def test_every_wait_ends_by_the_deadline():
    clock = FakeClock()
    failing = Script(ValueError)
    retry = RetryPolicy(max_attempts=100, initial_delay=0.4, jitter="none", clock=clock)
    limiter = RateLimiter(1, 0.1, clock=clock)
    limiter.try_acquire()
    with Deadline.after(1, clock):
        raises(ValueError, retry.call, failing)
        assert clock.elapsed() <= 1
        raises(RateLimitError, limiter.acquire)
        raises(RateLimitError, limiter.call, failing)
        assert clock.elapsed() <= 1
    assert failing.calls == 2


def test_no_attempt_begins_after_the_deadline():
    clock = FakeClock()
    slow = Script(Takes(0.7, clock, ValueError()))
    retry = RetryPolicy(max_attempts=100, initial_delay=0.01, jitter="none", clock=clock)
    with Deadline.after(1, clock):
        raises(ValueError, retry.call, slow)
    assert slow.calls == 2
