"""Retry budget: retries as a share of calls, so that trouble is not multiplied.

"Addressing Cascading Failures" (Site Reliability Engineering, ch. 22) asks for a budget per process: a
balance that starts at ``minimum``, gains ``ratio`` for each call and pays 1 for each retry.  In total,
retries are then at most ratio x calls + minimum, however long an outage lasts.
"""

from ..errors import check_count, check_number, refuse
from ..port import new_lock
from .decimal_ratio import decimal_ratio

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Optional


class RetryBudget:
    """Lets retries be ``ratio`` of the calls, and ``minimum`` more.

    ``maximum`` caps what quiet times can save up; by default the larger of 100 and ten times
    ``minimum``.  Share one among all callers of one service: ``RetryPolicy(budget=...)`` or
    ``ReliableService(retry_budget=...)``.

    >>> budget = RetryBudget(ratio=0.5, minimum=1)
    >>> budget.try_spend(), budget.try_spend(), budget.record_call(), budget.record_call(), budget.try_spend()
    (True, False, None, None, True)
    """

    def __init__(self, ratio: float = 0.1, minimum: int = 3, *, maximum: "Optional[int]" = None) -> None:
        check_number("ratio", ratio, 0, 1)
        check_count("minimum", minimum, 0)
        if maximum is None:
            maximum = max(100, 10 * minimum)
        elif check_count("maximum", maximum, 0) < minimum:
            refuse(ValueError, "maximum", maximum, "at least minimum (%d)" % minimum)
        self.ratio = ratio
        # In units of one denominator, so that no fraction is lost.
        self._gain, self._price = decimal_ratio(ratio)
        self._most = maximum * self._price
        self._balance = minimum * self._price
        self._lock = new_lock()

    def record_call(self) -> None:
        """Count a call (not a retry)."""
        with self._lock:
            balance = self._balance + self._gain
            self._balance = self._most if balance > self._most else balance

    def try_spend(self) -> bool:
        """Pay for a retry; ``False`` if the balance does not allow one."""
        with self._lock:
            if self._balance < self._price:
                return False
            self._balance -= self._price
            return True

    def snapshot(self) -> "Dict[str, Any]":
        """Return ``balance``, in retries, as plain data."""
        return {"balance": self._balance / self._price}


class Budgeted:
    """A retry policy that spends from a budget of a service."""

    def __init__(self, policy: "Any", budget: "Any") -> None:
        self._policy = policy
        self._budget = budget
        self.name = policy.name
        self._max_attempts = policy._max_attempts
        self._worst = policy._worst

    def _wrap(self, inner: "Any") -> "Any":
        return self._policy._wrap(inner, self._budget)

    def _awrap(self, inner: "Any") -> "Any":
        return self._policy._awrap(inner, self._budget)
