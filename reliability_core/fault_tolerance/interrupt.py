"""Ending a plain call from outside, for a ``Timeout`` that was asked to."""

from ..errors import DeadlineExceededError, UnsupportedError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, List, Optional

    Bound = Callable[[float, Callable[[], Exception], Callable[..., Any], Any], Any]


def interrupter(kind: str, port: "Any", timeout: "Any") -> "Any":
    """Return a wrapper of ``run(fn, args, kwargs)`` that ends the call at the current deadline.

    Raises ``UnsupportedError`` where the port cannot: at once, before any call.
    """
    bound: "Optional[Bound]"
    if kind == "worker":
        from ..worker import check_can_wait, run_until

        check_can_wait(port)
        bound = run_until
    else:
        port.require("signals")
        bound = getattr(port.adapter, "alarm", None)
        if bound is None:
            raise UnsupportedError("an interrupting timeout", port.name, "it has no alarm signal")
    return lambda inner: _bounded(timeout, inner, bound)


def _bounded(timeout: "Any", inner: "Any", bound: "Bound") -> "Any":
    """Return what runs a call under ``bound(seconds, expired, inner, call)`` until the deadline in force."""
    clock = timeout._clock

    def run(fn: "Any", args: "Any", kwargs: "Any") -> "Any":
        at, _, owner = clock.deadline_slot.get()
        made: "List[Exception]" = []

        def expired() -> Exception:
            # Perhaps in a signal handler: what the listener does is done outside it, below.
            made.append(timeout._error(True, owner is timeout))
            return made[-1]

        try:
            return bound(clock.seconds(max(at - clock.now(), 1)), expired, inner, (fn, args, kwargs))
        except DeadlineExceededError as error:
            if error in made:
                timeout._report(error)
            raise

    return run
