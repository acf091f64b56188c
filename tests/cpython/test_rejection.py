"""A refusal leaves nothing behind: the error and its frames are freed without the garbage collector."""

import gc
import weakref

import pytest

from reliability_core import CircuitBreaker, CircuitOpenError, RetryPolicy, pipeline


def acquire(breaker):
    with breaker.acquire():
        pass


FORMS = {
    "call": lambda breaker: lambda: breaker.call(int, "7"),
    "decorator": lambda breaker: breaker(int_of_seven),
    "acquire": lambda breaker: lambda: acquire(breaker),
    "pipeline": lambda breaker: lambda: pipeline(RetryPolicy(max_attempts=1), breaker).call(int, "7"),
}


def int_of_seven():
    return int("7")


@pytest.mark.parametrize("form", sorted(FORMS))
def test_a_refusal_is_freed_at_once(form):
    breaker = CircuitBreaker(timeout=3600)
    guarded = FORMS[form](breaker)
    for _ in range(5):
        with pytest.raises(ValueError):
            breaker.call(int, "no number")
    assert breaker.state == "open"
    gc.collect()
    gc.disable()
    try:
        try:
            guarded()
        except CircuitOpenError as error:
            gone = weakref.ref(error)
        assert gone() is None
    finally:
        gc.enable()
