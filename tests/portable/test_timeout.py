"""Timeouts of awaited calls."""

import asyncio

from reliability_core import Deadline, DeadlineExceededError, Timeout
from reliability_core.testing import Events, FakeClock, Script, araises

HOUR = 3600


class TimerClock(FakeClock):
    """Counts timers."""

    timers = 0

    def timer(self, ticks, callback):
        self.timers += 1
        return super().timer(ticks, callback)


async def sleeps(clock, seconds, result=None):
    await clock.asleep(clock.ticks(seconds))
    return result


async def test_a_call_that_takes_too_long_is_ended():
    clock = FakeClock()
    events = Events()
    timeout = Timeout(1, name="api", on_event=events, clock=clock)
    error = await araises(DeadlineExceededError, timeout.acall(sleeps, clock, 5))
    assert (error.seconds, error.started, error.name, clock.elapsed()) == (1, True, "api", 1.0)
    assert events.of("timed_out") == [{"policy": "timeout", "seconds": 1, "started": True, "name": "api"}]


async def test_a_call_in_time_returns_its_result():
    clock = TimerClock()
    assert await Timeout(1, clock=clock).acall(sleeps, clock, 0.5, 7) == 7
    assert (clock.elapsed(), clock.timers) == (0.5, 1)


async def test_the_timer_of_a_call_in_time_is_gone():
    clock = FakeClock()
    await Timeout(5, clock=clock).acall(sleeps, clock, 0.5)
    await sleeps(clock, 20)
    assert clock.elapsed() == 20.5
    assert clock._waiters == []


async def test_a_call_that_never_waits_arms_no_timer():
    clock = TimerClock()
    timeout = Timeout(1, clock=clock)
    assert await timeout.acall(Script(3).acall) == 3
    await araises(ValueError, timeout.acall(Script(ValueError).acall))
    with Deadline.after(0, clock):
        await araises(DeadlineExceededError, timeout.acall(Script(3).acall))
    assert clock.timers == 0


async def test_an_error_of_the_call_passes_through():
    clock = FakeClock()

    async def fails():
        await clock.asleep(1)
        raise KeyError("mine")

    error = await araises(KeyError, Timeout(1, clock=clock).acall(fails))
    assert error.args == ("mine",)


async def test_a_cancellation_from_outside_stays_one():
    clock = FakeClock()
    task = asyncio.create_task(Timeout(HOUR, clock=clock).acall(asyncio.sleep, HOUR))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    task.cancel()
    await araises(asyncio.CancelledError, task)
    assert clock._waiters == [] or clock.elapsed() == 0


async def test_a_cancellation_while_an_ended_call_cleans_up_stays_one():
    clock = FakeClock()
    cleaning = []

    async def cleans_up():
        try:
            await sleeps(clock, 5)
        finally:
            cleaning.append(1)
            await asyncio.sleep(HOUR)

    task = asyncio.create_task(Timeout(1, clock=clock).acall(cleans_up))
    while not cleaning:
        await asyncio.sleep(0)
    await asyncio.sleep(0)
    task.cancel()
    await araises(asyncio.CancelledError, task)


async def test_a_call_cancelled_from_outside_may_clean_up_past_its_time():
    clock = FakeClock()

    async def cleans_up():
        try:
            await asyncio.sleep(HOUR)
        finally:
            await sleeps(clock, 5)

    task = asyncio.create_task(Timeout(1, clock=clock).acall(cleans_up))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    task.cancel()
    await araises(asyncio.CancelledError, task)
    assert clock.elapsed() == 1.0  # the timer ended the clean-up; what came first counts


async def test_nested_timeouts_each_raise_their_own():
    clock = FakeClock()
    for outer, inner, seconds in ((1, 5, 1), (5, 1, 1), (2, 2.5, 2)):
        before = clock.elapsed()
        call = Timeout(inner, clock=clock).acall
        error = await araises(DeadlineExceededError, Timeout(outer, clock=clock).acall(call, sleeps, clock, 9))
        assert (error.seconds, clock.elapsed() - before) == (seconds, seconds), (outer, inner)


async def test_an_inner_timeout_that_is_caught_leaves_the_outer_one_in_force():
    clock = FakeClock()
    caught = []

    async def tries_again():
        for _ in range(10):
            try:
                await Timeout(1, clock=clock).acall(sleeps, clock, 5)
            except DeadlineExceededError as error:
                if error.seconds is None:  # not its time, but the outer one's
                    raise
                caught.append(error.seconds)

    error = await araises(DeadlineExceededError, Timeout(3.5, clock=clock).acall(tries_again))
    assert (error.seconds, clock.elapsed()) == (3.5, 3.5)
    assert caught == [1, 1, 1]


async def test_the_cancellation_of_an_inner_timeout_is_not_one_from_outside():
    clock = FakeClock()

    async def tries_once():
        try:
            await Timeout(1, clock=clock).acall(sleeps, clock, 5)
        except DeadlineExceededError:
            await sleeps(clock, 5)

    error = await araises(DeadlineExceededError, Timeout(3, clock=clock).acall(tries_once))
    assert (error.seconds, clock.elapsed()) == (3, 3.0)


async def test_a_timeout_inside_a_deadline_ends_with_it_and_is_not_its_own():
    clock = FakeClock()
    with Deadline.after(1, clock):
        error = await araises(DeadlineExceededError, Timeout(5, clock=clock).acall(sleeps, clock, 9))
    assert (error.seconds, error.started, clock.elapsed()) == (None, True, 1.0)


async def test_the_call_sees_the_deadline_and_the_caller_does_not():
    clock = FakeClock()
    seen = []

    async def looks():
        seen.append(Deadline.current(clock).remaining())
        await sleeps(clock, 1)
        seen.append(Deadline.current(clock).remaining())

    await Timeout(3, clock=clock).acall(looks)
    assert seen == [3.0, 2.0]
    assert Deadline.current(clock) is None


async def test_concurrent_calls_of_one_timeout_have_each_their_own_time():
    clock = FakeClock()
    timeout = Timeout(2, clock=clock)

    async def later(start, seconds):
        await sleeps(clock, start)
        try:
            return await timeout.acall(sleeps, clock, seconds, "done")
        except DeadlineExceededError:
            return clock.elapsed()

    assert await asyncio.gather(later(0, 1), later(1, 5), later(2, 5)) == ["done", 3.0, 4.0]


async def test_child_tasks_are_ended_with_the_call_that_awaits_them():
    clock = FakeClock()
    ended = []

    async def child():
        try:
            await asyncio.sleep(HOUR)
        except asyncio.CancelledError:
            ended.append(1)
            raise

    async def parent():
        await asyncio.create_task(child())

    task = asyncio.create_task(sleeps(clock, 2))  # lets time pass
    await araises(DeadlineExceededError, Timeout(1, clock=clock).acall(parent))
    assert ended == [1]
    await task


async def test_a_timeout_of_centuries_can_be_cancelled():
    for seconds in (1e10, 2**31 / 1000, 10**15):
        task = asyncio.create_task(Timeout(seconds).acall(asyncio.sleep, HOUR))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert not task.done()
        task.cancel()
        await araises(asyncio.CancelledError, task)


async def test_the_real_clock_ends_a_call_in_time():
    from reliability_core.port import current_port

    clock = current_port().clock
    start = clock.micros()
    error = await araises(DeadlineExceededError, Timeout(0.05).acall(asyncio.sleep, 5))
    assert error.seconds == 0.05
    assert 45_000 <= clock.micros() - start < 1_000_000
