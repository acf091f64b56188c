"""Ten thousand outages in a board's heap of 64 KiB: nothing grows."""

import gc
import sys

from reliability_core import CircuitBreaker, CircuitOpenError, RetryPolicy, pipeline
from reliability_core.testing import FakeClock

OUTAGES = 10000


def test_ten_thousand_outages_leave_the_heap_as_it_was():
    clock = FakeClock(hz=1000)
    breaker = CircuitBreaker(failure_threshold=2, timeout=1, clock=clock)
    service = pipeline(RetryPolicy(max_attempts=2, initial_delay=0, clock=clock), breaker)

    def outage():
        for _ in range(2):
            try:
                service.call(int, "no number")
            except (ValueError, CircuitOpenError):
                pass
        assert breaker.state == "open"
        clock.advance(1)
        assert service.call(int, "7") == 7 and breaker.state == "closed"
        clock.sleeps.clear()

    for _ in range(100):
        outage()
    gc.collect()
    before = gc.mem_alloc()
    for _ in range(OUTAGES):
        outage()
    gc.collect()
    assert gc.mem_alloc() <= before, (before, gc.mem_alloc())


if __name__ == "__main__":
    test_ten_thousand_outages_leave_the_heap_as_it_was()
    print("0 left out on micropython-unix-64wK-%d.%d.%d" % sys.implementation.version[:3])
    print("1 passed, 0 failed")
