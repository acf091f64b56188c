"""The goals: one line each, held against the figures of one run.

A goal is a ratio of two figures, or a figure alone where it is a count. A figure is named by the part
of the run, its row and its quantity. ``ROWS`` says which goals compare with a limit; ``PEERS`` which
compare with the best other library, where that is installed.
"""

from report import figure, markdown

PLAIN, AWAITED = "reliability_core, decorator", "reliability_core, await"
CALL = "reliability_core, .call"
WITHIN = "reliability_core, with .acquire()"
CLOSURE = "limit: closure"
LAZY = "limit: lazy window"
NESTED = "limit: nested closures, deadline checked after"
HANDED_ON = "limit: nested closures, deadline handed on"
ARMED_LATE = "limit: one function, timer armed on suspension"
QUEUE = "limit: queue of futures, one timer"
DEADLINE_AND_THREE = "reliability_core, deadline and three policies"
OURS = "reliability_core"


class Goal:
    """``ours`` over ``reference`` (or ``ours`` alone) is to be ``at_most`` so much, or ``exactly``."""

    def __init__(self, number, what, at_most, ours, reference=None, exactly=False):
        self.number = number
        self.what = what
        self.at_most = at_most
        self.ours = ours
        self.reference = reference
        self.exactly = exactly

    def value(self, figures):
        """Returns what was measured, ``None`` if a figure is missing."""
        ours = look_up(figures, self.ours)
        if self.reference is None or ours is None:
            return ours
        reference = look_up(figures, self.reference)
        return None if reference is None else ours / reference

    def met(self, value):
        return value == self.at_most if self.exactly else round(value, 2) <= self.at_most


def look_up(figures, key):
    part, row, quantity = key
    return figures.get(part, {}).get(row, {}).get(quantity)


def timed(number, what, at_most, group, ours, reference):
    return Goal(number, what, at_most, (group, ours, "min"), (group, reference, "min"))


def counted(number, what, at_most, part, row, quantity):
    return Goal(number, what, at_most, (part, row, quantity))


ROWS = [
    timed("1a", "consecutive breaker, decorator", 1.3, "breaker", PLAIN, CLOSURE),
    timed("1a", "consecutive breaker, .call", 1.5, "breaker", CALL, CLOSURE),
    timed("1a", "consecutive breaker, awaited", 1.4, "breaker-async", AWAITED, CLOSURE),
    timed("1b", "window of 100", 1.3, "window", PLAIN, LAZY),
    timed("1b", "window of 100 and slow calls", 1.3, "window-slow", PLAIN, LAZY),
    counted("1c", "four threads over one: consecutive", 1.5, "threads", f"breaker: {PLAIN}", "slowdown"),
    counted("1c", "four threads over one: window", 1.5, "threads", f"window: {PLAIN}", "slowdown"),
    counted("1c", "four threads over one: slow calls", 1.5, "threads", f"window-slow: {PLAIN}", "slowdown"),
    timed("1d", "rejection, decorator", 1.15, "rejection", PLAIN, "limit: clock, two fields, no text"),
    timed("1d", "rejection, .call", 1.15, "rejection", CALL, "limit: clock, two fields, no text"),
    timed("2", "retry", 1.4, "retry", PLAIN, CLOSURE),
    timed("2", "retry with deadline", 1.3, "retry-deadline", PLAIN, CLOSURE),
    timed("2", "retry, awaited", 1.4, "retry-async", AWAITED, CLOSURE),
    timed("3a", "limiter", 1.25, "limiter", "reliability_core, try_acquire", "limit: one lock"),
    timed("3a", "limiter, awaited", 1.25, "limiter-async", "reliability_core, aacquire", "limit: one lock"),
    counted("3b", "1,000 waiters: seconds beyond the ideal", 0.02, "waiters", OURS, "late"),
    counted("3b", "1,000 waiters: order inversions", 0, "waiters", OURS, "inversions"),
    counted("3b", "1,000 waiters: timers armed at a time", 1, "waiters", OURS, "armed"),
    Goal("3b", "1,000 waiters: CPU", 1.1, ("waiters", OURS, "cpu_ms"), ("waiters", QUEUE, "cpu_ms")),
    timed("4a", "four layers, deadline only checked after", 1.25, "pipeline", DEADLINE_AND_THREE, NESTED),
    timed("4a", "four layers, deadline handed on", 1.25, "pipeline", DEADLINE_AND_THREE, HANDED_ON),
    timed("4b", "awaited pipeline, nothing suspends", 1.3, "pipeline-async", AWAITED, ARMED_LATE),
    timed("4b", "awaited pipeline, suspends once", 1.2, "suspending", AWAITED, "asyncio.timeout alone"),
    counted("8", "import: modules", 1, "imports", "import reliability_core", "modules"),
    counted("8", "import: ms", 1, "imports", "import reliability_core", "ms"),
    counted("8", "one breaker ready: modules", 10, "imports", "one breaker ready", "modules"),
    counted("8", "one breaker ready: ms", 3, "imports", "one breaker ready", "ms"),
    counted("8", "every public name: ms", 12, "imports", "every public name", "ms"),
    counted("11", "MicroPython, with .acquire(): bytes", 0, "board", WITHIN, "bytes"),
    counted("11", "MicroPython, .try_acquire(): bytes", 0, "board", "reliability_core, .try_acquire()", "bytes"),
    counted("11", "MicroPython, .call: bytes", 64, "board", CALL, "bytes"),
    counted("11", "MicroPython, limiter: bytes", 0, "board", "reliability_core, limiter", "bytes"),
    timed("11", "MicroPython, .call", 1.3, "board", CALL, "limit: .call"),
    timed(
        "11",
        "MicroPython, with .acquire()",
        1.3,
        "board",
        "reliability_core, with .acquire()",
        "limit: with .acquire()",
    ),
    timed("11", "MicroPython, limiter", 1.3, "board", "reliability_core, limiter", "limit: limiter"),
    Goal("12", "1,000 callers, half-open: calls let through", 1, ("half-open", OURS, "reached"), exactly=True),
    Goal(
        "12",
        "1,000 callers, half-open: CPU",
        1.1,
        ("half-open", OURS, "cpu_ms"),
        ("half-open", "limit: permit under a lock", "cpu_ms"),
    ),
]

