"""The names of the quick start, for ``from reliability_core.prelude import *``.

They are loaded at once, which takes a board some heap; a program that needs few of them loads only
those with ``from reliability_core import CircuitBreaker``.
"""

from .deadline import Deadline
from .errors import (
    CircuitOpenError,
    DeadlineExceededError,
    RateLimitError,
    ReliabilityError,
    RetryExhaustedError,
    UnsupportedError,
)
from .execution_flow.call_chain_tracer import CallChainTracer
from .fault_tolerance.circuit_breaker import CircuitBreaker
from .fault_tolerance.config import CircuitBreakerConfig, RetryConfig
from .fault_tolerance.fallback import Fallback
from .fault_tolerance.rate_limiter import RateLimiter
from .fault_tolerance.retry import RetryPolicy
from .fault_tolerance.service import ReliableService, pipeline
from .fault_tolerance.timeout import Timeout
from .metrics.custom_metrics import PerformanceMetrics
from .runtime_environments.os_detector import RuntimeEnvironment

__all__ = [
    "CallChainTracer",
    "CircuitBreaker",
    "CircuitBreakerConfig",
    "CircuitOpenError",
    "Deadline",
    "DeadlineExceededError",
    "Fallback",
    "PerformanceMetrics",
    "RateLimitError",
    "RateLimiter",
    "ReliabilityError",
    "ReliableService",
    "RetryConfig",
    "RetryExhaustedError",
    "RetryPolicy",
    "RuntimeEnvironment",
    "Timeout",
    "UnsupportedError",
    "pipeline",
]
