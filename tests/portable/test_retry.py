"""Retry: which failures, how often, and what comes out at the end."""

from reliability_core import RetryExhaustedError, RetryPolicy
from reliability_core.errors import CircuitOpenError, DeadlineExceededError, RateLimitError, UnsupportedError
from reliability_core.testing import FakeClock, Script, raises

DOWN = OSError("down")


def policy(**options):
    clock = options.pop("clock", None) or FakeClock()
    return RetryPolicy(clock=clock, **options), clock


def test_max_attempts_counts_the_first_try():
    for attempts in (1, 2, 5):
        retry, _ = policy(max_attempts=attempts)
        script = Script(DOWN)
        raises(OSError, retry.call, script)
        assert script.calls == attempts


def test_it_stops_at_the_first_success_and_returns_it():
    retry, clock = policy(jitter="none")
    script = Script(DOWN, DOWN, "up")
    assert retry.execute(script) == "up" and script.calls == 3
    assert clock.sleeps == [0.1, 0.2]


def test_the_last_error_itself_is_raised_with_the_attempts():
    class Down(Exception):
        pass

    retry, _ = policy()
    first, last = Down("first"), Down("last")
    error = raises(Down, retry.call, Script(first, Down("second"), last))
    assert error is last and error.attempts == 3


def test_only_what_matches_is_retried():
    retry, _ = policy(retry_on=(KeyError, OSError))
    script = Script(ValueError("mine"))
    raises(ValueError, retry.call, script)
    assert script.calls == 1
    retry, _ = policy(retry_on=lambda error: "503" in str(error))
    script = Script(ValueError("503"), ValueError("404"))
    raises(ValueError, retry.call, script)
    assert script.calls == 2


def test_what_is_no_failure_of_the_call_is_never_retried():
    retry, _ = policy(max_attempts=10)
    for error in (KeyboardInterrupt(), SystemExit(), GeneratorExit()):
        script = Script(error)
        raises(type(error), retry.call, script)
        assert script.calls == 1


def test_our_own_rejections_are_retried_only_if_that_can_succeed_in_time():
    for error, attempts in (
        (CircuitOpenError("x", None, "forced_open"), 1),
        (CircuitOpenError("x", 30.0), 1),  # beyond max_delay
        (CircuitOpenError("x", 2.0), 3),
        (RateLimitError(None), 1),
        (RateLimitError(0.5), 3),
        (DeadlineExceededError(1, False), 1),
        (DeadlineExceededError(1, True), 3),
        (UnsupportedError("threads", "board"), 1),
    ):
        retry, _ = policy()
        script = Script(error)
        raises(type(error), retry.call, script)
        assert script.calls == attempts, error


def test_results_are_retried_and_the_last_one_is_kept():
    retry, _ = policy(retry_if_result=lambda result: result is None)
    assert retry.call(Script(None, DOWN, "up")) == "up"
    error = raises(RetryExhaustedError, retry.call, Script(None))
    assert error.attempts == 3 and error.last_result is None


def test_a_dict_of_options_loads():
    retry, _ = policy(config={"max_attempts": 2})
    script = Script(DOWN)
    raises(OSError, retry.call, script)
    assert script.calls == 2


def test_wrong_options_are_refused_by_name():
    for option, value in (
        ("max_attempts", 0),
        ("max_attempts", True),
        ("initial_delay", -1),
        ("initial_delay", float("nan")),
        ("max_delay", 0.01),
        ("deadline", 0),
        ("retry_on", KeyboardInterrupt),
        ("retry_if_result", 3),
        ("before_sleep", 3),
        ("backoff", "quadratic"),
        ("jitter", "half"),
    ):
        options = {option: value}
        assert option in str(raises((TypeError, ValueError), lambda options=options: RetryPolicy(**options)))
