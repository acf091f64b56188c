"""Retry: make the call again when it failed, later each time, and not too often.

A retry is a load on somebody who is in trouble.  So there are few attempts, the waits grow and are
spread by jitter, a deadline is never passed, and what cannot help is not tried: a rejection of our
own that will not be over in time, a call whose deadline has passed, a cancellation.

``retry_run.Run`` holds the decisions for one call that has failed once; a call that succeeds at first
never makes one.  A wait that the failure asks for (``retry_after``, Retry-After) is honoured if it fits:
into the deadline where there is one, else into ``max_delay``.  If it does not fit, there is no
further attempt, since an earlier one would be refused.
"""

from ..errors import check_callable, check_choice, check_count, code_of, error_matcher, refuse
from ..port import Policy, current_port, direct
from .backoff import Backoff
from .retry_attempts import Attempts
from .retry_run import Run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, Optional, Union

    Seconds = Union[int, float]


class RetryPolicy(Policy):
    """Makes a failed call again.

    ``max_attempts``         attempts in all, the first included
    ``initial_delay``        seconds before the second attempt, ...
    ``backoff_multiplier``   ... times this before each further one (``exponential``), ...
    ``max_delay``            ... but never more than this, jitter included
    ``backoff``, ``jitter``  see ``backoff.Backoff``; ``seed`` makes the jitter repeatable
    ``retry_on``             exception classes, or a predicate of the error
    ``retry_if_result``      a predicate of the result; when attempts run out on one such,
                             ``RetryExhaustedError`` carries the last
    ``deadline``             seconds for all attempts and waits; no attempt begins after it
    ``budget``               a ``RetryBudget``, shared by the calls to one service
    ``respect_retry_after``  honour the wait that an error or response asks for
    ``before_sleep``         called as ``before_sleep(attempt, delay, error)``; raising ends the retries
    ``on_event``             ``retry_scheduled``, ``retries_exhausted``, ``retry_nested`` (a policy
                             further out is retrying too), ``retry_after_ignored``

    The last error is raised itself, with ``attempts`` set on it where it takes attributes.

    >>> policy = RetryPolicy(max_attempts=3, initial_delay=0.001)
    >>> policy.execute(int, "7")
    7
    """

    def __init__(
        self,
        config: "Optional[Dict[str, Any]]" = None,
        *,
        max_attempts: "int" = 3,
        initial_delay: "Seconds" = 0.1,
        max_delay: "Seconds" = 5,
        backoff_multiplier: "Seconds" = 2,
        backoff: "Union[str, Callable[[int], Seconds]]" = "exponential",
        jitter: "str" = "full",
        seed: "Optional[int]" = None,
        retry_on: "Any" = Exception,
        retry_if_result: "Optional[Callable[[Any], bool]]" = None,
        deadline: "Optional[Seconds]" = None,
        budget: "Any" = None,
        respect_retry_after: "bool" = True,
        before_sleep: "Optional[Callable[[int, float, Any], object]]" = None,
        name: "Optional[str]" = None,
        on_event: "Optional[Callable[[str, Dict[str, Any]], object]]" = None,
        clock: "Any" = None,
    ) -> None:
        if config is not None:
            from .config import RetryConfig

            given: "Any" = (max_attempts, initial_delay, max_delay, backoff_multiplier, backoff, jitter, seed, retry_on)
            given += (retry_if_result, deadline, budget, respect_retry_after, before_sleep)
            options = RetryConfig.merge(config, given)
            RetryPolicy.__init__(self, name=name, on_event=on_event, clock=clock, **options)
            return
        super().__init__(name, on_event, clock)
        self._max_attempts = check_count("max_attempts", max_attempts)
        self._backoff = Backoff(self._clock, backoff, initial_delay, max_delay, backoff_multiplier, jitter, seed)
        self._retry_on = error_matcher("retry_on", retry_on)
        self._retry_if_result = check_callable("retry_if_result", retry_if_result)
        self._deadline = None if deadline is None else self._clock.positive_ticks(deadline, "deadline")
        if budget is not None and not hasattr(budget, "try_spend"):
            refuse(TypeError, "budget", budget, "a RetryBudget or None")
        self._budget = budget
        self._respect_retry_after = check_choice("respect_retry_after", respect_retry_after, (True, False))
        self._before_sleep = check_callable("before_sleep", before_sleep)
        self._slot = current_port().slot("retrying")

    execute = Policy.call  # the specification's names
    aexecute = Policy.acall

    def __iter__(self) -> "Attempts":
        """Attempts one by one: ``for attempt in policy:`` or ``async for``, then ``with attempt:``."""
        return Attempts(self)

    __aiter__ = __iter__

    def _retries(self, error: Exception) -> bool:
        """Whether another attempt could help."""
        code = code_of(error)
        if code == "unsupported" or (code == "deadline_exceeded" and not getattr(error, "started", True)):
            return False
        if code in ("circuit_open", "rate_limited") and getattr(error, "retry_after", None) is None:
            return False
        return bool(self._retry_on(error))

    def _worst(self, seconds: "Any", calls: "Any") -> "Any":
        clock, backoff, retries = self._clock, self._backoff, self._max_attempts - 1
        if seconds is not None:
            attempt = seconds
            seconds += retries * attempt + clock.seconds(backoff.longest(retries, self._respect_retry_after))
            if self._deadline is not None:
                seconds = min(seconds, clock.seconds(self._deadline) + attempt)
        return seconds, calls * self._max_attempts

    # -- calls -------------------------------------------------------------------------------
    # The first attempt is in the wrapper, with nothing around it; what follows a failure is shared.

    def _decorate_sync(self, fn: "Any") -> "Any":
        if self._retry_if_result is not None or self._budget is not None:
            return super()._decorate_sync(fn)
        now, again, timed = self._now, self._again, self._deadline is not None

        def retrying(*args: "Any", **kwargs: "Any") -> "Any":
            started = now() if timed else 0
            try:
                return fn(*args, **kwargs)
            except Exception as first:
                error = first
            try:
                return again(Run(self, started, None), error, None, direct, (fn, args, kwargs))
            finally:
                del error  # no cycle between the error and this frame

        return retrying

    def _decorate_async(self, fn: "Any") -> "Any":
        if self._retry_if_result is not None or self._budget is not None:
            return super()._decorate_async(fn)
        now, aagain, timed = self._now, self._aagain, self._deadline is not None

        async def retrying(*args: "Any", **kwargs: "Any") -> "Any":
            started = now() if timed else 0
            try:
                return await fn(*args, **kwargs)
            except Exception as first:
                error = first
            try:
                return await aagain(Run(self, started, None), error, None, direct, (fn, args, kwargs))
            finally:
                del error  # no cycle between the error and this frame

        return retrying

    def _wrap(self, inner: "Any", budget: "Any" = None) -> "Any":
        now, bad, again, timed = self._now, self._retry_if_result, self._again, self._deadline is not None
        budget = budget or self._budget

        def retrying(fn: "Any", args: "Any", kwargs: "Any") -> "Any":
            started = now() if timed else 0
            if budget is not None:
                budget.record_call()
            result = error = None
            try:
                result = inner(fn, args, kwargs)
            except Exception as first:
                error = first
            else:
                if bad is None or not bad(result):
                    return result
            try:
                return again(Run(self, started, budget), error, result, inner, (fn, args, kwargs))
            finally:
                del error  # no cycle between the error and this frame

        return retrying

    def _awrap(self, inner: "Any", budget: "Any" = None) -> "Any":
        now, bad, aagain, timed = self._now, self._retry_if_result, self._aagain, self._deadline is not None
        budget = budget or self._budget

        async def retrying(fn: "Any", args: "Any", kwargs: "Any") -> "Any":
            started = now() if timed else 0
            if budget is not None:
                budget.record_call()
            result = error = None
            try:
                result = await inner(fn, args, kwargs)
            except Exception as first:
                error = first
            else:
                if bad is None or not bad(result):
                    return result
            try:
                return await aagain(Run(self, started, budget), error, result, inner, (fn, args, kwargs))
            finally:
                del error  # no cycle between the error and this frame

        return retrying

    def _again(self, run: "Run", error: "Any", result: "Any", inner: "Any", call: "Any") -> "Any":
        """Make the attempts after the first, which ended with ``error`` or ``result``."""
        bad, sleep = self._retry_if_result, self._clock.sleep
        try:
            while True:
                delay = run.wait(error, result)
                if delay > 0:
                    sleep(delay)
                if delay < 0 or run.late(error):
                    raise run.ending(error, result)
                run.enter()
                error = None
                try:
                    result = inner(*call)
                except Exception as latest:
                    error = latest
                finally:
                    run.leave()
                if error is None and (bad is None or not bad(result)):
                    return result
        finally:
            del error

    async def _aagain(self, run: "Run", error: "Any", result: "Any", inner: "Any", call: "Any") -> "Any":
        """The same, awaited."""
        bad, asleep = self._retry_if_result, self._clock.asleep
        try:
            while True:
                delay = run.wait(error, result)
                if delay > 0:
                    await asleep(delay)
                if delay < 0 or run.late(error):
                    raise run.ending(error, result)
                run.enter()
                error = None
                try:
                    result = await inner(*call)
                except Exception as latest:
                    error = latest
                finally:
                    run.leave()
                if error is None and (bad is None or not bad(result)):
                    return result
        finally:
            del error
