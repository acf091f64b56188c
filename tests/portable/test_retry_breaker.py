"""Retry around a breaker: the breaker's own time is waited for if it fits."""

from reliability_core import CircuitBreaker, CircuitOpenError, RetryPolicy, pipeline
from reliability_core.testing import FakeClock, Script, raises

DOWN = OSError("down")


def retry(clock):
    return RetryPolicy(clock=clock, jitter="none", max_attempts=100)


def test_the_breakers_own_time_is_waited_for_if_it_fits():
    clock = FakeClock()
    breaker = CircuitBreaker(failure_threshold=1, timeout=3, clock=clock)
    assert pipeline(retry(clock), breaker).call(Script(DOWN, "up")) == "up"
    assert clock.sleeps == [0.1, 2.9]
    clock = FakeClock()
    breaker = CircuitBreaker(failure_threshold=1, timeout=30, clock=clock)
    script = Script(DOWN, "up")
    raises(CircuitOpenError, pipeline(retry(clock), breaker).call, script)
    assert script.calls == 1 and clock.elapsed() == 0.1
