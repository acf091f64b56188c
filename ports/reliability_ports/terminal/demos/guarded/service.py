"""What the service does with a request, by the script, and its own log of what it did.

The log is kept on the service's side of the wire: at the end it is compared with the client's.
"""

from . import trouble
from .records import Rows

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Tuple

    from .watch import Watch

KEY, FATE, AT, ENDED = range(4)  # the columns of the log
PENDING, CARRIED_OUT, CLIENT_LEFT = range(3)
MAX_ATTEMPTS = 16


def key_of(call: int, attempt: int) -> int:
    """One number for an attempt of a call: the same on both sides of the wire."""
    return call * MAX_ATTEMPTS + attempt


class Service:
    """A service in trouble: `receive` judges a request and logs it, `end` logs how it ended."""

    def __init__(self, seed: int, watch: "Watch") -> None:
        self.log = Rows(4)
        self.pending = 0
        self._seed = seed
        self._watch = watch
        self._window = -1
        self._in_window = 0

    def receive(self, call: int, attempt: int) -> "Tuple[int, int, float]":
        """-> (row of the log, fate, seconds until it happens). Owes an `end(row, ..)`."""
        now = self._watch.micros()
        phase = trouble.phase_at(now / 1e6)
        fate = trouble.fate_of(self._seed, call, attempt, phase)
        if self._has_too_much(now) and phase.sheds:
            fate = trouble.BUSY
        delay = trouble.delay_of(self._seed, call, attempt, fate)
        self.pending += 1
        return self.log.append(key_of(call, attempt), fate, now, PENDING), fate, delay

    def end(self, row: int, how: int) -> None:
        self.pending -= 1
        self.log.set(row, ENDED, how)

    def _has_too_much(self, now: int) -> bool:
        window = int(now / 1e6 / trouble.SHED_WINDOW)
        if window != self._window:
            self._window = window
            self._in_window = 0
        self._in_window += 1
        return self._in_window > trouble.SHED_ABOVE * trouble.SHED_WINDOW
