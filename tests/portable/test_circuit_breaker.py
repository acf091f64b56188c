"""Circuit breaker: when it opens, what counts, and what it says."""

from reliability_core import CircuitBreaker, CircuitBreakerConfig, CircuitOpenError
from reliability_core.testing import Events, FakeClock, Script, araises, raises

DOWN = OSError("down")


def breaker(**options):
    clock = options.pop("clock", None) or FakeClock()
    return CircuitBreaker(clock=clock, **options), clock


def fail(guard, times=1, error=DOWN):
    for _ in range(times):
        raises(type(error), guard.call, Script(error))


def test_consecutive_failures_open_it_and_a_rejection_says_when_to_come_back():
    guard, clock = breaker(failure_threshold=3, timeout=30, name="prices")
    fail(guard, 2)
    assert guard.state == "closed"
    fail(guard)
    clock.advance(10)
    script = Script("up")
    error = raises(CircuitOpenError, guard.call, script)
    assert guard.state == "open" and script.calls == 0
    assert (error.name, error.retry_after, error.state) == ("prices", 20.0, "open")


def test_a_success_forgets_the_failures_before_it():
    guard, _ = breaker(failure_threshold=2)
    for _ in range(50):
        fail(guard)
        guard.call(Script("up"))
    assert guard.state == "closed"


def test_half_a_percent_of_failures_never_opens_it():
    guard, _ = breaker()
    good, bad = Script("up"), Script(DOWN)
    for call in range(2000):
        raises(OSError, guard.call, bad) if call % 200 == 0 else guard.call(good)
    assert guard.state == "closed"


def test_errors_that_do_not_match_count_as_neither():
    guard, _ = breaker(failure_threshold=2, failure_on=(OSError, TimeoutError_))
    fail(guard)
    fail(guard, 10, ValueError("mine"))
    assert guard.snapshot()["failures"] == 1  # not reset, as a success would have
    fail(guard)
    assert guard.state == "open"


class TimeoutError_(Exception):
    pass


def test_a_predicate_decides_about_errors_and_another_about_results():
    guard, _ = breaker(failure_threshold=1, failure_on=lambda error: "5" in str(error))
    fail(guard, 3, ValueError("status 404"))
    assert guard.state == "closed"
    fail(guard, 1, ValueError("status 503"))
    assert guard.state == "open"
    guard, _ = breaker(failure_threshold=2, failure_if_result=lambda result: result is None)
    assert guard.call(Script(None)) is None and guard.call(Script(None)) is None
    assert guard.state == "open"


def test_time_alone_leaves_open_and_a_late_failure_does_not_prolong_it():
    guard, clock = breaker(failure_threshold=1, timeout=30)
    early = guard.acquire()
    fail(guard)
    clock.advance(20)
    early.failure(DOWN)
    clock.advance(10)
    assert guard.state == "half_open" and guard.call(Script("up")) == "up" and guard.state == "closed"


def test_a_suspended_machine_counts_and_a_step_of_the_wall_clock_does_not():
    for hz in (1000, 1_000_000_000):
        guard, clock = breaker(failure_threshold=1, timeout=30, clock=FakeClock(hz=hz))
        fail(guard)
        clock.step_wall(3600)
        assert guard.state == "open" and guard.retry_after == 30
        clock.suspend(31)
        assert guard.state == "half_open" and guard.retry_after == 0


def test_open_time_grows_when_it_reopens_in_a_row_and_starts_afresh_after_success():
    guard, clock = breaker(failure_threshold=1, timeout=10, timeout_multiplier=2, max_timeout=35)
    waits = []
    for _ in range(4):
        fail(guard)
        waits.append(guard.retry_after)
        clock.advance(guard.retry_after)
    assert waits == [10, 20, 35, 35]
    guard.call(Script("up"))
    fail(guard)
    assert guard.retry_after == 10


def test_forced_open_disabled_and_metrics_only_hold_until_reset():
    guard, clock = breaker(failure_threshold=2, timeout=1)
    guard.force_open()
    clock.advance(3600)
    error = raises(CircuitOpenError, guard.call, Script("up"))
    assert guard.state == error.state == "forced_open" and error.retry_after is None and guard.retry_after is None
    guard.disable()
    fail(guard, 10)
    assert guard.state == "disabled" and guard.call(Script("up")) == "up"
    guard.reset()
    assert guard.state == "closed" and guard.snapshot()["failures"] == 0
    fail(guard, 2)
    assert guard.state == "open"


