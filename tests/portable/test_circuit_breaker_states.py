"""The states of a circuit breaker seen from outside: what moves it, what it tells, what it refuses."""

from reliability_core import CircuitBreaker, CircuitOpenError
from reliability_core.testing import Events, FakeClock, Script, raises

DOWN = OSError("down")


def fail(guard, times=1):
    for _ in range(times):
        raises(OSError, guard.call, Script(DOWN))


def test_setting_a_state_that_it_has_already_is_told_as_that_and_nothing_else():
    events = Events()
    guard = CircuitBreaker(on_event=events, clock=FakeClock())
    for change in (guard.reset, guard.metrics_only, guard.metrics_only, guard.force_open, guard.force_open):
        change()
    assert events.names() == ["state_changed"] * 5
    assert [fields["reason"] for fields in events.of("state_changed")] == ["by request"] * 5


def test_no_outcome_of_an_earlier_era_counts_after_a_state_was_set_by_hand():
    for change in ("force_open", "disable", "metrics_only", "reset"):
        for outcome in ("success", "failure", "cancel"):
            guard = CircuitBreaker(failure_threshold=1, clock=FakeClock())
            early = guard.acquire()
            getattr(guard, change)()
            before = guard.snapshot()
            getattr(early, outcome)()
            assert guard.snapshot() == before, (change, outcome)


def test_a_trial_call_counts_no_more_once_the_state_was_set_by_hand():
    clock = FakeClock()
    for change in ("force_open", "disable", "metrics_only", "reset"):
        guard = CircuitBreaker(failure_threshold=1, timeout=1, clock=clock)
        fail(guard)
        clock.advance(1)
        probe = guard.acquire()
        getattr(guard, change)()
        before = guard.snapshot()
        probe.failure(DOWN)
        assert guard.snapshot() == before


def test_a_snapshot_is_plain_data_in_every_state():
    clock = FakeClock()
    guard = CircuitBreaker(failure_threshold=2, timeout=5, success_threshold=2, name="db", clock=clock)
    base = {"name": "db", "state": "closed", "retry_after": 0.0}
    fail(guard)
    assert guard.snapshot() == dict(base, failures=1)
    fail(guard)
    assert guard.snapshot() == dict(base, state="open", retry_after=5.0)
    clock.advance(5)
    guard.call(Script("up"))
    guard.acquire()
    assert guard.snapshot() == dict(base, state="half_open", successes=1, outstanding=1)
    guard.force_open()
    assert guard.snapshot() == dict(base, state="forced_open", retry_after=None)
    guard.disable()
    assert guard.snapshot() == dict(base, state="disabled")


def test_a_snapshot_of_a_window_tells_calls_and_rates_of_the_window():
    clock = FakeClock()
    for window in (4, "10s"):
        guard = CircuitBreaker(window=window, minimum_calls=4, slow_call_duration=1, clock=clock)
        data = guard.snapshot()
        assert (data["calls"], data["failure_rate"], data["slow_call_rate"]) == (0, None, None)
        with guard.acquire():
            clock.advance(1)
        for _ in range(2):
            guard.acquire().success()
        guard.acquire().failure(DOWN)
        data = guard.snapshot()
        assert (data["calls"], data["failure_rate"], data["slow_call_rate"]) == (4, 0.25, 0.25)
    for _ in range(3):
        guard.acquire().success()


def test_the_window_forgets_calls_and_its_snapshot_with_them():
    guard = CircuitBreaker(window=4, minimum_calls=4, clock=FakeClock())
    guard.acquire().failure(DOWN)
    for _ in range(4):
        guard.acquire().success()
    assert guard.snapshot()["calls"] == 4 and guard.snapshot()["failure_rate"] == 0


def test_what_a_listener_does_comes_after_what_it_was_told():
    order = []

    def on_event(name, fields):
        order.append((fields["from"], fields["to"]))
        if fields["to"] == "open":
            guard.reset()
            order.append("reset returned")
        raise ValueError("counted, and changes nothing")

    guard = CircuitBreaker(failure_threshold=1, on_event=on_event, clock=FakeClock())
    fail(guard)
    assert order == [("closed", "open"), "reset returned", ("open", "closed")]
    assert guard._listener.errors == 2 and guard.state == "closed"


def test_open_time_grows_exactly_and_without_overflow_on_every_clock():
    for hz in (1000, 1_000_000_000):
        clock = FakeClock(hz=hz)
        guard = CircuitBreaker(failure_threshold=1, timeout=1, timeout_multiplier=1.5, max_timeout=4, clock=clock)
        waits = []
        for _ in range(6):
            fail(guard)
            waits.append(guard.retry_after)
            clock.advance(guard.retry_after)
        assert waits == [1, 1.5, 2.25, 3.375, 4, 4], waits
        guard = CircuitBreaker(failure_threshold=1, timeout=1, timeout_multiplier=1e30, max_timeout=60, clock=clock)
        for _ in range(3):
            fail(guard)
            clock.advance(guard.retry_after)
        assert clock.elapsed() < 200


def test_a_success_threshold_above_the_permits_takes_several_rounds():
    clock = FakeClock()
    guard = CircuitBreaker(failure_threshold=1, timeout=1, success_threshold=3, half_open_max_calls=2, clock=clock)
    fail(guard)
    clock.advance(1)
    first, second = guard.acquire(), guard.acquire()
    assert guard.try_acquire() is None
    first.success()
    second.success()
    assert guard.state == "half_open"
    guard.call(Script("up"))
    assert guard.state == "closed"


def test_a_rejection_costs_the_target_nothing_and_names_the_state():
    clock = FakeClock()
    guard = CircuitBreaker(failure_threshold=1, timeout=1, name="db", clock=clock)
    fail(guard)
    clock.advance(1)
    guard.acquire()
    script = Script("up")
    error = raises(CircuitOpenError, guard.call, script)
    assert (script.calls, error.state, error.retry_after) == (0, "half_open", 0.0)
    assert "db" in str(error) and "half_open" in str(error)


def test_generators_are_refused_where_they_can_be_told():
    def items():
        yield 1

    try:
        CircuitBreaker(clock=FakeClock())(items)
    except TypeError as error:
        assert "generator" in str(error)
    else:  # MicroPython cannot tell them from coroutine functions
        assert type(items).__name__ == "generator"


def test_it_cannot_be_pickled_or_copied():
    assert "CircuitBreaker" in str(raises(TypeError, CircuitBreaker(clock=FakeClock()).__reduce__))


def test_rates_of_nothing_and_other_odd_options_are_refused_by_name():
    for option, value in (
        ("failure_rate", 0),
        ("failure_rate", 0.0),
        ("slow_call_rate", 0),
        ("slow_call_rate", True),
        ("window", True),
        ("window", 2.5),
        ("window", "0s"),
        ("window", "nans"),
        ("timeout_multiplier", float("inf")),
        ("half_open_max_calls", "1"),
        ("minimum_calls", 2.0),
        ("failure_on", (OSError, int)),
        ("slow_call_duration", -1),
    ):
        options = {"window": 10}
        options[option] = value
        error = raises((TypeError, ValueError), lambda options=options: CircuitBreaker(**options))
        assert option in str(error), (option, value, str(error))
