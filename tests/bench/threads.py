"""Four threads at one breaker, against one thread: medians, because thread rows vary."""

from report import figure, markdown
from timing import THREADS, measure

ROUNDS = 9
GROUPS = ("breaker", "window", "window-slow")


def run(options):
    """Returns the figures: the median with four threads over that with one."""
    rounds, slice_ns = (1, options.slice_ns) if options.quick else (max(ROUNDS, options.rounds), 5 * options.slice_ns)
    figures, lines = {}, []
    for group in GROUPS:
        alone = {row.name: row for row in measure(group, rounds, slice_ns)}
        for row in measure(group, rounds, slice_ns, threaded=True):
            name = f"{group}: {row.name}"
            single = alone[row.name]
            if row.median is None or single.median is None:
                lines.append([name, row.role, row.note or single.note])
            else:
                figures[name] = {"slowdown": row.median / single.median}
                lines.append([name, row.role, figure(figures[name]["slowdown"])])
    title = f"### {THREADS} threads: median time a call, over that of one thread"
    return figures, [title, "", *markdown(["row", "role", "ratio"], lines), ""]
