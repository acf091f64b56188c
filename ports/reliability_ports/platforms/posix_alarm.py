"""Ending a plain call by a signal: what Linux, macOS and FreeBSD share.

There is one interval timer and one handler of its signal in a process, so what another had set
there, a limit of ours further out or the program's own timer, is put back afterwards, and is called
meanwhile if its time comes first.
"""

import signal
import threading
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Tuple

_SOON = 0.001  # seconds: a timer of zero would be none


def alarm_of(port: str, unsupported: "Any") -> "Callable[..., Any]":
    """Return the ``alarm`` of the platform ``port``; ``unsupported`` is the core's error class."""

    def alarm(
        seconds: float, expired: "Callable[[], Exception]", run: "Callable[..., Any]", call: "Tuple[Any, ...]"
    ) -> "Any":
        """Return ``run(*call)``; after ``seconds`` raise ``expired()`` inside it.

        Raises ``UnsupportedError``, and makes no call, outside the main thread.  A call that is over
        when the signal comes keeps its result.  A call into C that does not return on a signal
        is ended when it returns.
        """
        if threading.current_thread() is not threading.main_thread():
            raise unsupported("an interrupting timeout", port, "signals reach the main thread only")
        return _Alarm(seconds, expired).run(run, call)

    return alarm


class _Alarm:
    def __init__(self, seconds: float, expired: "Callable[[], Exception]") -> None:
        self._end = time.monotonic() + seconds
        self._expired = expired
        self._running = False
        delay, self._interval = signal.setitimer(signal.ITIMER_REAL, 0)
        self._due = time.monotonic() + delay if delay else None  # of the timer that was there before
        self._handler = signal.signal(signal.SIGALRM, self._ring)

    def run(self, run: "Callable[..., Any]", call: "Tuple[Any, ...]") -> "Any":
        try:
            self._wind()
            self._running = True
            return run(*call)
        finally:
            self._running = False
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, signal.SIG_DFL if self._handler is None else self._handler)
            if self._due is not None:
                left = max(self._due - time.monotonic(), _SOON)
                signal.setitimer(signal.ITIMER_REAL, left, self._interval)

    def _wind(self) -> None:
        due = self._end if self._due is None else min(self._end, self._due)
        signal.setitimer(signal.ITIMER_REAL, max(due - time.monotonic(), _SOON))

    def _ring(self, number: int, frame: "Any") -> None:
        if not self._running:
            return  # the call is over
        if frame.f_code is _Alarm.run.__code__:
            signal.setitimer(signal.ITIMER_REAL, _SOON)  # it has not begun, or is over: see then
            return
        now = time.monotonic()
        if self._due is not None and self._due <= now:
            self._due = now + self._interval if self._interval else None
            if callable(self._handler):
                self._handler(number, frame)
        if self._end <= now:
            self._running = False
            raise self._expired()
        self._wind()
