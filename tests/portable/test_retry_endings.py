"""What comes out of a retried call at the end, and what odd errors and hooks may do to it: nothing."""

from reliability_core import CircuitOpenError, RetryBudget, RetryExhaustedError, RetryPolicy
from reliability_core.errors import ReliabilityError
from reliability_core.testing import Events, FakeClock, Script, Takes, araises, raises

DOWN = OSError("down")


class Foreign(Exception):
    """An error of another library with attributes that we look at, but not as we have them."""

    def __init__(self, name, value):
        setattr(self, name, value)


class Hostile(Exception):
    @property
    def code(self):
        raise RuntimeError("unreadable")

    retry_after = headers = response = attempts = code


class Headers:
    def __init__(self, value):
        self.value = value

    def get(self, name):
        if isinstance(self.value, Exception):
            raise self.value
        return self.value


def retry(**options):
    clock = FakeClock()
    return RetryPolicy(jitter="none", clock=clock, **options), clock


def test_errors_of_other_libraries_are_retried_whatever_their_attributes():
    for error in (
        Foreign("code", "rate_limited"),
        Foreign("code", "circuit_open"),
        Foreign("code", "deadline_exceeded"),
        Foreign("code", "unsupported"),
        Foreign("code", 503),
        Foreign("retry_after", "soon"),
        Foreign("retry_after", None),
        Foreign("headers", None),
        Foreign("headers", [("Retry-After", "3")]),
        Foreign("headers", Headers(KeyError("no"))),
        Foreign("headers", Headers(b"3")),
        Foreign("headers", Headers("\xb2")),  # a digit to isdigit(), not to int()
        Foreign("response", 3),
        Hostile(),
    ):
        policy, _ = retry()
        script = Script(error, "up")
        assert policy.call(script) == "up" and script.calls == 2, error


def test_a_number_of_seconds_beyond_all_measure_does_not_fit_or_is_ignored():
    for options in ({}, {"deadline": 60}):
        policy, clock = retry(**options)
        script = Script(Foreign("headers", Headers("9" * 5000)), "up")
        try:
            policy.call(script)
        except Foreign:
            assert script.calls == 1
        assert clock.elapsed() <= 0.1


def test_what_cannot_be_read_is_told_and_ignored():
    events = Events()
    policy, clock = retry(on_event=events)
    policy.call(Script(Hostile(), "up"))
    assert "cannot be read" in events.of("retry_after_ignored")[0]["reason"] and clock.sleeps == [0.1]


def test_the_attempts_are_on_the_error_where_it_takes_them():
    class Closed(Exception):
        @property
        def attempts(self):
            return "mine"

    policy, _ = retry(retry_on=KeyError)
    error = raises(CircuitOpenError, policy.call, Script(CircuitOpenError("x")))
    assert error.attempts == 1  # not retried: one attempt
    assert raises(Closed, policy.call, Script(Closed())).attempts == "mine"
    raises(OSError, policy.call, Script(DOWN))  # of MicroPython it takes none


def test_attempts_of_a_policy_further_in_are_left_alone():
    inner, _ = retry(max_attempts=2, retry_if_result=lambda result: result is None)
    outer, _ = retry(max_attempts=3)
    error = raises(RetryExhaustedError, outer.call, inner.call, Script(None))
    assert error.attempts == 2 and "2 attempts" in str(error)


def test_the_end_by_a_deadline_is_told_even_when_the_wait_itself_was_too_long():
    events = Events()
    policy, clock = retry(deadline=1, on_event=events, before_sleep=lambda *ignored: clock.advance(5))
    raises(OSError, policy.call, Script(DOWN))
    assert events.names()[-1] == "retries_exhausted" and events.all[-1][1]["reason"] == "deadline"

    def loop():
        for attempt in policy:
            with attempt:
                raise DOWN

    raises(OSError, loop)
    assert events.of("retries_exhausted")[-1]["reason"] == "deadline"


def test_the_reasons_for_the_end_are_told():
    for reason, options, outcome in (
        ("not retried", {"retry_on": KeyError}, DOWN),
        ("max_attempts", {"max_attempts": 1}, DOWN),
        ("deadline", {"deadline": 0.1}, DOWN),
        ("budget", {"budget": RetryBudget(0, 0)}, DOWN),
        ("retry_after is beyond max_delay", {}, CircuitOpenError("x", 6.0)),
    ):
        events = Events()
        policy, _ = retry(on_event=events, **options)
        raises((OSError, ReliabilityError), policy.call, Script(outcome))
        assert [fields["reason"] for fields in events.of("retries_exhausted")] == [reason]


def test_a_predicate_or_hook_that_raises_ends_it_with_its_own_error():
    def broken(*ignored):
        raise KeyError("bug")

    for option in ("retry_on", "retry_if_result", "before_sleep", "backoff"):
        options = {option: broken}
        policy, _ = retry(**options)
        script = Script(DOWN) if option != "retry_if_result" else Script("up")
        raises(KeyError, policy.call, script)
        assert script.calls == 1, option

        def loop(policy=policy, option=option):
            for attempt in policy:
                with attempt:
                    if option != "retry_if_result":
                        raise DOWN
                    attempt.result = "up"

        raises(KeyError, loop)


def test_an_attempt_without_a_result_is_not_judged():
    policy, _ = retry(retry_if_result=lambda result: result is None)
    numbers = []
    for attempt in policy:
        with attempt:
            numbers.append(attempt.number)
    assert numbers == [1]


async def test_the_awaited_loop_ends_in_the_same_ways():
    policy, clock = retry(deadline=1, max_attempts=9, initial_delay=0.4)
    numbers = []

    async def loop():
        async for attempt in policy:
            with attempt:
                numbers.append(attempt.number)
                raise DOWN

    await araises(OSError, loop())
    assert numbers == [1, 2] and clock.elapsed() == 0.4


def test_two_thousand_attempts_neither_overflow_nor_recurse():
    longest = [0]

    def before_sleep(attempt, delay, error):
        longest[0] = max(longest[0], delay)
        clock.sleeps.clear()

    policy, clock = retry(max_attempts=2000, backoff_multiplier=1e9, max_delay=60, before_sleep=before_sleep)
    script = Script(DOWN)
    raises(OSError, policy.call, script)
    assert script.calls == 2000 and longest == [60]


def test_no_attempt_begins_after_the_deadline_however_long_the_first_took():
    clock = FakeClock()
    policy = RetryPolicy(initial_delay=0, deadline=1, clock=clock)
    script = Script(Takes(3, clock, DOWN))
    raises(OSError, policy.call, script)
    assert script.calls == 1


def test_wrong_options_are_refused_by_name():
    for option, value in (
        ("budget", 0.1),
        ("respect_retry_after", "no"),
        ("backoff_multiplier", float("nan")),
        ("max_delay", float("inf")),
        ("seed", "x"),
        ("retry_on", (OSError, 3)),
        ("max_attempts", 2.0),
        ("deadline", -1),
    ):
        options = {option: value}
        error = raises((TypeError, ValueError), lambda options=options: RetryPolicy(**options))
        assert option in str(error), (option, str(error))
