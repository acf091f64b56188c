"""Runs ``board_rows`` on MicroPython's unix port, where there is one."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from report import figure, markdown

ROOT = Path(__file__).resolve().parents[2]
UNITS = {
    "reliability_core, .call": "limit: .call",
    "reliability_core, decorator": "limit: decorator",
    "reliability_core, with .acquire()": "limit: with .acquire()",
    "reliability_core, .try_acquire()": "limit: with .acquire()",
    "reliability_core, limiter": "limit: limiter",
}
TITLE = "### MicroPython, unix port: time over the limit of the same form, and heap a call"


def find():
    """Returns the command ``micropython`` beside this interpreter, or on PATH, or ``None``."""
    beside = Path(sys.executable).parent / "micropython"
    return str(beside) if beside.exists() else shutil.which("micropython")


def run(options):
    command = options.micropython or find()
    if command is None:
        return {}, [TITLE, "", "Absent: there is no command micropython.", ""]
    path = os.pathsep.join([".frozen", str(ROOT), str(ROOT / "ports"), str(ROOT / "tests/bench")])
    rounds = "2" if options.quick else str(options.rounds)
    done = subprocess.run(
        [command, "-m", "board_rows", rounds],
        env={**os.environ, "MICROPYPATH": path},
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    figures = {}
    for line in done.stdout.splitlines():
        name, nanoseconds, heap = line.split("\t")
        figures[name] = {"min": int(nanoseconds), "bytes": int(heap)}
    lines = [[name, over_limit(figures, name), row["bytes"]] for name, row in figures.items()]
    return figures, [TITLE, "", *markdown(["row", "time", "bytes"], lines), ""]


def over_limit(figures, name):
    unit = figures.get(UNITS.get(name, name))
    return figure(figures[name]["min"] / unit["min"])
