"""Time and waiting: the only code that reads a clock, and the only code that sleeps.

Time inside the library is an integer count of ticks, ``hz`` of them a second.  Floats of seconds
appear at the edges only: a 32-bit float cannot hold an uptime, and a sum of floats drifts.
Policies keep differences, never absolute products.

There are three readings, all free of wrap and of backward steps:

``now()``    the monotonic clock; it may stand still while the machine is suspended;
``boot()``   the same, but it goes on while the machine is suspended, where the system has such a
             clock; only differences of it are used, to notice a closed laptop or a frozen function;
``micros()`` microseconds, for spans and latencies only.

``wall()`` is the time of day, or ``None`` where nobody has set it.
"""

import sys

from .errors import UnsupportedError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Optional, Union

try:  # CPython, PyPy, Pyodide
    from time import monotonic_ns as _monotonic
    from time import sleep as _sleep_seconds
    from time import time as _wall_seconds

    _HZ = 1_000_000_000

    def _sleep(ticks: "Any") -> None:
        _sleep_seconds(ticks / 1_000_000_000)

    def _asleep(ticks: "Any") -> "Any":
        return loop_library().sleep(ticks / 1_000_000_000)

    def _micros() -> "Any":
        return _monotonic() // 1000

    class _Waiter:
        """What one task waits for; half the price of an ``asyncio.Event``."""

        def __init__(self) -> None:
            self._future = loop_library().get_running_loop().create_future()

        def wait(self) -> "Any":
            return self._future

        def set(self) -> None:
            if not self._future.done():  # the task may have been cancelled in this turn of the loop
                self._future.set_result(None)

    def _wall() -> "Any":
        return _wall_seconds()

    def _boot_reading() -> "Any":
        """Return a bound function that reads the boot clock, or ``None``."""
        import time

        method: "Any" = type(NoLock().__enter__)  # it binds an argument as partial() does, without an import
        try:
            reading: "Any" = method(time.clock_gettime_ns, time.CLOCK_BOOTTIME)
            reading()
        except (AttributeError, OSError):
            return None
        return reading

except ImportError:  # MicroPython
    from time import gmtime, sleep_ms, ticks_add, ticks_diff, ticks_ms, ticks_us, time  # type: ignore[attr-defined]

    _HZ = 1000

    try:  # WebAssembly, whose ticks_ms() is the time of day: somebody may set it
        from js import performance

        def ticks_ms() -> int:
            return int(performance.now()) & 0x3FFFFFFF

        def ticks_us() -> int:
            return int(performance.now() * 1000) & 0x3FFFFFFF
    except ImportError:
        pass

    def _sleep(ticks: "Any") -> None:
        sleep_ms(ticks)

    def _asleep(ticks: "Any") -> "Any":
        return loop_library().sleep_ms(ticks)

    def _Waiter() -> "Any":  # type: ignore[no-redef]
        return loop_library().Event()

    def _wall() -> "Any":
        now = time()
        if gmtime(now)[0] < 2024:
            return None  # the real-time clock was never set
        return now + (946684800 if gmtime(0)[0] == 2000 else 0)

    def _boot_reading() -> "Any":
        return None


class NoLock:
    """The lock of a runtime without threads."""

    def __enter__(self) -> "NoLock":
        return self

    def __exit__(self, kind: "Any", error: "Any", trace: "Any") -> None:
        pass


try:
    from _thread import allocate_lock as allocate_lock

    HAS_THREADS = sys.platform not in ("emscripten", "wasi")  # WebAssembly has the functions, and refuses
except ImportError:
    HAS_THREADS = False
    allocate_lock = NoLock  # type: ignore[assignment]  # what stands in for it


def loop_library() -> "Any":
    """Return ``asyncio`` without importing it for those who never await.

    Who awaits has it loaded, but for MicroPython in a browser, where the host runs the loop; there
    are no threads there that could import it at the same time.
    """
    return sys.modules.get("asyncio") or __import__("asyncio")


# The longest single wait handed to the system, in seconds: timers of browsers and boards overflow
# or are refused beyond some days.  A longer wait is a row of these.
_SLICE_SECONDS = 86400


if _HZ == 1000:
    from .ticks import FineTicks, WrappingTicks

    _monotonic = WrappingTicks(ticks_ms, ticks_diff, ticks_add, allocate_lock()).now
    _micros = FineTicks(_monotonic, ticks_us, ticks_diff, ticks_add).now


