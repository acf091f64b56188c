"""The contract with the outside world, and what every object that stands on it shares.

A **port** is a platform adapter completed by the core.  An adapter is any object with a ``name``
and with as many of the contract's methods as its platform can serve; it imports nothing of the
core.  A method that is missing, returns ``None`` or raises ``OSError`` becomes one and the same
answer, ``(None, reason)``: see ``Port.read``.

The port is found when the first object that needs it is constructed: the one given to
``use_port()``; else the sibling package ``reliability_ports``; else a port without an adapter,
which needs nothing but ``sys``, ``time`` and ``gc``.

``Policy`` is the base of every object that takes its clock, lock and listener from the port.
"""

import sys

from .clock import HAS_THREADS, SystemClock, allocate_lock
from .errors import ReliabilityError, UnsupportedError, check_callable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Awaitable, Callable, Coroutine, Dict, Optional, Tuple, TypeVar

    from typing_extensions import ParamSpec

    P = ParamSpec("P")
    R = TypeVar("R")


try:
    from _thread import RLock as _make_lock  # re-entrant: a signal handler may come back in
except ImportError:
    _make_lock = allocate_lock  # type: ignore[assignment,misc]  # MicroPython has no other

try:
    from _weakref import ref
    from os import register_at_fork
except ImportError:
    new_lock: "Any" = _make_lock  # no processes here
else:
    _locks: "Dict[int, Any]" = {}  # id -> weak reference of every lock made, for the child of a fork

    def new_lock() -> "Any":
        """Return a lock for sections of straight-line arithmetic; it survives a fork."""
        lock = _make_lock()
        key = id(lock)
        _locks[key] = ref(lock, lambda _: _locks.pop(key, None))
        return lock

    def _free_locks_in_child() -> None:
        # A thread that held one of these does not exist here, so nobody else would ever release it.
        for reference in list(_locks.values()):
            lock = reference()
            if lock is not None:
                try:
                    lock._release_save()
                except RuntimeError:
                    pass  # it was free

    register_at_fork(after_in_child=_free_locks_in_child)


# Where a section without a call or loop needs no lock, CPython 3.10+ with its global lock, counts are
# kept without one: an implementation detail, held by a stress test; never used for a permit or a
# state, because a tracing debugger breaks it.
COUNTS_NEED_LOCK = (
    sys.implementation.name != "cpython"
    or sys.version_info < (3, 10)
    or not getattr(sys, "_is_gil_enabled", lambda: True)()
)


class Port:
    """An adapter completed by the core.

    ``name`` is the platform's; ``clock`` its clock; ``capabilities`` a dict of what exists here.
    """

    def __init__(self, adapter: "Any" = None, clock: "Any" = None) -> None:
        self.adapter = adapter
        self.name: "str" = getattr(adapter, "name", "base")
        self.capabilities: "Dict[str, Any]" = dict(getattr(adapter, "capabilities", None) or {"threads": HAS_THREADS})
        self._slots: "Dict[str, Any]" = {}
        self._lock = new_lock()
        self.clock = SystemClock(self.new_slot) if clock is None else clock

    def slot(self, name: "str") -> "Any":
        """Return the place called ``name``, with ``get()`` and ``set(value)``: one value for each task
        and thread; ``None`` where a port cannot tell them apart.

        Where tasks inherit (CPython), a new task starts with the value of the one that made it.
        """
        with self._lock:
            if name not in self._slots:
                self._slots[name] = self.new_slot(name)
            return self._slots[name]

    def new_slot(self, name: "str") -> "Any":
        """Return a new such place."""
        try:
            from _contextvars import ContextVar
        except ImportError:
            make = getattr(self.adapter, "slot", None)
            return None if make is None else make()
        return ContextVar("%s.%s" % (__name__, name), default=None)

    def read(self, reading: "str", *args: "Any") -> "Tuple[Any, Optional[str]]":
        """Take a reading: ``(value, None)``, or ``(None, reason)`` where it cannot be taken."""
        take = getattr(self.adapter, reading, None)
        if take is None:
            return None, "unsupported on %s" % self.name
        try:
            value = take(*args)
        except OSError as error:
            return None, "%s: %s" % (type(error).__name__, error)
        except ReliabilityError as error:
            return None, str(error)
        return (value, None) if value is not None else (None, "not reported by %s" % self.name)

    def require(self, capability: "str") -> None:
        """Raise ``UnsupportedError`` unless the port has ``capability``."""
        if not self.capabilities.get(capability):
            raise UnsupportedError(capability, self.name)

    def entropy(self) -> int:
        """Return 32 random bits from the best source there is: the seed of an unseeded policy."""
        try:
            from os import urandom

            return int.from_bytes(urandom(4), "big")
        except (ImportError, NotImplementedError):
            from random import getrandbits

            # A browser seeds this generator, a bare board may not: there the time has to do.
            mixed: int = getrandbits(32) ^ self.clock.micros() * 2654435761
            return mixed & 0xFFFFFFFF


_port: "Optional[Port]" = None


