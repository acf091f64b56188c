"""The public API as a typed program sees it: mypy --strict and pyright must agree with every line."""

from __future__ import annotations

from typing import Any, Callable, Coroutine, Optional

from typing_extensions import assert_type

from reliability_core import (
    CircuitBreaker,
    CircuitBreakerConfig,
    CircuitOpenError,
    Deadline,
    Fallback,
    RateLimiter,
    ReliableService,
    RetryBudget,
    RetryPolicy,
    Timeout,
    pipeline,
)
from reliability_core.testing import FakeClock

breaker = CircuitBreaker(CircuitBreakerConfig(failure_threshold=3), name="prices", clock=FakeClock())
retry = RetryPolicy(max_attempts=4, backoff=lambda attempt: attempt * 0.5, retry_on=(OSError, ValueError))
limiter = RateLimiter(100, 9.9, algorithm="gcra", max_wait=0)
service = ReliableService(
    fallback=Fallback(0),
    deadline=2,
    retry_policy=retry,
    retry_budget=RetryBudget(0.1),
    circuit_breaker=breaker,
    rate_limiter=limiter,
    timeout=0.5,
)


@breaker
def plain(symbol: str, *, precise: bool = False) -> float:
    return float(len(symbol))


@service
async def awaited(symbol: str) -> float:
    return float(len(symbol))


@retry.asynchronous
def returns_awaitable(symbol: str) -> Coroutine[Any, Any, float]:
    return awaited(symbol)


@pipeline(retry, breaker, Timeout(2))
def piped(count: int) -> list[int]:
    return [count]


class Client:
    @breaker
    def fetch(self, path: str) -> bytes:
        return path.encode()

    @service
    async def afetch(self, path: str) -> bytes:
        return path.encode()


def sync_calls() -> None:
    assert_type(plain("ACME", precise=True), float)
    assert_type(breaker.call(plain, "ACME"), float)
    assert_type(retry.execute(plain, "ACME", precise=False), float)
    assert_type(Client().fetch("/"), bytes)
    assert_type(piped(3), "list[int]")
    assert_type(breaker.state, str)
    assert_type(breaker.retry_after, Optional[float])
    assert_type(limiter.try_acquire(), bool)
    assert_type(limiter.reserve(2).delay, float)
    with Deadline.after(2) as deadline:
        assert_type(deadline.remaining(), float)
    with breaker.acquire():
        pass
    for attempt in retry:
        with attempt:
            plain("ACME")
    try:
        service.call(plain, "ACME")
    except CircuitOpenError as error:
        print(error.retry_after)
    print(service.explain().worst_case_seconds)


async def async_calls() -> None:
    assert_type(await awaited("ACME"), float)
    assert_type(await service.acall(awaited, "ACME"), float)
    assert_type(await Client().afetch("/"), bytes)
    assert_type(await returns_awaitable("ACME"), float)
    assert_type(await Timeout(1).acall(awaited, "ACME"), float)


signature: Callable[[str], Coroutine[Any, Any, float]] = awaited
