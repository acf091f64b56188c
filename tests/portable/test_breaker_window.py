"""Breaker windows: rates over the last calls and the last seconds, exact, from minimum_calls on."""

from reliability_core import CircuitBreaker
from reliability_core.fault_tolerance.backoff import Random
from reliability_core.testing import FakeClock, Script, Takes, raises

DOWN = OSError("down")


def book(guard, outcomes):
    """Books outcomes until the breaker opens; returns how many that took."""
    for count, failed in enumerate(outcomes):
        permit = guard.try_acquire()
        if permit is None:
            return count
        permit.failure(DOWN) if failed else permit.success()
    return len(outcomes) if guard.state == "closed" else -len(outcomes)


def reference(outcomes, size, minimum, numerator, denominator):
    """The obvious way: look at the last ``size`` outcomes after each call."""
    for count in range(1, len(outcomes) + 1):
        window = outcomes[max(0, count - size) : count]
        if len(window) >= minimum and sum(window) and sum(window) * denominator >= numerator * len(window):
            return count
    return None


def test_nothing_is_judged_below_minimum_calls():
    guard = CircuitBreaker(window=100, minimum_calls=10, clock=FakeClock())
    assert book(guard, [True] * 9) == 9 and guard.state == "closed"
    guard.try_acquire().success()  # the tenth call, a success, completes the minimum
    assert guard.state == "open"


def test_a_minimum_above_the_window_is_the_window():
    guard = CircuitBreaker(window=3, minimum_calls=10, clock=FakeClock())
    book(guard, [True] * 3)
    assert guard.state == "open"


def test_the_count_window_opens_at_the_same_call_as_the_obvious_way():
    random = Random(7)
    for size, minimum, rate, numerator, denominator in ((10, 5, 0.5, 1, 2), (7, 3, 0.3, 3, 10), (20, 20, 0.07, 7, 100)):
        for share in (5, 20, 45):
            for _ in range(30):
                outcomes = [random.below(99) < share for _ in range(120)]
                expected = reference(outcomes, size, minimum, numerator, denominator)
                guard = CircuitBreaker(window=size, minimum_calls=minimum, failure_rate=rate, clock=FakeClock())
                opened_at = None
                for count, failed in enumerate(outcomes):
                    permit = guard.try_acquire()
                    permit.failure(DOWN) if failed else permit.success()
                    if guard.state != "closed":
                        opened_at = count + 1
                        break
                assert opened_at == expected, (size, minimum, rate, opened_at, expected)


def test_a_decorated_function_books_the_same_as_permits():
    clock = FakeClock()
    guard = CircuitBreaker(window=10, minimum_calls=4, clock=clock)
    script = Script("up", "up", DOWN, "up", DOWN, DOWN)
    guarded = guard(script)
    for _ in range(2):
        guarded()
    raises(OSError, guarded)
    guarded()
    assert guard.snapshot()["failure_rate"] == 0.25 and guard.snapshot()["calls"] == 4
    raises(OSError, guarded)
    raises(OSError, guarded)
    assert guard.state == "open"


def test_slow_calls_open_it_whatever_their_outcome():
    for outcome in ("up", DOWN):
        clock = FakeClock()
        guard = CircuitBreaker(
            window=10, minimum_calls=4, failure_rate=1, slow_call_duration=2, slow_call_rate=0.5, clock=clock
        )
        guarded = guard(Script(Takes(1, clock, "up"), Takes(1, clock, "up"), Takes(2, clock, outcome)))
        for call in range(4):
            try:
                guarded()
            except OSError:
                pass
            assert guard.state == ("closed" if call < 3 else "open")


def test_a_slow_call_whose_error_does_not_count_is_slow_all_the_same():
    clock = FakeClock()
    guard = CircuitBreaker(window=2, minimum_calls=2, slow_call_duration=1, failure_on=OSError, clock=clock)
    for _ in range(2):
        raises(ValueError, guard.call, Script(Takes(1, clock, ValueError("mine"))))
    assert guard.state == "open"


def test_the_time_window_forgets_what_is_older():
    clock = FakeClock()
    guard = CircuitBreaker(window="30s", minimum_calls=4, clock=clock)
    book(guard, [True] * 3)
    clock.advance(31)
    book(guard, [True, False, False])
    assert guard.state == "closed" and guard.snapshot()["calls"] == 3
    book(guard, [True])
    assert guard.state == "open"


def test_the_time_window_counts_a_suspension_as_time():
    clock = FakeClock()
    guard = CircuitBreaker(window="10s", minimum_calls=2, clock=clock)
    book(guard, [True])
    clock.suspend(3600)
    book(guard, [True])
    assert guard.state == "closed"


def test_durations_of_a_window_have_units():
    for text in ("500ms", "30s", "5m", "1h", "0.5m"):
        CircuitBreaker(window=text, clock=FakeClock())
    for text in ("", "s", "30", "30 sec", "-3s", "1ns"):
        assert "window" in str(
            raises(ValueError, lambda text=text: CircuitBreaker(window=text, clock=FakeClock(hz=1000)))
        )


def test_a_closed_breaker_starts_an_empty_window():
    clock = FakeClock()
    guard = CircuitBreaker(window=4, minimum_calls=2, timeout=1, clock=clock)
    book(guard, [True, True])
    clock.advance(1)
    guard.try_acquire().success()
    assert guard.state == "closed" and guard.snapshot()["calls"] == 0
