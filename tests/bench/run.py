"""Times this library beside hand-written limits and other libraries, and holds it to its goals.

    PYTHONPATH=.:ports python tests/bench/run.py [part ...]

Without a part, all of them run, which takes some minutes. See README.md beside this file.
"""

import argparse
import json
import re
from pathlib import Path

import board
import goals
import half_open
import import_cost
import limit_breaker  # noqa: F401  (each of these registers rows)
import limit_limiter  # noqa: F401
import limit_pipeline  # noqa: F401
import limit_retry  # noqa: F401
import peers_breaker  # noqa: F401
import peers_limiter  # noqa: F401
import peers_pipeline  # noqa: F401
import peers_retry  # noqa: F401
import product  # noqa: F401
import report
import threads
import timing
import waiters
from groups import GROUPS

OTHERS = {
    "threads": threads.run,
    "waiters": waiters.run,
    "half-open": half_open.run,
    "imports": import_cost.run,
    "board": board.run,
}
README = Path(__file__).with_name("README.md")


def arguments():
    parser = argparse.ArgumentParser(description="Ratios to hand-written limits and other libraries.")
    parser.add_argument("parts", nargs="*", metavar="part", help=", ".join([*GROUPS, *OTHERS]))
    parser.add_argument("--rounds", type=int, default=25, help="interleaved rounds (default 25)")
    parser.add_argument("--quick", action="store_true", help="tiny rounds, to try the kit; the figures mean nothing")
    parser.add_argument("--micropython", help="the command; by default the one beside this Python, or on PATH")
    parser.add_argument("--json", action="store_true", help="print figures, notes and goals as one object")
    parser.add_argument("--readme", action="store_true", help="put the tables into README.md")
    options = parser.parse_args()
    for part in options.parts:
        if part not in GROUPS and part not in OTHERS:
            parser.error(f"part is {part!r}; accepted: {', '.join([*GROUPS, *OTHERS])}")
    options.slice_ns = 20_000 if options.quick else 2_000_000
    options.rounds = 1 if options.quick else options.rounds
    return options


def run_part(part, options):
    """Returns the figures, the reasons of rows without figures, and the table of one part."""
    if part in OTHERS:
        figures, lines = OTHERS[part](options)
        return figures, {}, lines
    measured = timing.measure(part, options.rounds, options.slice_ns)
    figures = {row.name: {"min": row.minimum, "median": row.median} for row in measured if row.note is None}
    notes = {row.name: row.note for row in measured if row.note is not None}
    return figures, notes, report.group_table(GROUPS[part].title, measured)


def write_readme(lines):
    """Replaces the tables of this interpreter's version, or adds them at the end."""
    version = report.runtime().rpartition(".")[0]
    begin, end = f"<!-- {version} -->", f"<!-- end of {version} -->"
    section = "\n".join([begin, f"## {report.runtime()}", "", *lines, end])
    text = README.read_text()
    pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
    text = pattern.sub(lambda _: section, text) if begin in text else text.rstrip("\n") + "\n\n" + section + "\n"
    README.write_text(text)


def main():
    options = arguments()
    figures, notes, lines = {}, {}, []
    for part in options.parts or [*GROUPS, *OTHERS]:
        figures[part], notes[part], table = run_part(part, options)
        lines += table
        if not options.json:
            print("\n".join(table), flush=True)
    held = goals.tables(figures)
    if options.json:
        print(json.dumps({"figures": figures, "notes": notes, "goals": goals.goal_rows(figures)}))
    else:
        print("\n".join(held))
    if options.readme:
        write_readme([*held, *lines])


if __name__ == "__main__":
    main()
