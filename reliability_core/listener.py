"""How events reach their listener: after the decision, outside the lock, in order."""

from .port import new_lock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Listener:
    """Delivers events to one callable.

    ``push`` is called where the order is decided (under the policy's lock), ``deliver`` after it.
    One thread delivers at a time; what others push meanwhile goes out behind.  An exception of
    the callable is counted in ``errors`` and changes nothing.
    """

    def __init__(self, on_event: "Any") -> None:
        self._on_event = on_event
        self._queue: "Any" = []
        self._busy = False
        self._lock = new_lock()
        self.errors = 0

    def push(self, name: "Any", fields: "Any") -> None:
        with self._lock:
            self._queue.append((name, fields))

    def deliver(self) -> None:
        while True:
            with self._lock:
                if self._busy or not self._queue:
                    return
                self._busy = True
                name, fields = self._queue.pop(0)
            try:
                self._on_event(name, fields)
            except Exception:
                self.errors += 1
            finally:
                self._busy = False
