"""The specification's quick start, as the README shows it, and the names that it may use."""

import sys

from reliability_core import prelude
from reliability_core.prelude import *  # noqa: F403

# ruff: noqa: F405


async def risky_operation():
    risky_operations.append("called")


risky_operations = []
printed = []


def print(*words):  # what the program below says
    printed.append(words)


async def main():
    tracer = CallChainTracer()
    with tracer.span("main_operation"):
        metrics = PerformanceMetrics()
        metrics.record_cpu_usage()
        breaker = CircuitBreaker(CircuitBreakerConfig.default())
        await breaker.acall(risky_operation)
        env = RuntimeEnvironment.detect()
        print("Running in:", env.platform)


async def test_the_quick_start_calls_the_operation_and_says_where_it_runs():
    await main()
    assert risky_operations == ["called"]
    [(words, platform)] = printed
    assert words == "Running in:"
    assert platform in ("linux", "windows", "macos", "node", "browser", "webassembly"), platform


def test_the_prelude_gives_the_names_of_the_specification():
    for name in (
        "CallChainTracer PerformanceMetrics CircuitBreaker CircuitBreakerConfig RuntimeEnvironment "
        "RetryPolicy RateLimiter ReliableService"
    ).split():
        assert name in globals(), name


def test_the_prelude_gives_nothing_but_what_it_lists():
    given = [name for name in dir(prelude) if not name.startswith("_") and name not in prelude.__all__]
    # The modules that an import inside a package binds there are not names of the prelude.
    assert [name for name in given if not isinstance(getattr(prelude, name), type(sys))] == []
