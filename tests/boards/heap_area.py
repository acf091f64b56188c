"""The whole area in a board's heap of 64 KiB: every file loaded, a full service at work."""

import gc
import sys

# What a service does not load by itself.
REST = "rate_windows breaker_window config explain throttle interrupt"


def test_the_whole_area_loads_and_a_full_service_works():
    gc.threshold(1024)  # as boards with little memory are advised to do: free early, and keep holes small
    from reliability_core import CircuitBreaker, Fallback, RateLimiter, ReliableService, RetryPolicy

    service = ReliableService(
        fallback=Fallback("saved"),
        deadline=5,
        retry_policy=RetryPolicy(initial_delay=0),
        circuit_breaker=CircuitBreaker(failure_threshold=100),
        rate_limiter=RateLimiter(1000, 1000),
        timeout=2,
    )
    for module in REST.split():
        __import__("reliability_core.fault_tolerance." + module)
    for _ in range(20):
        assert service.call(int, "7") == 7
        assert service.call(int, "no number") == "saved"


if __name__ == "__main__":  # the runner would take a part of the heap
    test_the_whole_area_loads_and_a_full_service_works()
    print("0 left out on micropython-unix-64wK-%d.%d.%d" % sys.implementation.version[:3])
    print("1 passed, 0 failed")
