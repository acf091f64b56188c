"""Runs the portable tests where pytest cannot go: MicroPython and Pyodide.

A test is a function ``test_*``, plain or ``async``, that needs no argument.  By hand::

    MICROPYPATH=.frozen:ports:tests:tests/portable micropython -m run_portable test_retry

Prints each failure with its traceback, then how many tests ``left_out.py`` kept from running
here, and ends with ``N passed, N failed``.
"""

import asyncio
import gc
import sys

import left_out


def report(name, error):
    """Prints a failure with its traceback."""
    print("FAILED", name)
    if hasattr(sys, "print_exception"):  # MicroPython
        sys.print_exception(error)
    else:
        sys.excepthook(type(error), error, error.__traceback__)


async def run(modules):
    """Runs the tests of the named modules; returns the exit code of the process."""
    runtime = left_out.label()
    passed = failed = left = 0
    for module in modules:
        if left_out.reason(module + ".", runtime):  # perhaps it cannot even be imported here
            left += 1
            continue
        try:
            tests = __import__(module)
        except Exception as error:
            report(module, error)
            failed += 1
            continue
        for test in sorted([name for name in dir(tests) if name.startswith("test_")]):
            name = module + "." + test
            if left_out.reason(name, runtime):
                left += 1
                continue
            try:
                result = getattr(tests, test)()
                # Only a coroutine function returns anything; MicroPython has no other mark of it.
                if hasattr(result, "send"):
                    # In a task of its own: what a host awaits at top level is none, and cannot be cancelled.
                    await asyncio.create_task(result)
                passed += 1
            except BaseException as error:
                report(name, error)
                failed += 1
    print(left, "left out on", runtime)
    print("%d passed, %d failed" % (passed, failed))
    return int(failed > 0 or passed + left == 0)


if __name__ == "__main__":
    if left_out.HEAP:  # a small one: freeing early keeps its holes small
        gc.threshold(4096)
    # WebAssembly hosts await run() instead: there, asyncio.run does not exist or is refused.
    sys.exit(asyncio.run(run(sys.argv[1:])))
