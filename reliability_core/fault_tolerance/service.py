"""One guarded call made of several policies: ``pipeline`` in any order, ``ReliableService`` in the right one.

The order of a service, outermost first::

    fallback > deadline > retry (with its budget) > circuit breaker > rate limiter > bulkhead
    > attempt timeout > the call

So a retry is refused by an open breaker and charged by the limiter, every attempt has its own
timeout, all of them share one deadline, and whatever still fails gets its fallback.
"""

from ..composition import anest, nest
from ..errors import refuse
from ..port import Policy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, Optional, Tuple, Union

    from .explain import Explanation

    Seconds = Union[int, float]
    OnEvent = Optional[Callable[[str, Dict[str, Any]], object]]


class Pipeline(Policy):
    """Several policies as one, outermost first: made by ``pipeline(...)``."""

    def __init__(
        self,
        policies: "Tuple[Policy, ...]",
        *,
        name: "Optional[str]" = None,
        on_event: "OnEvent" = None,
        clock: "Any" = None,
    ) -> None:
        for policy in policies:
            if not (hasattr(policy, "_wrap") and hasattr(policy, "_awrap")):
                refuse(TypeError, "policy", policy, "policies of this library, outermost first")
        super().__init__(name, on_event, clock)
        self.policies = policies
        # Now, not at the first call: wrapping may load files.
        self._run = nest(policies)
        self._arun = anest(policies)

    def _wrap(self, inner: "Any") -> "Any":
        return nest(self.policies, inner)

    def _awrap(self, inner: "Any") -> "Any":
        return anest(self.policies, inner)

    def _worst(self, seconds: "Any", calls: "Any") -> "Any":
        for policy in reversed(self.policies):
            seconds, calls = policy._worst(seconds, calls)
        return seconds, calls

    def explain(self) -> "Explanation":
        """Return the order and the worst case, as fields and (``str()``) in words."""
        from .explain import explain

        return explain(self)


def pipeline(*policies: "Any", name: "Optional[str]" = None) -> Pipeline:
    """Return ``policies``, outermost first, as one policy with ``call``, ``acall`` and decorators.

    >>> from reliability_core import Fallback, RetryPolicy
    >>> pipeline(Fallback(0), RetryPolicy(max_attempts=2, initial_delay=0)).call(int, "x")
    0
    """
    if not policies:
        refuse(ValueError, "policies", policies, "at least one policy")
    return Pipeline(policies, name=name)


class ReliableService(Pipeline):
    """A service that one calls through all the policies given, in the order above.

    ``deadline`` is the seconds for the whole call, ``timeout`` for one attempt (a number, or a
    ``Timeout``); ``fallback`` a ``Fallback``; ``retry_budget`` joins ``retry_policy``.
    ``tracer`` gets a span and ``metrics`` a latency for every attempt, whatever its outcome, under
    ``name``; ``on_event`` gets ``attempt_finished`` {attempt, outcome, latency, error}, where
    ``outcome`` is ``success``, ``failure``, ``rejected``, ``timed_out`` or ``cancelled``.

    >>> from reliability_core import CircuitBreaker, RetryPolicy
    >>> service = ReliableService(deadline=5, retry_policy=RetryPolicy(), circuit_breaker=CircuitBreaker())
    >>> service.call(int, "7")
    7
    """

    def __init__(
        self,
        *,
        fallback: "Any" = None,
        deadline: "Any" = None,
        retry_policy: "Any" = None,
        retry_budget: "Any" = None,
        circuit_breaker: "Any" = None,
        rate_limiter: "Any" = None,
        bulkhead: "Any" = None,
        timeout: "Any" = None,
        tracer: "Any" = None,
        metrics: "Any" = None,
        name: "str" = "service",
        on_event: "OnEvent" = None,
        clock: "Any" = None,
    ) -> None:
        retry = retry_policy
        if retry_budget is not None:
            from .throttle import Budgeted

            if retry_policy is None:
                refuse(ValueError, "retry_budget", retry_budget, "None, unless a retry_policy spends it")
            retry_policy = Budgeted(retry_policy, retry_budget)
        observer = None
        if tracer is not None or metrics is not None or on_event is not None:
            from .attempt_observer import AttemptObserver

            observer = AttemptObserver(name, tracer, metrics, retry, on_event, clock)
        layers = (
            fallback,
            _timeout("deadline", deadline, name, clock),
            retry_policy,
            observer,
            circuit_breaker,
            rate_limiter,
            bulkhead,
            _timeout("timeout", timeout, name, clock),
        )
        super().__init__(tuple([layer for layer in layers if layer is not None]), name=name, clock=clock)


def _timeout(parameter: "Any", value: "Any", name: "Any", clock: "Any") -> "Any":
    if value is None or hasattr(value, "_wrap"):
        return value
    from .timeout import Timeout

    try:
        return Timeout(value, name="%s %s" % (name, parameter), clock=clock)
    except (TypeError, ValueError):
        refuse(ValueError, parameter, value, "a number of seconds above 0, or a Timeout")
