"""The one clock of both runs."""

from reliability_core import current_port

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable


class Watch:
    """Microseconds since `restart()`, by the clock of the port."""

    def __init__(self) -> None:
        self._micros: "Callable[[], int]" = current_port().clock.micros
        self._zero = self._micros()

    def restart(self) -> None:
        self._zero = self._micros()

    def micros(self) -> int:
        return int(self._micros() - self._zero)
