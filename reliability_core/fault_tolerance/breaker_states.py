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
    from typing import Any, Callable, Dict, List, Optional, Tuple

    Error = Optional[BaseException]


class Permit:
    """What an admitted call holds: settle it once.  As it stands, for a disabled breaker, it books nothing.

    Where all calls of a generation share one permit, it cannot tell their ``with`` blocks apart.  So a
    block has ``inside`` in its hands, which books the same but leaves an entry in ``by_hand`` (the
    error, or ``None``); then the end of a block is not booked again.
    """

    watch = 1  # whether a success has anything to book
    inside: "Any" = None
    by_hand: "Tuple[Error, ...]" = ()
    _breaker: "Any" = None

    def success(self, elapsed: int = 0) -> None:
        """Book a success that took ``elapsed`` ticks (0: not measured)."""

    def failure(self, error: "Error" = None, elapsed: int = 0) -> None:
        """Book a failure, unless ``error`` is one that counts as neither."""

    def cancel(self) -> None:
        """Book neither, and give the permit back."""

    def describe(self) -> "Dict[str, Any]":
        """Return the counts of its generation as plain data."""
        return {}

    def __enter__(self) -> "Permit":
        return self.inside or self

    def __exit__(self, kind: "Any", error: "Any", trace: "Any") -> None:
        if self.by_hand and self._was_settled(error):
            return
        if kind is None:
            self.success()
        elif issubclass(kind, Exception):
            self.failure(error)
        else:
            self.cancel()

    def _was_settled(self, error: "Error") -> bool:
        """Whether a block that ends with ``error`` was settled by hand (a loop over those that run)."""
        with self._breaker._lock:
            entries = list(self.by_hand)
            if error not in entries:
                if not entries or isinstance(error, Exception):
                    return False  # an error of its own: a failure like any other
                error = entries[0]
            entries.remove(error)
            self.by_hand = tuple(entries)
            return True


class Inside(Permit):
    """A shared permit as a ``with`` block has it in its hands."""

    def __init__(self, permit: Permit) -> None:
        self._permit = permit

    def success(self, elapsed: int = 0) -> None:
        self._permit.success()
        self._note(None)

    def failure(self, error: "Error" = None, elapsed: int = 0) -> None:
        self._permit.failure(error)
        self._note(error)

    def cancel(self) -> None:
        self._note(None)

    def _note(self, error: "Error") -> None:
        with self._permit._breaker._lock:
            self._permit.by_hand += (error,)


class Closed(Permit):
    """A generation that counts consecutive failures."""

    def __init__(self, breaker: "Any") -> None:
        self._breaker = breaker
        self.inside = Inside(self)
        self.watch = 0  # consecutive failures

    def success(self, elapsed: int = 0) -> None:
        if self.watch:
            with self._breaker._lock:
                self.watch = 0

    def failure(self, error: "Error" = None, elapsed: int = 0) -> None:
        breaker = self._breaker
        if breaker._weigh(error) < 1:
            return
        now = breaker._boot()
        with breaker._lock:
            if breaker._gate is not self:
                return
            self.watch += 1
            if self.watch < breaker._failure_threshold:
                return
            breaker._trip(now, "%d consecutive failures" % self.watch)
        breaker._deliver()

    def describe(self) -> "Dict[str, Any]":
        return {"failures": self.watch}


class Probe(Permit):
    """The permit of one trial call, settled once."""

    def __init__(self, breaker: "Any", granted_at: int) -> None:
        self._breaker = breaker
        self._trial: "Optional[List[Probe]]" = None
        self.granted_at = granted_at

    def success(self, elapsed: int = 0) -> None:
        slow = 0 < self._breaker._slow <= elapsed
        self._settle(not slow, "a slow trial call")

    def failure(self, error: "Error" = None, elapsed: int = 0) -> None:
        weight = -1
        try:
            weight = self._breaker._weigh(error)
        finally:  # the predicate of the user may raise: then the permit is given back
            if weight > 0:
                self._settle(False, "a failed trial call")
            elif weight == 0 and 0 < self._breaker._slow <= elapsed:
                self._settle(False, "a slow trial call")
            else:
                self.cancel()

    def cancel(self) -> None:
        self._settle(None, None)

    def _settle(self, succeeded: "Optional[bool]", reason: "Optional[str]") -> None:
        breaker = self._breaker
        now = breaker._boot()
        with breaker._lock:
            trial = self._trial
            self._trial = None
            if trial is None or breaker._trial is not trial:
                return  # settled, lost, or of an earlier era
            trial.remove(self)
            if succeeded is None:
                return
            if not succeeded:
                breaker._trip(now, reason)
            else:
                breaker._successes += 1
                if breaker._successes < breaker._success_threshold:
                    return
                breaker._admit_all("closed", "%d successful trial calls" % breaker._successes)
        breaker._deliver()


