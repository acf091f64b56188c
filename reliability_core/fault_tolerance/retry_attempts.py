"""The attempt iterator: retry a block of code instead of a function.

::

    for attempt in RetryPolicy():            async for attempt in RetryPolicy():
        with attempt:                            with attempt:
            upload(data)                             await upload(data)
"""

from .retry_run import NO_RESULT, Run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Optional

    Error = Optional[Exception]


class Attempts:
    """Yields ``Attempt`` objects until one succeeds; waits between them."""

    def __init__(self, policy: "Any") -> None:
        self._policy = policy
        self._started = policy._now()
        self._delay = 0
        self._done = False
        self._last: "Optional[Attempt]" = None
        self._error: "Error" = None  # of the last attempt; nobody holds it while the next one is made
        self.run: "Optional[Run]" = None

    def __iter__(self) -> "Attempts":
        return self

    __aiter__ = __iter__

    def __next__(self) -> "Attempt":
        if self._done:
            raise StopIteration
        error, self._error = self._error, None
        try:
            if self._delay > 0:
                self._policy._clock.sleep(self._delay)
            return self._next(error)
        finally:
            del error  # no cycle between the error and this frame

    async def __anext__(self) -> "Attempt":
        if self._done:
            raise StopAsyncIteration
        error, self._error = self._error, None
        try:
            if self._delay > 0:
                await self._policy._clock.asleep(self._delay)
            return self._next(error)
        finally:
            del error

    def _next(self, error: "Error") -> "Attempt":
        last, run = self._last, self.run
        try:
            if last is None:
                if self._policy._budget is not None:
                    self._policy._budget.record_call()
            elif run is None or not last.settled:
                raise RuntimeError("an attempt of this loop was not used: write `with attempt:` in its body")
            elif run.late(error):
                self._done = True
                raise run.ending(error, last.result)
        finally:
            del error
        self._last = Attempt(self, 1 if last is None else last.number + 1)
        return self._last

    def settle(self, attempt: "Attempt", error: "Error") -> bool:
        """Book the end of an attempt; return whether its error is to be swallowed."""
        policy, result = self._policy, attempt.result
        bad = policy._retry_if_result
        if error is None and (bad is None or result is NO_RESULT or not bad(result)):
            self._done = True
            return False
        if self.run is None:
            self.run = Run(policy, self._started, policy._budget)
        self._done = True  # unless there is a next one; a hook may raise
        self._delay = self.run.wait(error, result)
        if self._delay >= 0:
            self._done = False
            self._error = error
            return True
        ending = self.run.ending(error, result)
        if error is None:
            raise ending
        return False


class Attempt:
    """One attempt, a context manager; ``number`` counts from 1.

    Set ``result`` in the block to have it judged by ``retry_if_result``.
    """

    def __init__(self, attempts: Attempts, number: int) -> None:
        self._attempts = attempts
        self.number = number
        self.result: "Any" = NO_RESULT
        self.settled = False

    def __enter__(self) -> "Attempt":
        if self._attempts.run is not None:
            self._attempts.run.enter()
        return self

    def __exit__(self, kind: "Any", error: "Any", trace: "Any") -> bool:
        if self._attempts.run is not None:
            self._attempts.run.leave()
        self.settled = True
        if kind is not None and not issubclass(kind, Exception):
            self._attempts._done = True
            return False
        return self._attempts.settle(self, error)
