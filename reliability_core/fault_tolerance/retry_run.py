"""The retries of one call that has failed: whether there is a next attempt, and when."""

from ..errors import RetryExhaustedError
from .retry_after import requested_wait

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_NO_RESULT = object()


class Run:
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
