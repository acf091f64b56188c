"""Threads: the only code that starts one."""

import sys

from .errors import UnsupportedError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, List, Tuple

try:
    import _thread
except ImportError:
    _thread = None  # type: ignore[assignment]  # no threads here

try:
    from _contextvars import copy_context
except ImportError:
    copy_context = None  # type: ignore[assignment]  # MicroPython

# The longest single wait for a lock, in seconds: some systems refuse more than 49 days.
_SLICE_SECONDS = 86400


def check_can_wait(port: "Any") -> None:
    """Raise ``UnsupportedError`` unless a thread can be started here and waited for with a limit."""
    port.require("threads")
    if sys.implementation.name == "micropython":
        raise UnsupportedError("waiting for a thread with a time limit", port.name, "its locks ignore one")


def run_until(
    seconds: float, expired: "Callable[[], BaseException]", fn: "Callable[..., Any]", args: "Tuple[Any, ...]"
) -> "Any":
    """Return ``fn(*args)``, run in a thread; after ``seconds`` abandon it and raise ``expired()``.

    The abandoned call goes on, unseen, until it ends by itself; it does not keep the process
    alive.  It sees the context variables of the caller.  Raises ``UnsupportedError``, and makes no
    call, where the system refuses another thread.
    """
    outcome: "List[Any]" = []
    done = _thread.allocate_lock()
    done.acquire()
    run = copy_context().run

    def work() -> None:
        try:
            outcome.append((run(fn, *args), None))
        except BaseException as error:
            outcome.append((None, error))
        finally:
            done.release()

    try:
        _thread.start_new_thread(work, ())
    except RuntimeError as error:
        raise UnsupportedError("a thread", sys.platform, str(error))
    while seconds > _SLICE_SECONDS and not done.acquire(True, _SLICE_SECONDS):
        seconds -= _SLICE_SECONDS
    # Outcome, not lock: a result that came while we woke up is not thrown away.
    if not outcome and not done.acquire(True, seconds) and not outcome:
        raise expired()
    result, failure = outcome.pop()
    try:
        if failure is not None:
            raise failure
        return result
    finally:
        del failure  # it holds this frame, and this frame would hold it
