"""Four threads without a global lock on one breaker, limiter and service: nothing lost, nothing twice.

MicroPython's unix port runs threads truly side by side.  Everything is imported before they start.
"""

import _thread
import time

from reliability_core import CircuitBreaker, CircuitOpenError, RateLimiter, ReliableService, RetryPolicy
from reliability_core.clock import SystemClock
from reliability_core.testing import FakeClock

THREADS = 4
CALLS = 60_000  # of one thread in one test: a million calls in this file
LIMIT = 120  # seconds for one test
ALGORITHMS = ("gcra", "fixed_window", "sliding_window", "sliding_log")


class Team:
    """Threads that start together; ``run(work)`` returns what ``work(number)`` returned in each."""

    def __init__(self):
        self._lock = _thread.allocate_lock()
        self._ready = 0
        self._results = {}
        self._errors = []

    def _member(self, work, number):
        with self._lock:
            self._ready += 1
        while self._ready < THREADS:
            pass
        try:
            result = work(number)
            with self._lock:
                self._results[number] = result
        except BaseException as error:
            with self._lock:
                self._errors.append(error)

    def run(self, work):
        for number in range(THREADS):
            _thread.start_new_thread(self._member, (work, number))
        end = time.time() + LIMIT
        while len(self._results) + len(self._errors) < THREADS:
            time.sleep_ms(5)
            assert time.time() < end, "stuck"
        if self._errors:
            raise self._errors[0]
        return [self._results[number] for number in range(THREADS)]


def fails():
    raise OSError("down")


def admitted_by(limiter, calls):
    admitted = 0
    for _ in range(calls):
        if limiter.try_acquire():
            admitted += 1
    return admitted


def test_every_consecutive_failure_counts():
    breaker = CircuitBreaker(failure_threshold=THREADS * CALLS + 1, clock=FakeClock(1000))

    def work(number):
        for _ in range(CALLS):
            breaker.try_acquire().failure()

    Team().run(work)
    assert breaker.state == "closed"
    breaker.try_acquire().failure()
    assert breaker.state == "open"


def test_every_call_counts_in_a_window():
    calls = CALLS // 5  # the window remembers a failure by a word of the heap
    total = THREADS * calls
    breaker = CircuitBreaker(window=2 * total, minimum_calls=total + 2, clock=FakeClock(1000))

    def work(number):
        for i in range(calls):
            permit = breaker.try_acquire()
            if i % 2:
                permit.failure()
            else:
                permit.success()

    Team().run(work)
    assert breaker.state == "closed"  # two calls are missing to the minimum
    breaker.try_acquire().success()
    assert breaker.state == "closed"
    breaker.try_acquire().failure()
    assert breaker.state == "open"


def test_a_breaker_that_opens_and_closes_all_the_time_loses_no_permit():
    breaker = CircuitBreaker(failure_threshold=3, timeout=0.001, half_open_max_calls=2, half_open_timeout=3600)

    def work(number):
        admitted = 0
        for i in range(CALLS):
            permit = breaker.try_acquire()
            if permit is not None:
                admitted += 1
                if i % 5 == 0:
                    permit.cancel()
                elif i % 3 == 0:
                    permit.failure()
                else:
                    permit.success()
        return admitted

    assert sum(Team().run(work)) > THREADS
    for _ in range(100):  # it recovers: no permit is lost for good
        time.sleep_ms(2)
        permit = breaker.try_acquire()
        if permit is not None:
            permit.success()
    assert breaker.state == "closed"


def test_of_a_thousand_callers_a_half_open_breaker_admits_exactly_its_permits():
    for permits in (1, 3):
        for _ in range(20):
            clock = FakeClock(1000)
            breaker = CircuitBreaker(failure_threshold=1, timeout=1, half_open_max_calls=permits, clock=clock)
            breaker.try_acquire().failure()
            clock.advance(1)
            admitted = Team().run(lambda number, breaker=breaker: [breaker.try_acquire() for _ in range(250)])
            admitted = [permit for held in admitted for permit in held if permit is not None]
            assert len(admitted) == permits, len(admitted)
            admitted[0].success()
            assert breaker.state == "closed"


def test_a_limiter_admits_exactly_what_it_may():
    capacity = 4000
    calls = CALLS // len(ALGORITHMS)
    for algorithm in ALGORITHMS:
        clock = FakeClock(1000)
        limiter = RateLimiter(capacity, capacity, algorithm=algorithm, clock=clock)
        for _ in range(2):
            admitted = sum(Team().run(lambda number, limiter=limiter: admitted_by(limiter, calls)))
            assert admitted == capacity, (algorithm, admitted)
            clock.advance(2)


def test_a_limiter_on_the_running_clock_never_admits_more_than_the_rate():
    clock = SystemClock()
    limiter = RateLimiter(50, 20_000, clock=clock)
    start = clock.now()
    admitted = sum(Team().run(lambda number: admitted_by(limiter, CALLS)))
    assert 50 <= admitted <= 50 + 20 * (clock.now() - start + 1) + 1


def test_threads_that_wait_are_admitted_at_the_rate():
    clock = SystemClock()
    limiter = RateLimiter(2, 200, clock=clock)
    start = clock.now()

    def work(number):
        for _ in range(10):
            limiter.acquire()

    Team().run(work)
    assert clock.now() - start >= (10 * THREADS - 2) * 5 - 5
    assert limiter._waiting == 0


def test_a_service_loses_no_call():
    room = THREADS * CALLS
    service = ReliableService(
        retry_policy=RetryPolicy(max_attempts=2, initial_delay=0, jitter="none"),
        circuit_breaker=CircuitBreaker(failure_threshold=10**9),
        rate_limiter=RateLimiter(room, 0.001, max_wait=0),
        timeout=60,
    )
    calls = CALLS // 10

    def work(number):
        failed = 0
        for i in range(calls):
            try:
                service.call(fails if i % 4 == 0 else int)
            except OSError:
                failed += 1
            except CircuitOpenError:
                raise AssertionError("rejected")
        return failed

    assert Team().run(work) == [calls // 4] * THREADS
    attempts = THREADS * (calls + calls // 4)  # a failed call makes two
    assert service.policies[-2].snapshot()["available"] == room - attempts
