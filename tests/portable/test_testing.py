"""The testing kit itself: a clock that is moved, a mode without waiting."""

from reliability_core import RetryPolicy
from reliability_core.port import current_port
from reliability_core.testing import FakeClock, Script, araises, raises, without_waiting

try:
    import asyncio
except ImportError:
    asyncio = None


def test_sleep_moves_the_time_and_is_listed():
    clock = FakeClock()
    clock.sleep(clock.ticks(2.5))
    assert clock.elapsed() == 2.5 and clock.sleeps == [2.5]


def test_suspend_moves_boot_time_only_and_step_wall_the_time_of_day_only():
    clock = FakeClock(hz=1000)
    wall = clock.wall()
    clock.suspend(60)
    assert clock.elapsed() == 0 and clock.suspended() == 60000 and clock.wall() == wall + 60
    clock.step_wall(-3600)
    assert clock.elapsed() == 0 and clock.wall() == wall - 3540
    clock.step_wall(None)
    assert clock.wall() is None


async def test_tasks_wait_in_the_order_of_their_times():
    clock, order = FakeClock(), []

    async def waits(seconds):
        await clock.asleep(clock.ticks(seconds))
        order.append((seconds, clock.elapsed()))

    await asyncio.gather(waits(3), waits(1), waits(2))
    assert order == [(1, 1.0), (2, 2.0), (3, 3.0)]


def test_without_waiting_sleeps_return_at_once():
    clock = current_port().clock
    script = Script(OSError(), OSError(), "up")
    with without_waiting():
        before = clock.now()
        assert RetryPolicy(initial_delay=30, max_delay=60).call(script) == "up"
        assert clock.seconds(clock.now() - before) < 10
    assert not clock.instant


def test_a_script_repeats_its_last_item():
    script = Script(1, 2)
    assert [script(), script(), script()] == [1, 2, 2] and script.calls == 3


async def test_raises_fails_when_nothing_is_raised():
    raises(AssertionError, raises, ValueError, int, "7")

    async def fine():
        pass

    await araises(AssertionError, araises(ValueError, fine()))