class Clock:
    """What every clock offers; this class has the arithmetic, a subclass the readings.

    A subclass sets ``hz``, ``now``, ``boot`` and ``micros``, and overrides ``sleep``, ``asleep``
    and ``wall``.  ``deadline_slot`` (two methods, ``get`` and ``set``) holds the current deadline
    of this thread or task: ``(tick, what was in force before, who set it)``, or ``None``.  It is made
    by ``new_slot(name)`` when the first object that sets deadlines is constructed.
    """

    def __init__(
        self,
        hz: int,
        now: "Callable[[], int]",
        boot: "Callable[[], int]",
        micros: "Callable[[], int]",
        new_slot: "Optional[Callable[[str], Any]]" = None,
    ) -> None:
        self.hz = hz
        self.now = now
        self.boot = boot
        self.micros = micros
        self.deadline_slot: "Any" = None
        self._new_slot = new_slot
        self._slot_lock = allocate_lock()
        self.instant = False  # the testing mode: waits return at once

    def ticks(self, seconds: "Union[int, float]", parameter: str = "seconds") -> int:
        """Return a duration in ticks.

        ``seconds`` is a finite int or float, 0 or more; a positive one is at least one tick.
        Raises ``TypeError`` or ``ValueError`` naming ``parameter``.
        """
        if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
            raise TypeError("%s is %r; accepted: a number of seconds" % (parameter, seconds))
        if not (0 <= seconds < float("inf")):
            raise ValueError("%s is %r; accepted: a finite number of seconds, 0 or more" % (parameter, seconds))
        if isinstance(seconds, int):
            return seconds * self.hz
        if seconds >= 1_000_000:
            return int(seconds) * self.hz  # the product may be beyond what a float can hold
        return max(1, int(seconds * self.hz + 0.5)) if seconds else 0

    def positive_ticks(self, seconds: "Union[int, float]", parameter: str = "seconds") -> int:
        """Return a duration in ticks as ``ticks`` does, but refuse 0."""
        ticks = self.ticks(seconds, parameter)
        if not ticks:
            raise ValueError("%s is %r; accepted: a number of seconds above 0" % (parameter, seconds))
        return ticks

    def seconds(self, ticks: int) -> float:
        """Return a duration of ``ticks`` in seconds."""
        return ticks / self.hz

    def suspended(self) -> int:
        """Return a count of ticks that grows only while the machine is suspended."""
        return self.boot() - self.now()

    def wall(self) -> "Optional[Union[int, float]]":
        """Return the time of day in seconds since 1970 (UTC), or ``None`` if nobody has set it."""
        return None

    def sleep(self, ticks: int) -> None:
        """Wait ``ticks`` in this thread."""
        raise UnsupportedError("sleep", type(self).__name__)

    async def asleep(self, ticks: int) -> None:
        """Wait ``ticks`` in this task."""
        raise UnsupportedError("asleep", type(self).__name__)

    def timer(self, ticks: int, callback: "Callable[[], object]") -> "Any":
        """Call ``callback()`` in the running loop after ``ticks``; the result has ``cancel()``."""
        return loop_library().create_task(self._fire(self.now() + ticks, callback))

    def waiter(self) -> "Any":
        """Return something that one task waits for: ``await w.wait()``, until ``w.set()``."""
        return _Waiter()

    async def _fire(self, at: int, callback: "Callable[[], object]") -> None:
        await self.asleep(max(0, at - self.now()))
        callback()

    def open_deadline_slot(self) -> "Any":
        """Make ``deadline_slot`` if it is not there; ``None`` where the port has no such thing."""
        with self._slot_lock:
            if self.deadline_slot is None and self._new_slot is not None:
                self.deadline_slot = self._new_slot("deadline")
        return self.deadline_slot

    def deadline(self) -> "Optional[int]":
        """Return the current deadline in ticks of ``now()``, or ``None``."""
        scope = None if self.deadline_slot is None else self.deadline_slot.get()
        return None if scope is None else int(scope[0])


class SystemClock(Clock):
    """The clock of this machine: nanoseconds on CPython and Pyodide, milliseconds on MicroPython."""

    def __init__(self, new_slot: "Any" = None) -> None:
        super().__init__(_HZ, _monotonic, _boot_reading() or _monotonic, _micros, new_slot)
        self._slice = _SLICE_SECONDS * _HZ

    def wall(self) -> "Any":
        return _wall()

    def sleep(self, ticks: "Any") -> None:
        if self.instant:
            return
        end = self.now() + ticks
        while ticks > 0:
            _sleep(min(ticks, self._slice))
            ticks = end - self.now()

    async def asleep(self, ticks: "Any") -> None:
        if self.instant:
            ticks = 0
        end = self.now() + ticks
        await _asleep(min(ticks, self._slice))
        while end - self.now() > 0 and ticks > 0:
            await _asleep(min(max(end - self.now(), 1), self._slice))

    def timer(self, ticks: "Any", callback: "Any") -> "Any":
        asyncio = loop_library()
        if ticks > self._slice or not hasattr(asyncio, "get_running_loop"):
            return super().timer(ticks, callback)
        # A browser's loop refuses a time in the past.
        return asyncio.get_running_loop().call_later(max(ticks, 0) / self.hz, callback)
