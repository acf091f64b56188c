"""What an import and a first object cost: counted in modules and events, never in milliseconds."""

import json
import subprocess
import sys
import textwrap
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# Each probe runs in an interpreter of its own, which has loaded nothing of ours yet.
PRELUDE = f"""
import json, sys
sys.path[:0] = [{str(ROOT)!r}, {str(ROOT / "ports")!r}]
before = set(sys.modules)

def added():
    new = set(sys.modules) - before
    return sorted(new - set(sys.builtin_module_names))
"""

BREAKER = {
    "_contextvars",  # built in or not, as the interpreter was compiled
    "reliability_core",
    "reliability_core.clock",
    "reliability_core.errors",
    "reliability_core.fault_tolerance",
    "reliability_core.fault_tolerance.breaker_states",  # its state machine: one file would be too long for a board
    "reliability_core.fault_tolerance.circuit_breaker",
    "reliability_core.port",
    "reliability_ports",
    "reliability_ports.platforms",
}
PLATFORM = "reliability_ports.platforms."


def probe(code):
    """Runs code in a fresh interpreter and returns what it prints as JSON."""
    command = [sys.executable, "-I", "-B", "-c", PRELUDE + textwrap.dedent(code)]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def test_import_adds_one_module():
    assert probe("import reliability_core; print(json.dumps(added()))") == ["reliability_core"]


def test_a_name_loads_its_module_and_what_that_needs():
    added = probe("from reliability_core import CircuitOpenError; print(json.dumps(added()))")
    assert added == ["reliability_core", "reliability_core.errors"]


def test_one_breaker_loads_its_file_the_kernel_and_one_platform():
    added = set(probe("import reliability_core; reliability_core.CircuitBreaker(); print(json.dumps(added()))"))
    platform = {name for name in added if name.startswith(PLATFORM)}
    assert added - platform <= BREAKER
    assert len(platform) <= 1


def test_a_call_loads_nothing():
    loaded = """
    from reliability_core import CircuitBreaker, CircuitOpenError
    breaker = CircuitBreaker(failure_threshold=1)
    ready = added()
    breaker.call(len, "x")
    with breaker.acquire():
        pass
    for outcome in (ValueError, CircuitOpenError):
        try:
            breaker.call(int, "no number")
        except outcome:
            pass
    print(json.dumps([name for name in added() if name not in ready]))
    """
    assert probe(loaded) == []


def test_import_and_a_breaker_start_nothing():
    events = """
    import _thread
    kinds = ("socket.", "_thread.start", "subprocess.", "os.fork", "os.posix_spawn", "os.system")
    seen = []

    def watch(event, args):
        # Loading a module reads its file; nothing else may be opened.
        if event.startswith(kinds) or event == "open" and not str(args[0]).endswith((".py", ".pyc")):
            seen.append([event, str(args[0]) if args else ""])

    sys.addaudithook(watch)
    import reliability_core
    reliability_core.CircuitBreaker().call(len, "x")
    seen += [["threads", _thread._count()]] if _thread._count() else []
    seen += [["an event loop"]] if "asyncio" in sys.modules else []
    print(json.dumps(seen))
    """
    assert probe(events) == []
