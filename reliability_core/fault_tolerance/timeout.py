"""Timeout: an end to waiting, as far as the runtime can make one.

**Awaited calls** are ended: one timer cancels the task, and the cancellation comes out as
``DeadlineExceededError``.  The coroutine is stepped once by hand, and the timer is armed only when it
suspends, so a call that never waits never pays for one.  A cancellation from outside stays a
cancellation; on CPython before 3.11 and on MicroPython, which cannot tell two cancellations apart, one
that arrives in the very loop turn in which our timer fires is taken for ours.

**Plain calls** cannot be ended from outside by any portable means.  The call gets a deadline
(``Deadline.current()``, which bounds our own waits and may bound your sockets), is not started once a
deadline has passed, and its late result is never thrown away.  Where asked to, ``interrupt="signal"``
raises in the main thread of a Unix process, and ``interrupt="worker"`` makes the call in a thread
that is abandoned when time is up; each refuses where it cannot work.
"""

from ..clock import loop_library
from ..errors import DeadlineExceededError, UnsupportedError, check_choice, code_of
from ..port import Policy, current_port

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, List, Optional, Union


class _Armed:
    """The rest of a call that has suspended, awaited under a timer that will cancel it."""

    def __init__(self, policy: "Any", at: int, own: bool, steps: "Any", signal: "Any") -> None:
        self._policy = policy
        self._steps = steps
        self._signal = signal
        self._at = at
        self._own = own
        asyncio = loop_library()
        self._cancelled = asyncio.CancelledError
        self._task = asyncio.current_task()
        cancelling = getattr(self._task, "cancelling", None)
        self._cancelling = 0 if cancelling is None else cancelling()
        self._fired = False
        self._ours: "Any" = None
        self._others: "List[Any]" = []

    def _expire(self) -> None:
        self._fired = True
        self._task.cancel()

    def __await__(self) -> "Any":
        clock = self._policy._clock
        steps, signal = self._steps, self._signal
        timer = clock.timer(self._at - clock.now(), self._expire)
        try:
            while True:
                try:
                    answer = yield signal
                except BaseException as error:
                    if isinstance(error, self._cancelled):
                        self._delivered(error)
                    signal = steps.throw(error)
                else:
                    signal = steps.send(answer)
        except StopIteration as stop:
            self._cancelled_from_outside()
            return stop.value
        except self._cancelled:
            if self._cancelled_from_outside():
                raise
        except Exception:
            self._cancelled_from_outside()
            raise
        finally:
            if not self._fired:
                timer.cancel()
        raise self._policy._exceeded(True, self._own)

    __iter__ = __await__  # how MicroPython awaits

    def _delivered(self, error: "Any") -> None:
        """Note a cancellation on its way in: ours is the first after the timer has fired."""
        if self._fired and self._ours is None:
            self._ours = error
            error.of_timeout = True
        else:
            self._others.append(error)

    def _cancelled_from_outside(self) -> bool:
        """Take our cancellation back; return whether there was another, or ours was not the one."""
        if not self._fired:
            return True
        uncancel = getattr(self._task, "uncancel", None)
        if uncancel is not None:
            return bool(uncancel() > self._cancelling)
        # Before Python 3.11: any that came at another time, and was not another timeout's.
        return bool([error for error in self._others if not getattr(error, "of_timeout", False)])


async def _awaiting(awaitable: "Any") -> "Any":
    return await awaitable


def _type_of_coroutine() -> "Any":
    coroutine = _awaiting(None)
    coroutine.close()
    return type(coroutine)


_COROUTINE = _type_of_coroutine()


