"""Threads: the only code that starts one."""

import sys

from .errors import UnsupportedError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


try:
    import _thread
except ImportError:
    _thread = None  # type: ignore[assignment]  # no threads here

try:
    from _contextvars import copy_context
except ImportError:
    copy_context = None  # type: ignore[assignment]  # MicroPython


def check_can_wait(port: "Any") -> None:
    """Raise ``UnsupportedError`` unless a thread can be started here and waited for with a limit."""
    port.require("threads")
    if sys.implementation.name == "micropython":
        raise UnsupportedError("waiting for a thread with a time limit", port.name, "its locks ignore one")


def run_until(seconds: "Any", expired: "Any", fn: "Any", args: "Any") -> "Any":
    """Return ``fn(*args)``, run in a thread; after ``seconds`` abandon it and raise ``expired()``.

    The abandoned call goes on, unseen, until it ends by itself; it does not keep the process
    alive.  It sees the context variables of the caller.
    """
    outcome: "Any" = []
    done = _thread.allocate_lock()
    done.acquire()
    run = copy_context().run if copy_context is not None else _call

    def work() -> None:
        try:
            outcome.append((run(fn, *args), None))
        except BaseException as error:
            outcome.append((None, error))
        finally:
            done.release()

    _thread.start_new_thread(work, ())
    if not done.acquire(True, seconds):
        raise expired()
    result, error = outcome.pop()
    if error is not None:
        raise error
    return result


def _call(fn: "Any", *args: "Any") -> "Any":
    return fn(*args)
