"""A full service in a board's heap of 64 KiB."""

import gc
import sys


def test_a_full_service_works():
    gc.threshold(128)
    from reliability_core import CircuitBreaker, Fallback, RateLimiter, ReliableService, RetryPolicy

    service = ReliableService(
        fallback=Fallback("saved", on=ValueError),  # not a MemoryError: that has to be seen
        deadline=5,
        retry_policy=RetryPolicy(initial_delay=0, retry_on=ValueError),
        circuit_breaker=CircuitBreaker(failure_threshold=100),
        rate_limiter=RateLimiter(1000, 1000),
        timeout=2,
    )
    for _ in range(20):
        assert service.call(int, "7") == 7
        assert service.call(int, "no number") == "saved"


if __name__ == "__main__":
    test_a_full_service_works()
    print("0 left out on micropython-unix-64wK-%d.%d.%d" % sys.implementation.version[:3])
    print("1 passed, 0 failed")
