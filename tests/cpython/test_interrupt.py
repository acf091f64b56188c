"""Timeouts that interrupt a plain call, on a real process: signals, abandoned workers, cancellations."""

import asyncio
import os
import signal
import sys
import threading
import time
import weakref

import pytest

import reliability_core.worker as worker
from reliability_core import Deadline, DeadlineExceededError, Timeout, UnsupportedError

unix = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no interval timer here")


@pytest.fixture(autouse=True)
def nothing_is_left_behind():
    handler = signal.getsignal(signal.SIGALRM)
    yield
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    assert signal.getsignal(signal.SIGALRM) is handler


def took(fn, *args):
    start = time.monotonic()
    try:
        return fn(*args), time.monotonic() - start
    except Exception as error:
        return error, time.monotonic() - start


def spin(seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass
    return "spun"


@pytest.mark.parametrize("interrupt", ["signal", "worker"])
@pytest.mark.parametrize("fn", [time.sleep, spin])
def test_a_call_that_takes_too_long_is_ended(interrupt, fn):
    events = []
    timeout = Timeout(0.1, interrupt=interrupt, on_event=lambda name, fields: events.append((name, fields["seconds"])))
    error, seconds = took(timeout.call, fn, 0.6)
    assert isinstance(error, DeadlineExceededError)
    assert (error.seconds, error.started) == (0.1, True)
    assert 0.09 < seconds < 0.4
    assert events == [("timed_out", 0.1)]


@pytest.mark.parametrize("interrupt", ["signal", "worker"])
def test_a_call_in_time_returns_its_result_or_raises_its_error(interrupt):
    timeout = Timeout(5, interrupt=interrupt)
    assert timeout.call(int, "7") == 7
    for kind in (ValueError, KeyboardInterrupt, SystemExit, StopIteration, GeneratorExit):

        def fails(kind=kind):
            raise kind

        with pytest.raises(kind):
            timeout.call(fails)


@pytest.mark.parametrize("interrupt", ["signal", "worker"])
def test_a_deadline_further_out_ends_it_and_is_not_its_own(interrupt):
    with Deadline.after(0.1):
        error, seconds = took(Timeout(5, interrupt=interrupt).call, time.sleep, 1)
    assert (error.seconds, error.started) == (None, True)
    assert seconds < 0.5
    with Deadline.after(0):
        error, _ = took(Timeout(5, interrupt=interrupt).call, pytest.fail)
    assert not error.started


@unix
def test_nested_alarms_each_end_their_own_call():
    inner = Timeout(0.05, interrupt="signal")
    outer = Timeout(0.2, interrupt="signal")
    caught = []

    def work():
        for _ in range(100):
            try:
                inner.call(time.sleep, 1)
            except DeadlineExceededError as error:
                if error.seconds != 0.05:  # the outer limit, wherever it was seen first
                    raise
                caught.append(error.seconds)

    error, seconds = took(outer.call, work)
    assert error.seconds == 0.2
    assert caught == [0.05] * 3
    assert 0.19 < seconds < 0.5


@unix
def test_an_outer_alarm_ends_an_inner_call_whose_own_limit_is_further_out():
    error, seconds = took(Timeout(0.1, interrupt="signal").call, Timeout(5, interrupt="signal").call, time.sleep, 1)
    assert error.seconds == 0.1
    assert seconds < 0.5


@unix
def test_the_programs_own_timer_rings_meanwhile_and_afterwards():
    rung = []
    before = signal.signal(signal.SIGALRM, lambda number, frame: rung.append(1))
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.05, 0.1)  # at 0.05, 0.15, 0.25
        error, _ = took(Timeout(0.2, interrupt="signal").call, spin, 1)
        assert isinstance(error, DeadlineExceededError)
        during = len(rung)  # 2, or fewer where this process was kept waiting
        assert during >= 1
        spin(0.2)
        signal.setitimer(signal.ITIMER_REAL, 0)
        assert len(rung) > during
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@unix
def test_a_timer_that_was_due_during_the_call_is_not_lost():
    rung = []
    before = signal.signal(signal.SIGALRM, lambda number, frame: rung.append(1))
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.3)
        Timeout(5, interrupt="signal").call(int, "7")
        left = signal.getitimer(signal.ITIMER_REAL)[0]
        assert 0 < left <= 0.3
        spin(0.35)
        assert rung == [1]
    finally:
        signal.signal(signal.SIGALRM, before)