def test_metrics_only_says_when_it_would_have_opened_and_goes_on():
    events = Events()
    guard, _ = breaker(failure_threshold=2, on_event=events)
    guard.metrics_only()
    fail(guard, 4)
    assert guard.state == "metrics_only" and len(events.of("would_open")) == 2


def test_events_tell_every_transition_in_order_with_its_reason():
    events = Events()
    guard, clock = breaker(failure_threshold=2, timeout=5, name="db", on_event=events)
    fail(guard, 2)
    raises(CircuitOpenError, guard.call, Script("up"))
    assert guard.try_acquire() is None
    clock.advance(5)
    guard.call(Script("up"))
    moves = [(e["from"], e["to"]) for e in events.of("state_changed")]
    assert moves == [("closed", "open"), ("open", "half_open"), ("half_open", "closed")]
    assert "2 consecutive failures" in events.of("state_changed")[0]["reason"]
    rejected = events.of("call_rejected")
    assert len(rejected) == 2 and rejected[0]["retry_after"] == 5 and rejected[0]["name"] == "db"


def test_a_listener_may_use_the_breaker_and_may_fail():
    def on_event(name, fields):
        if fields.get("to") == "open":
            guard.reset()
        raise ValueError("my bug")

    guard, _ = breaker(failure_threshold=1, on_event=on_event)
    fail(guard)
    assert guard.state == "closed"


def test_a_call_may_use_its_own_breaker():
    guard, _ = breaker(failure_threshold=1)

    def outer():
        fail(guard)
        raise DOWN

    raises(OSError, guard.call, outer)
    assert guard.state == "open" and guard.snapshot()["name"] is None


def test_the_permit_forms_book_the_same_as_call():
    for use in ("with", "settle"):
        guard, _ = breaker(failure_threshold=1)
        if use == "with":
            with guard.acquire():
                pass

            def block(guard=guard):
                with guard.acquire():
                    raise DOWN

            raises(OSError, block)
        else:
            guard.try_acquire().success()
            guard.try_acquire().failure(DOWN)
        assert guard.state == "open" and guard.try_acquire() is None
        raises(CircuitOpenError, guard.acquire)


async def test_awaited_calls_book_the_same():
    guard, clock = breaker(failure_threshold=2, timeout=1)
    guarded = guard(Script(DOWN, DOWN, "up").acall)
    await araises(OSError, guarded())
    await araises(OSError, guard.acall(Script(DOWN).acall))
    await araises(CircuitOpenError, guarded())
    clock.advance(1)
    assert await guard.acall(Script("up").acall) == "up" and guard.state == "closed"


def test_a_slow_success_is_seen_by_the_permit_too():
    guard, clock = breaker(window=4, minimum_calls=1, slow_call_duration=1)
    with guard.acquire():
        clock.advance(2)
    assert guard.state == "open"


def test_options_come_from_an_object_a_dict_or_keywords_which_win():
    config = CircuitBreakerConfig(failure_threshold=1, timeout=7)
    guard, _ = breaker(config=config)
    fail(guard)
    assert guard.retry_after == 7
    guard, _ = breaker(config={"failure_threshold": 1, "timeout": 7}, timeout=9)
    fail(guard)
    assert guard.retry_after == 9
    assert "treshold" in str(raises(TypeError, CircuitBreaker, {"failure_treshold": 1}))
    assert "config" in str(raises(TypeError, CircuitBreaker, 5))


def test_wrong_options_are_refused_by_name():
    nan = float("nan")
    wrong = (
        ("failure_threshold", 0),
        ("failure_threshold", True),
        ("success_threshold", 1.5),
        ("timeout", 0),
        ("timeout", nan),
        ("timeout", -1),
        ("timeout", float("inf")),
        ("timeout", "30s"),
        ("timeout_multiplier", 0.5),
        ("timeout_multiplier", 2),  # without max_timeout
        ("max_timeout", 1),  # below timeout
        ("window", 0),
        ("window", "soon"),
        ("window", "30"),
        ("minimum_calls", 0),
        ("failure_rate", 1.5),
        ("failure_rate", nan),
        ("slow_call_rate", -1),
        ("slow_call_duration", 1),  # without a window
        ("half_open_max_calls", 0),
        ("half_open_timeout", 0),
        ("failure_on", KeyboardInterrupt),
        ("failure_if_result", 3),
        ("on_event", 3),
    )
    for option, value in wrong:
        options = {option: value}
        error = raises((TypeError, ValueError), lambda options=options: CircuitBreaker(**options))
        assert ("max_timeout" if value == 2 else option) in str(error), (option, value, str(error))
