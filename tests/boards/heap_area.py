"""The whole area in a board's heap of 64 KiB: every file loaded, and each policy does its work."""

import gc
import sys

AREA = (
    "timeout rate_limiter rate_windows retry circuit_breaker breaker_window breaker_guard service config fallback "
    "explain throttle interrupt attempt_observer"
)


def test_the_whole_area_loads_and_each_policy_works():
    gc.threshold(128)  # free early, and keep holes small: the advice for boards with little memory
    for module in AREA.split():
        __import__("reliability_core.fault_tolerance." + module)
    from reliability_core import CircuitBreaker, Fallback, RateLimiter, RetryPolicy, Timeout, pipeline

    for make in (
        lambda: CircuitBreaker(failure_threshold=2),
        lambda: CircuitBreaker(window=10),
        lambda: RetryPolicy(max_attempts=2, initial_delay=0),
        lambda: RateLimiter(1000, 1000),
        lambda: Timeout(2),
        lambda: pipeline(RetryPolicy(max_attempts=2, initial_delay=0), CircuitBreaker()),
    ):
        policy = make()
        assert policy.call(int, "7") == 7
        try:
            policy.call(int, "no number")
        except ValueError:
            continue
        raise AssertionError("the error was swallowed")
    assert Fallback("saved", on=ValueError).call(int, "no number") == "saved"


if __name__ == "__main__":  # the runner would take a part of the heap
    test_the_whole_area_loads_and_each_policy_works()
    print("0 left out on micropython-unix-64wK-%d.%d.%d" % sys.implementation.version[:3])
    print("1 passed, 0 failed")
