"""A point in time by which a call has to be over, and the one in force here."""

from .errors import UnsupportedError
from .port import current_port

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Optional, Union

    from .clock import Clock


class Deadline:
    """A point in time by which a call has to be over.

    ``Deadline.after(seconds)`` makes one (0 is already past).  Used as a context manager it is the
    current deadline of this thread or task, unless an earlier one is current already; policies
    inside see it, and ``Deadline.current()`` returns it to whoever wants to bound a socket.

    >>> with Deadline.after(2) as deadline:
    ...     deadline.remaining() <= 2
    True
    """

    def __init__(self, at: int, clock: "Clock") -> None:
        self._at = at
        self._clock = clock

    @staticmethod
    def after(seconds: "Union[int, float]", clock: "Optional[Clock]" = None) -> "Deadline":
        """Return the deadline ``seconds`` from now."""
        clock = _clock_or_current(clock)
        return Deadline(clock.now() + clock.ticks(seconds), clock)

    @staticmethod
    def current(clock: "Optional[Clock]" = None) -> "Optional[Deadline]":
        """Return the earliest deadline in force here, or ``None``.

        Raises ``UnsupportedError`` where the port cannot tell one task's deadline from another's.
        """
        clock = _clock_or_current(clock)
        scope = _slot_of(clock).get()
        return None if scope is None else Deadline(scope[0], clock)

    def remaining(self) -> float:
        """Return the seconds that are left, 0.0 when it has passed."""
        return self._clock.seconds(max(0, self._at - self._clock.now()))

    @property
    def passed(self) -> bool:
        """Whether the deadline has passed."""
        return self._clock.now() >= self._at

    def __enter__(self) -> "Deadline":
        slot = _slot_of(self._clock)
        # What was in force before is kept there, not in this object: other tasks may enter it too.
        slot.set(_scope(self._at, slot.get(), self))
        return self

    def __exit__(self, kind: "Any", error: "Any", trace: "Any") -> None:
        slot = _slot_of(self._clock)
        slot.set(_without(slot.get(), self))


def _scope(at: int, outer: "Any", owner: "Any") -> "Any":
    return (at if outer is None or at < outer[0] else outer[0]), outer, owner


def _without(scope: "Any", owner: Deadline) -> "Any":
    """Return what is in force when ``owner`` no longer is.

    It is the innermost one, unless a generator was closed late, or in a context of which it is no part.
    """
    if scope is None or scope[2] is owner:
        return scope and scope[1]
    outer = _without(scope[1], owner)  # as deep as deadlines are nested
    if outer is scope[1]:
        return scope
    inner = scope[2]
    return _scope(inner._at if isinstance(inner, Deadline) else scope[0], outer, inner)


def _clock_or_current(clock: "Optional[Clock]") -> "Clock":
    if clock is not None:
        return clock
    return current_port().clock


def _slot_of(clock: "Any") -> "Any":
    slot = clock.deadline_slot or clock.open_deadline_slot()
    if slot is None:
        raise UnsupportedError("the current deadline", current_port().name, "it has no slot per task")
    return slot
