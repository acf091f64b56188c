"""The whole area in a board's heap of 64 KiB: every file loaded, a full service at work."""

import gc

AREA = (
    "attempt_observer backoff breaker_guard breaker_states breaker_window circuit_breaker config decimal_ratio explain "
    "fallback interrupt rate_limiter rate_windows retry retry_after retry_attempts retry_run service throttle timeout "
    "waiting_line"
)


def test_the_whole_area_loads_and_a_full_service_works():
    for module in AREA.split():
        # Loading a module needs scratch memory, which an allocation that fails would only find late.
        gc.collect()
        __import__("reliability_core.fault_tolerance." + module)
    from reliability_core import CircuitBreaker, Fallback, RateLimiter, ReliableService, RetryBudget, RetryPolicy

    service = ReliableService(
        fallback=Fallback("saved"),
        deadline=5,
        retry_policy=RetryPolicy(initial_delay=0),
        retry_budget=RetryBudget(),
        circuit_breaker=CircuitBreaker(failure_threshold=100),
        rate_limiter=RateLimiter(1000, 1000),
        timeout=2,
    )
    for _ in range(20):
        assert service.call(int, "7") == 7
        assert service.call(int, "no number") == "saved"
