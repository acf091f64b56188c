"""Fallback: a value, a function, several in order; it never hides a cancellation."""

import asyncio

from reliability_core import Fallback, FallbackError
from reliability_core.port import COROUTINE
from reliability_core.testing import Events, Script, araises, raises

DOWN = OSError("down")


def test_a_success_passes_and_a_failure_is_answered():
    fallback = Fallback("saved")
    assert fallback.call(Script("up")) == "up" and fallback.call(Script(DOWN)) == "saved"


def test_none_is_a_value_too():
    assert Fallback(None).call(Script(DOWN)) is None


def test_a_function_gets_the_error_and_the_arguments():
    seen = Fallback(lambda error, *args, **named: (error, args, named)).call(Script(DOWN), 1, 2, key=3)
    assert seen == (DOWN, (1, 2), {"key": 3})


def test_alternatives_are_tried_in_order_until_one_does_not_fail():
    first, second, third = Script(KeyError("no copy")), Script("copy"), Script("unused")
    assert Fallback(first, second, third).call(Script(DOWN)) == "copy"
    assert (first.calls, second.calls, third.calls) == (1, 1, 0)


def test_both_errors_are_kept_when_the_fallback_fails_too():
    late = KeyError("no copy")
    error = raises(FallbackError, Fallback(Script(ValueError("x")), Script(late)).call, Script(DOWN))
    assert error.original is DOWN and error.fallback_error is late and error.__cause__ is late


def test_only_what_matches_is_answered():
    fallback = Fallback(0, on=(OSError, KeyError))
    assert fallback.call(Script(KeyError())) == 0
    raises(ValueError, fallback.call, Script(ValueError()))
    raises(ValueError, Fallback(0, on=lambda error: "x" in str(error)).call, Script(ValueError("y")))


def test_it_never_answers_for_an_interrupt():
    for error in (KeyboardInterrupt(), SystemExit(), GeneratorExit()):
        raises(type(error), Fallback(0).call, Script(error))


async def test_a_cancellation_passes():
    async def hangs():
        await asyncio.sleep(30)

    async def call():
        return await Fallback(0).acall(hangs)

    task = asyncio.create_task(call())
    await asyncio.sleep(0)
    task.cancel()
    await araises(asyncio.CancelledError, task)


async def test_awaited_calls_take_plain_and_async_alternatives():
    async def copy(error, *args):
        return "copy"

    for alternative in ("copy", lambda error: "copy", copy):
        assert await Fallback(alternative).acall(Script(DOWN).acall) == "copy"
    error = await araises(FallbackError, Fallback(Script(KeyError()).acall).acall(Script(DOWN).acall))
    assert error.original is DOWN


async def test_an_awaited_call_takes_any_awaitable_but_leaves_an_iterator_alone():
    async def copy(error):
        return "copy"

    alternatives = [lambda error: copy(error)]
    if COROUTINE is not None:  # on MicroPython a coroutine it must be
        alternatives.append(lambda error: asyncio.create_task(copy(error)))
    for alternative in alternatives:
        assert await Fallback(alternative).acall(Script(DOWN).acall) == "copy"
    items = [1, 2]
    assert await Fallback(lambda error: items).acall(Script(DOWN).acall) is items


async def test_a_cancellation_in_the_fallback_itself_passes():
    raises(KeyboardInterrupt, Fallback(Script(KeyboardInterrupt()), "next").call, Script(DOWN))
    fallback = Fallback(Script(asyncio.CancelledError()).acall, "next")
    await araises(asyncio.CancelledError, fallback.acall(Script(DOWN).acall))


def test_a_predicate_that_raises_is_seen():
    def broken(error):
        raise KeyError("bug")

    raises(KeyError, Fallback(0, on=broken).call, Script(DOWN))


def test_an_async_alternative_of_a_plain_call_is_found_out():
    if COROUTINE is not None:  # MicroPython's coroutines are generators, which may be meant
        error = raises(FallbackError, Fallback(Script("copy").acall).call, Script(DOWN))
        assert "acall" in str(error.fallback_error)


def test_its_use_is_told():
    events = Events()
    Fallback("saved", on_event=events).call(Script(DOWN))
    assert events.of("fallback_used")[0]["error"] is DOWN and events.of("fallback_used")[0]["alternative"] == "saved"


def test_without_an_alternative_it_is_refused():
    assert "alternatives" in str(raises(TypeError, Fallback))
    assert "on" in str(raises(TypeError, lambda: Fallback(0, on=KeyboardInterrupt)))
