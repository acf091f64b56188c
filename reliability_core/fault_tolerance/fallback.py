"""Fallback: what to answer when the call fails.

It stands outermost.  It sees errors only, never a cancellation, and when it fails itself, both errors
are kept.
"""

from ..errors import FallbackError, error_matcher
from ..port import COROUTINE, Policy, refuse_coroutine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, Optional


# MicroPython's coroutines are generators.
_AWAITABLE = "send" if COROUTINE is None else "__await__"


class Fallback(Policy):
    """Answers in place of a call that failed.

    ``alternatives`` are tried in order until one does not fail: a value is the answer; a function is
    called as ``alternative(error, *args, **kwargs)`` with the error and the call's own arguments, and
    may be an ``async def`` function where the call is awaited.
    ``on`` are the exception classes, or a predicate of the error, that it answers for; any other
    error passes.  ``on_event``: ``fallback_used`` {error, alternative}.

    Raises ``FallbackError(original, fallback_error)`` when the last alternative fails too.

    >>> Fallback(0).call(int, "x")
    0
    >>> Fallback(lambda error, text: len(text)).call(int, "four")
    4
    """

    def __init__(
        self,
        *alternatives: "Any",
        on: "Any" = Exception,
        name: "Optional[str]" = None,
        on_event: "Optional[Callable[[str, Dict[str, Any]], object]]" = None,
        clock: "Any" = None,
    ) -> None:
        super().__init__(name, on_event, clock)
        if not alternatives:
            raise TypeError("alternatives is (); accepted: a value or a callable, or several in order")
        self._alternatives = alternatives
        self._matches = error_matcher("on", on)

    def _used(self, error: Exception, alternative: "Any") -> None:
        if self._listener is not None:
            self._emit("fallback_used", {"policy": "fallback", "error": error, "alternative": alternative})

    def _failed(self, original: Exception, latest: Exception) -> FallbackError:
        error = FallbackError(original, latest)
        error.__cause__ = latest
        return error

    def _worst(self, seconds: "Any", calls: "Any") -> "Any":
        for alternative in self._alternatives:
            if callable(alternative):
                return None, calls  # it may take any time
        return seconds, calls

    def _wrap(self, inner: "Any") -> "Any":
        matches, answer = self._matches, self._answer

        def falling_back(fn: "Any", args: "Any", kwargs: "Any") -> "Any":
            try:
                return inner(fn, args, kwargs)
            except Exception as error:
                if not matches(error):
                    raise
                return answer(error, args, kwargs)

        return falling_back

    def _awrap(self, inner: "Any") -> "Any":
        matches, answer = self._matches, self._aanswer

        async def falling_back(fn: "Any", args: "Any", kwargs: "Any") -> "Any":
            try:
                return await inner(fn, args, kwargs)
            except Exception as error:
                if not matches(error):
                    raise
                return await answer(error, args, kwargs)

        return falling_back

    def _answer(self, original: Exception, args: "Any", kwargs: "Any") -> "Any":
        latest = original
        try:
            for alternative in self._alternatives:
                try:
                    answer = alternative(original, *args, **kwargs) if callable(alternative) else alternative
                    if COROUTINE is not None and type(answer) is COROUTINE:
                        refuse_coroutine(answer, alternative)
                except Exception as error:
                    latest = error
                else:
                    self._used(original, alternative)
                    return answer
            raise self._failed(original, latest)
        finally:
            del original, latest  # no cycle between the errors and this frame

    async def _aanswer(self, original: Exception, args: "Any", kwargs: "Any") -> "Any":
        latest = original
        try:
            for alternative in self._alternatives:
                try:
                    answer = alternative(original, *args, **kwargs) if callable(alternative) else alternative
                    if callable(alternative) and hasattr(answer, _AWAITABLE):
                        answer = await answer
                except Exception as error:
                    latest = error
                else:
                    self._used(original, alternative)
                    return answer
            raise self._failed(original, latest)
        finally:
            del original, latest
