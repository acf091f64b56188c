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
happens under the lock.  Transitions write in such an order that an interrupt between two
statements leaves a breaker that still works: the state before the gate is taken away, the gate
before the state says that there is one.
"""

from ..errors import code_of
from ..port import Policy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Any, Callable, Dict, List, Optional, Tuple, Type


class Permit:
    """What an admitted call holds: settle it once, by method or as a context manager."""

    watch: "int" = True  # whether a success has anything to book

    def success(self, elapsed: "int" = 0) -> "None":
        """Book a success that took ``elapsed`` ticks (0: not measured)."""

    def failure(self, error: "Optional[BaseException]" = None, elapsed: "int" = 0) -> "None":
        """Book a failure, unless ``error`` is one that counts as neither."""

    def cancel(self) -> "None":
        """Book neither, and give the permit back."""

    def __enter__(self) -> "Permit":
        return self

    def __exit__(
        self,
        kind: "Optional[Type[BaseException]]",
        error: "Optional[BaseException]",
        trace: "Optional[TracebackType]",
    ) -> "bool":
        if kind is None:
            self.success()
        elif issubclass(kind, Exception):
            self.failure(error)
        else:
            self.cancel()
        return False


class Uncounted(Permit):
    """The generation of a disabled breaker: nothing is booked."""

    def describe(self) -> "Dict[str, Any]":
        return {}


class Generation(Permit):
    """A generation that admits every call and counts: one permit, shared by all of them.

    A block that is settled by hand is not booked again when it ends.  The permit cannot tell its
    blocks apart, so it keeps one entry for each such block that is still running: the error given,
    or ``None``.
    """

    def __init__(self, breaker: "States"):
        self._breaker = breaker
        self._block = Block(self)
        self.by_hand: "List[Optional[BaseException]]" = []

    def describe(self) -> "Dict[str, Any]":
        """Return the counts as plain data."""
        return {}

    def __enter__(self) -> "Permit":
        return self._block

    def __exit__(
        self,
        kind: "Optional[Type[BaseException]]",
        error: "Optional[BaseException]",
        trace: "Optional[TracebackType]",
    ) -> "bool":
        if self.by_hand and self._settled_by_hand(error):
            return False
        if kind is None:
            self.success()
        elif issubclass(kind, Exception):
            self.failure(error)
        return False

    def _settled_by_hand(self, error: "Optional[BaseException]") -> "bool":
        """Take the entry of a block that ends with ``error`` (bounded by the blocks that run)."""
        with self._breaker._lock:
            entries = self.by_hand
            for place in range(len(entries)):
                if entries[place] is error:
                    entries.pop(place)
                    return True
            if not entries or isinstance(error, Exception):
                return False  # an error that was not settled by hand is a failure
            entries.pop()
            return True


class Block(Permit):
    """A shared permit as a ``with`` block sees it: for those who settle by hand there."""

    def __init__(self, permit: "Generation"):
        self._permit = permit

    def success(self, elapsed: "int" = 0) -> "None":
        self._permit.success(elapsed)
        self._note(None)

    def failure(self, error: "Optional[BaseException]" = None, elapsed: "int" = 0) -> "None":
        self._permit.failure(error, elapsed)
        self._note(error)

    def cancel(self) -> "None":
        self._note(None)

    def _note(self, error: "Optional[BaseException]") -> "None":
        with self._permit._breaker._lock:
            self._permit.by_hand.append(error)


class Closed(Generation):
    """Counts consecutive failures, in ``watch``."""

    def __init__(self, breaker: "States"):
        super().__init__(breaker)
        self.watch = 0

    def success(self, elapsed: "int" = 0) -> "None":
        if self.watch:
            with self._breaker._lock:
                self.watch = 0

    def failure(self, error: "Optional[BaseException]" = None, elapsed: "int" = 0) -> "None":
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


class Trial:
    """A half-open generation: its outstanding probes, oldest first, and its successes."""

    def __init__(self) -> "None":
        self.outstanding: "List[Probe]" = []
        self.successes = 0

    def describe(self) -> "Dict[str, Any]":
        return {"successes": self.successes, "outstanding": len(self.outstanding)}


class Probe(Permit):
    """The permit of one trial call, settled once."""

    def __init__(self, breaker: "States", granted_at: "int"):
        self._breaker = breaker
        self._trial: "Optional[Trial]" = None
        self.granted_at = granted_at

    def success(self, elapsed: "int" = 0) -> "None":
        slow = self._breaker._slow
        if slow and elapsed >= slow:
            self._settle(False, "a slow trial call")
        else:
            self._settle(True, None)

    def failure(self, error: "Optional[BaseException]" = None, elapsed: "int" = 0) -> "None":
        try:
            weight = self._breaker._weigh(error)
        except BaseException:
            self.cancel()  # the user's predicate failed: give the permit back
            raise
        slow = self._breaker._slow
        if weight > 0:
            self._settle(False, "a failed trial call")
        elif weight == 0 and slow and elapsed >= slow:
            self._settle(False, "a slow trial call")
        else:
            self.cancel()

    def cancel(self) -> "None":
        self._settle(None, None)

    def _settle(self, succeeded: "Optional[bool]", reason: "Optional[str]") -> "None":
        breaker = self._breaker
        now = breaker._boot()
        with breaker._lock:
            trial = self._trial
            self._trial = None
            if trial is None or breaker._trial is not trial:
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
                breaker._admit_all("closed", "state_changed", "%d successful trial calls" % trial.successes)
        breaker._deliver()


class States(Policy):
    """The transitions.  ``CircuitBreaker`` adds options, admission and calls."""

    _boot: "Callable[[], int]"
    _slow: "int"
    _failure_threshold: "int"
    _success_threshold: "int"
    _half_open_max_calls: "int"
    _half_open_timeout: "int"
    _timeout: "int"
    _growth: "Optional[Tuple[int, int, int]]"  # numerator, denominator and maximum of the open time
    _failure_on: "Optional[Callable[[Any], Any]]"
    _make: "Callable[[Any], Generation]"
    _state: "str"
    _gate: "Any"  # a Generation, Uncounted or None
    _shared: "Any"  # the gate, where acquire() may hand it out as it is
    _trial: "Optional[Trial]"
    _open_for: "int"
    _open_until: "int"

    def _try(self, now: "int") -> "Any":
        """Return a permit where there was no shared one, or ``None``."""
        if self._state == "open" and now < self._open_until:
            return None
        probe = Probe(self, now)
        fresh = Trial()
        with self._lock:
            if self._gate is not None:
                return self._gate
            if self._state == "open" and self._open_until <= now:
                self._trial = fresh
                self._move("half_open", "state_changed", "open for its time")
            trial = self._trial
            if trial is None or self._state != "half_open":
                return None
            if len(trial.outstanding) >= self._half_open_max_calls:
                if now - trial.outstanding[0].granted_at < self._half_open_timeout:
                    return None
                trial.outstanding.pop(0)._trial = None  # lost: whatever it brings counts no more
            trial.outstanding.append(probe)
            probe._trial = trial
        self._deliver()
        return probe

    def _weigh(self, error: "Optional[BaseException]") -> "int":
        """What ``error`` (``None``: an unacceptable result) counts: 1 is a failure, 0 an outcome that
        counts as neither, -1 no outcome of the call at all."""
        if error is None:
            return 1
        if not isinstance(error, Exception):
            return -1
        code = code_of(error)
        if code == "rate_limited" or code == "bulkhead_full":
            return -1
        # A deadline that had passed before the call began, or one set outside the breaker.
        if code == "deadline_exceeded" and not (getattr(error, "started", True) and getattr(error, "seconds", None)):
            return -1
        return 1 if self._failure_on is None or self._failure_on(error) else 0

    # What follows is called under the lock.

    def _trip(self, now: "int", reason: "Optional[str]") -> "None":
        if self._state == "metrics_only":
            self._admit_all("metrics_only", "would_open", reason)
            return
        open_for = self._timeout
        if self._state == "half_open" and self._growth is not None:
            numerator, denominator, longest = self._growth
            open_for = min(self._open_for * numerator // denominator, longest)
        self._open_for = open_for
        self._open_until = now + open_for
        self._shut("open", reason)

    def _shut(self, state: "str", reason: "Optional[str]") -> "None":
        """Start a generation without a gate."""
        self._move(state, "state_changed", reason)
        self._shared = self._gate = self._trial = None

    def _admit_all(self, state: "str", event: "str", reason: "Optional[str]") -> "None":
        """Start a generation that admits every call."""
        gate = Uncounted() if state == "disabled" else self._make(self)
        self._gate = gate
        self._shared = None if self._slow else gate
        self._trial = None
        self._move(state, event, reason)

    def _move(self, state: "str", event: "str", reason: "Optional[str]") -> "None":
        if self._listener is not None:
            fields = {"policy": "circuit_breaker", "name": self.name, "from": self._state, "to": state}
            fields["reason"] = reason
            self._listener.push(event, fields)
        self._state = state

    # And this again without it.

    def _deliver(self) -> "None":
        if self._listener is not None:
            self._listener.deliver()

    def _set(self, state: "str") -> "None":
        with self._lock:
            if state == "forced_open":
                self._shut(state, "by request")
            else:
                self._admit_all(state, "state_changed", "by request")
        self._deliver()
