"""The layer of a service that reports every attempt, whatever its outcome."""

from ..errors import code_of
from ..port import Policy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def outcome_of(error: "Any") -> "Any":
    """Return the outcome of an attempt that ended with ``error`` (``None``: it succeeded)."""
    if error is None:
        return "success"
    if not isinstance(error, Exception):
        return "cancelled"
    code = code_of(error)
    if code == "deadline_exceeded":
        return "timed_out" if getattr(error, "started", True) else "rejected"
    return "rejected" if code in ("circuit_open", "rate_limited", "bulkhead_full") else "failure"


class AttemptObserver(Policy):
    """Stands inside the retry and outside the breaker, so that it sees each attempt once."""

    _observes = True

    def __init__(
        self, name: "Any", tracer: "Any", metrics: "Any", retry_policy: "Any", on_event: "Any", clock: "Any"
    ) -> None:
        super().__init__(name, on_event, clock)
        self._tracer = tracer
        self._metrics = metrics
        self._retry = retry_policy

    def _attempt(self) -> "Any":
        run = None if self._retry is None or self._retry._slot is None else self._retry._slot.get()
        return run.number if run is not None and run.policy is self._retry else 1

    def _begin(self) -> "Any":
        span = None if self._tracer is None else self._tracer.start_span(self.name)
        return self._attempt(), span, self._clock.micros()

    def _end(self, begun: "Any", error: "Any") -> None:
        attempt, span, started = begun
        latency = (self._clock.micros() - started) / 1000000
        outcome = outcome_of(error)
        if span is not None:
            self._tracer.add_attribute(span, "attempt", attempt)
            self._tracer.add_attribute(span, "outcome", outcome)
            self._tracer.end_span(span)
        if self._metrics is not None:
            self._metrics.record_latency(self.name, latency)
        if self._listener is not None:
            fields = {"policy": "service", "attempt": attempt, "outcome": outcome, "latency": latency, "error": error}
            self._emit("attempt_finished", fields)

    def _wrap(self, inner: "Any") -> "Any":
        def observed(fn: "Any", args: "Any", kwargs: "Any") -> "Any":
            begun = self._begin()
            try:
                result = inner(fn, args, kwargs)
            except BaseException as error:
                self._end(begun, error)
                raise
            self._end(begun, None)
            return result

        return observed

    def _awrap(self, inner: "Any") -> "Any":
        async def observed(fn: "Any", args: "Any", kwargs: "Any") -> "Any":
            begun = self._begin()
            try:
                result = await inner(fn, args, kwargs)
            except BaseException as error:
                self._end(begun, error)
                raise
            self._end(begun, None)
            return result

        return observed
