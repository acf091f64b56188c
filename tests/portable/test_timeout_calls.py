"""Timeouts of plain calls: they are not ended, but told."""

import sys

from reliability_core import Deadline, DeadlineExceededError, RateLimiter, RateLimitError, Timeout, UnsupportedError
from reliability_core.port import use_port
from reliability_core.testing import Events, FakeClock, FakePort, Script, Takes, raises


def interrupting(how):
    return Timeout(1, interrupt=how)


def test_a_late_result_is_never_thrown_away():
    clock = FakeClock()
    assert Timeout(1, clock=clock).call(Script(Takes(5, clock, "late"))) == "late"


def test_the_call_sees_the_deadline_and_the_caller_does_not():
    clock = FakeClock()
    assert Timeout(3, clock=clock).call(lambda: Deadline.current(clock).remaining()) == 3.0
    assert Deadline.current(clock) is None
    raises(ValueError, Timeout(3, clock=clock).call, int, "x")
    assert Deadline.current(clock) is None


def test_nested_timeouts_take_the_earliest():
    clock = FakeClock()

    def remaining():
        return Deadline.current(clock).remaining()

    for outer, inner in ((1, 5), (5, 1)):
        assert Timeout(outer, clock=clock).call(Timeout(inner, clock=clock).call, remaining) == 1.0


def test_no_call_is_made_after_the_deadline():
    clock = FakeClock()
    events = Events()
    fn = Script(Takes(2, clock, 1))
    inner = Timeout(5, on_event=events, clock=clock)

    def twice():
        inner.call(fn)
        inner.call(fn)

    error = raises(DeadlineExceededError, Timeout(1, name="outer", clock=clock).call, twice)
    assert fn.calls == 1
    assert events.of("timed_out") == [{"policy": "timeout", "seconds": None, "started": False, "name": None}]
    # The outer call was made, and its own time was over.
    assert (error.seconds, error.started, error.name) == (1, True, "outer")


def test_a_deadline_further_in_stays_that():
    clock = FakeClock()

    def bounded():
        with Deadline.after(0, clock):
            Timeout(5, clock=clock).call(int)

    error = raises(DeadlineExceededError, Timeout(9, clock=clock).call, bounded)
    assert error.seconds is None and not error.started


def test_waits_inside_are_bounded():
    clock = FakeClock()
    limiter = RateLimiter(1, 1, clock=clock)
    limiter.acquire()
    raises(RateLimitError, Timeout(0.5, clock=clock).call, limiter.acquire)
    Timeout(1.5, clock=clock).call(limiter.acquire)
    assert clock.sleeps == [1.0]


def test_stop_iteration_passes_through():
    raises(StopIteration, Timeout(1).call, next, iter(()))


def test_wrong_arguments_are_named():
    for seconds in (0, 0.0, -1, float("inf"), float("nan")):
        assert "seconds is" in str(raises(ValueError, Timeout, seconds))
    for seconds in ("1", None, True):
        assert "seconds is" in str(raises(TypeError, Timeout, seconds))
    error = raises(ValueError, interrupting, "thread")
    assert "'signal'" in str(error) and "'worker'" in str(error)


def test_interrupting_is_refused_where_it_cannot_work_before_any_call():
    with FakePort("board", capabilities={"threads": False, "signals": False}):
        for interrupt in ("signal", "worker"):
            assert "board" in str(raises(UnsupportedError, interrupting, interrupt))
    with FakePort("odd", capabilities={"threads": True, "signals": True}):
        assert "alarm" in str(raises(UnsupportedError, interrupting, "signal"))


def test_interrupting_is_refused_on_micropython():
    use_port(None)
    if sys.implementation.name == "micropython":
        for interrupt in ("signal", "worker"):
            raises(UnsupportedError, interrupting, interrupt)
