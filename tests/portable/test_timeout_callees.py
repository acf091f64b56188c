"""Timeouts of awaited calls that do unusual things."""

import asyncio

from reliability_core import Deadline, DeadlineExceededError, Timeout
from reliability_core.testing import FakeClock, araises

HOUR = 3600


async def sleeps(clock, seconds, result=None):
    await clock.asleep(clock.ticks(seconds))
    return result


async def test_a_callee_that_swallows_the_cancellation_keeps_its_late_result():
    clock = FakeClock()

    async def stubborn():
        try:
            await sleeps(clock, 5)
        except asyncio.CancelledError:
            return "late"

    assert await Timeout(1, clock=clock).acall(stubborn) == "late"
    # Nothing is left behind: the task can be cancelled, and timed, again.
    await araises(DeadlineExceededError, Timeout(1, clock=clock).acall(sleeps, clock, 5))
    assert clock.elapsed() == 2.0


async def test_a_callee_that_turns_the_cancellation_into_an_error_raises_that():
    clock = FakeClock()

    async def turns():
        try:
            await sleeps(clock, 5)
        except asyncio.CancelledError:
            raise KeyError("mine")

    await araises(KeyError, Timeout(1, clock=clock).acall(turns))


async def test_a_callee_may_return_a_task():
    clock = FakeClock()

    def spawns(seconds, result):
        return asyncio.create_task(sleeps(clock, seconds, result))

    timeout = Timeout(1, clock=clock)
    assert await timeout.acall(spawns, 0.5, 7) == 7
    await araises(DeadlineExceededError, timeout.acall(spawns, HOUR, 7))
    assert clock.elapsed() == 1.5
    done = asyncio.create_task(sleeps(clock, 0, 8))
    await done
    assert await timeout.acall(lambda: done) == 8


class Awaitable:
    """An awaitable whose iterator is only that: it has neither send() nor throw()."""

    def __init__(self, turns):
        self._turns = turns

    def __await__(self):
        return Steps(self._turns)

    __iter__ = __await__


class Steps:
    def __init__(self, turns):
        self._turns = turns

    def __iter__(self):
        return self

    def __next__(self):
        if not self._turns:
            raise StopIteration("result")
        self._turns -= 1


async def test_a_callee_may_return_an_object_that_can_be_awaited():
    timeout = Timeout(HOUR)
    assert await timeout.acall(Awaitable, 0) == "result"


async def test_what_cannot_be_awaited_is_a_type_error():
    error = await araises((TypeError, AttributeError), Timeout(HOUR).acall(int, "7"))
    assert "int" in str(error)


async def test_a_callee_that_fails_before_it_returns_an_awaitable_raises_that():
    clock = FakeClock()
    await araises(ValueError, Timeout(1, clock=clock).acall(int, "x"))
    assert Deadline.current(clock) is None


def step(coroutine):
    """Runs ``coroutine`` until it suspends."""
    coroutine.send(None)


async def test_a_timed_call_that_is_closed_lets_the_callee_clean_up():
    clock = FakeClock()
    log = []

    async def callee():
        try:
            await Awaitable(5)
        except GeneratorExit:
            log.append("closed")
            raise
        finally:
            log.append("cleaned up")

    coroutine = Timeout(1, clock=clock).acall(callee)
    step(coroutine)
    with Deadline.after(9, clock):
        coroutine.close()
        assert Deadline.current(clock).remaining() <= 9.0
    assert log == ["closed", "cleaned up"]
    await asyncio.sleep(0)
    assert clock._waiters == []  # its timer is cancelled


async def test_a_call_that_was_never_begun_can_be_closed():
    log = []
    coroutine = Timeout(1).acall(lambda: log.append(1))
    coroutine.close()
    assert log == []


async def test_tasks_started_inside_go_on_after_the_call():
    clock = FakeClock()
    done = []

    async def child():
        await sleeps(clock, 3)
        done.append(clock.elapsed())

    async def parent():
        return asyncio.create_task(child())

    task = await Timeout(1, clock=clock).acall(parent)
    await task
    assert done == [3.0]


async def test_an_async_function_can_be_decorated():
    clock = FakeClock()

    @Timeout(1, clock=clock)
    async def work(seconds):
        return await sleeps(clock, seconds, "done")

    assert await work(0.5) == "done"
    await araises(DeadlineExceededError, work(5))
