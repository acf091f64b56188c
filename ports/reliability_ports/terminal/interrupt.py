"""Runs a coroutine so that Ctrl-C cancels it: its `finally` blocks run and no traceback is shown.

Left alone, CPython before 3.11 raises KeyboardInterrupt in whichever task is running, and MicroPython in the loop.
"""

import asyncio

from .arguments import UsageError

try:
    import signal
except ImportError:  # MicroPython
    signal = None  # type: ignore[assignment]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Coroutine


def run(coroutine: "Coroutine[Any, Any, int]") -> int:
    """-> what the coroutine returns. Raises KeyboardInterrupt after it has cleaned up."""
    if _loop_runs():
        coroutine.close()
        raise UsageError("an event loop runs here already; there: await reliability_ports.terminal.command.amain([..])")
    if signal is None:
        return _run_without_signals(coroutine)
    try:
        return asyncio.run(_run_with_signal(coroutine))
    except asyncio.CancelledError:
        raise KeyboardInterrupt


def _loop_runs() -> bool:
    try:
        asyncio.get_running_loop()
    except (AttributeError, RuntimeError):  # MicroPython has no such question
        return False
    return True


async def _run_with_signal(coroutine: "Coroutine[Any, Any, int]") -> int:
    task: "Any" = asyncio.current_task()
    wake = asyncio.get_running_loop().call_soon_threadsafe
    try:
        previous = signal.signal(signal.SIGINT, lambda *_: wake(task.cancel))
    except ValueError:  # not the main thread: Ctrl-C does not come here
        return await coroutine
    try:
        return await coroutine
    finally:
        signal.signal(signal.SIGINT, previous)


def _run_without_signals(coroutine: "Coroutine[Any, Any, int]") -> int:
    loop = asyncio.get_event_loop()
    task = loop.create_task(coroutine)
    try:
        return loop.run_until_complete(task)
    except KeyboardInterrupt:
        task.cancel()
        try:
            loop.run_until_complete(task)
        except asyncio.CancelledError:
            pass
        raise
