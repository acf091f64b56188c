"""Keeps failing calls alive and explains what happened: on CPython, MicroPython and Pyodide.

This file is the one place that promises names: each loads when it is first asked for.
"""

__version__ = "0.1.0"

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, List, Optional

# module -> the public names that it has; strings of names take a board less heap than a dict of them
_NAMES = {
    "deadline": "Deadline",
    "errors": "BulkheadFullError CircuitOpenError DeadlineExceededError FallbackError PortError RateLimitError "
    "ReliabilityError RetryExhaustedError UnsupportedError",
    "execution_flow.call_chain_tracer": "CallChainTracer",
    "execution_flow.span": "Span",
    "fault_tolerance.circuit_breaker": "CircuitBreaker",
    "fault_tolerance.config": "CircuitBreakerConfig RetryConfig",
    "fault_tolerance.fallback": "Fallback",
    "fault_tolerance.rate_limiter": "RateLimiter",
    "fault_tolerance.retry": "RetryPolicy",
    "fault_tolerance.service": "ReliableService pipeline",
    "fault_tolerance.throttle": "RetryBudget",
    "fault_tolerance.timeout": "Timeout",
    "metrics.custom_metrics": "PerformanceMetrics",
    "port": "current_port use_port",
    "runtime_environments.os_detector": "RuntimeEnvironment",
    "sketch": "QuantileSketch",
}

# A sub-module has a place here too, because MicroPython asks ``__getattr__`` before it looks for one.
_MODULES = (
    "clock composition deadline errors execution_flow fault_tolerance listener metrics port prelude "
    "runtime_environments sketch testing ticks worker"
)

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

    def __getattr__(name):
        module = _module_of(name)
        if module is not None:
            value = getattr(_load(module), name)
        elif name in _MODULES.split():
            value = _load(name)
        elif name == "__all__":
            value = _public()
        else:
            raise AttributeError("module %r has no attribute %r" % (__name__, name))
        globals()[name] = value
        return value

    def __dir__():
        return sorted(list(globals()) + _public() + _MODULES.split())


def _public() -> "List[str]":
    return sorted(" ".join(_NAMES.values()).split())


def _module_of(name: "str") -> "Optional[str]":
    for module in _NAMES:
        if name in _NAMES[module].split():
            return module
    return None


def _load(module: "str") -> "Any":
    return __import__(__name__ + "." + module, None, None, ("__name__",))
