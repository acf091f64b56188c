"""What only CPython can show of decorators and copies: generators, signatures, pickles."""

import copy
import inspect
import pickle

import pytest

from reliability_core import (
    CircuitBreaker,
    CircuitOpenError,
    DeadlineExceededError,
    Fallback,
    FallbackError,
    RateLimiter,
    RateLimitError,
    ReliableService,
    RetryExhaustedError,
    RetryPolicy,
    Timeout,
    UnsupportedError,
    pipeline,
)

POLICIES = [
    CircuitBreaker(),
    RetryPolicy(),
    RateLimiter(10, 10),
    Timeout(1),
    Fallback(0),
    ReliableService(retry_policy=RetryPolicy()),
    pipeline(RetryPolicy()),
]


def numbers():
    yield 1


async def anumbers():
    yield 1


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: type(policy).__name__)
def test_a_generator_is_refused_since_it_fails_when_the_policy_has_looked_away(policy):
    for generator, word in ((numbers, "a generator"), (anumbers, "an async generator")):
        with pytest.raises(TypeError, match=word):
            policy(generator)


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: type(policy).__name__)
def test_a_decorated_function_keeps_its_name_text_signature_and_kind(policy):
    def plain(symbol: str, *, precise: bool = False) -> float:
        """Ask for a price."""
        return 1.0

    async def awaited(symbol: str) -> float:
        return 1.0

    for fn in (plain, awaited):
        guarded = policy(fn)
        assert guarded.__name__ == fn.__name__ and guarded.__doc__ == fn.__doc__
        assert inspect.signature(guarded) == inspect.signature(fn)
        assert inspect.iscoroutinefunction(guarded) == inspect.iscoroutinefunction(fn)


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: type(policy).__name__)
def test_a_plain_call_of_an_async_function_is_refused_instead_of_dropped(policy):
    async def awaited():
        return 1

    with pytest.raises(TypeError, match="acall"):
        policy.call(awaited)


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: type(policy).__name__)
def test_a_policy_is_not_copied_or_pickled(policy):
    for attempt in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(TypeError, match="snapshot"):
            attempt(policy)


def test_static_and_class_methods_are_guarded_below_their_decorator():
    with pytest.raises(TypeError, match="below @staticmethod"):
        CircuitBreaker()(staticmethod(len))


@pytest.mark.parametrize(
    "error",
    [
        CircuitOpenError("prices", 2.5, "open"),
        CircuitOpenError(name="prices", retry_after=1.0),
        RetryExhaustedError(3, "no"),
        DeadlineExceededError(2, False, "upload"),
        RateLimitError(0.5, "api"),
        FallbackError(OSError("a"), ValueError("b")),
        UnsupportedError("threads", "browser", "none"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_keeps_its_fields_through_copy_and_pickle(error):
    for again in (copy.copy(error), pickle.loads(pickle.dumps(error))):
        assert type(again) is type(error) and str(again) == str(error)
        for field in error._fields:
            assert repr(getattr(again, field)) == repr(getattr(error, field))