# The other library's time over ours is to be at least so much.
PEERS = [
    ("1a", 3, "breaker", "circuitbreaker decorator", PLAIN),
    ("1a", 2.3, "breaker-async", "circuitbreaker", AWAITED),
    ("1b", 14, "window-slow", "interlock decorator", PLAIN),
    ("1d", 1.4, "rejection", "backon", PLAIN),
    ("2", 14, "retry", "retrying", PLAIN),
    ("2", 90, "retry", "tenacity", PLAIN),
    ("3a", 2.2, "limiter", "token-bucket", "reliability_core, try_acquire"),
    ("3a", 12, "limiter", "throttled-py, GCRA", "reliability_core, try_acquire"),
    ("4a", 4.5, "pipeline", "backoff + circuitbreaker + token-bucket", DEADLINE_AND_THREE),
    ("4a", 29, "pipeline", "interlock (bulkhead instead of limiter)", DEADLINE_AND_THREE),
    ("4b", 45, "pipeline-async", "interlock (bulkhead instead of limiter)", AWAITED),
]


def verdict(value, met):
    return "not measured" if value is None else "met" if met else "NOT met"


def goal_rows(figures):
    """Returns goal, what, limit row, measured, goal and verdict of every goal, as text."""
    rows = []
    for goal in ROWS:
        value = goal.value(figures)
        reference = "-" if goal.reference is None else goal.reference[1]
        met = value is not None and goal.met(value)
        rows.append([goal.number, goal.what, reference, figure(value), f"{goal.at_most:g}", verdict(value, met)])
    return rows


def peer_rows(figures):
    """Returns goal, group, the other library, how many times ours, goal and verdict, as text."""
    rows = []
    for number, at_least, group, theirs, ours in PEERS:
        value = Goal(number, group, 0, (group, theirs, "min"), (group, ours, "min")).value(figures)
        met = value is not None and round(value, 1) >= at_least
        rows.append([number, group, theirs, figure(value, 1), f"{at_least:g}", verdict(value, met)])
    return rows


def tables(figures):
    limits = markdown(["goal", "what", "limit", "measured", "at most", "verdict"], goal_rows(figures))
    peers = markdown(["goal", "group", "other library", "times ours", "at least", "verdict"], peer_rows(figures))
    return ["### Goals", "", *limits, "", "### Against other libraries", "", *peers, ""]
