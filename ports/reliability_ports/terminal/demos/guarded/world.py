"""One run: every call of the script made one way, and what each of them came to.

Latency counts from the moment the script says the call is made, not from when this process got round to it.
"""

import asyncio

from . import client as wire
from .records import Rows
from .timeline import Timeline
from .trouble import phase_at

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict

    from .client import LoggedClient
    from .service import Service
    from .trouble import Phase
    from .watch import Watch

ARRIVED, LATENCY, RESULT, ATTEMPTS = range(4)  # the columns of `calls`, times in microseconds
WAITING, FRESH, STALE, LATE, FAILED = range(5)
RESULTS = ("waiting", "fresh", "stale", "late", "failed")

PATIENCE = 1.5  # seconds: a user who waits longer has left; the guarded calls use it as their deadline
SENT = 5  # the timeline counts results, calls made (as WAITING), and requests sent


class World:
    """Makes the calls and keeps their records. A subclass says in `_ask` how one call is made."""

    name = ""
    how = ""

    def __init__(self, watch: "Watch", service: "Service", client: "LoggedClient") -> None:
        self.watch = watch
        self.service = service
        self.client = client
        self.calls = Rows(4)
        self.timeline = Timeline(6)
        self.waiting = 0
        self.surprises: "Dict[str, int]" = {}  # the text of an exception nobody expected -> count
        self._tasks: "Dict[int, Any]" = {}  # the event loop itself keeps only weak references

    def start(self, number: int, arrived: int) -> None:
        """Make call `number`, due at `arrived`; `number` is the row of `calls` too."""
        self.calls.append(arrived, 0, WAITING, 0)
        self.waiting += 1
        self.timeline.add(WAITING, arrived)
        self._tasks[number] = asyncio.create_task(self._run(number, arrived))

    def cancel(self) -> None:
        """Give up every call that is still waiting."""
        for task in list(self._tasks.values()):
            task.cancel()

    async def _run(self, number: int, arrived: int) -> None:
        try:
            result = await self._ask(number)
        except (wire.ServiceError, wire.NoAnswer):
            result = FAILED
        except Exception as error:
            result = FAILED
            text = "%s: %s" % (type(error).__name__, error)
            self.surprises[text] = self.surprises.get(text, 0) + 1
        finally:
            self.waiting -= 1
            del self._tasks[number]
        latency = self.watch.micros() - arrived
        if result in (FRESH, STALE) and latency > PATIENCE * 1e6:
            result = LATE
        self.calls.set(number, LATENCY, latency)
        self.calls.set(number, RESULT, result)
        self.timeline.add(result, arrived)

    async def _attempt(self, number: int) -> str:
        """One request for this call: the function that gets guarded."""
        attempt = self.calls.get(number, ATTEMPTS) + 1
        self.calls.set(number, ATTEMPTS, attempt)
        self.timeline.add(SENT, self.watch.micros())
        return await self.client.get(number, attempt)

    async def _ask(self, number: int) -> int:
        raise NotImplementedError


class Unguarded(World):
    """Calls the service as most first versions do."""

    name = "unguarded"
    how = "one attempt, no timeout"

    async def _ask(self, number: int) -> int:
        await self._attempt(number)
        return FRESH


def phase_of(micros: int) -> "Phase":
    return phase_at(micros / 1e6)
