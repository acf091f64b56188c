"""Interleaved timing: all rows of a group in turn, round after round, in one process.

The noise of a shared machine so hits every row alike. Minimum and median over the rounds are kept.
Only ratios within one run mean anything.
"""

import asyncio
import gc
import statistics
import threading
import time
from itertools import repeat

from contracts import Differs, Failure
from groups import GROUPS
from rows import ROWS

THREADS = 4
MOST_CALLS = 1 << 20


class Measured:
    """A row with its figures in ns an operation, or the reason (``note``) why there are none."""

    def __init__(self, row, note=None, times=()):
        self.group = row.group
        self.name = row.name
        self.role = row.role
        self.note = note
        self.minimum = min(times) if times else None
        self.median = statistics.median(times) if times else None


def noop():
    return None


async def anoop():
    return None


async def anap():
    await asyncio.sleep(0)


def boom():
    raise Failure


def swallowing(call):
    """Returns ``call`` with its exception caught: what a rejected caller pays."""

    def op():
        try:
            call()
        except Exception:
            pass

    return op


def plain_slice(op, count):
    start = time.perf_counter_ns()
    for _ in repeat(None, count):
        op()
    return time.perf_counter_ns() - start


async def awaited_slice(op, count):
    start = time.perf_counter_ns()
    for _ in repeat(None, count):
        await op()
    return time.perf_counter_ns() - start


def threaded_slice(op, count):
    """Time for ``count`` operations in each of the threads, divided by the threads."""
    start = threading.Barrier(THREADS + 1)
    stop = threading.Barrier(THREADS + 1)

    def work():
        start.wait()
        for _ in repeat(None, count):
            op()
        stop.wait()

    threads = [threading.Thread(target=work) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    start.wait()
    began = time.perf_counter_ns()
    stop.wait()
    elapsed = time.perf_counter_ns() - began
    for thread in threads:
        thread.join()
    return elapsed / THREADS


class Ready:
    """A row that keeps its group's contract, built, and calibrated to slices of equal length."""

    def __init__(self, row, loop, slice_ns, threaded):
        self.row = row
        self.times = []
        self._loop = loop
        self._slice = threaded_slice if threaded else plain_slice
        self._op = loop.run_until_complete(self._build(row))
        count, elapsed = 8, self._run(8)
        while elapsed < slice_ns / 8 and count < MOST_CALLS:
            count *= 2
            elapsed = self._run(count)
        self._count = max(1, int(count * slice_ns / max(elapsed, 1)))

    async def _build(self, row):
        group = GROUPS[row.group]
        if group.failing:
            op = swallowing(row.build(boom))
            op()
            op()
            return op
        plain = noop if not row.awaited else anap if group.suspending else anoop
        return row.build(plain, **group.timed)

    def _run(self, count):
        if self.row.awaited:
            return self._loop.run_until_complete(awaited_slice(self._op, count))
        return self._slice(self._op, count)

    def round(self):
        self.times.append(self._run(self._count) / self._count)


async def check(row):
    """Raises ``Differs`` unless the row keeps the contract of its group."""
    if row.role != "base":
        group = GROUPS[row.group]
        settings = {key: value for key, value in row.settings.items() if key != "limits"}
        await group.contract(row, **{**group.checked, **settings})


def prepare(row, loop, slice_ns, threaded):
    """Returns a ``Ready`` row, or a ``Measured`` one that says why it is not."""
    try:
        loop.run_until_complete(check(row))
        return Ready(row, loop, slice_ns, threaded)
    except Differs as difference:
        return Measured(row, f"not comparable: {difference}")
    except ImportError as error:
        return Measured(row, f"absent: {error}")
    except Exception as error:  # whatever another library answers to settings it does not take
        return Measured(row, f"not comparable: {error!r}")


def measure(group, rounds, slice_ns, threaded=False, only=lambda row: True):
    """Returns a ``Measured`` for each row of a group."""
    loop = asyncio.new_event_loop()
    chosen = [row for row in ROWS[group] if only(row) and not (threaded and row.awaited)]
    try:
        rows = [prepare(row, loop, slice_ns, threaded) for row in chosen]
        ready = [row for row in rows if isinstance(row, Ready)]
        gc.collect()
        gc.disable()
        for _ in range(rounds):
            for row in ready:
                row.round()
            gc.collect()
    finally:
        gc.enable()
        loop.close()
    return [Measured(row.row, None, row.times) if isinstance(row, Ready) else row for row in rows]
