"""MicroPython: the unix, esp32, rp2 and WebAssembly ports."""

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, List, Optional


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


# The unix port's names of an operating system; every other name is a board's or "webassembly".
_SYSTEMS = ("linux", "darwin", "freebsd", "win32")

# What the second byte of sys.implementation._mpy counts: the machine code that .mpy files may hold.
_ARCHITECTURES = (
    None,
    "x86",
    "x86_64",
    "armv6",
    "armv6m",
    "armv7m",
    "armv7em",
    "armv7emsp",
    "armv7emdp",
    "xtensa",
    "xtensawin",
    "rv32imc",
    "rv64imc",
)

# What the Linux adapter reads from files, and so can be read here too.
_FROM_FILES = "os_version cpu_count total_memory cpu_times container_evidence kubernetes_evidence".split()


class _Files:
    """The Linux adapter, loaded when the first reading needs it: most programs take none."""

    def __init__(self, unsupported_error: "Any") -> None:
        self._unsupported = unsupported_error
        self._linux: "Any" = None

    def reader(self, reading: str) -> "Callable[[], Any]":
        return lambda: self._take(reading)

    def _take(self, reading: str) -> "Any":
        if self._linux is None:
            from .linux import LinuxPort

            self._linux = LinuxPort(self._unsupported)
        return getattr(self._linux, reading)()


class MicroPythonPort:
    """The adapter for MicroPython.

    A board's firmware does not tell how many processors or how much memory the chip has.
    """

    name = "micropython"

    def __init__(self, unsupported_error: "Any", platform: str = sys.platform) -> None:
        self._unsupported = unsupported_error
        self._platform = platform
        self.capabilities = {
            "threads": _thread is not None,
            "processes": False,
            "sockets": platform != "webassembly",
            "signals": False,
        }
        if platform == "linux":
            files = _Files(unsupported_error)
            for reading in _FROM_FILES:
                setattr(self, reading, files.reader(reading))

    def slot(self) -> "Any":
        return TaskSlot()

    def platform(self) -> str:
        return self._platform

    def is_embedded(self) -> bool:
        return self._platform not in _SYSTEMS and not self.is_wasm()

    def is_wasm(self) -> bool:
        return self._platform == "webassembly"

    def architecture(self) -> "Optional[str]":
        """The machine code that this interpreter loads, which is that of its processor."""
        if self.is_wasm():
            return "wasm32"
        kind = getattr(sys.implementation, "_mpy", 0) >> 10 & 0x0F
        return _ARCHITECTURES[kind] if kind < len(_ARCHITECTURES) else None

    def os_version(self) -> str:
        """A board's firmware is its operating system."""
        self._board_only("os_version", "it does not tell")
        return ".".join([str(number) for number in sys.implementation.version[:3]])

    def total_memory(self) -> "Any":
        reason = "the firmware tells only its heap: gc.mem_free() + gc.mem_alloc()"
        raise self._unsupported("total_memory", self._platform, reason)

    def container_evidence(self) -> "List[str]":
        return self._nothing("container_evidence")

    def kubernetes_evidence(self) -> "List[str]":
        return self._nothing("kubernetes_evidence")

    def _nothing(self, reading: str) -> "List[str]":
        self._board_only(reading, "what runs around this process cannot be seen")
        return []

    def _board_only(self, reading: str, reason: str) -> None:
        if not self.is_embedded():
            raise self._unsupported(reading, self._platform, reason)
