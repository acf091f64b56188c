"""For tests, yours and ours: a clock that a test moves, a port that it invents, scripted callables.

``FakeClock`` makes every policy deterministic: waits cost nothing and end exactly when they should.
``without_waiting()`` is the lighter way for a suite that only wants its retries not to wait.
"""

from .clock import Clock, loop_library
from .port import Port, current_port, use_port

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, Optional


class FakeClock(Clock):
    """A clock that stands still until a test, or a wait, moves it.

    ``hz`` is the number of ticks a second: 1_000_000_000 as on CPython, 1_000 as on a board.
    ``advance(seconds)`` lets time pass; ``suspend(seconds)`` lets it pass for the boot clock only,
    as in a closed laptop; ``step_wall(seconds)`` moves the time of day only.  ``sleep`` returns at
    once with the time moved; ``asleep`` lets every other task run first, then moves the time to
    the earliest waiter's.  ``sleeps`` lists the waits asked for, in seconds.

    >>> clock = FakeClock()
    >>> clock.sleep(clock.ticks(2.5)); clock.elapsed()
    2.5
    """

    # Turns of the loop without a new waiter after which nothing but time can be waited for.
    _IDLE_TURNS = 20

    def __init__(self, hz: int = 1_000_000_000, start: int = 0) -> None:
        super().__init__(hz, self._read, self._read_boot, self._read_micros, current_port().new_slot)
        self._ticks = start
        self._start = start
        self._suspended = 0
        self._wall: "Optional[float]" = 1_700_000_000
        self._waiters: "list[Any]" = []
        self._order = 0
        self.sleeps: "list[float]" = []

    def _read(self) -> "Any":
        return self._ticks

    def _read_boot(self) -> "Any":
        return self._ticks + self._suspended

    def _read_micros(self) -> "Any":
        return self._ticks * 1_000_000 // self.hz

    def elapsed(self) -> float:
        """Return the seconds that have passed on the monotonic clock."""
        return self.seconds(self._ticks - self._start)

    def wall(self) -> "Optional[float]":
        return self._wall

    def advance(self, seconds: float) -> None:
        """Let ``seconds`` pass."""
        self._move_to(self._ticks + self.ticks(seconds))

    def suspend(self, seconds: float) -> None:
        """Let the machine sleep ``seconds``: the monotonic clock stands still, boot time goes on."""
        self._suspended += self.ticks(seconds)
        self._pass_wall(self.ticks(seconds))

    def step_wall(self, seconds: "Optional[float]") -> None:
        """Move the time of day by ``seconds``, or make it unknown (``None``)."""
        self._wall = None if seconds is None or self._wall is None else self._wall + seconds

    def _pass_wall(self, ticks: "Any") -> None:
        if self._wall is not None:
            self._wall += ticks / self.hz

    def _move_to(self, ticks: "Any") -> None:
        self._pass_wall(ticks - self._ticks)
        self._ticks = ticks

    def sleep(self, ticks: int) -> None:
        self.sleeps.append(self.seconds(ticks))
        self._move_to(self._ticks + max(0, ticks))

    async def asleep(self, ticks: int) -> None:
        sleep = loop_library().sleep
        self.sleeps.append(self.seconds(ticks))
        self._order += 1
        me = (self._ticks + ticks, self._order)
        self._waiters.append(me)
        idle = 0
        seen = self._order
        try:
            while self._ticks < me[0] or idle == 0:
                await sleep(0)
                idle = idle + 1 if seen == self._order and min(self._waiters) == me else 1
                seen = self._order
                if idle > self._IDLE_TURNS and self._ticks < me[0]:
                    if not hasattr(loop_library(), "get_running_loop"):
                        # MicroPython runs tasks by their millisecond: one made in this one may not have begun.
                        await sleep(0.002)
                        if seen != self._order or min(self._waiters) != me:
                            continue
                    self._move_to(me[0])
        finally:
            self._waiters.remove(me)


