"""The state machine of the circuit breaker: states, generations, permits and transitions.

==============  ==========================  ===================================  ================
state           admits                      counts outcomes                      is left by
==============  ==========================  ===================================  ================
closed          every call                  yes; too many failures open it       failures
open            none                        no                                   time alone
half_open       ``half_open_max_calls`` at  ``success_threshold`` successes      its trial calls
                a time                      close it, one failure reopens it
forced_open     none                        no                                   ``reset()``
disabled        every call                  no                                   ``reset()``
metrics_only    every call                  yes; event ``would_open`` instead    ``reset()``
                                            of opening
==============  ==========================  ===================================  ================

Nothing runs in the background: an open breaker turns half-open at the first admission after its
time is over.  Each stay in a state is a *generation*, and a generation is an object.  An admitted
call holds a permit of the generation that admitted it, and its outcome is booked there; once the
breaker has moved on, that object is dead and the outcome changes nothing.

``_gate`` is the one permit that all calls of an admitting generation share, or ``None``.  Admission
reads it once, and that is all that a healthy call costs: ``permit.watch`` tells whether a success
has anything to book (when consecutive failures count: only after a failure).  Everything else
happens under the lock.

An error that ``failure_on`` matches is a failure; any other counts as neither success nor failure.
Neither, too, are a cancellation, a rejection by a rate limiter or bulkhead inside the breaker, a
deadline that had passed before the call began, and one set outside the breaker that ended it.  A
slow call counts as slow whatever its outcome; in half-open it is a failure.
"""

from ..errors import code_of
from ..port import Policy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, List, Optional, Union


class Permit:
    """What an admitted call holds: settle it once, by method or as a context manager."""

    def success(self, elapsed: "Any" = 0) -> None:
        """Book a success that took ``elapsed`` ticks (0: not measured)."""

    def failure(self, error: "Any" = None, elapsed: "Any" = 0) -> None:
        """Book a failure, unless ``error`` is one that counts as neither."""

    def failed(self, elapsed: "Any" = 0) -> None:
        """Book a failure without an error: a result that counts as one."""
        self.failure(None, elapsed)

    def cancel(self) -> None:
        """Book neither, and give the permit back."""

    def __enter__(self) -> "Any":
        return self

    def __exit__(self, kind: "Any", error: "Any", trace: "Any") -> None:
        if kind is None:
            self.success()
        elif issubclass(kind, Exception):
            self.failure(error)
        else:
            self.cancel()


class Closed(Permit):
    """A generation that counts consecutive failures."""

    def __init__(self, breaker: "Any") -> None:
        self._breaker = breaker
        self.watch = 0  # consecutive failures

    def success(self, elapsed: "Any" = 0) -> None:
        if self.watch:
            with self._breaker._lock:
                self.watch = 0

    def failure(self, error: "Any" = None, elapsed: "Any" = 0) -> None:
        breaker = self._breaker
        if not breaker._counts(error):
            return
        now = breaker._boot()
        with breaker._lock:
            if breaker._current is not self:
                return
            self.watch += 1
            if self.watch < breaker._failure_threshold:
                return
            breaker._trip(now, "%d consecutive failures" % self.watch)
        breaker._deliver()

    def describe(self) -> "Any":
        return {"failures": self.watch}


class Uncounted(Permit):
    """The generation of a disabled breaker."""

    watch = True

    def describe(self) -> "Any":
        return {}


class Trial:
    """A half-open generation: its outstanding probes, oldest first, and its successes."""

    def __init__(self) -> None:
        self.outstanding: "List[Probe]" = []
        self.successes = 0

    def describe(self) -> "Any":
        return {"successes": self.successes, "outstanding": len(self.outstanding)}


