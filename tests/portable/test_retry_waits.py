"""Retry waits: the deadline is checked before sleeping, and what the failure asks for is honoured."""

from reliability_core import Deadline, RetryPolicy
from reliability_core.fault_tolerance.retry_after import http_date, requested_wait
from reliability_core.testing import Events, FakeClock, Script, Takes, araises, raises

DOWN = OSError("down")


class Busy(Exception):
    """A failure as HTTP clients raise it."""

    def __init__(self, retry_after=None, date=None):
        self.headers = {} if date is None else {"Retry-After": date}
        if retry_after is not None:
            self.headers["Retry-After"] = retry_after


def retry(clock, **options):
    return RetryPolicy(clock=clock, jitter="none", max_attempts=100, **options)


def test_its_own_deadline_is_never_slept_past():
    clock = FakeClock()
    script = Script(DOWN)
    raises(OSError, retry(clock, initial_delay=0.4, deadline=1).call, script)
    assert script.calls == 2 and clock.elapsed() == 0.4  # 0.8 more would end at 1.2


def test_time_spent_in_attempts_counts():
    clock = FakeClock()
    script = Script(Takes(0.7, clock, DOWN))
    raises(OSError, retry(clock, initial_delay=0.1, deadline=1).call, script)
    assert script.calls == 2


def test_the_deadline_in_force_counts_too_and_the_earlier_one_wins():
    for own, outer in ((10, 1), (1, 10)):
        clock = FakeClock()
        with Deadline.after(outer, clock):
            raises(OSError, retry(clock, initial_delay=0.4, deadline=own).call, Script(DOWN))
        assert clock.elapsed() == 0.4


def test_no_attempt_is_made_when_the_wait_itself_ran_over_the_deadline():
    clock = FakeClock()
    policy = retry(clock, initial_delay=0.5, deadline=1, before_sleep=lambda *_: clock.advance(0.6))
    script = Script(DOWN)
    raises(OSError, policy.call, script)
    assert script.calls == 1


async def test_awaited_waits_obey_the_deadline_too():
    clock = FakeClock()
    script = Script(DOWN)
    await araises(OSError, retry(clock, initial_delay=0.4, deadline=1).acall(script.acall))
    assert script.calls == 2 and clock.elapsed() == 0.4


def test_seconds_of_retry_after_are_waited_for():
    clock = FakeClock()
    assert retry(clock).call(Script(Busy("3"), "up")) == "up" and clock.sleeps == [3.0]


def test_the_longer_of_backoff_and_retry_after_is_taken():
    clock = FakeClock()
    retry(clock, initial_delay=2).call(Script(Busy("1"), "up"))
    assert clock.sleeps == [2.0]


def test_a_wait_that_does_not_fit_ends_the_retries_at_once():
    clock, script = FakeClock(), Script(Busy("60"))
    raises(Busy, retry(clock, max_delay=5).call, script)
    assert script.calls == 1 and clock.elapsed() == 0  # beyond max_delay, and no deadline allows more
    clock, script = FakeClock(), Script(Busy("60"), "up")
    assert retry(clock, max_delay=5, deadline=100).call(script) == "up"  # the deadline does
    clock, script = FakeClock(), Script(Busy("60"))
    raises(Busy, retry(clock, deadline=59).call, script)
    assert script.calls == 1


def test_it_can_be_told_not_to_listen():
    clock = FakeClock()
    retry(clock, respect_retry_after=False).call(Script(Busy("60"), "up"))
    assert clock.sleeps == [0.1]


def test_a_date_needs_a_clock_that_somebody_has_set():
    clock, events = FakeClock(), Events()
    date = "Tue, 14 Nov 2023 22:13:24 GMT"  # four seconds after the fake clock's time of day
    retry(clock, on_event=events).call(Script(Busy(None, date), "up"))
    assert clock.sleeps == [4.0]
    clock.step_wall(None)
    retry(clock, on_event=events).call(Script(Busy(None, date), "up"))
    assert clock.sleeps == [4.0, 0.1] and "never set" in events.of("retry_after_ignored")[0]["reason"]


def test_the_three_formats_of_a_date_are_the_same_moment_and_nonsense_is_none():
    for text in ("Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"):
        assert http_date(text) == 784111777, text
    assert http_date("Thu, 29 Feb 2024 00:00:00 GMT") == 1709164800
    assert http_date("Thu, 01 Jan 1970 00:00:00 GMT") == 0
    for text in ("", "soon", "Sun, 06 Foo 1994 08:49:37 GMT", "Sun, 06 Nov 1994 25:49:37 GMT", "1 2 3 4 5 6 7"):
        assert http_date(text) is None, text
    assert http_date("Sun, 06 Nov 1994 08:49:37 EST") is None


def test_odd_values_are_ignored_with_the_reason():
    clock = FakeClock()
    for value in (float("nan"), -1, True, "3", float("inf")):
        error = OSError()
        error = Odd(value)
        seconds, reason = requested_wait(error, clock)
        assert seconds is None and repr(value) in reason
    for value in ("-1", "1.5", "soon", ""):
        assert requested_wait(Busy(value), clock)[0] is None
    assert requested_wait(Busy(), clock) == (None, None) and requested_wait(DOWN, clock) == (None, None)


class Odd(Exception):
    def __init__(self, retry_after):
        self.retry_after = retry_after
