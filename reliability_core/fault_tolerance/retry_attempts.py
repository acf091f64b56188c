"""The attempt iterator: retry a block of code instead of a function.

::

    for attempt in RetryPolicy():            async for attempt in RetryPolicy():
        with attempt:                            with attempt:
            upload(data)                             await upload(data)
"""

from .retry_run import Run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Attempts:
    """Yields ``Attempt`` objects until one succeeds; waits between them."""

    def __init__(self, policy: "Any") -> None:
        self._policy = policy
        self._started = policy._now()
        self._delay = 0
        self._done = False
        self._last: "Any" = None
        self.run: "Any" = None

    def __iter__(self) -> "Any":
        return self

    def __aiter__(self) -> "Any":
        return self

    def __next__(self) -> "Any":
        if self._done:
            raise StopIteration
        if self._delay > 0:
            self._policy._clock.sleep(self._delay)
        return self._next()

    async def __anext__(self) -> "Any":
        if self._done:
            raise StopAsyncIteration
        if self._delay > 0:
            await self._policy._clock.asleep(self._delay)
        return self._next()

    def _next(self) -> "Any":
        if self._last is None:
            if self._policy._budget is not None:
                self._policy._budget.record_call()
        elif not self._last.settled:
            raise RuntimeError("an attempt of this loop was not used: write `with attempt:` in its body")
        elif self.run.late():
            self.run.give_up(self._last.error, self._last.result)
        self._last = Attempt(self, 1 if self._last is None else self._last.number + 1)
        return self._last

    def settle(self, attempt: "Any", error: "Any") -> bool:
        """Book the end of an attempt; return whether its error is to be swallowed."""
        bad = self._policy._retry_if_result
        if error is None and (bad is None or not bad(attempt.result)):
            self._done = True
            return False
        if self.run is None:
            self.run = Run(self._policy, self._started, self._policy._budget)
        self._delay = self.run.wait(error, attempt.result)
        if self._delay >= 0:
            return True
        self._done = True
        if error is None:
            self.run.give_up(None, attempt.result)
        try:
            error.attempts = self.run.attempts
        except AttributeError:
            pass
        return False


class Attempt:
    """One attempt, a context manager; ``number`` counts from 1.

    Set ``result`` in the block to have it judged by ``retry_if_result``.
    """

    def __init__(self, attempts: "Any", number: "Any") -> None:
        self._attempts = attempts
        self.number = number
        self.result = None
        self.error = None
        self.settled = False

    def __enter__(self) -> "Any":
        if self._attempts.run is not None:
            self._attempts.run.enter()
        return self

    def __exit__(self, kind: "Any", error: "Any", trace: "Any") -> "Any":
        if self._attempts.run is not None:
            self._attempts.run.leave()
        self.settled = True
        if kind is not None and not issubclass(kind, Exception):
            self._attempts._done = True
            return False
        self.error = error
        return self._attempts.settle(self, error)
