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
        outer = slot.get()
        at = self._at if outer is None or self._at < outer[0] else outer[0]
        # What was in force before is kept here, not in this object: other tasks may enter it too.
        slot.set((at, outer, self))
        return self

    def __exit__(self, kind: "Any", error: "Any", trace: "Any") -> None:
        slot = _slot_of(self._clock)
        scope = slot.get()
        if scope is not None and scope[2] is self:  # else a generator was closed in another context
            slot.set(scope[1])


def _clock_or_current(clock: "Optional[Clock]") -> "Clock":
    if clock is not None:
        return clock
    return current_port().clock


def _slot_of(clock: "Any") -> "Any":
    slot = clock.deadline_slot or clock.open_deadline_slot()
    if slot is None:
        raise UnsupportedError("the current deadline", current_port().name, "it has no slot per task")
    return slot
