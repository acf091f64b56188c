"""The benchmark kit in tiny rounds: every row of ours is comparable, and no goal is missing. No timings."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BENCH = ROOT / "tests/bench"


@pytest.fixture(scope="module")
def kit():
    path = os.pathsep.join([str(ROOT), str(ROOT / "ports")])
    command = [sys.executable, "-B", str(BENCH / "run.py"), "--quick", "--json"]
    done = subprocess.run(command, env={**os.environ, "PYTHONPATH": path}, stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)


def test_every_row_of_ours_and_every_limit_is_comparable(kit):
    notes = {name: note for part in kit["notes"].values() for name, note in part.items()}
    ours = {name: note for name, note in notes.items() if name.startswith(("limit:", "reliability_core"))}
    assert ours == {}


def test_each_part_has_rows_of_ours_and_of_a_limit(kit):
    for part in set(kit["figures"]) - {"threads", "imports", "board"}:
        rows = kit["figures"][part]
        assert [row for row in rows if row.startswith("limit:")], part
        assert [row for row in rows if row.startswith("reliability_core")], part


def test_every_goal_was_measured_or_needs_what_is_not_here(kit):
    missing = {(number, limit) for number, _, limit, _, _, verdict in kit["goals"] if verdict == "not measured"}
    excused = set()
    if not kit["figures"]["board"]:  # no MicroPython on this host
        excused |= {goal for goal in missing if goal[0] == "11"}
    if sys.version_info < (3, 11):
        excused.add(("4b", "asyncio.timeout alone"))
    assert missing == excused


def test_the_goals_are_those_that_were_set(kit):
    numbers = [goal[0] for goal in kit["goals"]]
    assert sorted(set(numbers)) == sorted("1a 1b 1c 1d 2 3a 3b 4a 4b 8 11 12".split())


def test_goals_that_are_counts_are_met(kit):
    counts = re.compile("order inversions|timers armed|let through|import: modules|bytes")
    measured = {what: verdict for _, what, _, _, _, verdict in kit["goals"] if counts.search(what)}
    assert [what for what, verdict in measured.items() if verdict == "NOT met"] == []


def test_a_row_that_differs_has_no_figure():
    probe = """
import timing, rows

@rows.limit("retry", "gives up at once")
def _(fn):
    return fn

for row in timing.measure("retry", 1, 1000):
    print(row.name, row.minimum, row.note)
"""
    path = os.pathsep.join([str(BENCH), str(ROOT)])
    done = subprocess.run(
        [sys.executable, "-B", "-c", probe], env={**os.environ, "PYTHONPATH": path}, stdout=subprocess.PIPE, check=True
    )
    assert done.stdout.decode().strip() == "gives up at once None not comparable: 1 calls of a failing target, not 3"


def test_peers_are_pinned():
    lines = (BENCH / "peers.txt").read_text().split()
    assert lines
    assert [line for line in lines if not re.fullmatch(r"[a-z-]+==[0-9.]+", line)] == []