class States(Policy):
    """The transitions.  ``CircuitBreaker`` adds options, admission and calls."""

    if TYPE_CHECKING:
        _state: str
        _gate: Any  # the permit that every call gets, or None
        _shared: Any  # the same, None where each permit is timed
        _trial: Optional[List[Probe]]  # the trial calls under way, oldest first
        _successes: int  # of trial calls
        _open_for: int
        _open_until: int
        _quiet_until: int  # until this tick a refusal needs nothing but its error
        _boot: Callable[[], int]
        _kind: Any  # of a counting generation, and its arguments
        _kind_args: Any
        _half_open_max_calls: int
        _half_open_timeout: int
        _timeout: int
        _growth: Optional[Tuple[int, int, int]]  # numerator, denominator, longest open time
        _slow: int
        _failure_on: Any

    def _try(self) -> "Any":
        """Return a permit where there was no shared one, or ``None``."""
        now = self._boot()
        probe = Probe(self, now)
        fresh: "List[Probe]" = []
        with self._lock:
            if self._gate is not None:
                return self._gate
            if self._state == "open" and self._open_until <= now:
                self._successes = 0
                self._trial = fresh
                self._move("half_open", "open for its time")
            trial = self._trial
            if trial is None or self._state != "half_open":
                return None
            if len(trial) >= self._half_open_max_calls:
                if now - trial[0].granted_at < self._half_open_timeout:
                    return None
                trial.pop(0)._trial = None  # lost: whatever it brings counts no more
            trial.append(probe)
            probe._trial = trial
        self._deliver()
        return probe

    def _weigh(self, error: "Error") -> int:
        """What ``error`` (``None``: a bad result) counts: 1 is a failure, 0 an outcome that counts as
        neither, -1 no outcome of the call at all."""
        if error is None:
            return 1
        if not isinstance(error, Exception):
            return -1
        code = code_of(error)
        if code in ("rate_limited", "bulkhead_full"):
            return -1
        if code == "deadline_exceeded" and not (getattr(error, "started", 1) and getattr(error, "seconds", None)):
            return -1
        return 1 if self._failure_on is None or self._failure_on(error) else 0

    # What follows is called under the lock.  An interrupt between two statements must leave a breaker
    # that works: so the state is written before the gate is taken away, and after it is given.

    def _trip(self, now: int, reason: "Optional[str]") -> None:
        if self._state == "metrics_only":
            self._admit_all("metrics_only", reason, "would_open")
            return
        open_for = self._timeout
        if self._growth is not None and self._state == "half_open":
            numerator, denominator, longest = self._growth
            open_for = min(self._open_for * numerator // denominator, longest)
        self._open_for = open_for
        self._open_until = now + open_for
        self._move("open", reason)
        self._shared = self._gate = self._trial = None

    def _admit_all(self, state: str, reason: "Optional[str]", event: str = "state_changed") -> None:
        """Start a generation that admits every call."""
        gate = Permit() if state == "disabled" else self._kind(self, *self._kind_args)
        self._gate = gate
        self._shared = None if self._slow else gate
        self._trial = None
        self._move(state, reason, event)

    def _move(self, state: str, reason: "Optional[str]", event: str = "state_changed") -> None:
        if self._listener is not None:
            fields = {"policy": "circuit_breaker", "name": self.name, "from": self._state, "to": state}
            fields["reason"] = reason
            self._listener.push(event, fields)
        self._state = state
        self._quiet_until = self._open_until if state == "open" and self._listener is None else 0

    # Not under the lock:

    def _deliver(self) -> None:
        if self._listener is not None:
            self._listener.deliver()

    def _set(self, state: str) -> None:
        with self._lock:
            if state == "forced_open":
                self._move(state, "by request")
                self._shared = self._gate = self._trial = None
            else:
                self._admit_all(state, "by request")
        self._deliver()
