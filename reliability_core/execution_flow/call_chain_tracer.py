"""Call chains: which operation ran inside which, and how long each took.

The current span of a task or thread is the innermost one that is still open there.  That one
rule covers an end out of order, an end that is forgotten, and a task that outlives the operation
in which it was started: it goes on with a chain of its own.

Memory is bounded: finished spans stand in a ring, and what leaves the ring lets go of its parent.
"""

from ..composition import decorate, name_of
from ..errors import UnsupportedError, check_count, refuse
from ..port import current_port, new_lock
from .span import DROPPED, Span, nearest_open

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, List, Optional, TypeVar

    from ..clock import Clock

    F = TypeVar("F", bound=Callable[..., Any])

_forks = 0  # how many forks lie between this process and the first one


def _count_fork() -> None:
    global _forks
    _forks += 1


try:
    from os import register_at_fork
except ImportError:
    pass
else:
    register_at_fork(after_in_child=_count_fork)


class CallChainTracer:
    """Records operations as spans, each with the one around it as its parent.

    ``capacity`` finished spans are kept; an older one that makes room is counted in ``dropped``.
    One tracer serves many threads and tasks; make one for a program, not one for a call.

    Where a port cannot tell one task's current span from another's, every span without a
    ``parent`` is a root.  On MicroPython a child task starts without a current span.

    >>> tracer = CallChainTracer()
    >>> with tracer.span("operation_a"):
    ...     with tracer.span("operation_b") as span:
    ...         tracer.add_attribute(span, "user_id", "123")
    >>> [span.name for span in tracer.get_call_chain(span)]
    ['operation_a', 'operation_b']
    """

    def __init__(self, *, capacity: int = 1000, clock: "Optional[Clock]" = None) -> None:
        self.capacity: int = check_count("capacity", capacity)
        self.dropped = 0  # pushed out of the ring, or left open inside a block that is over
        self._port = port = current_port()
        self._micros = (port.clock if clock is None else clock).micros
        self._slot = port.new_slot("span")
        self._lock = new_lock()
        self._ring: "List[Span]" = []
        self._oldest = 0
        self._draw_id()

    def _draw_id(self) -> None:
        # One draw for all: consecutive numbers are as unlikely to meet another tracer's.
        self._next_id = self._port.entropy() << 32 | self._port.entropy()
        self._forks = _forks

    def start_span(
        self, name: str, parent: "Optional[Span]" = None, attributes: "Optional[Dict[str, Any]]" = None
    ) -> Span:
        """Start a span, make it current and return it.

        Its parent is ``parent``, else the current span.
        """
        if not isinstance(name, str):
            refuse(TypeError, "name", name, "a string")
        if parent is not None:
            _check_span("parent", parent)
        slot = self._slot
        outer = None if slot is None else slot.get()
        if outer is not None and outer._end is not None:
            outer = nearest_open(outer)
        if self._forks != _forks:
            self._draw_id()  # else a forked child would repeat the ids of its parent
        started = self._micros()
        with self._lock:
            number = self._next_id
            self._next_id = (number + 1) & 0xFFFFFFFFFFFFFFFF or 1  # zero means "no span" to others
        span = Span(number, name, outer if parent is None else parent, outer, started)
        if attributes is not None:
            span._attributes = dict(attributes)
        if slot is not None:
            slot.set(span)
        return span

    def end_span(self, span: Span) -> None:
        """End ``span``; one that has ended stays as it is.

        If it is current, the nearest one around it that is still open becomes current.
        """
        _check_span("span", span)
        ended = self._micros()
        slot = self._slot
        with self._lock:
            if span._end is not None:
                return
            span._end = ended
            pushed_out = self._keep(span)
        if pushed_out is not None:
            # Else a chain of tasks, each started by the one before, would keep all its spans alive.
            pushed_out._parent = None
            pushed_out._outer = nearest_open(pushed_out._outer)
        if slot is not None and slot.get() is span:  # else whoever reads it passes over what has ended
            slot.set(nearest_open(span._outer))

    def _keep(self, span: Span) -> "Optional[Span]":
        """Put a finished span into the ring; return the one that made room for it, if any."""
        ring = self._ring
        if len(ring) < self.capacity:
            ring.append(span)
            return None
        oldest = ring[self._oldest]
        ring[self._oldest] = span
        self._oldest = (self._oldest + 1) % self.capacity
        self.dropped += 1
        return oldest

    def add_attribute(self, span: Span, key: str, value: "Any") -> None:
        """Add ``key`` to an open ``span``, or change it; a span that has ended stays as it is."""
        _check_span("span", span)
        with self._lock:
            if span._end is not None:
                return
            if span._attributes is None:
                span._attributes = {}
            span._attributes[key] = value

    def get_call_chain(self, span: Span) -> "List[Span]":
        """Return the spans from the root to ``span``.

        Where an ancestor has left the ring, the chain begins below it, at a span with a ``parent_id``.
        """
        _check_span("span", span)
        chain: "List[Span]" = []
        here: "Optional[Span]" = span
        while here is not None:
            chain.append(here)
            here = here._parent
        chain.reverse()
        return chain

    def current(self) -> "Optional[Span]":
        """Return the current span of this task or thread, or ``None``.

        Raises ``UnsupportedError`` where the port cannot tell one task's from another's.
        """
        if self._slot is None:
            raise UnsupportedError("the current span", self._port.name, "it has no slot per task")
        return nearest_open(self._slot.get())

    def finished(self) -> "List[Span]":
        """Return the finished spans that are kept, in the order of their ends."""
        with self._lock:
            return self._ring[self._oldest :] + self._ring[: self._oldest]

    def span(
        self, name: str, parent: "Optional[Span]" = None, attributes: "Optional[Dict[str, Any]]" = None
    ) -> "SpanBlock":
        """Return a context manager that starts a span (see ``start_span``) and ends it."""
        return SpanBlock(self, name, parent, attributes)

    def trace(self, fn: "F") -> "F":
        """Decorate a plain or an ``async def`` function: each call is a span of its name."""
        traced: "F" = decorate(self, fn)
        return traced

    def _decorate_sync(self, fn: "Any") -> "Any":
        name = name_of(fn)

        def traced(*args: "Any", **kwargs: "Any") -> "Any":
            with SpanBlock(self, name):
                return fn(*args, **kwargs)

        return traced

    def _decorate_async(self, fn: "Any") -> "Any":
        name = name_of(fn)

        async def traced(*args: "Any", **kwargs: "Any") -> "Any":
            with SpanBlock(self, name):
                return await fn(*args, **kwargs)

        return traced

    def _drop_inside(self, span: Span) -> None:
        """Drop the spans that were started inside ``span``, here, and are still open."""
        inside = []
        here = None if self._slot is None else nearest_open(self._slot.get())
        while here is not None and here is not span:
            inside.append(here)
            here = here._outer
        if here is None or not inside:
            return
        with self._lock:
            for leaked in inside:  # as many as are nested here
                if leaked._end is None:
                    leaked._end = DROPPED
                    self.dropped += 1
        self._slot.set(nearest_open(span))


class SpanBlock:
    """A span as a ``with`` block: made by ``tracer.span(name)``."""

    __slots__ = ("_attributes", "_name", "_parent", "_span", "_tracer")

    def __init__(
        self,
        tracer: CallChainTracer,
        name: str,
        parent: "Optional[Span]" = None,
        attributes: "Optional[Dict[str, Any]]" = None,
    ) -> None:
        self._tracer = tracer
        self._name = name
        self._parent = parent
        self._attributes = attributes
        self._span: "Any" = None

    def __enter__(self) -> Span:
        span = self._tracer.start_span(self._name, self._parent, self._attributes)
        self._span = span
        return span

    def __exit__(self, kind: "Any", error: "Any", trace: "Any") -> None:
        tracer, span = self._tracer, self._span
        if tracer._slot is not None and tracer._slot.get() is not span:
            tracer._drop_inside(span)
        tracer.end_span(span)


def _check_span(parameter: str, span: "Any") -> None:
    if not isinstance(span, Span):
        refuse(TypeError, parameter, span, "a Span, as start_span returns it")
