"""How a circuit breaker guards a function: closures that are built once.

``guard`` and ``aguard`` serve every mode at any place in a pipeline.  ``decorated`` is the same with
the function bound, for a breaker that does not look at results, ``adecorated`` for one that counts
consecutive failures: a layer less, which is what a decorated function costs (see ``tests/bench``).

A success in a window that needs no judgement is booked by ``permit.calls += 1`` alone; ``watch``
says when it does, and stays set where that statement would not be exact (see ``breaker_window``).
"""

from ..errors import CircuitOpenError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class _Started:
    """A callable that notes when it begins: layers between the breaker and the call may wait."""

    def __init__(self, fn: "Any", now: "Any") -> None:
        self._fn = fn
        self._now = now
        self._at = None

    def __call__(self, *args: "Any", **kwargs: "Any") -> "Any":
        self._at = self._now()
        return self._fn(*args, **kwargs)

    def elapsed(self) -> "Any":
        return 0 if self._at is None else self._now() - self._at


def _settle(permit: "Any", bad: "Any", result: "Any", elapsed: int) -> None:
    """Book a call that returned ``result``."""
    try:
        failed = bad is not None and bad(result)
    except BaseException:
        permit.cancel()  # the predicate has failed, not the call
        raise
    if failed:
        permit.failure(None, elapsed)
    else:
        permit.success(elapsed)


def guard(breaker: "Any", inner: "Any") -> "Any":
    admit, now, slow, bad = breaker._admit, breaker._now, breaker._slow, breaker._failure_if_result
    plain = bad is None and not slow

    def consecutive(fn: "Any", args: "Any", kwargs: "Any") -> "Any":
        permit = breaker._gate or admit()
        try:
            result = inner(fn, args, kwargs)
        except Exception as error:
            permit.failure(error)
            raise
        except BaseException:
            permit.cancel()
            raise
        if permit.watch:
            permit.success()
        return result

    def guarded(fn: "Any", args: "Any", kwargs: "Any") -> "Any":
        permit = breaker._gate or admit()
        call = _Started(fn, now) if slow else fn
        try:
            result = inner(call, args, kwargs)
        except Exception as error:
            permit.failure(error, call.elapsed() if slow else 0)
            raise
        except BaseException:
            permit.cancel()
            raise
        if plain and not permit.watch:
            permit.calls += 1
        else:
            _settle(permit, bad, result, call.elapsed() if slow else 0)
        return result

    return consecutive if breaker._short else guarded


def aguard(breaker: "Any", inner: "Any") -> "Any":
    admit, now, slow, bad = breaker._admit, breaker._now, breaker._slow, breaker._failure_if_result
    plain = bad is None and not slow

    async def consecutive(fn: "Any", args: "Any", kwargs: "Any") -> "Any":
        permit = breaker._gate or admit()
        try:
            result = await inner(fn, args, kwargs)
        except Exception as error:
            permit.failure(error)
            raise
        except BaseException:
            permit.cancel()
            raise
        if permit.watch:
            permit.success()
        return result

    async def guarded(fn: "Any", args: "Any", kwargs: "Any") -> "Any":
        permit = breaker._gate or admit()
        call = _Started(fn, now) if slow else fn
        try:
            result = await inner(call, args, kwargs)
        except Exception as error:
            permit.failure(error, call.elapsed() if slow else 0)
            raise
        except BaseException:
            permit.cancel()
            raise
        if plain and not permit.watch:
            permit.calls += 1
        else:
            _settle(permit, bad, result, call.elapsed() if slow else 0)
        return result

    return consecutive if breaker._short else guarded


def decorated(breaker: "Any", fn: "Any") -> "Any":
    name, boot, hz = breaker.name, breaker._boot, breaker._hz
    admit, now, slow, windowed = breaker._admit, breaker._now, breaker._slow, breaker._windowed

    def consecutive(*args: "Any", **kwargs: "Any") -> "Any":
        permit = breaker._gate
        if permit is None:
            left = breaker._quiet_until - boot()
            if left > 0:
                raise CircuitOpenError(name, left / hz)
            permit = admit()
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
        return result

    def window(*args: "Any", **kwargs: "Any") -> "Any":
        permit = breaker._gate or admit()
        started = now() if slow else 0
        try:
            result = fn(*args, **kwargs)
        except Exception as error:
            permit.failure(error, now() - started if slow else 0)
            raise
        except BaseException:
            permit.cancel()
            raise
        elapsed = now() - started if slow else -1
        if elapsed >= slow or permit.watch:
            permit.success(elapsed)
        else:
            permit.calls += 1
        return result

    return window if windowed else consecutive


def adecorated(breaker: "Any", fn: "Any") -> "Any":
    admit = breaker._admit

    async def consecutive(*args: "Any", **kwargs: "Any") -> "Any":
        permit = breaker._gate or admit()
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

    return consecutive
