"""The guarded run: the same calls through a `ReliableService`. This is what a user of the library writes."""

from reliability_core import (
    CircuitBreaker,
    DeadlineExceededError,
    Fallback,
    RateLimiter,
    ReliableService,
    RetryPolicy,
)

from .client import NoAnswer, ServiceError
from .world import FRESH, STALE, World

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, List, Optional

    from .client import LoggedClient
    from .service import Service
    from .strips import Move
    from .watch import Watch

DEADLINE = 1.4  # for the whole call: below the patience of its user
ATTEMPT_TIMEOUT = 0.3
ATTEMPTS = 3
RATE = 330  # requests a second: what the service was said to bear
BURST = 20
WINDOW = 50  # the breaker looks at this many calls, opens when half of them failed,
OPEN_SECONDS = 0.5  # and asks again after this time,
TRIALS = 3  # with so many calls


def guarded_service(
    on_event: "Optional[Callable[[str, Dict[str, Any]], None]]" = None,
    *,
    name: str = "quotes",
    rate: int = RATE,
    burst: int = BURST,
) -> ReliableService:
    """-> the service that answers with a stale quote when no fresh one can be had in time."""
    return ReliableService(
        name=name,
        fallback=Fallback(_stale_quote),
        deadline=DEADLINE,
        retry_policy=RetryPolicy(
            max_attempts=ATTEMPTS,
            initial_delay=0.05,
            max_delay=0.2,
            # not CircuitOpenError: while the breaker is open the fallback answers at once
            retry_on=(ServiceError, NoAnswer, DeadlineExceededError),
        ),
        circuit_breaker=CircuitBreaker(
            window=WINDOW,
            minimum_calls=WINDOW // 2,
            failure_rate=0.5,
            timeout=OPEN_SECONDS,
            half_open_max_calls=TRIALS,
            success_threshold=TRIALS,
            name=name,
            on_event=on_event,
        ),
        rate_limiter=RateLimiter(burst, rate),
        timeout=ATTEMPT_TIMEOUT,
        on_event=on_event,
    )


def _stale_quote(*args: object, **kwargs: object) -> str:
    return "stale"


class Guarded(World):
    """Makes each call through the guarded service, and keeps what the service reports."""

    name = "guarded"
    how = "fallback > deadline > retry > breaker > limiter > timeout"

    def __init__(self, watch: "Watch", service: "Service", client: "LoggedClient") -> None:
        super().__init__(watch, service, client)
        self.transitions: "List[Move]" = []  # (microseconds, from, to, reason) of the breaker
        self.events: "Dict[str, int]" = {}  # name of the event -> how often
        self._guard = guarded_service(self._on_event)

    async def _ask(self, number: int) -> int:
        quote = await self._guard.acall(self._attempt, number)
        return STALE if quote == "stale" else FRESH

    def _on_event(self, name: str, fields: "Dict[str, Any]") -> None:
        self.events[name] = self.events.get(name, 0) + 1
        if name == "state_changed":
            change = (self.watch.micros(), fields["from"], fields["to"], fields.get("reason"))
            self.transitions.append(change)
