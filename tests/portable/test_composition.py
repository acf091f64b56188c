"""Decorators and pipelines: each kind of function its own wrapper, and the order as written."""

from reliability_core import CircuitBreaker, Fallback, RetryPolicy, Timeout, pipeline
from reliability_core.composition import kind_of
from reliability_core.testing import FakeClock, Script, araises, raises


def policies():
    clock = FakeClock()
    return (
        CircuitBreaker(clock=clock),
        CircuitBreaker(window=10, clock=clock),
        CircuitBreaker(window=10, slow_call_duration=1, clock=clock),
        CircuitBreaker(failure_if_result=lambda result: result is None, clock=clock),
        RetryPolicy(initial_delay=0, clock=clock),
        Timeout(1, clock=clock),
        Fallback(0, on=KeyError),
        pipeline(Fallback(0, on=KeyError), RetryPolicy(initial_delay=0, clock=clock), CircuitBreaker(clock=clock)),
    )


def add(a, b=1, *rest, **named):
    return a + b + sum(rest) + sum(named.values())


async def aadd(a, b=1, *rest, **named):
    return a + b + sum(rest) + sum(named.values())


class Counter:
    def __init__(self):
        self.count = 0

    def up(self, by):
        self.count += by
        return self.count


async def test_every_policy_passes_arguments_and_results_through_every_form():
    for policy in policies():
        assert policy.call(add, 1, 2, 3, c=4) == 10
        assert policy(add)(1, 2, 3, c=4) == 10
        assert await policy.acall(aadd, 1, 2, 3, c=4) == 10
        assert await policy(aadd)(1, 2, 3, c=4) == 10
        assert await policy.asynchronous(lambda a: aadd(a))(1) == 2


async def test_every_policy_lets_the_callers_own_error_through_untouched():
    error = ValueError("mine")
    for policy in policies():
        assert raises(ValueError, policy.call, Script(error)) is error
    for policy in policies():
        assert raises(ValueError, policy(Script(error))) is error
    for policy in policies():
        assert await araises(ValueError, policy.acall(Script(error).acall)) is error


def test_a_decorated_method_gets_its_object():
    for policy in policies():

        class Guarded(Counter):
            up = policy(Counter.up)

        counter = Guarded()
        assert counter.up(2) == 2 and counter.up(3) == 5


async def test_stop_iteration_of_a_plain_function_passes():
    for policy in policies():
        raises(StopIteration, policy.call, next, iter(()))


def test_kinds_of_functions_are_told_apart():
    assert kind_of(add) == "sync" and kind_of(aadd) == "async" and kind_of(len) == "sync"
    assert kind_of(Counter().up) == "sync"
    inner = 0

    def closure():
        return inner

    async def aclosure():
        return inner

    class Guarded:
        async def aup(self):
            return 1

    assert kind_of(closure) == "sync" and kind_of(aclosure) == "async" and kind_of(Guarded().aup) == "async"


def test_a_pipeline_runs_in_the_order_written():
    clock = FakeClock()
    outside = pipeline(CircuitBreaker(failure_threshold=1, clock=clock), RetryPolicy(initial_delay=0, clock=clock))
    inside = pipeline(RetryPolicy(initial_delay=0, clock=clock), CircuitBreaker(failure_threshold=1, clock=clock))
    assert outside.call(Script(OSError(), OSError(), 5)) == 5  # three attempts are one success
    assert raises(Exception, inside.call, Script(OSError(), 5)).code == "circuit_open"


def test_a_pipeline_is_a_policy_itself():
    clock = FakeClock()
    inner = pipeline(RetryPolicy(max_attempts=2, initial_delay=0, clock=clock), name="inner")
    script = Script(OSError())
    assert pipeline(Fallback("saved"), inner).call(script) == "saved" and script.calls == 2


def test_what_is_no_policy_is_refused_by_name():
    assert "policies" in str(raises(ValueError, pipeline))
    assert "policy is 3" in str(raises(TypeError, pipeline, RetryPolicy(), 3))
    assert "policy.call" in str(raises(TypeError, CircuitBreaker(), 3))