@unix
def test_outside_the_main_thread_it_is_refused_before_the_call():
    outcome = []
    timeout = Timeout(0.1, interrupt="signal")
    thread = threading.Thread(target=lambda: outcome.append(took(timeout.call, pytest.fail)[0]))
    thread.start()
    thread.join()
    assert isinstance(outcome[0], UnsupportedError)
    assert "main thread" in str(outcome[0])


@unix
def test_an_alarm_that_comes_as_the_call_ends_neither_raises_late_nor_loses_a_handler():
    timeout = Timeout(0.002, interrupt="signal")
    late = 0
    for i in range(300):
        try:
            assert timeout.call(spin, 0.0018 + i % 8 * 0.0001) == "spun"
        except DeadlineExceededError:
            late += 1
    spin(0.01)
    assert 0 < late < 300


@unix
def test_waits_in_the_call_can_be_interrupted_and_clean_up():
    cleaned = []

    def work():
        try:
            time.sleep(1)
        finally:
            cleaned.append(1)

    error, _ = took(Timeout(0.05, interrupt="signal").call, work)
    assert isinstance(error, DeadlineExceededError) and cleaned == [1]


def test_an_abandoned_worker_sees_the_deadline_and_goes_on_unseen():
    seen = []
    ended = threading.Event()

    def work():
        seen.append(Deadline.current().remaining())
        time.sleep(0.2)
        ended.set()
        raise ValueError("nobody sees it")

    error, seconds = took(Timeout(0.1, interrupt="worker").call, work)
    assert isinstance(error, DeadlineExceededError) and seconds < 0.19
    assert 0 < seen[0] <= 0.1
    assert ended.wait(5)


def test_a_worker_whose_thread_is_refused_makes_no_call(monkeypatch):
    def refused(*args):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(worker._thread, "start_new_thread", refused)
    with pytest.raises(UnsupportedError, match="can't start new thread"):
        Timeout(1, interrupt="worker").call(pytest.fail)


def test_a_worker_of_any_length_is_waited_for():
    assert Timeout(1e10, interrupt="worker").call(int, "7") == 7


def test_an_error_of_a_worker_keeps_nothing_alive():
    class Big:
        pass

    kept = []

    def fails():
        big = Big()
        kept.append(weakref.ref(big))
        raise ValueError

    with pytest.raises(ValueError):
        Timeout(1, interrupt="worker").call(fails)
    if sys.implementation.name == "cpython":
        assert kept[0]() is None


@unix
@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_the_default_handler_is_back_afterwards():
    assert signal.getsignal(signal.SIGALRM) == signal.SIG_DFL
    took(Timeout(0.02, interrupt="signal").call, time.sleep, 1)
    assert signal.getsignal(signal.SIGALRM) == signal.SIG_DFL


async def cancel_in_the_turn_of_the_timer():
    """Cancels a timed call from outside in the very turn in which its timer fires."""
    timeout = Timeout(0.05)
    task = asyncio.ensure_future(timeout.acall(asyncio.sleep, 5))
    await asyncio.sleep(0)
    asyncio.get_running_loop().call_later(0.05, task.cancel)
    time.sleep(0.1)  # both are due when the loop looks again
    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.mark.xfail(sys.version_info < (3, 11), reason="two cancellations cannot be told apart before 3.11")
def test_an_outside_cancellation_in_the_turn_of_the_timer_stays_one():
    asyncio.run(cancel_in_the_turn_of_the_timer())


async def test_our_cancellation_is_taken_back():
    await asyncio.sleep(0)
    with pytest.raises(DeadlineExceededError):
        await Timeout(0.01).acall(asyncio.sleep, 1)
    task = asyncio.current_task()
    if hasattr(task, "cancelling"):
        assert task.cancelling() == 0


async def test_a_gathered_call_ends_alone():
    results = await asyncio.gather(
        Timeout(0.02).acall(asyncio.sleep, 1), asyncio.sleep(0.05, "other"), return_exceptions=True
    )
    assert isinstance(results[0], DeadlineExceededError)
    assert results[1] == "other"


async def test_wait_for_around_a_timeout_keeps_its_own_error():
    with pytest.raises(asyncio.TimeoutError):
        await asyncio.wait_for(Timeout(5).acall(asyncio.sleep, 1), 0.02)
