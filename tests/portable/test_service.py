"""ReliableService: the order, what counts for the breaker, and a report of every attempt."""

from reliability_core import (
    CircuitBreaker,
    CircuitOpenError,
    DeadlineExceededError,
    Fallback,
    RateLimiter,
    RateLimitError,
    ReliableService,
    RetryBudget,
    RetryPolicy,
)
from reliability_core.testing import Events, FakeClock, Script, Takes, araises, raises


class Recorder:
    """A tracer and a metrics object that remember."""

    def __init__(self):
        self.log = []

    def start_span(self, name):
        self.log.append("start " + name)
        return len(self.log)

    def add_attribute(self, span, key, value):
        self.log.append((key, value))

    def end_span(self, span):
        self.log.append("end")

    def record_latency(self, name, seconds):
        self.log.append((name, seconds))


def retry(clock, attempts=3):
    return RetryPolicy(max_attempts=attempts, initial_delay=0.1, jitter="none", clock=clock)


def test_retries_are_outside_the_breaker_so_that_it_sees_each_failure():
    clock = FakeClock()
    breaker = CircuitBreaker(failure_threshold=3, clock=clock)
    service = ReliableService(retry_policy=retry(clock), circuit_breaker=breaker, clock=clock)
    raises(OSError, service.call, Script(OSError("down")))
    assert breaker.state == "open"


def test_an_open_breaker_ends_the_retries_when_it_will_not_open_in_time():
    clock = FakeClock()
    breaker = CircuitBreaker(failure_threshold=2, timeout=30, clock=clock)
    service = ReliableService(retry_policy=retry(clock, 10), circuit_breaker=breaker, clock=clock)
    script = Script(OSError("down"))
    assert raises(CircuitOpenError, service.call, script).retry_after == 29.8
    assert script.calls == 2


def test_the_limiter_is_charged_for_every_attempt_and_its_refusal_counts_as_neither():
    clock = FakeClock()
    breaker = CircuitBreaker(failure_threshold=3, clock=clock)
    limiter = RateLimiter(2, 1, per=3600, max_wait=0, clock=clock)
    service = ReliableService(retry_policy=retry(clock), circuit_breaker=breaker, rate_limiter=limiter, clock=clock)
    script = Script(OSError("down"))
    raises(RateLimitError, service.call, script)
    assert script.calls == 2 and breaker.snapshot()["failures"] == 2


def test_a_refusal_of_the_limiter_gives_the_trial_permit_back():
    clock = FakeClock()
    breaker = CircuitBreaker(failure_threshold=1, timeout=1, clock=clock)
    limiter = RateLimiter(1, 1, per=10, max_wait=0, clock=clock)
    service = ReliableService(circuit_breaker=breaker, rate_limiter=limiter, clock=clock)
    raises(OSError, service.call, Script(OSError("down")))
    clock.advance(1)
    raises(RateLimitError, service.call, Script(1))
    assert breaker.state == "half_open" and breaker.snapshot()["outstanding"] == 0
    clock.advance(10)
    assert service.call(Script("up")) == "up" and breaker.state == "closed"


def test_slow_call_time_starts_when_the_call_starts():
    clock = FakeClock()
    breaker = CircuitBreaker(window=4, minimum_calls=1, slow_call_duration=1, slow_call_rate=0.1, clock=clock)
    limiter = RateLimiter(1, 0.1, clock=clock)
    service = ReliableService(circuit_breaker=breaker, rate_limiter=limiter, clock=clock)
    for _ in range(3):  # each waits ten seconds for its turn
        service.call(Script(Takes(0.5, clock)))
    assert clock.elapsed() > 20 and breaker.state == "closed"
    service.call(Script(Takes(1, clock)))
    assert breaker.state == "open"


async def test_an_attempt_ended_by_its_own_timeout_is_a_failure():
    clock = FakeClock()
    breaker = CircuitBreaker(failure_threshold=1, clock=clock)
    service = ReliableService(circuit_breaker=breaker, timeout=1, clock=clock)
    await araises(DeadlineExceededError, service.acall(clock_sleep(clock, 5)))
    assert breaker.state == "open" and clock.elapsed() == 1


async def test_an_attempt_ended_by_the_outer_deadline_is_neither():
    clock = FakeClock()
    breaker = CircuitBreaker(failure_threshold=1, clock=clock)
    service = ReliableService(deadline=1, circuit_breaker=breaker, timeout=3, clock=clock)
    error = await araises(DeadlineExceededError, service.acall(clock_sleep(clock, 5)))
    assert error.started and error.seconds == 1 and breaker.state == "closed" and breaker.snapshot()["failures"] == 0


