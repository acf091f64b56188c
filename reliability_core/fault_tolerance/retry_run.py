"""The retries of one call that has failed: whether there is a next attempt, and when."""

from ..errors import RetryExhaustedError, code_of
from .retry_after import requested_wait

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Optional, Tuple

    Error = Optional[Exception]

NO_RESULT = object()


class Run:
    """The retries of one call."""

    def __init__(self, policy: "Any", started: int, budget: "Any") -> None:
        self._budget = budget
        self._clock = policy._clock
        self._delays = policy._backoff.start()
        self._end = None if policy._deadline is None else started + policy._deadline
        self.attempts = 0
        self.policy = policy
        self._outer = None if policy._slot is None else policy._slot.get()
        if self._outer is not None and policy._listener is not None:
            policy._emit("retry_nested", {"policy": "retry", "outer": self._outer.policy.name})

    def wait(self, error: "Error", result: "Any") -> int:
        """Decide about a failed attempt: ticks to wait before the next one, or -1 to give up."""
        policy = self.policy
        self.attempts += 1
        reason, delay = self._judge(error, result)
        if reason is not None:
            self._exhausted(error, reason)
            return -1
        seconds = self._clock.seconds(delay)
        if policy._before_sleep is not None:
            policy._before_sleep(self.attempts, seconds, error)
        if policy._listener is not None:
            fields = {"policy": "retry", "attempt": self.attempts, "delay": seconds, "error": error}
            policy._emit("retry_scheduled", fields)
        return delay

    def _judge(self, error: "Error", result: "Any") -> "Tuple[Optional[str], int]":
        policy = self.policy
        if error is not None and not policy._retries(error):
            return "not retried", 0
        if self.attempts >= policy._max_attempts:
            return "max_attempts", 0
        delay: int = self._delays.next()
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

    def _asked(self, source: "Any") -> int:
        """The wait in ticks that the failure asks for, 0 if none."""
        policy = self.policy
        if not policy._respect_retry_after:
            return 0
        ticks = 0
        try:
            seconds, reason = requested_wait(source, self._clock)
            if seconds is not None:
                ticks = self._clock.ticks(seconds)
        except Exception as odd:  # an attribute of a foreign error, or a number with 5000 digits
            reason = "it cannot be read: " + type(odd).__name__
        if reason is not None and policy._listener is not None:
            policy._emit("retry_after_ignored", {"policy": "retry", "reason": reason})
        return ticks

    def _left(self) -> "Optional[int]":
        """Ticks until the earliest deadline, ``None`` without one."""
        end: "Optional[int]" = self._clock.deadline()
        if self._end is not None and (end is None or self._end < end):
            end = self._end
        return None if end is None else end - self._clock.now()

    @property
    def number(self) -> int:
        """The number of the attempt under way, from 1."""
        return self.attempts + 1

    def late(self, error: "Error") -> bool:
        """Whether the deadline passed while we waited: then there is no further attempt."""
        left = self._left()
        if left is None or left > 0:
            return False
        self._exhausted(error, "deadline")
        return True

    def enter(self) -> None:
        """Make this the run in force in this task, for what is further in to see."""
        if self.policy._slot is not None:
            self.policy._slot.set(self)

    def leave(self) -> None:
        if self.policy._slot is not None:
            self.policy._slot.set(self._outer)

    def _exhausted(self, error: "Error", reason: str) -> None:
        policy = self.policy
        if policy._listener is not None:
            fields = {"policy": "retry", "attempts": self.attempts, "error": error, "reason": reason}
            policy._emit("retries_exhausted", fields)

    def ending(self, error: "Error", result: "Any") -> Exception:
        """Return what the call ends with, for the caller to raise: this frame must not hold it."""
        if error is None:
            return RetryExhaustedError(self.attempts, result)
        if code_of(error) != "retry_exhausted":  # whose attempts are those of a policy further in
            try:
                error.attempts = self.attempts  # type: ignore[attr-defined]  # where it takes attributes
            except Exception:
                pass
        return error
