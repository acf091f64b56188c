"""Every error of this library, and how wrong arguments are refused.

One tree, single inheritance, imports nothing::

    ReliabilityError
        CircuitOpenError        a circuit breaker refused the call
        RetryExhaustedError     the last permitted attempt returned a result that asks for a retry
        DeadlineExceededError   a timeout or deadline ended the call, or refused to start it
        RateLimitError          a rate limiter refused the call
        BulkheadFullError       too many calls are running and waiting
        FallbackError           the call failed and so did its fallback
        PortError               the outside world could not do what was asked
            UnsupportedError    ... because this runtime does not have it

Each class has a constant text ``code``.  Two vendored copies of this library recognise each
other's errors by it, since ``isinstance`` cannot.  Fields are positional (MicroPython's exceptions take no
keywords), live in attributes, survive pickle and copy, and the text is built only when somebody
reads it; the interpreter itself has put them into ``args``.

Wrong arguments are not in the tree: they are ``TypeError`` or ``ValueError``, raised by the
constructor that was given them, and name the parameter, the value and what is accepted.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Optional, Tuple


class ReliabilityError(Exception):
    """Base of every error that this library itself decides to raise.

    A subclass names its ``_fields``, in the order of its arguments; what is left out is ``None``.
    """

    code = "reliability"
    _fields: "Tuple[str, ...]" = ()

    def __init__(self, *values: "Any") -> None:
        if len(values) > len(self._fields):
            raise TypeError("%s takes at most %s" % (type(self).__name__, ", ".join(self._fields)))
        for place, field in enumerate(self._fields):
            setattr(self, field, values[place] if place < len(values) else None)

    def __reduce__(self) -> "Any":
        return type(self), tuple([getattr(self, field) for field in self._fields])


class CircuitOpenError(ReliabilityError):
    """The circuit breaker ``name`` did not admit the call.

    ``retry_after`` is the number of seconds until it may admit one: 0.0 when only its trial calls
    have to settle, ``None`` when time alone will not help (state ``"forced_open"``).
    """

    code = "circuit_open"
    _fields = ("name", "retry_after", "state")

    # Raised often and in a hurry: nothing but what is needed.
    def __init__(
        self, name: "Optional[str]" = None, retry_after: "Optional[float]" = None, state: str = "open"
    ) -> None:
        self.name = name
        self.retry_after = retry_after
        self.state = state

    def __str__(self) -> str:
        text = "circuit breaker %sis %s; it " % (_label(self.name), self.state)
        if self.retry_after is None:
            return text + "stays so until it is reset"
        return text + "may admit a call in %s s" % _short(self.retry_after)


class RetryExhaustedError(ReliabilityError):
    """All ``attempts`` returned a result that asks for another one; ``last_result`` is the last."""

    code = "retry_exhausted"
    _fields = ("attempts", "last_result")
    attempts: int
    last_result: "Any"

    def __str__(self) -> str:
        return "no acceptable result in %s attempts; the last was %r" % (self.attempts, self.last_result)


class DeadlineExceededError(ReliabilityError):
    """The time for the call was over.

    ``seconds`` is the time that was granted (``None`` when it was set elsewhere); ``started``
    tells whether the call had begun: ``False`` means that it was not made at all.
    """

    code = "deadline_exceeded"
    _fields = ("seconds", "started", "name")
    seconds: "Optional[float]"
    started: bool
    name: "Optional[str]"

    def __str__(self) -> str:
        granted = "" if self.seconds is None else " of %s s" % _short(self.seconds)
        fate, when = ("ended", "has") if self.started else ("not started", "has already")
        return "call %s%s: the time limit%s %s passed" % (_label(self.name), fate, granted, when)


class RateLimitError(ReliabilityError):
    """The rate limiter ``name`` did not admit the call.

    ``retry_after`` is the number of seconds until it would; ``None`` if it never will.
    """

    code = "rate_limited"
    _fields = ("retry_after", "name")
    retry_after: "Optional[float]"
    name: "Optional[str]"

    def __str__(self) -> str:
        text = "rate limiter %srefused the call" % _label(self.name)
        return text if self.retry_after is None else text + "; try again in %s s" % _short(self.retry_after)


class BulkheadFullError(ReliabilityError):
    """``max_concurrent`` calls are running and ``max_waiting`` are waiting in bulkhead ``name``."""

    code = "bulkhead_full"
    _fields = ("name", "max_concurrent", "max_waiting")
    name: "Optional[str]"
    max_concurrent: int
    max_waiting: int

    def __str__(self) -> str:
        return "bulkhead %sis full: %s running, %s waiting" % (_label(self.name), self.max_concurrent, self.max_waiting)


class FallbackError(ReliabilityError):
    """The call failed with ``original`` and the last fallback failed with ``fallback_error``."""

    code = "fallback_failed"
    _fields = ("original", "fallback_error")
    original: Exception
    fallback_error: Exception

    def __str__(self) -> str:
        return "the call failed (%r) and its fallback failed too (%r)" % (self.original, self.fallback_error)


class PortError(ReliabilityError):
    """The port ``port`` could not do ``capability``, for the ``reason`` given."""

    code = "port"
    _fields = ("capability", "port", "reason")
    capability: str
    port: str
    reason: "Optional[str]"
    _verdict = "failed"

    def __str__(self) -> str:
        text = "%s %s on %s" % (self.capability, self._verdict, self.port)
        return text if self.reason is None else text + ": " + self.reason


class UnsupportedError(PortError):
    """``capability`` does not exist on the port ``port``; ``reason`` says why, where it is known."""

    code = "unsupported"
    _verdict = "is not supported"


def code_of(error: "Any") -> "Any":
    """Return the ``code`` of an error of this library, whichever copy raised it, else ``None``.

    Other libraries have errors with a ``code`` too, some with ours; only ours have ``_fields``.
    """
    kind = type(error)
    return kind.code if hasattr(kind, "_fields") and hasattr(kind, "code") else None


def error_matcher(parameter: "Any", on: "Any") -> "Any":
    """Turn exception classes, or a predicate, into one function ``error -> bool``.

    What is not an ``Exception`` (cancellation, ``KeyboardInterrupt``, ``SystemExit``,
    ``GeneratorExit``) is refused: no policy may act on it.
    """
    if isinstance(on, type):
        on = (on,)
    if isinstance(on, (tuple, list)):
        for kind in on:
            if not (isinstance(kind, type) and issubclass(kind, Exception)):
                refuse(TypeError, parameter, kind, "subclasses of Exception, or a predicate of the error")
        classes = tuple(on)
        return lambda error: isinstance(error, classes)
    if callable(on):
        return on
    refuse(TypeError, parameter, on, "exception classes or a predicate of the error")


def refuse(kind: "Any", parameter: "Any", value: "Any", accepted: "Any") -> None:
    """Raise ``kind`` (``TypeError`` or ``ValueError``) in the one form that all refusals have."""
    raise kind("%s is %r; accepted: %s" % (parameter, value, accepted))


def check_count(parameter: "Any", value: "Any", minimum: "Any" = 1) -> "Any":
    """Return ``value`` if it is an int of at least ``minimum``, else refuse it."""
    if isinstance(value, bool) or not isinstance(value, int):
        refuse(TypeError, parameter, value, "an int of at least %d" % minimum)
    if value < minimum:
        refuse(ValueError, parameter, value, "an int of at least %d" % minimum)
    return value


def check_number(parameter: "Any", value: "Any", minimum: "Any", maximum: "Any" = None) -> "Any":
    """Return ``value`` if it is a finite number within the bounds given, else refuse it."""
    accepted = "a finite number of at least %s" % minimum
    if maximum is not None:
        accepted = "a number from %s to %s" % (minimum, maximum)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        refuse(TypeError, parameter, value, accepted)
    # Written so that NaN, which compares false with everything, is refused too.
    if not (minimum <= value < float("inf")) or (maximum is not None and value > maximum):
        refuse(ValueError, parameter, value, accepted)
    return value


def check_callable(parameter: "Any", value: "Any", optional: "Any" = True) -> "Any":
    """Return ``value`` if it can be called, or is ``None`` where that is allowed, else refuse it."""
    if not (callable(value) or (optional and value is None)):
        refuse(TypeError, parameter, value, "a callable or None" if optional else "a callable")
    return value


def check_choice(parameter: "Any", value: "Any", choices: "Any") -> "Any":
    """Return ``value`` if it is one of ``choices``, else refuse it."""
    if value not in choices:
        refuse(ValueError, parameter, value, ", ".join([repr(choice) for choice in choices]))
    return value


def _label(name: "Any") -> "Any":
    return "" if name is None else "%r " % (name,)


def _short(seconds: "Any") -> "Any":
    return "%.3f" % seconds if seconds < 10 else "%.1f" % seconds
