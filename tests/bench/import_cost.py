"""What an import costs: modules added, and milliseconds over a bare start, in fresh processes."""

import os
import subprocess
import sys
import time

from report import figure, markdown

BREAKER = "from reliability_core import CircuitBreaker; CircuitBreaker()"
SUBJECTS = {
    "import reliability_core": "import reliability_core",
    "one breaker ready": BREAKER,
    "every public name": "from reliability_core import *",
}
PEERS = (
    "pybreaker circuitbreaker aiobreaker purgatory hyx.circuitbreaker.api interlock backon tenacity stamina backoff "
    "retrying limits pyrate_limiter aiolimiter throttled token_bucket"
).split()
STDLIB = "asyncio threading typing dataclasses enum logging".split()
COUNT = "import sys; before = len(sys.modules); {}; print(len(sys.modules) - before)"


def modules_added(code):
    """Returns how many modules the code adds, or ``None`` if it cannot be run."""
    command = [sys.executable, "-c", COUNT.format(code)]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return int(done.stdout) if done.returncode == 0 else None


def seconds_to_run(code, environment):
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], env=environment, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - start


def run(options):
    subjects = dict(SUBJECTS)
    subjects.update({f"import {name}": f"import {name}" for name in (*PEERS, *STDLIB)})
    counts = {name: modules_added(code) for name, code in subjects.items()}
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    present = {name: code for name, code in subjects.items() if counts[name] is not None}
    times = {name: [] for name in ("", *present)}
    for _ in range(1 if options.quick else options.rounds):
        for name, code in {"": "pass", **present}.items():
            times[name].append(seconds_to_run(code, environment))
    bare = min(times[""])
    figures = {}
    for name in present:
        over = min(times[name]) - bare
        figures[name] = {"modules": counts[name], "ms": over * 1000, "starts": over / bare}
    lines = [
        [name, figures[name]["modules"], figure(figures[name]["starts"])] if name in figures else [name, "absent", ""]
        for name in subjects
    ]
    title = f"### Imports: time over a bare start (minimum), in bare starts of {bare * 1000:.1f} ms"
    return figures, [title, "", *markdown(["row", "modules added", "bare starts"], lines), ""]
