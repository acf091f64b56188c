"""What a tracer records of one operation."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Optional

DROPPED = -1  # in the place of an end: left open inside a block that is over


class Span:
    """One operation: made by a tracer, open until the tracer ends it.

    Times are seconds of a monotonic clock: only their differences mean anything.
    """

    # Times are kept in microseconds: the floats of a board hold seven digits.
    __slots__ = ("_attributes", "_end", "_number", "_outer", "_parent", "_parent_number", "_start", "name")

    def __init__(self, number: int, name: str, parent: "Optional[Span]", outer: "Optional[Span]", start: int) -> None:
        self.name = name
        self._number = number
        self._parent_number = None if parent is None else parent._number
        self._parent = parent
        self._outer = outer  # what was current before; not the parent where that was given
        self._start = start
        self._end: "Optional[int]" = None
        self._attributes: "Optional[Dict[str, Any]]" = None

    @property
    def id(self) -> str:
        """Its identity: 16 hexadecimal digits."""
        return "%016x" % self._number

    @property
    def parent_id(self) -> "Optional[str]":
        """The ``id`` of the span that it is a part of; ``None`` for a root."""
        return None if self._parent_number is None else "%016x" % self._parent_number

    @property
    def is_open(self) -> bool:
        """Whether it has neither ended nor been dropped."""
        return self._end is None

    @property
    def start_time(self) -> float:
        """When it started, in seconds."""
        return self._start / 1000000

    @property
    def end_time(self) -> "Optional[float]":
        """When it ended, in seconds; ``None`` if it has not."""
        return None if self._end is None or self._end == DROPPED else self._end / 1000000

    @property
    def duration(self) -> "Optional[float]":
        """How long it took, in seconds; ``None`` if it has not ended."""
        return None if self._end is None or self._end == DROPPED else (self._end - self._start) / 1000000

    @property
    def attributes(self) -> "Dict[str, Any]":
        """A copy of what ``add_attribute`` has added."""
        return {} if self._attributes is None else dict(self._attributes)

    def __repr__(self) -> str:
        length = "not ended" if self.duration is None else "%.6f s" % self.duration
        return "<Span %s %r %s>" % (self.id, self.name, length)


def nearest_open(span: "Optional[Span]") -> "Optional[Span]":
    """Return ``span``, or the nearest one outside it that is still open, or ``None``."""
    while span is not None and span._end is not None:
        span = span._outer
    return span