class FakePort(Port):
    """A port made of a dict of readings, for tests of what depends on the platform.

    ``readings`` maps a reading's name to its value, or to an exception to raise.

    >>> FakePort("esp32", cpu_count=2).read("cpu_count")
    (2, None)
    >>> FakePort("esp32").read("load")
    (None, 'unsupported on esp32')
    """

    def __init__(
        self,
        name: str = "fake",
        *,
        clock: "Any" = None,
        capabilities: "Optional[Dict[str, Any]]" = None,
        **readings: "Any",
    ) -> None:
        self._readings = readings
        super().__init__(_Named(name, capabilities or {"threads": True}), clock)

    def read(self, reading: str, *args: "Any") -> "Any":
        if reading not in self._readings:
            return None, "unsupported on %s" % self.name
        value = self._readings[reading]
        if isinstance(value, Exception):
            return None, "%s: %s" % (type(value).__name__, value)
        return (value, None) if value is not None else (None, "not reported by %s" % self.name)

    def __enter__(self) -> "FakePort":
        self._outer = current_port()
        use_port(self)
        return self

    def __exit__(self, kind: "Any", error: "Any", trace: "Any") -> None:
        use_port(self._outer)


class _Named:
    def __init__(self, name: "Any", capabilities: "Any") -> None:
        self.name = name
        self.capabilities = capabilities


class Script:
    """A callable that follows a script: each call returns the next item, or raises it.

    The last item repeats.  An item that is a number of seconds wrapped in ``Takes`` lets time pass
    first.  ``calls`` counts.

    >>> script = Script(ValueError("no"), 7)
    >>> raises(ValueError, script), script(), script(), script.calls
    (ValueError('no'), 7, 7, 3)
    """

    def __init__(self, *items: "Any") -> None:
        self._items = items
        self.calls = 0

    def __call__(self, *args: "Any", **kwargs: "Any") -> "Any":
        item = self._items[min(self.calls, len(self._items) - 1)]
        self.calls += 1
        if isinstance(item, Takes):
            item.clock.advance(item.seconds)
            item = item.then
        if isinstance(item, BaseException) or (isinstance(item, type) and issubclass(item, BaseException)):
            raise item
        return item

    async def acall(self, *args: "Any", **kwargs: "Any") -> "Any":
        """The same as an ``async def`` function."""
        return self(*args, **kwargs)


class Takes:
    """An item of a ``Script``: lets ``seconds`` pass on ``clock``, then does as ``then`` says."""

    def __init__(self, seconds: float, clock: FakeClock, then: "Any" = None) -> None:
        self.seconds = seconds
        self.clock = clock
        self.then = then


class Events:
    """A listener that remembers: pass it as ``on_event``.

    >>> events = Events(); events("state_changed", {"to": "open"}); events.names()
    ['state_changed']
    """

    def __init__(self) -> None:
        self.all: "list[Any]" = []

    def __call__(self, name: str, fields: "Dict[str, Any]") -> None:
        self.all.append((name, fields))

    def names(self) -> "list[str]":
        """Return the names of the events so far."""
        return [name for name, _ in self.all]

    def of(self, name: str) -> "list[Any]":
        """Return the fields of the events with this name."""
        return [fields for seen, fields in self.all if seen == name]


def raises(kind: "Any", fn: "Callable[..., Any]", *args: "Any", **kwargs: "Any") -> "Any":
    """Return the ``kind`` of exception that ``fn(*args, **kwargs)`` raises; fail if it raises none."""
    try:
        fn(*args, **kwargs)
    except kind as error:
        return error
    raise AssertionError("nothing was raised; expected %r" % (kind,))


async def araises(kind: "Any", awaitable: "Any") -> "Any":
    """Return the ``kind`` of exception that awaiting ``awaitable`` raises; fail if it raises none."""
    try:
        await awaitable
    except kind as error:
        return error
    raise AssertionError("nothing was raised; expected %r" % (kind,))


class without_waiting:
    """Testing mode: inside the block the current port's clock does not wait.

    Policies decide as always, by real time; only their sleeps return at once.

    >>> with without_waiting():
    ...     current_port().clock.sleep(10**12)
    """

    def __enter__(self) -> "without_waiting":
        self._clock = current_port().clock
        self._before = self._clock.instant
        self._clock.instant = True
        return self

    def __exit__(self, kind: "Any", error: "Any", trace: "Any") -> None:
        self._clock.instant = self._before
