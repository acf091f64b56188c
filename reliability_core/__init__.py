"""Keeps failing calls alive and explains what happened: on CPython, MicroPython and Pyodide.

This file is the one place that promises names: each loads when it is first asked for.
"""

__version__ = "0.1.0"

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# public name -> the module that has it; a sub-module has a row of its own, because MicroPython
# asks ``__getattr__`` before it looks for one
_NAMES = {
    "CallChainTracer": "execution_flow.call_chain_tracer",
    "CircuitBreaker": "fault_tolerance.circuit_breaker",
    "CircuitBreakerConfig": "fault_tolerance.config",
    "CircuitOpenError": "errors",
    "Deadline": "deadline",
    "DeadlineExceededError": "errors",
    "Fallback": "fault_tolerance.fallback",
    "FallbackError": "errors",
    "BulkheadFullError": "errors",
    "PortError": "errors",
    "PerformanceMetrics": "metrics.custom_metrics",
    "QuantileSketch": "sketch",
    "RateLimitError": "errors",
    "RateLimiter": "fault_tolerance.rate_limiter",
    "ReliabilityError": "errors",
    "ReliableService": "fault_tolerance.service",
    "RetryBudget": "fault_tolerance.throttle",
    "RetryConfig": "fault_tolerance.config",
    "RetryExhaustedError": "errors",
    "RetryPolicy": "fault_tolerance.retry",
    "RuntimeEnvironment": "runtime_environments.os_detector",
    "Span": "execution_flow.span",
    "Timeout": "fault_tolerance.timeout",
    "UnsupportedError": "errors",
    "current_port": "port",
    "pipeline": "fault_tolerance.service",
    "use_port": "port",
}

_MODULES = (
    "clock",
    "ticks",
    "composition",
    "deadline",
    "errors",
    "execution_flow",
    "fault_tolerance",
    "listener",
    "metrics",
    "port",
    "prelude",
    "runtime_environments",
    "sketch",
    "testing",
    "worker",
)

__all__ = sorted(_NAMES)  # noqa: PLE0605

if TYPE_CHECKING:
    from .deadline import Deadline as Deadline
    from .errors import BulkheadFullError as BulkheadFullError
    from .errors import CircuitOpenError as CircuitOpenError
    from .errors import DeadlineExceededError as DeadlineExceededError
    from .errors import FallbackError as FallbackError
    from .errors import PortError as PortError
    from .errors import RateLimitError as RateLimitError
    from .errors import ReliabilityError as ReliabilityError
    from .errors import RetryExhaustedError as RetryExhaustedError
    from .errors import UnsupportedError as UnsupportedError
    from .execution_flow.call_chain_tracer import CallChainTracer as CallChainTracer
    from .execution_flow.span import Span as Span
    from .fault_tolerance.circuit_breaker import CircuitBreaker as CircuitBreaker
    from .fault_tolerance.config import CircuitBreakerConfig as CircuitBreakerConfig
    from .fault_tolerance.config import RetryConfig as RetryConfig
    from .fault_tolerance.fallback import Fallback as Fallback
    from .fault_tolerance.rate_limiter import RateLimiter as RateLimiter
    from .fault_tolerance.retry import RetryPolicy as RetryPolicy
    from .fault_tolerance.service import ReliableService as ReliableService
    from .fault_tolerance.service import pipeline as pipeline
    from .fault_tolerance.throttle import RetryBudget as RetryBudget
    from .fault_tolerance.timeout import Timeout as Timeout
    from .metrics.custom_metrics import PerformanceMetrics as PerformanceMetrics
    from .port import current_port as current_port
    from .port import use_port as use_port
    from .runtime_environments.os_detector import RuntimeEnvironment as RuntimeEnvironment
    from .sketch import QuantileSketch as QuantileSketch
else:

    def __getattr__(name: "Any") -> "Any":
        module = _NAMES.get(name)
        if module is not None:
            value = getattr(_load(module), name)
        elif name in _MODULES:
            value = _load(name)
        else:
            raise AttributeError("module %r has no attribute %r" % (__name__, name))
        globals()[name] = value
        return value

    def __dir__() -> "Any":
        return sorted(list(globals()) + list(_NAMES) + list(_MODULES))


def _load(module: "str") -> "object":
    return __import__(__name__ + "." + module, None, None, ("__name__",))
