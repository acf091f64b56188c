"""The final report: where trouble struck, what the guard did, what it saved, what it cost. The verdict comes last."""

from .figures import QUANTILES
from .guard import REASONS
from .screen import move_text
from .trouble import SCRIPT
from .verdict import CRITERION
from .words import count, duration, left, right, wrap
from .world import FAILED, FRESH, LATE, PATIENCE, RESULT, RESULTS, STALE, phase_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import List

    from ...style import Style
    from .result import Result
    from .verdict import Measure

TOO_LATE = 0.1  # seconds of lateness of the machine itself that a reader must be told of
NARROW = 60  # columns below which tables lose what can be spared


def report(result: "Result", style: "Style") -> "List[str]":
    """-> the lines of the report."""
    width = min(style.width, 100)
    lines: "List[str]" = []
    for section in (_phases, _breaker, _attempts, _latency, _slowest, _logs, _verdict):
        lines.append("")
        lines += section(result, style, width)
    return lines


def _title(style: "Style", text: str) -> str:
    return style.paint("bold", text)


def _phases(result: "Result", style: "Style", width: int) -> "List[str]":
    narrow = width < NARROW
    unguarded, guarded = result.figures
    lines = [_title(style, "WHERE TROUBLE STRUCK")]
    note = "lost: failed, or over %g s" % PATIENCE
    if narrow:
        lines += [" " + note, left("", 10) + right("bare", 7) + "  ------ guarded ----"]
    else:
        lines[0] += "  " + note
        lines.append(left("", 17) + "  -- unguarded --   ----- guarded -----")
    heads = ["lost", "fresh", "stale", "lost"] if narrow else ["calls", "fresh", "lost", "fresh", "stale", "lost"]
    lines.append(" " + left("phase", 9) + "".join([right(one, 7) for one in heads]))
    for i in range(len(SCRIPT)):
        before, after = unguarded.by_phase[i], guarded.by_phase[i]
        cells = [] if narrow else [(None, sum(before)), ("green", before[FRESH])]
        cells += [("red", before[LATE] + before[FAILED]), ("green", after[FRESH]), ("cyan", after[STALE])]
        cells.append(("red", after[LATE] + after[FAILED]))
        row = " " + left(SCRIPT[i].name, 9)
        for colour, number in cells:
            row += style.paint(colour if number else "grey", right(count(number), 7))
        lines.append(row)
    return lines


def _breaker(result: "Result", style: "Style", width: int) -> "List[str]":
    lines = [_title(style, "THE BREAKER")]
    for move in result.transitions:
        text = move_text(style, move)
        if width < NARROW:
            text = text.partition(" (")[0]
        lines.append(" %6.2f s  %s" % (move[0] / 1e6, text))
    if not result.transitions:
        lines.append(" stayed closed")
    return lines


def _attempts(result: "Result", style: "Style", width: int) -> "List[str]":
    made = result.figures[1].attempts
    parts = ["%d: %s" % (number, count(made[number])) for number in sorted(made)]
    lines = [_title(style, "REQUESTS PER GUARDED CALL"), " " + "   ".join(parts)]
    because = result.run.guarded.stale_because
    lines += ["", _title(style, "WHY ANSWERS WERE STALE")]
    for i in range(len(REASONS)):
        if because[i]:
            lines.append(" %s  %s" % (right(count(because[i]), 6), REASONS[i]))
    return lines


def _latency(result: "Result", style: "Style", width: int) -> "List[str]":
    lines = [_title(style, "LATENCY"), left("", 10)]
    for q in QUANTILES:
        lines[-1] += right("%g %%" % (q * 100), 8)
    lines[-1] += right("worst", 8)
    if width < 51:  # the columns of 90 % and worst can be spared least
        lines[-1] = lines[-1][: 10 + 8 * 3]
    for figures in result.figures:
        row = left(" " + figures.name, 10)
        values = [figures.quantile(q) for q in QUANTILES] + [figures.quantile(1)]
        for value in values[: 3 if width < 51 else 5]:
            row += right(duration(value), 8)
        lines.append(row)
    return lines


