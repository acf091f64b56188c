"""What the rows of a group must do alike on success, failure and rejection, before they are timed.

Each contract builds a row around scripted targets and raises ``Differs`` with the difference.
"""

import asyncio
import time


class Differs(Exception):
    """The row does not do what its group promises."""


class Failure(Exception):
    """What a scripted target raises."""


class Target:
    """A function for rows to guard: ``Target(awaited, outcome, ...)``; the last outcome repeats."""

    def __init__(self, awaited, *outcomes, seconds=0):
        self.calls = 0

        def step():
            outcome = outcomes[min(self.calls, len(outcomes) - 1)]
            self.calls += 1
            time.sleep(seconds)
            if isinstance(outcome, Exception):
                raise outcome
            return outcome

        async def awaitable():
            return step()

        self.fn = awaitable if awaited else step


async def outcome_of(op):
    """Makes one guarded call; returns what it returned, or the exception that it raised."""
    try:
        result = op()
        return await result if hasattr(result, "__await__") else result
    except Exception as error:
        return error


def expect(condition, difference):
    if not condition:
        raise Differs(difference)


async def expect_success(row, **settings):
    op = row.build(Target(row.awaited, 7).fn, **settings)
    outcome = await outcome_of(op)
    expect(outcome == 7, f"the target's 7 came out as {outcome!r}")


async def expect_own_error(row, attempts=1, **settings):
    failure = Failure()
    target = Target(row.awaited, failure)
    outcome = await outcome_of(row.build(target.fn, **settings))
    expect(outcome is failure, f"the target's own error came out as {outcome!r}")
    expect(target.calls == attempts, f"{target.calls} calls of a failing target, not {attempts}")


async def expect_opens(op, target, trips):
    """After ``trips`` calls of the target, calls are refused and the target is left alone."""
    for _ in range(3 * trips):
        await outcome_of(op)
    expect(target.calls == trips, f"it opened after {target.calls} calls, not {trips}")
    outcome = await outcome_of(op)
    expect(isinstance(outcome, Exception), f"an open breaker returned {outcome!r}")


async def breaker(row, trips, **settings):
    await expect_success(row, **settings)
    await expect_own_error(row, **settings)
    target = Target(row.awaited, Failure())
    await expect_opens(row.build(target.fn, **settings), target, trips)


async def consecutive_breaker(row, trips, **settings):
    """Five failures in a row open it, and a success between them starts the count anew."""
    await breaker(row, trips, **settings)
    failures = [Failure() for _ in range(trips - 1)]
    target = Target(row.awaited, *failures, 7, *failures, 7)
    op = row.build(target.fn, **settings)
    for _ in range(2 * trips):
        await outcome_of(op)
    expect(target.calls == 2 * trips, "a success did not start the count of failures anew")


async def window_breaker(row, trips, **settings):
    """Half of ten failing calls open it; so do fewer failures not."""
    await breaker(row, trips, **settings)
    target = Target(row.awaited, *[Failure(), 7, 7] * 20, 7)
    op = row.build(target.fn, **settings)
    for _ in range(60):
        await outcome_of(op)
    expect(target.calls == 60, "a third of failures opened it")


async def slow_call_breaker(row, trips, slow, **settings):
    """As ``window_breaker``, and slow calls open it too."""
    await window_breaker(row, trips, slow=60)
    target = Target(row.awaited, 7, seconds=2 * slow)
    await expect_opens(row.build(target.fn, slow=slow), target, trips)


async def rejection(row, trips):
    """Open after one failure; for the limit and the product the error says by whom and for how long."""
    target = Target(row.awaited, Failure())
    op = row.build(target.fn)
    await expect_opens(op, target, trips)
    if row.role in ("limit", "product"):
        error = await outcome_of(op)
        expect(error.name == "x" and error.retry_after > 0, "the error lacks its fields")


async def retry(row, **settings):
    await expect_success(row, **settings)
    await expect_own_error(row, attempts=3, **settings)
    target = Target(row.awaited, Failure(), 7)
    outcome = await outcome_of(row.build(target.fn, **settings))
    expect(outcome == 7 and target.calls == 2, f"fail, then succeed: {outcome!r} in {target.calls} calls")


async def retry_with_deadline(row, deadline):
    """As ``retry``, and no attempt begins after the deadline."""
    await retry(row, deadline=10)
    target = Target(row.awaited, Failure(), seconds=2 * deadline)
    await outcome_of(row.build(target.fn, deadline=deadline))
    expect(target.calls == 1, f"{target.calls} attempts, though the first one used up the deadline")


async def limiter(row, capacity):
    """Admits ``capacity`` at once and then refuses; there is nothing to fail."""
    op = row.build(None, capacity=capacity, rate=0.01)
    admitted = [await admits(op) for _ in range(capacity + 2)]
    expect(admitted == [True] * capacity + [False] * 2, f"capacity {capacity} admitted {admitted}")


async def admits(op):
    """A refusal is a false answer, an error, or a wait."""
    try:
        answer = op()
        if hasattr(answer, "__await__"):
            answer = await asyncio.wait_for(answer, 0.02)
        return not getattr(answer, "limited", answer is False)
    except Exception:
        return False


async def pipeline(row, trips, capacity):
    """Three attempts around a breaker around a limiter, each of which does its part."""
    plenty = {"capacity": 10**6, "rate": 10**6}
    await retry(row, **plenty)
    target = Target(row.awaited, Failure())
    await expect_opens(row.build(target.fn, **plenty), target, trips)
    if row.settings.get("limits", True):
        target = Target(row.awaited, 7)
        op = row.build(target.fn, capacity=capacity, rate=0.01)
        outcomes = [await outcome_of(op) for _ in range(capacity + 1)]
        expect(outcomes[:-1] == [7] * capacity, f"the first {capacity} calls gave {outcomes[:-1]}")
        expect(isinstance(outcomes[-1], Exception), f"beyond the limit came {outcomes[-1]!r}")
        expect(target.calls == capacity, "the target was called beyond the limit")


async def timed_pipeline(row, trips, capacity):
    """As ``pipeline``, and an attempt that hangs is ended."""
    await pipeline(row, trips, capacity)
    ended = []

    async def hangs():
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            ended.append(True)
            raise

    op = row.build(hangs, capacity=10**6, rate=10**6, timeout=0.01)
    outcome = await outcome_of(op)
    expect(isinstance(outcome, Exception) and ended, f"a hanging attempt gave {outcome!r}")
