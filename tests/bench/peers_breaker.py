"""Circuit breakers of other libraries, set to open after five failures, or by half of a window of 100."""

from functools import partial

from rows import peer


@peer("breaker", "pybreaker .call")
def _(fn):
    import pybreaker

    return partial(pybreaker.CircuitBreaker(fail_max=5).call, fn)


@peer("breaker", "circuitbreaker decorator")
def _(fn):
    import circuitbreaker

    return circuitbreaker.CircuitBreaker(failure_threshold=5)(fn)


@peer("breaker", "purgatory decorator")
def _(fn):
    import purgatory

    return purgatory.SyncCircuitBreakerFactory(default_threshold=5)("x")(fn)


@peer("breaker", "backon .call")
def _(fn):
    import backon

    return partial(backon.CircuitBreaker(failure_threshold=5).call, fn)


@peer("breaker-async", "circuitbreaker", awaited=True)
def _(fn):
    import circuitbreaker

    return circuitbreaker.CircuitBreaker(failure_threshold=5)(fn)


@peer("breaker-async", "aiobreaker", awaited=True)
def _(fn):
    import aiobreaker

    return aiobreaker.CircuitBreaker(fail_max=5)(fn)


@peer("breaker-async", "purgatory", awaited=True)
def _(fn):
    import purgatory

    return purgatory.AsyncCircuitBreakerFactory(default_threshold=5)("x")(fn)


@peer("breaker-async", "hyx", awaited=True)
def _(fn):
    from hyx.circuitbreaker.api import consecutive_breaker

    return consecutive_breaker(failure_threshold=5)(fn)


@peer("breaker-async", "backon", awaited=True)
def _(fn):
    import backon

    return partial(backon.CircuitBreaker(failure_threshold=5).async_call, fn)


@peer("window-slow", "interlock decorator")
def _(fn, slow):
    import interlock

    config = interlock.Config(
        minimum_number_of_calls=10, slow_call_duration_threshold=slow, slow_call_rate_threshold=0.5
    )
    return interlock.CircuitBreaker(name="x", config=config)(fn)


@peer("rejection", "pybreaker")
def _(fn):
    import pybreaker

    return partial(pybreaker.CircuitBreaker(fail_max=1, reset_timeout=1e6).call, fn)


@peer("rejection", "circuitbreaker")
def _(fn):
    import circuitbreaker

    return circuitbreaker.CircuitBreaker(failure_threshold=1, recovery_timeout=10**6)(fn)


@peer("rejection", "purgatory")
def _(fn):
    import purgatory

    return purgatory.SyncCircuitBreakerFactory(default_threshold=1, default_ttl=1e6)("x")(fn)


@peer("rejection", "interlock")
def _(fn):
    import interlock

    config = interlock.Config(minimum_number_of_calls=1, wait_duration_in_open=1e6)
    return interlock.CircuitBreaker(name="x", config=config)(fn)


@peer("rejection", "backon")
def _(fn):
    import backon

    return partial(backon.CircuitBreaker(failure_threshold=1, recovery_timeout=1e6).call, fn)