def _slowest(result: "Result", style: "Style", width: int) -> "List[str]":
    if result.slowest is None:
        return []
    calls = result.run.guarded.calls
    kind = calls.get(result.slowest, RESULT)
    arrived = calls.get(result.slowest, 0)
    text = "call %d, due at %.2f s (%s)" % (result.slowest, arrived / 1e6, phase_of(arrived).name)
    lines = [_title(style, "THE SLOWEST GUARDED CALL"), " " + text]
    for attempt in result.attempts:
        if attempt.number is None:
            text = "none sent: %s" % attempt.outcome
        else:
            text = "request %d: %s after %s" % (attempt.number, attempt.outcome, duration(attempt.took))
        lines += wrap("%6.3f s  %s" % (attempt.began, text), width, " ")
    total = result.figures[1].quantile(1)
    lines.append(" %6.3f s  the caller's answer: %s" % (total, RESULTS[kind]))
    return lines


def _logs(result: "Result", style: "Style", width: int) -> "List[str]":
    lines = [_title(style, "THE SERVICE'S OWN LOG")]
    for figures, agreement in zip(result.figures, result.agreements):
        text = "%s%s sent, %s seen there: " % (left(figures.name, 10), count(agreement.sent), count(agreement.seen))
        verdict = "agree one by one"
        if agreement.disputes:
            verdict = "DISAGREE on %d, first: %s" % (len(agreement.disputes), agreement.disputes[0])
        elif agreement.unread:
            verdict += " (%d given up before it was read)" % agreement.unread
        lines += wrap(text + verdict, width, " ")
    return lines


def _verdict(result: "Result", style: "Style", width: int) -> "List[str]":
    narrow = width < NARROW
    room = 7 if narrow else 12
    lines = [
        left("", 24)
        + right("bare" if narrow else "unguarded", room)
        + right("guard" if narrow else "guarded", room + 1)
    ]
    lines[0] = style.paint("bold", "VERDICT") + lines[0][7:]
    for measure in result.measures:
        mark = style.pick("✓", "+") if measure.better else style.pick("✗", "!")
        lines.append(
            " %s %s%s%s"
            % (
                style.paint("green" if measure.better else "red", mark),
                left(measure.words, 21),
                right(_shown(measure, measure.unguarded), room),
                style.paint("bold", right(_shown(measure, measure.guarded), room + 1)),
            )
        )
    lines += wrap(CRITERION, width, " ")
    lines += wrap("It cost %s. The demo took %.1f s." % (_cost(result), result.seconds), width, " ")
    if result.run.lateness > TOO_LATE:
        text = "This machine was up to %s late in making the calls: part of every latency is its own."
        lines += wrap(text % duration(result.run.lateness), width, " ")
    for figures in result.figures:
        for text in figures.surprises:
            lines += wrap("Unexpected, %s: %s" % (figures.name, text), width, " ")
    return lines + _sentence(result, style, width)


def _shown(measure: "Measure", value: float) -> str:
    return duration(value) if measure.unit else count(int(value))


def _cost(result: "Result") -> str:
    stale = result.figures[1].result(STALE)
    extra = result.extra_requests()
    more = "%s %s requests while the service was up" % (count(abs(extra)), "more" if extra >= 0 else "fewer")
    return "%s stale answers, %s, and %s of CPU a call" % (count(stale), more, duration(result.cost))


def _sentence(result: "Result", style: "Style", width: int) -> "List[str]":
    if not result.agreed:
        return [style.paint("bold red", " THE LOGS DISAGREE: believe none of this.")]
    if result.better:
        return [style.paint("bold green", " GUARDED IS BETTER in all five.")]
    worse = ", ".join([measure.words for measure in result.measures if not measure.better])
    return [style.paint("bold red", line) for line in wrap("GUARDED IS NOT BETTER in: " + worse, width, " ")]