def use_port(port: "Any") -> "Optional[Port]":
    """Make ``port`` (a ``Port`` or an adapter) the current port and return it.

    ``None`` forgets the current one, so that the next object finds it again.  Objects that exist
    keep the port that they were made with.
    """
    global _port
    _port = port if port is None or isinstance(port, Port) else Port(port)
    return _port


def current_port() -> "Port":
    """Return the current port, finding it if this is the first request."""
    global _port
    if _port is None:
        _port = Port(_find_adapter())
    return _port


def _find_adapter() -> "Any":
    # Static statements, so that tools that freeze programs see them; relative first, so that a
    # vendored copy finds its own sibling, and only where this package has a parent at all.
    try:
        if __name__.count(".") > 1:
            from ..reliability_ports.platforms import find  # type: ignore[import-not-found]  # when vendored
        else:
            from reliability_ports.platforms import find
    except ImportError:
        return None
    return find(UnsupportedError)


async def _nothing() -> None:
    pass


_coroutine = _nothing()
_coroutine.close()
# What an ``async def`` function returns.  MicroPython's coroutines are generators, which a plain
# function may well return, so nothing can be told from the type there.
COROUTINE = None if sys.implementation.name == "micropython" else type(_coroutine)


def refuse_coroutine(coroutine: "Any", fn: "Any") -> None:
    """Refuse what a plain ``call`` got from an ``async def`` function.

    Otherwise every such call would pass for a success, and nothing would ever run.
    """
    coroutine.close()
    raise TypeError("%r returned a coroutine; await policy.acall(...) instead of policy.call(...)" % (fn,))


def direct(fn: "Any", args: "Any", kwargs: "Any") -> "Any":
    """Make the call: the innermost layer.  Awaited, it is the same: what ``fn`` returns is."""
    return fn(*args, **kwargs)


class Policy:
    """Base of the policies: name, clock, lock, listener, and what a decorator does.

    A subclass has ``_wrap(inner)`` and ``_awrap(inner)``: each returns ``run(fn, args, kwargs)``,
    which calls ``inner(fn, args, kwargs)`` when the policy admits it.
    """

    if TYPE_CHECKING:
        _wrap: Callable[[Any], Any]
        _awrap: Callable[[Any], Any]

    def __init__(self, name: "Optional[str]", on_event: "Any", clock: "Any") -> None:
        check_callable("on_event", on_event)
        self.name = name
        self._clock = current_port().clock if clock is None else clock
        self._now = self._clock.now
        self._lock = new_lock()
        self._run: "Any" = None  # what ``call`` and ``acall`` run
        self._arun: "Any" = None
        self._listener: "Any" = None
        if on_event is not None:
            from .listener import Listener

            self._listener = Listener(on_event)

    def __call__(self, fn: "Callable[P, R]") -> "Callable[P, R]":
        """Guard ``fn``, a plain or an ``async def`` function, keeping its signature.

        Raises ``TypeError`` for generators, which would fail after the policy has looked away.
        """
        from .composition import decorate

        guarded: "Callable[P, R]" = decorate(self, fn)
        return guarded

    def asynchronous(self, fn: "Callable[P, Awaitable[R]]") -> "Callable[P, Coroutine[Any, Any, R]]":
        """Guard a callable that returns an awaitable without being an ``async def`` function."""
        from .composition import decorate_asynchronous

        guarded: "Callable[P, Coroutine[Any, Any, R]]" = decorate_asynchronous(self, fn)
        return guarded

    def call(self, fn: "Callable[P, R]", *args: "P.args", **kwargs: "P.kwargs") -> "R":
        """Call ``fn(*args, **kwargs)`` under this policy and return its result."""
        run = self._run
        if run is None:  # a policy inside another is never called itself
            run = self._run = self._wrap(direct)
        result: "R" = run(fn, args, kwargs)
        if type(result) is COROUTINE:
            refuse_coroutine(result, fn)
        return result

    async def acall(self, fn: "Callable[P, Awaitable[R]]", *args: "P.args", **kwargs: "P.kwargs") -> "R":
        """Await ``fn(*args, **kwargs)`` under this policy and return its result."""
        run = self._arun
        if run is None:
            run = self._arun = self._awrap(direct)
        result: "R" = await run(fn, args, kwargs)
        return result

    def _worst(self, seconds: "Any", calls: "Any") -> "Any":
        """The longest time (``None``: no bound) and most calls, given those of what is inside."""
        return seconds, calls

    def _decorate_sync(self, fn: "Any") -> "Any":
        run = self._wrap(direct)

        def guarded(*args: "Any", **kwargs: "Any") -> "Any":
            return run(fn, args, kwargs)

        return guarded

    def _decorate_async(self, fn: "Any") -> "Any":
        run = self._awrap(direct)

        async def guarded(*args: "Any", **kwargs: "Any") -> "Any":
            return await run(fn, args, kwargs)

        return guarded

    def _emit(self, name: "Any", fields: "Any") -> None:
        """Tell the listener, which the caller has found to be there."""
        fields["name"] = self.name
        self._listener.push(name, fields)
        self._listener.deliver()

    def __reduce__(self) -> "Any":
        raise TypeError(
            "a %s holds a lock and its calls in flight; it cannot be copied or pickled: store its snapshot()"
            % type(self).__name__
        )