class Probe(Permit):
    """The permit of one trial call, settled once."""

    watch = True

    def __init__(self, breaker: "Any", granted_at: "Any") -> None:
        self._breaker = breaker
        self._trial = None
        self.granted_at = granted_at

    def success(self, elapsed: "Any" = 0) -> None:
        breaker = self._breaker
        if breaker._slow and elapsed >= breaker._slow:
            self._settle(False, "a slow trial call")
        else:
            self._settle(True, None)

    def failure(self, error: "Any" = None, elapsed: "Any" = 0) -> None:
        if self._breaker._counts(error):
            self._settle(False, "a failed trial call")
        else:
            self.cancel()

    def cancel(self) -> None:
        self._settle(None, None)

    def _settle(self, succeeded: "Any", reason: "Any") -> None:
        breaker = self._breaker
        now = breaker._boot()
        with breaker._lock:
            trial = self._trial
            self._trial = None
            if trial is None or breaker._current is not trial:
                return  # settled, lost, or of an earlier era
            trial.outstanding.remove(self)
            if succeeded is None:
                return
            if not succeeded:
                breaker._trip(now, reason)
            else:
                trial.successes += 1
                if trial.successes < breaker._success_threshold:
                    return
                breaker._close("%d successful trial calls" % trial.successes)
        breaker._deliver()


class States(Policy):
    """The transitions.  ``CircuitBreaker`` adds options, admission and calls."""

    if TYPE_CHECKING:
        _state: str
        _current: Any  # the generation in force, None while open
        _gate: Any  # its shared permit, None where there is none
        _shared: Any  # the same, None where each permit is timed
        _open_for: int
        _open_until: int
        _boot: Callable[[], int]
        _make: Callable[[Any], Any]
        _failure_threshold: int
        _success_threshold: int
        _half_open_max_calls: int
        _half_open_timeout: int
        _timeout: int
        _multiplier: Union[int, float]
        _max_timeout: Optional[int]
        _slow: int
        _failure_on: Any

    def _try(self) -> "Any":
        """Return a permit where there is no shared one: of a closed generation, or for a trial."""
        now = self._boot()
        probe = Probe(self, now)
        trial = Trial()
        with self._lock:
            if self._gate is not None:
                return self._gate
            if self._state == "open" and self._open_until <= now:
                self._current = trial
                self._move("half_open", "open for its time")
            if self._state != "half_open":
                return None
            trial = self._current
            if len(trial.outstanding) >= self._half_open_max_calls:
                if now - trial.outstanding[0].granted_at < self._half_open_timeout:
                    return None
                trial.outstanding.pop(0)._trial = None  # lost: whatever it brings counts no more
            trial.outstanding.append(probe)
            probe._trial = trial
        self._deliver()
        return probe

    def _counts(self, error: "Any") -> "Any":
        """Whether ``error`` is a failure; ``None`` stands for a failure without an exception."""
        if error is None:
            return True
        code = code_of(error)
        if code in ("rate_limited", "bulkhead_full"):
            return False
        if code == "deadline_exceeded" and (not error.started or error.seconds is None):
            return False
        return self._failure_on is None or self._failure_on(error)

    def _trip(self, now: "Any", reason: "Any") -> None:
        """Open; called under the lock."""
        if self._state == "metrics_only":
            self._admit_all("metrics_only", reason)
            return
        open_for = self._timeout
        if self._state == "half_open" and self._multiplier > 1:
            longest = self._max_timeout or self._timeout
            open_for = min(int(self._open_for * self._multiplier), longest)
        self._open_for = open_for
        self._open_until = now + open_for
        self._current = self._gate = self._shared = None
        self._move("open", reason)

    def _close(self, reason: "Any") -> None:
        self._admit_all("closed", reason)

    def _admit_all(self, state: "Any", reason: "Any") -> None:
        """Start a generation that admits every call; called under the lock."""
        gate = Uncounted() if state == "disabled" else self._make(self)
        self._current = self._gate = gate
        self._shared = None if self._slow else gate
        self._move(state, reason)

    def _move(self, state: "Any", reason: "Any") -> None:
        if self._listener is not None:
            fields = {"policy": "circuit_breaker", "name": self.name, "from": self._state, "to": state}
            fields["reason"] = reason
            self._listener.push("would_open" if state == self._state else "state_changed", fields)
        self._state = state

    def _deliver(self) -> None:
        if self._listener is not None:
            self._listener.deliver()

    def _set(self, state: "Any") -> None:
        with self._lock:
            if state in ("closed", "disabled", "metrics_only"):
                self._admit_all(state, "by request")
            else:
                self._current = self._gate = self._shared = None
                self._move(state, "by request")
        self._deliver()
