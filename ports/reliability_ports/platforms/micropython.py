"""MicroPython: the unix, esp32, rp2 and WebAssembly ports."""

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


try:
    import _thread
except ImportError:
    _thread = None  # type: ignore[assignment]  # MicroPython for WebAssembly


class TaskSlot:
    """A value for each thread and each asyncio task, since there are no context variables.

    A child task starts without one.  asyncio runs in the thread that made the first slot; in
    another thread the value belongs to the thread.
    """

    def __init__(self) -> None:
        # The task, or the id of the thread -> value.  A key that is held here cannot become another's.
        self._values: "Any" = {}
        self._many = 16  # so many entries are worth looking for tasks that are over
        self._lock = _thread.allocate_lock() if _thread is not None else None
        self._loop_thread = _thread.get_ident() if _thread is not None else 0

    def _key(self) -> "Any":
        thread = _thread.get_ident() if _thread is not None else 0
        if thread != self._loop_thread:
            return thread
        core = sys.modules.get("asyncio.core")
        task = None if core is None else core.cur_task
        return 0 if task is None else task

    def get(self) -> "Any":
        if not self._values:
            return None
        return self._locked(self._values.get, self._key())

    def set(self, value: "Any") -> None:
        key = self._key()
        if value is None:
            self._locked(self._values.pop, key, None)
            return
        self._locked(self._values.__setitem__, key, value)
        if len(self._values) > self._many:
            self._locked(self._forget_tasks_that_are_over)

    def _forget_tasks_that_are_over(self) -> None:
        for key in [key for key in self._values if hasattr(key, "done") and key.done()]:
            del self._values[key]
        self._many = max(16, 2 * len(self._values))

    def _locked(self, operation: "Any", *args: "Any") -> "Any":
        # Without a global lock another thread may be resizing the dict.
        if self._lock is None:
            return operation(*args)
        with self._lock:
            return operation(*args)


class MicroPythonPort:
    """The adapter for MicroPython.

    The readings are in a file of their own, loaded when the first one is asked for: most programs
    on a board take none, and want the heap.
    """

    name = "micropython"

    def __init__(self, unsupported_error: "Any", platform: str = sys.platform) -> None:
        self._unsupported = unsupported_error
        self._platform = platform
        self._readings: "Any" = None
        self.capabilities = {
            "threads": _thread is not None,
            "processes": False,
            "sockets": platform != "webassembly",
            "signals": False,
        }

    def slot(self) -> "Any":
        return TaskSlot()

    def platform(self) -> str:
        return self._platform

    def __getattr__(self, reading: str) -> "Any":
        if reading.startswith("_"):
            raise AttributeError(reading)
        if self._readings is None:
            from .micropython_readings import readings

            self._readings = readings(self._platform, self._unsupported)
        return getattr(self._readings, reading)
