"""The guarded run: the same calls through a `ReliableService`. This is what a user of the library writes."""

import asyncio

from reliability_core import (
    CircuitBreaker,
    DeadlineExceededError,
    Fallback,
    RateLimiter,
    ReliableService,
    RetryPolicy,
)

from .client import NoAnswer, ServiceError
from .records import Rows
from .trouble import SHED_ABOVE
from .world import FRESH, STALE, World

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, List, Optional

    from .client import LoggedClient
    from .service import Service
    from .strips import Move
    from .watch import Watch

REASONS = ("the breaker is open", "the limiter has no turn in time", "the deadline is over", "the attempts are used up")
_CODES = ("circuit_open", "rate_limited", "deadline_exceeded")

DEADLINE = 1.4  # for the whole call: below the patience of its user
ATTEMPT_TIMEOUT = 0.3
ATTEMPTS = 3
RATE = SHED_ABOVE * 11 // 10  # requests a second: what the service was said to bear, and a little too much
BURST = RATE // 16
WINDOW = 60  # the breaker looks at this many calls,
FAILURE_RATE = 0.6  # opens when this share of them failed: well above what retries can make good,
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
        fallback=Fallback(_stale_quote, on_event=on_event),
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
            failure_rate=FAILURE_RATE,
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


def _reason(error: "Any") -> int:
    """The place in REASONS of what ended an attempt or a call."""
    code = getattr(error, "code", None)
    return _CODES.index(code) if code in _CODES else len(_CODES)


def _stale_quote(*args: object, **kwargs: object) -> str:
    return "stale"


class Guarded(World):
    """Makes each call through the guarded service, and keeps what the service reports."""

    name = "guarded"
    how = "fallback > deadline > retry > breaker > limiter > timeout"

    def __init__(self, watch: "Watch", service: "Service", client: "LoggedClient") -> None:
        super().__init__(watch, service, client)
        self.transitions: "List[Move]" = []  # (microseconds, from, to, reason) of the breaker
        self.refused = Rows(3)  # attempts that the guard did not let through: call, microseconds, reason
        self.stale_because = [0] * len(REASONS)
        self._number_of: "Dict[int, int]" = {}  # id of the task -> its call: events do not name the call
        self._guard = guarded_service(self._on_event)

    async def _ask(self, number: int) -> int:
        task = id(asyncio.current_task())
        self._number_of[task] = number
        try:
            quote = await self._guard.acall(self._attempt, number)
        finally:
            del self._number_of[task]
        return STALE if quote == "stale" else FRESH

    def _on_event(self, name: str, fields: "Dict[str, Any]") -> None:
        now = self.watch.micros()
        if name == "state_changed":
            self.transitions.append((now, fields["from"], fields["to"], fields.get("reason")))
        elif name == "fallback_used":
            self.stale_because[_reason(fields["error"])] += 1
        elif name == "attempt_finished" and fields["outcome"] == "rejected":
            number = self._number_of.get(id(asyncio.current_task()))
            if number is not None:
                self.refused.append(number, now, _reason(fields["error"]))
