"""Deadlines: what is in force where, and that a past one makes no call."""

import asyncio

from reliability_core import Deadline, Timeout, UnsupportedError
from reliability_core.clock import Clock
from reliability_core.testing import FakeClock, raises


def test_a_deadline_counts_down_and_stops_at_zero():
    clock = FakeClock()
    deadline = Deadline.after(2, clock)
    assert (deadline.remaining(), deadline.passed) == (2.0, False)
    clock.advance(1.5)
    assert deadline.remaining() == 0.5
    clock.advance(5)
    assert (deadline.remaining(), deadline.passed) == (0.0, True)
    assert Deadline.after(0, clock).passed


def test_no_deadline_is_in_force_at_first():
    assert Deadline.current() is None
    assert Deadline.current(FakeClock()) is None


def test_wrong_durations_are_refused():
    for seconds in (-1, float("inf"), float("nan")):
        raises(ValueError, Deadline.after, seconds)


def test_nested_deadlines_take_the_earliest():
    clock = FakeClock()
    with Deadline.after(5, clock):
        with Deadline.after(9, clock):
            assert Deadline.current(clock).remaining() == 5.0
        with Deadline.after(2, clock):
            assert Deadline.current(clock).remaining() == 2.0
            with Deadline.after(3, clock):
                assert Deadline.current(clock).remaining() == 2.0
            assert Deadline.current(clock).remaining() == 2.0
        assert Deadline.current(clock).remaining() == 5.0
    assert Deadline.current(clock) is None


def test_leaving_by_an_exception_restores_too():
    clock = FakeClock()
    try:
        with Deadline.after(5, clock):
            raise ValueError
    except ValueError:
        pass
    assert Deadline.current(clock) is None


def test_one_deadline_may_be_entered_twice():
    clock = FakeClock()
    with Deadline.after(9, clock):
        shared = Deadline.after(5, clock)
        with shared:
            with shared:
                assert Deadline.current(clock).remaining() == 5.0
            assert Deadline.current(clock).remaining() == 5.0
        assert Deadline.current(clock).remaining() == 9.0


async def test_one_deadline_may_be_entered_by_several_tasks():
    clock = FakeClock()
    shared = Deadline.after(5, clock)
    seen = []

    async def one(outer):
        with Deadline.after(outer, clock):
            with shared:
                await asyncio.sleep(0)
                seen.append(Deadline.current(clock).remaining())
                await asyncio.sleep(0)
            seen.append(Deadline.current(clock).remaining())
        assert Deadline.current(clock) is None

    await asyncio.gather(one(7), one(3), one(9))
    assert sorted(seen) == [3.0, 3.0, 5.0, 5.0, 7.0, 9.0]


async def test_each_task_has_its_own():
    clock = FakeClock()
    seen = {}

    async def one(seconds):
        with Deadline.after(seconds, clock):
            for _ in range(3):
                await asyncio.sleep(0)
                seen.setdefault(seconds, []).append(Deadline.current(clock).remaining())

    await asyncio.gather(one(1), one(2), one(3))
    assert seen == {seconds: [float(seconds)] * 3 for seconds in (1, 2, 3)}
    assert Deadline.current(clock) is None


def test_a_generator_closed_out_of_turn_takes_its_own_deadline_and_no_other():
    clock = FakeClock()

    def bounded(seconds):
        with Deadline.after(seconds, clock):
            yield

    for inside, left in ((5, 2.0), (1, 2.0)):
        steps = bounded(inside)
        next(steps)
        with Deadline.after(2, clock):
            assert Deadline.current(clock).remaining() == min(inside, 2)
            steps.close()
            assert Deadline.current(clock).remaining() == left
        assert Deadline.current(clock) is None


def test_where_tasks_cannot_be_told_apart_it_says_so():
    clock = Clock(1000, lambda: 5, lambda: 5, lambda: 5000)
    raises(UnsupportedError, Deadline.current, clock)
    raises(UnsupportedError, Deadline.after(1, clock).__enter__)
    assert "await the call" in str(raises(UnsupportedError, Timeout(1, clock=clock).call, int))
