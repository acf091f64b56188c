"""The options of policies as objects: for whoever keeps them in a file, and the specification's names."""

from ..errors import refuse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, Optional, Tuple, Union

    Seconds = Union[int, float]


class Config:
    """The options of a policy as one object.

    A subclass lists their names in ``OPTIONS`` and has the defaults as class attributes; an
    instance holds what was given.
    """

    OPTIONS: "Tuple[str, ...]" = ()

    def __init__(self, **options: "Any") -> None:
        for name in options:
            if name not in self.OPTIONS:
                refuse(TypeError, "option", name, ", ".join(self.OPTIONS))
            setattr(self, name, options[name])

    @classmethod
    def default(cls) -> "Any":
        """Return the default configuration."""
        return cls()

    @classmethod
    def merge(cls, config: "Any", given: "Any") -> "Dict[str, Any]":
        """Return the options in ``config``, overridden by each value given that is not a default."""
        if not isinstance(config, (cls, dict)):
            refuse(TypeError, "config", config, "a %s or a dict of its options" % cls.__name__)
        options = dict((cls(**config) if isinstance(config, dict) else config).__dict__)
        for name, value in zip(cls.OPTIONS, given):
            default = getattr(cls, name)
            if value is not default and (type(value) is not type(default) or value != default):
                options[name] = value
        return options


class CircuitBreakerConfig(Config):
    """The options of a ``CircuitBreaker`` as one object; the class attributes are the defaults.

    >>> CircuitBreakerConfig(failure_threshold=3).failure_threshold
    3
    """

    failure_threshold = 5
    success_threshold = 1
    timeout: "Seconds" = 30
    timeout_multiplier: "Seconds" = 1
    max_timeout: "Optional[Seconds]" = None
    window: "Union[int, str, None]" = None
    minimum_calls = 10
    failure_rate: "Seconds" = 0.5
    slow_call_duration: "Optional[Seconds]" = None
    slow_call_rate: "Seconds" = 0.5
    half_open_max_calls = 1
    half_open_timeout: "Optional[Seconds]" = None
    failure_on: "Any" = Exception
    failure_if_result: "Optional[Callable[[Any], bool]]" = None

    OPTIONS = (
        "failure_threshold",
        "success_threshold",
        "timeout",
        "timeout_multiplier",
        "max_timeout",
        "window",
        "minimum_calls",
        "failure_rate",
        "slow_call_duration",
        "slow_call_rate",
        "half_open_max_calls",
        "half_open_timeout",
        "failure_on",
        "failure_if_result",
    )


class RetryConfig(Config):
    """The options of a ``RetryPolicy`` as one object; the class attributes are the defaults."""

    max_attempts = 3
    initial_delay: "Seconds" = 0.1
    max_delay: "Seconds" = 5
    backoff_multiplier: "Seconds" = 2
    backoff: "Union[str, Callable[[int], Seconds]]" = "exponential"
    jitter = "full"
    seed: "Optional[int]" = None
    retry_on: "Any" = Exception
    retry_if_result: "Optional[Callable[[Any], bool]]" = None
    deadline: "Optional[Seconds]" = None
    budget: "Any" = None
    respect_retry_after = True
    before_sleep: "Optional[Callable[[int, float, Any], object]]" = None

    OPTIONS = (
        "max_attempts",
        "initial_delay",
        "max_delay",
        "backoff_multiplier",
        "backoff",
        "jitter",
        "seed",
        "retry_on",
        "retry_if_result",
        "deadline",
        "budget",
        "respect_retry_after",
        "before_sleep",
    )
