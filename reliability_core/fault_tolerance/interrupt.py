"""Ending a plain call from outside, for a ``Timeout`` that was asked to."""

from ..errors import UnsupportedError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def interrupter(kind: "Any", port: "Any", timeout: "Any") -> "Any":
    """Return a wrapper of ``run(fn, args, kwargs)`` that ends the call at the current deadline.

    Raises ``UnsupportedError`` where the port cannot: at once, before any call.
    """
    if kind == "worker":
        from ..worker import check_can_wait, run_until

        check_can_wait(port)
        return lambda inner: _Bounded(timeout, inner, run_until)
    port.require("signals")
    alarm = getattr(port.adapter, "alarm", None)
    if alarm is None:
        raise UnsupportedError("an interrupting timeout", port.name, "it has no alarm signal")
    return lambda inner: _Bounded(timeout, inner, alarm)


class _Bounded:
    """Runs a call under ``bound(seconds, expired, inner, call)`` until the deadline in force."""

    def __init__(self, timeout: "Any", inner: "Any", bound: "Any") -> None:
        self._timeout = timeout
        self._inner = inner
        self._bound = bound

    def __call__(self, fn: "Any", args: "Any", kwargs: "Any") -> "Any":
        timeout = self._timeout
        clock = timeout._clock
        left = clock.deadline() - clock.now()
        own = left <= timeout._ticks
        return self._bound(
            clock.seconds(max(left, 1)), lambda: timeout._exceeded(True, own), self._inner, (fn, args, kwargs)
        )