def clock_sleep(clock, seconds):
    async def sleeping():
        await clock.asleep(clock.ticks(seconds))

    return sleeping


def test_the_fallback_is_outermost():
    clock = FakeClock()
    breaker = CircuitBreaker(failure_threshold=1, clock=clock)
    service = ReliableService(fallback=Fallback("saved"), circuit_breaker=breaker, clock=clock)
    assert [service.call(Script(OSError())), service.call(Script(OSError()))] == ["saved", "saved"]


def test_no_attempt_begins_after_the_deadline():
    clock = FakeClock()
    service = ReliableService(deadline=1, retry_policy=retry(clock, 100), clock=clock)
    script = Script(Takes(0.3, clock, OSError("down")))
    raises(OSError, service.call, script)
    assert script.calls == 3  # begun at 0, 0.4 and 0.9; a plain call cannot be ended from outside
    assert abs(clock.elapsed() - 1.2) < 1e-9


def test_a_budget_bounds_the_retries_of_all_calls():
    clock = FakeClock()
    service = ReliableService(retry_policy=retry(clock), retry_budget=RetryBudget(0.1, 3), clock=clock)
    script = Script(OSError("down"))
    for _ in range(200):
        raises(OSError, service.call, script)
    assert script.calls <= 200 * 1.1 + 3 and script.calls >= 220


def test_every_attempt_is_reported_with_outcome_and_latency_to_all_who_listen():
    clock, events, recorder = FakeClock(), Events(), Recorder()
    service = ReliableService(
        retry_policy=retry(clock), tracer=recorder, metrics=recorder, name="prices", on_event=events, clock=clock
    )
    script = Script(Takes(0.25, clock, OSError("down")), Takes(0.5, clock, 7))
    assert service.call(script) == 7
    reported = [(e["attempt"], e["outcome"], e["latency"]) for e in events.of("attempt_finished")]
    assert reported == [(1, "failure", 0.25), (2, "success", 0.5)]
    assert recorder.log[:5] == ["start prices", ("attempt", 1), ("outcome", "failure"), "end", ("prices", 0.25)]
    assert recorder.log[5:] == ["start prices", ("attempt", 2), ("outcome", "success"), "end", ("prices", 0.5)]


async def test_rejected_timed_out_and_cancelled_attempts_are_reported_too():
    clock, events = FakeClock(), Events()
    breaker = CircuitBreaker(failure_threshold=1, clock=clock)
    service = ReliableService(circuit_breaker=breaker, timeout=1, on_event=events, clock=clock)
    await araises(DeadlineExceededError, service.acall(clock_sleep(clock, 5)))
    await araises(CircuitOpenError, service.acall(clock_sleep(clock, 5)))
    breaker.reset()
    raises(KeyboardInterrupt, service.call, Script(KeyboardInterrupt()))
    assert [e["outcome"] for e in events.of("attempt_finished")] == ["timed_out", "rejected", "cancelled"]


def test_explain_gives_the_order_and_the_worst_case():
    clock = FakeClock()
    service = ReliableService(
        deadline=5, retry_policy=retry(clock), circuit_breaker=CircuitBreaker(clock=clock), clock=clock
    )
    explanation = service.explain()
    assert explanation.worst_case_seconds == 5 and explanation.worst_case_calls == 3
    assert [word.split()[0] for word in explanation.order] == ["Timeout", "RetryPolicy", "CircuitBreaker"]
    assert "3 calls" in str(explanation) and explanation.warnings == []


def test_explain_counts_a_budget_and_leaves_out_what_only_reports():
    service = ReliableService(
        retry_policy=RetryPolicy(max_attempts=4), retry_budget=RetryBudget(0.1), deadline=5, on_event=print
    )
    explanation = service.explain()
    assert explanation.worst_case_calls == 4 and explanation.amplification == 1.1
    assert [word.split()[0] for word in explanation.order] == ["Timeout", "RetryPolicy"]
    assert ReliableService(retry_policy=RetryPolicy(max_attempts=4), deadline=5).explain().amplification == 4


def test_explain_warns_of_a_call_without_end():
    assert "deadline" in ReliableService(retry_policy=RetryPolicy()).explain().warnings[0]


def test_wrong_arguments_are_named():
    assert "deadline is 0" in str(raises(ValueError, lambda: ReliableService(deadline=0)))
    assert "timeout is -1" in str(raises(ValueError, lambda: ReliableService(timeout=-1)))
    assert "retry_budget" in str(raises(ValueError, lambda: ReliableService(retry_budget=RetryBudget())))
    assert "policy is 7" in str(raises(TypeError, lambda: ReliableService(circuit_breaker=7)))
