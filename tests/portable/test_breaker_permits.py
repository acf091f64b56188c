"""Permits of a circuit breaker: booked once, by the block or by hand, and given back whatever happens."""

import asyncio

from reliability_core import CircuitBreaker
from reliability_core.errors import BulkheadFullError, DeadlineExceededError, RateLimitError
from reliability_core.testing import FakeClock, Script, Takes, araises, raises

DOWN = OSError("down")
KINDS = ({"failure_threshold": 2}, {"window": 10, "minimum_calls": 2}, {"window": "10s", "minimum_calls": 2})


def breakers(**more):
    """One of each kind; each opens at the second failure in a row."""
    for kind in KINDS:
        options = dict(kind)
        options.update(more)
        clock = FakeClock()
        yield CircuitBreaker(clock=clock, timeout=10, **options), clock


def half_open(**options):
    clock = FakeClock()
    guard = CircuitBreaker(window=1, minimum_calls=1, timeout=10, clock=clock, **options)
    guard.acquire().failure(DOWN)
    clock.advance(10)
    return guard, clock


def test_what_a_block_settles_by_hand_its_end_does_not_book_again():
    for guard, _ in breakers():
        for _ in range(2):
            with guard.acquire() as permit:
                permit.failure(DOWN)  # a bad answer, say, which raises nothing
        assert guard.state == "open", guard.snapshot()


def test_an_error_that_was_booked_by_hand_and_leaves_the_block_counts_once():
    def block(guard):
        with guard.acquire() as permit:
            try:
                raise DOWN
            except OSError as error:
                permit.failure(error)
                raise

    for guard, _ in breakers():
        raises(OSError, block, guard)
        assert guard.state == "closed", guard.snapshot()
        raises(OSError, block, guard)
        assert guard.state == "open"


def test_a_block_cancelled_or_succeeded_by_hand_counts_as_that():
    guard = CircuitBreaker(failure_threshold=2, clock=FakeClock())
    guard.acquire().failure(DOWN)
    with guard.acquire() as permit:
        permit.cancel()
    assert guard.snapshot()["failures"] == 1  # neither: a success would have reset it
    with guard.acquire() as permit:
        permit.success()
    assert guard.snapshot()["failures"] == 0


def test_blocks_settled_by_hand_do_not_disturb_others_that_run_beside_them():
    guard = CircuitBreaker(failure_threshold=3, clock=FakeClock())
    first, second = guard.acquire(), guard.acquire()
    inside = first.__enter__()
    second.__enter__()
    inside.failure(DOWN)
    second.__exit__(OSError, OSError("another"), None)  # fails by itself: a failure of its own
    first.__exit__(None, None, None)
    assert guard.snapshot()["failures"] == 2
    with guard.acquire():
        pass
    assert guard.snapshot()["failures"] == 0  # nothing is left over


def test_a_timed_permit_is_settled_once():
    clock = FakeClock()
    guard = CircuitBreaker(window=10, minimum_calls=2, slow_call_duration=1, clock=clock)
    permit = guard.acquire()
    permit.failure(DOWN)
    permit.failure(DOWN)
    permit.success()
    assert guard.state == "closed" and guard.snapshot()["calls"] == 1
    with guard.acquire() as permit:
        permit.failure(DOWN)
    assert guard.state == "open"


def test_what_is_no_outcome_of_the_call_counts_as_neither_even_when_it_was_slow():
    for error in (
        RateLimitError(1),
        BulkheadFullError(),
        DeadlineExceededError(1, False),  # not started
        DeadlineExceededError(None, True),  # set further out
        asyncio.CancelledError(),
        KeyboardInterrupt(),
    ):
        for guard, clock in breakers():
            for _ in range(5):
                raises(type(error), guard.call, Script(Takes(9, clock, error)))
                guard.acquire().failure(error)
            assert guard.state == "closed", error
        clock = FakeClock()
        guard = CircuitBreaker(window=4, minimum_calls=1, slow_call_duration=1, clock=clock)
        raises(type(error), guard.call, Script(Takes(9, clock, error)))
        assert guard.snapshot()["calls"] == 0 and guard.state == "closed", error
    for guard, _ in breakers():  # a timeout of its own is a failure
        for _ in range(2):
            raises(DeadlineExceededError, guard.call, Script(DeadlineExceededError(1, True)))
        assert guard.state == "open"


def test_a_slow_trial_is_a_failure_even_if_its_error_does_not_count():
    guard, clock = half_open(failure_on=OSError, slow_call_duration=2)
    raises(ValueError, guard.call, Script(Takes(2, clock, ValueError("mine"))))
    assert guard.state == "open" and guard.retry_after == 10


class Foreign(Exception):
    """An error of another library that happens to carry names of ours."""

    def __init__(self, code):
        self.code = code


class Hostile(Exception):
    @property
    def code(self):
        raise RuntimeError("no attribute of mine is readable")


def test_errors_of_other_libraries_with_a_code_of_ours_are_failures_like_any():
    for error in (Foreign("rate_limited"), Foreign("deadline_exceeded"), Foreign("bulkhead_full"), Hostile()):
        for guard, _ in breakers():
            raises(type(error), guard.call, Script(error))
            raises(type(error), guard.call, Script(error))
            assert guard.state == "open", error


def test_a_predicate_that_raises_is_seen_and_the_permit_is_given_back():
    def broken(_):
        raise KeyError("bug in the predicate")

    for options in ({"failure_on": broken}, {"failure_if_result": broken}):
        clock = FakeClock()
        guard = CircuitBreaker(failure_threshold=1, timeout=10, clock=clock, **options)
        outcome = Script(DOWN) if "failure_on" in options else Script("up")
        raises(KeyError, guard.call, outcome)
        assert guard.state == "closed"
        guard.acquire().failure()
        clock.advance(10)
        for _ in range(3):
            raises(KeyError, guard.call, outcome)
            assert guard.state == "half_open" and guard.snapshot()["outstanding"] == 0


async def test_the_same_holds_for_awaited_calls_in_every_form():
    def broken(_):
        raise KeyError("bug in the predicate")

    guard = CircuitBreaker(failure_threshold=1, timeout=10, clock=FakeClock(), failure_if_result=broken)
    await araises(KeyError, guard.acall(Script("up").acall))
    await araises(KeyError, guard(Script("up").acall)())
    assert guard.state == "closed"
    for guard, _ in breakers():
        guarded = guard(Script(DOWN).acall)
        await araises(OSError, guarded())
        await araises(OSError, guard.acall(Script(DOWN).acall))
        assert guard.state == "open"