class Timeout(Policy):
    """Gives a call ``seconds`` (above 0).

    ``interrupt``  for plain calls: ``None``, ``"signal"`` or ``"worker"`` (see the module)
    ``on_event``   ``timed_out`` {seconds, started}

    Raises ``DeadlineExceededError``; ``started`` on it tells whether the call was made at all.

    >>> Timeout(2).call(int, "7")
    7
    """

    def __init__(
        self,
        seconds: "Union[int, float]",
        *,
        interrupt: "Optional[str]" = None,
        name: "Optional[str]" = None,
        on_event: "Optional[Callable[[str, Dict[str, Any]], object]]" = None,
        clock: "Any" = None,
    ) -> None:
        super().__init__(name, on_event, clock)
        self.seconds = seconds
        self._ticks = self._clock.positive_ticks(seconds)
        self._clock.open_deadline_slot()
        check_choice("interrupt", interrupt, (None, "signal", "worker"))
        self._interrupt = None
        if interrupt is not None:
            from .interrupt import interrupter

            self._interrupt = interrupter(interrupt, current_port(), self)

    def _at(self, outer: "Any") -> int:
        """The tick at which this call has to be over, given the deadline in force."""
        now = self._now()
        if outer is not None and outer[0] <= now:
            raise self._exceeded(False, False)
        at = now + self._ticks
        return at if outer is None or at < outer[0] else int(outer[0])

    def _passed_on(self, error: "Any", at: int) -> bool:
        """Whether ``error`` tells of our deadline, as something further in saw it."""
        exceeded = code_of(error) == "deadline_exceeded" and getattr(error, "seconds", 0) is None
        return exceeded and bool(self._now() >= at)

    def _error(self, started: bool, own: bool) -> DeadlineExceededError:
        # ``seconds`` is None when the time was set elsewhere: for a breaker between that deadline
        # and this timeout the call has then neither failed nor succeeded.
        return DeadlineExceededError(self.seconds if own else None, started, self.name)

    def _exceeded(self, started: bool, own: bool) -> DeadlineExceededError:
        error = self._error(started, own)
        self._report(error)
        return error

    def _report(self, error: DeadlineExceededError) -> None:
        if self._listener is not None:
            fields = {"policy": "timeout", "seconds": error.seconds, "started": error.started}
            self._emit("timed_out", fields)

    def _worst(self, seconds: "Any", calls: "Any") -> "Any":
        return self.seconds if seconds is None else min(seconds, self.seconds), calls

    def _wrap(self, inner: "Any") -> "Any":
        slot, interrupt = self._clock.deadline_slot, self._interrupt
        if slot is None:
            return self._refuse
        if interrupt is not None:
            inner = interrupt(inner)
        now, ticks, get, put = self._now, self._ticks, slot.get, slot.set

        def timed(fn: "Any", args: "Any", kwargs: "Any") -> "Any":
            at = now() + ticks
            outer = get()
            if outer is not None and outer[0] <= at:
                self._at(outer)  # refuses if it has passed
                return inner(fn, args, kwargs)
            put((at, outer, self))
            try:
                return inner(fn, args, kwargs)
            except Exception as error:
                if self._passed_on(error, at):
                    raise self._exceeded(True, True)
                raise
            finally:
                put(outer)

        return timed

    def _awrap(self, inner: "Any") -> "Any":
        slot, now, ticks = self._clock.deadline_slot, self._now, self._ticks
        get, put = (_no_deadline, _no_deadline) if slot is None else (slot.get, slot.set)

        async def timed(fn: "Any", args: "Any", kwargs: "Any") -> "Any":
            at = now() + ticks
            outer = get()
            own = outer is None or at < outer[0]
            scope = (at, outer, self)
            if own:
                put(scope)
            else:
                at = self._at(outer)  # refuses if it has passed
            try:
                awaited = inner(fn, args, kwargs)
                # A coroutine is stepped as it is; whatever else can be awaited becomes one.
                steps = awaited if type(awaited) is _COROUTINE else _awaiting(awaited)
                try:
                    signal = steps.send(None)
                except StopIteration as stop:
                    return stop.value
                return await _Armed(self, at, own, steps, signal)
            except Exception as error:
                if own and self._passed_on(error, at):
                    raise self._exceeded(True, True)
                raise
            finally:
                # A coroutine may be closed in another context, whose deadline is none of its business.
                if own and get() is scope:
                    put(outer)

        return timed

    def _refuse(self, fn: "Any", args: "Any", kwargs: "Any") -> None:
        reason = "it cannot keep a deadline per task; await the call instead"
        raise UnsupportedError("a timeout for a plain call", current_port().name, reason)


def _no_deadline(*at: "Any") -> None:
    """The slot of a port that has none: nothing is kept, and nothing found."""
