"""The one table of tests that are left out somewhere, and why.

pytest (through ``conftest.py``) and ``run_portable.py`` both ask ``reason()``; there is no other
way to leave a portable test out.  Runs on every runtime, so it imports nothing but ``sys`` and,
where there is one, ``os``.
"""

import sys

try:
    from os import getenv
except ImportError:  # MicroPython's WebAssembly port has no environment

    def getenv(_name):
        return None


# (test, runtime, reason).  A test is "file.function" without ".py", or "file.*" for a whole file;
# "test_load.test_PACKAGE_MODULE" is the session mpy loading that module.
# A runtime is the beginning of a label, see label(): "micropython" is all of them, "cpython-3.8"
# one version, "micropython-unix-64wK" one heap.
ROWS = (
    (
        "test_import_budget.test_one_breaker_loads_its_file_the_kernel_and_one_platform",
        "pypy",
        "its _contextvars is written in Python and imports more of the standard library",
    ),
    (
        "test_rejection.*",
        "pypy",
        "it frees nothing before its collector runs",
    ),
    (
        "test_error_cycles.*",
        "pypy",
        "it counts no references: its collector frees everything, cycle or not",
    ),
    (
        "test_generations.test_a_trial_dropped_while_it_waits_gives_its_permit_back",
        "pypy",
        "it frees nothing before its collector runs, and then not all at once",
    ),
    (
        "test_load.test_reliability_ports_platforms_posix_alarm",
        "micropython",
        "an adapter for CPython: it needs the module signal",
    ),
    (
        "test_half_open.test_a_thousand_tasks_at_a_half_open_breaker_send_one_call",
        "micropython-unix-128wK",
        "a thousand tasks take more heap than that",
    ),
    (
        "test_half_open.test_a_thousand_tasks_at_a_half_open_breaker_send_one_call",
        "micropython-unix-64wK",
        "a thousand tasks take more heap than that",
    ),
    (
        "test_retry_calls.test_one_policy_serves_fifty_tasks_each_with_its_own_attempts",
        "micropython-unix-64wK",
        "fifty tasks take more heap than that",
    ),
    (
        "test_composition.*",
        "micropython-unix-64wK",
        "every policy in every mode at once, beside the runner; tests/boards/heap_area.py has what fits",
    ),
    (
        "test_service.*",
        "micropython-unix-64wK",
        "a full service fills this heap, the runner and its tests do not fit; tests/boards/heap_area.py has what does",
    ),
    (
        "test_quick_start.*",
        "micropython-unix-64wK",
        "the prelude loads every area at once; a board this small imports the names that it uses",
    ),
    (
        "test_observed_service.*",
        "micropython-unix-64wK",
        "service, retries, tracer and metrics together take a 68 KiB heap",
    ),
    (
        "test_waiting_line_thousand.*",
        "micropython-unix-64wK",
        "a thousand tasks do not fit into its heap",
    ),
    (
        "test_waiting_line_thousand.*",
        "micropython-unix-128wK",
        "a thousand tasks do not fit into its heap",
    ),
    (
        "test_rate_limiter.test_trying_takes_no_heap_on_a_board",
        "micropython-wasm",
        "reading a steady clock is a call into JavaScript there",
    ),
)


HEAP = getenv("HEAP")  # noxfile.py says so where it is a small one


def label(implementation=sys.implementation, platform=sys.platform, heap=HEAP):
    """Names this runtime: "cpython-3.8.18", "pyodide-3.14.2", "micropython-unix-64wK-1.29.0"."""
    name = implementation.name
    if platform == "emscripten":
        name = "pyodide"
    elif platform == "webassembly":
        name += "-wasm"
    elif name == "micropython":
        name += "-unix" if platform == "linux" else "-" + platform
    version = ".".join([str(number) for number in implementation.version[:3]])
    return "-".join([part for part in (name, heap, version) if part])


def reason(test, runtime, rows=ROWS):
    """Returns why ``test`` ("file.function") is left out on ``runtime`` (a label), or None."""
    for pattern, where, why in rows:
        whole_file = pattern.endswith(".*") and test.startswith(pattern[:-1])
        if (test == pattern or whole_file) and runtime.startswith(where):
            return why
    return None
