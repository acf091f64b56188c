"""Retry: make the call again when it failed, later each time, and not too often.

A retry is a load on somebody who is in trouble.  So there are few attempts, the waits grow and are
spread by jitter, a deadline is never passed, and what cannot help is not tried: a rejection of our
own that will not be over in time, a call whose deadline has passed, a cancellation.

``_Run`` holds the decisions for one call that has failed once; a call that succeeds at first never
makes one.  A wait that the failure asks for (``retry_after``, Retry-After) is honoured if it fits:
into the deadline where there is one, else into ``max_delay``.  If it does not fit, there is no
further attempt, since an earlier one would be refused.
"""

from ..errors import RetryExhaustedError, check_callable, check_count, code_of, error_matcher
from ..port import Policy, current_port
from .backoff import Backoff
from .retry_after import requested_wait

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, Optional, Union

    Seconds = Union[int, float]

_NO_RESULT = object()


class _Run:
    """The retries of one call."""

    def __init__(self, policy: "Any", started: "Any", budget: "Any") -> None:
        self._budget = budget
        self._clock = policy._clock
        self._delays = policy._backoff.start()
        self._end = None if policy._deadline is None else started + policy._deadline
        self.attempts = 0
        self.policy = policy
        self._outer = None if policy._slot is None else policy._slot.get()
        if self._outer is not None and policy._listener is not None:
            policy._emit("retry_nested", {"policy": "retry", "outer": self._outer.policy.name})

    def wait(self, error: "Any", result: "Any" = _NO_RESULT) -> "Any":
        """Decide about a failed attempt: ticks to wait before the next one, or -1 to give up."""
        policy = self.policy
        self.attempts += 1
        reason, delay = self._judge(error, result)
        if reason is not None:
            if policy._listener is not None:
                fields = {"policy": "retry", "attempts": self.attempts, "error": error, "reason": reason}
                policy._emit("retries_exhausted", fields)
            return -1
        seconds = self._clock.seconds(delay)
        if policy._before_sleep is not None:
            policy._before_sleep(self.attempts, seconds, error)
        if policy._listener is not None:
            fields = {"policy": "retry", "attempt": self.attempts, "delay": seconds, "error": error}
            policy._emit("retry_scheduled", fields)
        return delay

    def _judge(self, error: "Any", result: "Any") -> "Any":
        policy = self.policy
        if error is not None and not policy._retries(error):
            return "not retried", 0
        if self.attempts >= policy._max_attempts:
            return "max_attempts", 0
        delay = self._delays.next()
        asked = self._asked(result if error is None else error)
        if asked > delay:
            delay = asked
        left = self._left()
        if left is not None:
            if delay >= left:
                return "deadline", 0
        elif asked > policy._backoff.maximum:
            return "retry_after is beyond max_delay", 0
        if self._budget is not None and not self._budget.try_spend():
            return "budget", 0
        return None, delay

    def _asked(self, source: "Any") -> "Any":
        """The wait in ticks that the failure asks for, 0 if none."""
        policy = self.policy
        if not policy._respect_retry_after:
            return 0
        seconds, reason = requested_wait(source, self._clock)
        if reason is not None and policy._listener is not None:
            policy._emit("retry_after_ignored", {"policy": "retry", "reason": reason})
        return 0 if seconds is None else self._clock.ticks(seconds)

    def _left(self) -> "Any":
        """Ticks until the earliest deadline, ``None`` without one."""
        end = self._clock.deadline()
        if self._end is not None and (end is None or self._end < end):
            end = self._end
        return None if end is None else end - self._clock.now()

    @property
    def number(self) -> "Any":
        """The number of the attempt under way, from 1."""
        return self.attempts + 1

    def late(self) -> "Any":
        """Whether the deadline passed while we waited: then there is no further attempt."""
        left = self._left()
        return left is not None and left <= 0

    def enter(self) -> None:
        """Make this the run in force in this task, for what is further in to see."""
        if self.policy._slot is not None:
            self.policy._slot.set(self)

    def leave(self) -> None:
        if self.policy._slot is not None:
            self.policy._slot.set(self._outer)

    def give_up(self, error: "Any", result: "Any") -> None:
        """Raise what the call ends with."""
        if error is None:
            raise RetryExhaustedError(self.attempts, result)
        try:
            error.attempts = self.attempts
        except AttributeError:
            pass  # an exception with slots, or of MicroPython
        raise error


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

            given = (max_attempts, initial_delay, max_delay, backoff_multiplier, backoff, jitter, seed, retry_on)
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
        self._budget = budget
        self._respect_retry_after = respect_retry_after
        self._before_sleep = check_callable("before_sleep", before_sleep)
        self._slot = current_port().slot("retrying")
        from .retry_attempts import Attempts  # it needs _Run

        self._attempts = Attempts
        self._nest()

    execute = Policy.call  # the specification's names
    aexecute = Policy.acall

    def __iter__(self) -> "Any":
        """Attempts one by one: ``for attempt in policy:`` / ``with attempt:``."""
        return self._attempts(self)

    def __aiter__(self) -> "Any":
        """Attempts one by one: ``async for attempt in policy:`` / ``with attempt:``."""
        return self._attempts(self)

    def _retries(self, error: "Any") -> "Any":
        """Whether another attempt could help."""
        code = code_of(error)
        if code == "unsupported" or (code == "deadline_exceeded" and not error.started):
            return False
        if code in ("circuit_open", "rate_limited") and error.retry_after is None:
            return False
        return self._retry_on(error)

    def _worst(self, seconds: "Any", calls: "Any") -> "Any":
        clock, backoff, retries = self._clock, self._backoff, self._max_attempts - 1
        if seconds is not None:
            attempt = seconds
            seconds += retries * attempt + clock.seconds(backoff.longest(retries, self._respect_retry_after))
            if self._deadline is not None:
                seconds = min(seconds, clock.seconds(self._deadline) + attempt)
        return seconds, calls * self._max_attempts

    def _wrap(self, inner: "Any", budget: "Any" = None) -> "Any":
        now, sleep, bad = self._now, self._clock.sleep, self._retry_if_result
        budget = budget or self._budget
        timed = self._deadline is not None

        def retrying(fn: "Any", args: "Any", kwargs: "Any") -> "Any":
            started = now() if timed else 0
            if budget is not None:
                budget.record_call()
            result = None
            try:
                result = inner(fn, args, kwargs)
            except Exception as first:
                error = first
            else:
                if bad is None or not bad(result):
                    return result
                error = None
            run = _Run(self, started, budget)
            try:
                while True:
                    delay = run.wait(error, result)
                    if delay > 0:
                        sleep(delay)
                    if delay < 0 or run.late():
                        run.give_up(error, result)
                    run.enter()
                    try:
                        result = inner(fn, args, kwargs)
                    except Exception as latest:
                        error = latest
                    else:
                        if bad is None or not bad(result):
                            return result
                        error = None
                    finally:
                        run.leave()
            finally:
                error = None  # no cycle between the error and this frame

        return retrying

    def _awrap(self, inner: "Any", budget: "Any" = None) -> "Any":
        now, asleep, bad = self._now, self._clock.asleep, self._retry_if_result
        budget = budget or self._budget
        timed = self._deadline is not None

        async def retrying(fn: "Any", args: "Any", kwargs: "Any") -> "Any":
            started = now() if timed else 0
            if budget is not None:
                budget.record_call()
            result = None
            try:
                result = await inner(fn, args, kwargs)
            except Exception as first:
                error = first
            else:
                if bad is None or not bad(result):
                    return result
                error = None
            run = _Run(self, started, budget)
            try:
                while True:
                    delay = run.wait(error, result)
                    if delay > 0:
                        await asleep(delay)
                    if delay < 0 or run.late():
                        run.give_up(error, result)
                    run.enter()
                    try:
                        result = await inner(fn, args, kwargs)
                    except Exception as latest:
                        error = latest
                    else:
                        if bad is None or not bad(result):
                            return result
                        error = None
                    finally:
                        run.leave()
            finally:
                error = None  # no cycle between the error and this frame

        return retrying
