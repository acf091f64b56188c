"""What a composed service will do, before it does it: the order and the worst case."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, List, Optional


class Explanation:
    """``order`` (names, outermost first), ``worst_case_seconds`` and ``worst_case_calls`` of one
    guarded call (``None``: no bound), ``amplification`` (calls for each request, on average, while
    everything fails and no breaker is open yet) and ``warnings``; ``str()`` says it in words.

    Seconds are those of an awaited call: a plain one cannot be ended from outside.
    """

    def __init__(
        self, order: "List[str]", seconds: "Optional[float]", calls: int, amplification: float, warnings: "List[str]"
    ) -> None:
        self.order = order
        self.worst_case_seconds = seconds
        self.worst_case_calls = calls
        self.amplification = amplification
        self.warnings = warnings

    def __str__(self) -> str:
        seconds = self.worst_case_seconds
        lines = [
            " > ".join(self.order + ["the call"]),
            "at the worst %s, and %d call%s"
            % (
                "no bound on its time" if seconds is None else "%.3f s" % seconds,
                self.worst_case_calls,
                "" if self.worst_case_calls == 1 else "s",
            ),
        ]
        return "\n".join(lines + ["warning: " + warning for warning in self.warnings])


def explain(pipeline: "Any") -> Explanation:
    """Explain a ``pipeline(...)`` or ``ReliableService``."""
    order, amplification = [], 1
    for policy in pipeline.policies:
        if hasattr(policy, "_observes"):
            continue  # it reports and decides nothing
        order.append(_word(policy))
        if hasattr(policy, "_max_attempts"):
            ratio = getattr(policy._budget, "ratio", None)  # in the long run; the budget's minimum comes once
            amplification *= policy._max_attempts if ratio is None else min(policy._max_attempts, 1 + ratio)
    seconds, calls = pipeline._worst(None, 1)
    return Explanation(order, seconds, calls, amplification, _warnings(pipeline.policies, seconds))


def _word(policy: "Any") -> str:
    word = type(getattr(policy, "_policy", policy)).__name__
    return word if policy.name is None else "%s %r" % (word, policy.name)


def _warnings(policies: "Any", seconds: "Any") -> "Any":
    warnings = []
    kinds = [type(policy).__name__ for policy in policies]
    retries = [place for place, policy in enumerate(policies) if hasattr(policy, "_max_attempts")]
    if seconds is None:
        warnings.append("nothing bounds the time of a call: give it a deadline")
    if len(retries) > 1:
        warnings.append("%d retries are nested: their attempts multiply" % len(retries))
    if "CircuitBreaker" in kinds and retries and kinds.index("CircuitBreaker") < retries[0]:
        warnings.append(
            "the circuit breaker is outside the retry: it sees one failure for several, and cannot stop retries"
        )
    return warnings
