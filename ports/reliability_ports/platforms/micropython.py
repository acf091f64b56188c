"""MicroPython: the unix, esp32, rp2 and WebAssembly ports."""

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


try:
    import _thread
except ImportError:
    _thread = None


class TaskSlot:
    """A value for each thread and each asyncio task, since there are no context variables.

    A child task starts without one.  asyncio runs in the thread that made the first slot; in
    another thread the value belongs to the thread.
    """

    def __init__(self) -> None:
        self._values = {}
        self._lock = _thread.allocate_lock() if _thread is not None else None
        self._loop_thread = _thread.get_ident() if _thread is not None else 0

    def _key(self) -> "Any":
        thread = _thread.get_ident() if _thread is not None else 0
        if thread != self._loop_thread:
            return thread
        core = sys.modules.get("asyncio.core")
        task = None if core is None else core.cur_task
        return 0 if task is None else id(task)

    def get(self) -> "Any":
        if not self._values:
            return None
        return self._locked(self._values.get, self._key())

    def set(self, value: "Any") -> None:
        key = self._key()
        if value is None:
            self._locked(self._values.pop, key, None)
        else:
            self._locked(self._values.__setitem__, key, value)

    def _locked(self, operation: "Any", *args: "Any") -> "Any":
        # Without a global lock another thread may be resizing the dict.
        if self._lock is None:
            return operation(*args)
        with self._lock:
            return operation(*args)


class MicroPythonPort:
    """The adapter for MicroPython."""

    name = "micropython"

    def __init__(self, unsupported_error: "Any") -> None:
        self._unsupported = unsupported_error
        has_sockets = sys.platform != "webassembly"
        self.capabilities = {
            "threads": _thread is not None,
            "processes": False,
            "sockets": has_sockets,
            "signals": False,
        }

    def slot(self) -> "Any":
        return TaskSlot()

    def platform(self) -> "Any":
        return sys.platform
