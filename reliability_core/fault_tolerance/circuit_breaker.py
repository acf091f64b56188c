"""Circuit breaker: stop calling what is failing, and find out gently when it works again.

What the states are and how one leads to another stands in ``breaker_states``.
"""

from ..errors import CircuitOpenError, check_callable, check_count, check_number, error_matcher, refuse
from ..port import COROUTINE, direct, refuse_coroutine
from .breaker_states import Closed, States

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Awaitable, Callable, Dict, Optional, TypeVar, Union

    from typing_extensions import ParamSpec

    from .config import CircuitBreakerConfig

    P = ParamSpec("P")
    R = TypeVar("R")
    Seconds = Union[int, float]


class CircuitBreaker(States):
    """Stops calls to something that keeps failing, and tries it again after a while.

    ``config``               a ``CircuitBreakerConfig`` or a dict with any of the options below
    ``failure_threshold``    consecutive failures that open it (when there is no ``window``)
    ``success_threshold``    successful trial calls that close it again
    ``timeout``              seconds that it stays open
    ``timeout_multiplier``   each reopening in a row multiplies the open time by this ...
    ``max_timeout``          ... up to this many seconds
    ``window``               judge a rate instead: over the last 100 calls (``100``), or over the
                             last half minute in steps of a tenth (``"30s"``)
    ``minimum_calls``        calls in the window below which nothing is judged
    ``failure_rate``         rate of failures, 0..1, at which it opens
    ``slow_call_duration``   seconds from which a call is slow (needs a window)
    ``slow_call_rate``       rate of slow calls, 0..1, at which it opens
    ``half_open_max_calls``  trial calls at a time
    ``half_open_timeout``    seconds after which an unsettled trial call is given up as lost;
                             by default ``timeout``
    ``failure_on``           exception classes, or a predicate of the error, that are failures
    ``failure_if_result``    a predicate of the result
    ``on_event``             called as ``on_event(name, fields)`` with ``state_changed``,
                             ``call_rejected`` and ``would_open``

    >>> breaker = CircuitBreaker(failure_threshold=3)
    >>> breaker.call(int, "7"), breaker.state
    (7, 'closed')
    """

    def __init__(
        self,
        config: "Union[CircuitBreakerConfig, Dict[str, Any], None]" = None,
        *,
        failure_threshold: "int" = 5,
        success_threshold: "int" = 1,
        timeout: "Seconds" = 30,
        timeout_multiplier: "Seconds" = 1,
        max_timeout: "Optional[Seconds]" = None,
        window: "Union[int, str, None]" = None,
        minimum_calls: "int" = 10,
        failure_rate: "float" = 0.5,
        slow_call_duration: "Optional[Seconds]" = None,
        slow_call_rate: "float" = 0.5,
        half_open_max_calls: "int" = 1,
        half_open_timeout: "Optional[Seconds]" = None,
        failure_on: "Any" = Exception,
        failure_if_result: "Optional[Callable[[Any], bool]]" = None,
        name: "Optional[str]" = None,
        on_event: "Optional[Callable[[str, Dict[str, Any]], object]]" = None,
        clock: "Any" = None,
    ) -> None:
        if config is not None:
            from .config import CircuitBreakerConfig

            given: "Any" = (failure_threshold, success_threshold, timeout, timeout_multiplier, max_timeout, window)
            given += (minimum_calls, failure_rate, slow_call_duration, slow_call_rate, half_open_max_calls)
            given += (half_open_timeout, failure_on, failure_if_result)
            options = CircuitBreakerConfig.merge(config, given)
            CircuitBreaker.__init__(self, name=name, on_event=on_event, clock=clock, **options)
            return
        super().__init__(name, on_event, clock)
        clock = self._clock
        self._boot = clock.boot
        self._hz = clock.hz
        self._failure_threshold = check_count("failure_threshold", failure_threshold)
        self._success_threshold = check_count("success_threshold", success_threshold)
        self._half_open_max_calls = check_count("half_open_max_calls", half_open_max_calls)
        self._timeout = clock.positive_ticks(timeout, "timeout")
        self._growth = None
        longest = None if max_timeout is None else clock.positive_ticks(max_timeout, "max_timeout")
        if longest is not None and longest < self._timeout:
            refuse(ValueError, "max_timeout", max_timeout, "at least timeout (%s)" % timeout)
        if check_number("timeout_multiplier", timeout_multiplier, 1) > 1:
            from .decimal_ratio import decimal_ratio

            if longest is None:
                refuse(ValueError, "max_timeout", None, "a number of seconds, since timeout_multiplier is above 1")
            self._growth = decimal_ratio(timeout_multiplier) + (longest,)
        self._half_open_timeout = (
            self._timeout if half_open_timeout is None else clock.positive_ticks(half_open_timeout, "half_open_timeout")
        )
        self._slow = 0 if slow_call_duration is None else clock.positive_ticks(slow_call_duration, "slow_call_duration")
        self._failure_on = None if failure_on is Exception else error_matcher("failure_on", failure_on)
        self._failure_if_result = check_callable("failure_if_result", failure_if_result)
        for option, rate in (("failure_rate", failure_rate), ("slow_call_rate", slow_call_rate)):
            if not check_number(option, rate, 0, 1):
                refuse(ValueError, option, rate, "a number above 0, up to 1")
        check_count("minimum_calls", minimum_calls)
        if window is not None:
            from .breaker_window import TimedPermit, window_kind

            self._kind, self._kind_args = window_kind(self, window, minimum_calls, failure_rate, slow_call_rate)
            self._timed_permit = TimedPermit
        elif self._slow:
            refuse(ValueError, "slow_call_duration", slow_call_duration, "None, unless a window is given")
        else:
            self._kind, self._kind_args = Closed, ()
        self._windowed = window is not None
        self._short = window is None and failure_if_result is None  # the inlined forms will do
        self._state = "closed"
        self._gate = self._kind(self, *self._kind_args)
        self._shared = None if self._slow else self._gate
        self._trial = None
        self._successes = 0
        self._open_for = 0
        self._open_until = 0
        self._quiet_until = 0
        if not self._short:
            from . import breaker_guard  # noqa: F401  # now, not in a call

    # -- what it says ------------------------------------------------------------------------

    @property
    def state(self) -> str:
        """``"closed"``, ``"open"``, ``"half_open"``, ``"forced_open"``, ``"disabled"`` or
        ``"metrics_only"``; an open breaker whose time is over is half-open."""
        state = self._state
        return "half_open" if state == "open" and self._open_until <= self._boot() else state

    @property
    def retry_after(self) -> "Optional[float]":
        """Seconds until it may admit a call: 0.0 if it may now, ``None`` if only ``reset()`` helps."""
        state = self._state
        if state == "forced_open":
            return None
        return max(0, self._open_until - self._boot()) / self._hz if state == "open" else 0.0

    def snapshot(self) -> "Dict[str, Any]":
        """Return its state as plain data: ``name``, ``state``, ``retry_after`` and, by the state,
        ``failures``, ``calls``, ``failure_rate``, ``slow_call_rate``, ``successes``, ``outstanding``."""
        gate, trial = self._gate, self._trial
        data: "Dict[str, Any]" = {} if gate is None else gate.describe()
        if trial is not None:
            data.update({"successes": self._successes, "outstanding": len(trial)})
        data["name"] = self.name
        data["state"] = self.state
        data["retry_after"] = self.retry_after
        return data

    # -- admission ---------------------------------------------------------------------------

    def acquire(self) -> "Any":
        """Return a permit, to be used as ``with breaker.acquire():`` (around an ``await`` too).

        Raises ``CircuitOpenError``.  The end of the block is a success, an ``Exception`` a failure,
        any other way out counts as neither.  What ``as permit`` gives, or the permit without a
        block, can be settled by hand, once: ``success()``, ``failure(error)`` or ``cancel()``.
        """
        return self._shared or self._timed(self._gate or self._admit())

    def try_acquire(self) -> "Any":
        """Return a permit, or ``None`` where ``acquire()`` would raise."""
        permit = self._shared or self._gate or self._try()
        if permit is None:
            self._refused()
            return None
        return permit if permit is self._shared else self._timed(permit)

    def _timed(self, permit: "Any") -> "Any":
        """What is not shared is a trial call's, or measures time."""
        return self._timed_permit(permit, self._now) if self._slow else permit

    def _admit(self) -> "Any":
        """Return a permit where there is no shared one, or raise.

        The error is kept in no variable: a frame that its traceback holds would hold it, and every
        refusal would leave a cycle behind.
        """
        left = self._quiet_until - self._boot()
        if left > 0:
            raise CircuitOpenError(self.name, left / self._hz)
        permit = self._try()
        if permit is None:
            raise self._refused()
        return permit

    def _refused(self) -> CircuitOpenError:
        state, retry_after = self._state, self.retry_after
        if self._gate is not None:  # it closed in this very moment
            state = "half_open"
        if self._listener is not None:
            self._emit("call_rejected", {"policy": "circuit_breaker", "retry_after": retry_after})
        return CircuitOpenError(self.name, retry_after, state)

    def force_open(self) -> None:
        """Reject every call until ``reset()``."""
        self._set("forced_open")

    def disable(self) -> None:
        """Admit every call and count nothing until ``reset()``."""
        self._set("disabled")

    def metrics_only(self) -> None:
        """Admit every call, count, and only say (``would_open``) when it would have opened."""
        self._set("metrics_only")

    def reset(self) -> None:
        """Close, with nothing counted."""
        self._set("closed")

    # -- calls -------------------------------------------------------------------------------

    def call(self, fn: "Callable[P, R]", *args: "P.args", **kwargs: "P.kwargs") -> "R":
        """Call ``fn(*args, **kwargs)`` and return its result, or raise ``CircuitOpenError``."""
        if not self._short:
            run = self._run
            if run is None:
                run = self._run = self._wrap(direct)
            result: "R" = run(fn, args, kwargs)
            if type(result) is COROUTINE:
                refuse_coroutine(result, fn)
            return result
        permit = self._gate
        if permit is None:
            left = self._quiet_until - self._boot()
            if left > 0:
                raise CircuitOpenError(self.name, left / self._hz)
            permit = self._admit()
        try:
            result = fn(*args, **kwargs)
        except Exception as error:
            permit.failure(error)
            raise
        except BaseException:
            permit.cancel()
            raise
        if permit.watch:
            permit.success()
        if type(result) is COROUTINE:
            refuse_coroutine(result, fn)
        return result

    async def acall(self, fn: "Callable[P, Awaitable[R]]", *args: "P.args", **kwargs: "P.kwargs") -> "R":
        """Await ``fn(*args, **kwargs)`` and return its result, or raise ``CircuitOpenError``."""
        if not self._short:
            return await super().acall(fn, *args, **kwargs)
        permit = self._gate
        if permit is None:
            left = self._quiet_until - self._boot()
            if left > 0:
                raise CircuitOpenError(self.name, left / self._hz)
            permit = self._admit()
        try:
            result = await fn(*args, **kwargs)
        except Exception as error:
            permit.failure(error)
            raise
        except BaseException:
            permit.cancel()
            raise
        if permit.watch:
            permit.success()
        return result

    def _decorate_sync(self, fn: "Any") -> "Any":
        from .breaker_guard import decorated

        return decorated(self, fn) if self._failure_if_result is None else super()._decorate_sync(fn)

    def _decorate_async(self, fn: "Any") -> "Any":
        from .breaker_guard import adecorated

        return adecorated(self, fn) if self._short else super()._decorate_async(fn)

    def _wrap(self, inner: "Any") -> "Any":
        from .breaker_guard import guard

        return guard(self, inner)

    def _awrap(self, inner: "Any") -> "Any":
        from .breaker_guard import aguard

        return aguard(self, inner)
