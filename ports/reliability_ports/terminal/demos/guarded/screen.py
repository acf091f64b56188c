"""The live view: the whole run in one frame, drawn again in place.

Where the output is no terminal, `Lines` says the same in plain lines as it happens.
"""

from . import strips
from .http import HOST
from .timeline import SLOTS
from .trouble import DURATION, phase_at
from .where import where
from .words import count, left, right
from .world import FAILED, FRESH, LATE, STALE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import List, Optional

    from ...style import Style
    from .run import Run
    from .strips import Move, Segment
    from .trouble import Phase
    from .world import World

LABEL = 11  # columns before a strip
NARROW = 58  # cells below which the counts take two lines
INTERVAL = 0.1  # seconds between two frames
LEGEND: "List[Segment]" = [
    ("grey", " not fresh: the share of calls that "),
    ("red", "failed or came late"),
    ("grey", ", or got a "),
    ("cyan", "stale answer"),
]

_HIDE, _SHOW = "\x1b[?25l", "\x1b[?25h"
_NO_WRAP, _WRAP = "\x1b[?7l", "\x1b[?7h"  # a terminal narrower than it says must not break the frame
_CLEAR_LINE, _CLEAR_BELOW = "\x1b[K", "\x1b[J"


class Screen:
    """Draws frames in place; `leave` leaves the last one standing, also after Ctrl-C."""

    def __init__(self, run: "Run", style: "Style") -> None:
        self._run = run
        self._style = style
        self._height = 0

    def enter(self) -> None:
        self._write(_HIDE + _NO_WRAP)

    def update(self) -> None:
        lines = frame(self._run, self._style)
        up = "\x1b[%dA\r" % self._height if self._height else ""
        self._height = len(lines)
        self._write(up + "".join([line + _CLEAR_LINE + "\n" for line in lines]) + _CLEAR_BELOW)

    def leave(self) -> None:
        self._write(_WRAP + _SHOW)

    def _write(self, text: str) -> None:
        stream = self._style.stream
        stream.write(text)
        if hasattr(stream, "flush"):
            stream.flush()


class Lines:
    """Plain lines: where it runs, each phase as it begins, each move of the breaker, and a count a second."""

    def __init__(self, run: "Run", style: "Style") -> None:
        self._run = run
        self._style = style
        self._phase: "Optional[Phase]" = None
        self._moves = 0
        self._second = 0

    def enter(self) -> None:
        for line in head(self._run, self._style):
            self._say(line)

    def update(self) -> None:
        now = self._run.watch.micros()
        phase = phase_at(now / 1e6)
        if phase is not self._phase and now < DURATION * 1e6:
            self._phase = phase
            self._say("%5.1f s  service    %s: %s" % (now / 1e6, phase.name, phase.words))
        for move in self._run.guarded.transitions[self._moves :]:
            self._moves += 1
            self._say("%5.1f s  breaker    %s" % (move[0] / 1e6, move_text(self._style, move)))
        if now // 1000000 > self._second:
            self._second = now // 1000000
            for world in self._run.worlds:
                text = "".join([text for _, text in counts(world)])
                self._say("%5.1f s  %s  %s" % (now / 1e6, left(world.name, 9), text))

    def leave(self) -> None:
        pass

    def _say(self, text: str) -> None:
        stream = self._style.stream
        stream.write(text + "\n")
        if hasattr(stream, "flush"):
            stream.flush()


def frame(run: "Run", style: "Style") -> "List[str]":
    """-> the lines of one frame, each cut to the terminal."""
    width = style.width
    lines = head(run, style) + [""]
    for segments in strips_of(run, style, width):
        lines.append(style.line(segments, width))
    return lines


def head(run: "Run", style: "Style") -> "List[str]":
    """Where it runs, and what it talks to."""
    if run.simulated:
        service = "The service is SIMULATED: %s" % run.simulated
    else:
        service = "Real HTTP on %s:%d and :%d" % (HOST, run.ports[0], run.ports[1])
    title: "List[Segment]" = [("bold", "reliability demo"), (None, ", seed %d" % run.seed)]
    return [style.line(title), where()[: style.width], style.line([("grey", service)])]


def strips_of(run: "Run", style: "Style", width: int) -> "List[List[Segment]]":
    """-> the strips of both runs under the script, as lines of segments."""
    now = run.watch.micros()
    cells = max(10, min(SLOTS, width - LABEL - 1))
    unguarded, guarded = run.worlds[0], run.guarded
    lines: "List[List[Segment]]" = [
        _labelled("script", strips.phases(cells)),
        _labelled("", strips.progress(style, now, cells)),
        _labelled("", _now(now)),
        [],
        [("bold", left(" UNGUARDED", LABEL)), ("grey", unguarded.how)],
    ]
    lines += _world(style, unguarded, cells)
    lines += [[], [("bold", left(" GUARDED", LABEL)), ("grey", guarded.how)]]
    lines += _world(style, guarded, cells)
    lines.append(_labelled("breaker", strips.breaker(style, guarded.transitions, now, cells)))
    lines.append(_labelled("", _last_move(style, guarded.transitions)))
    return lines + [[], LEGEND]


def _last_move(style: "Style", moves: "List[Move]") -> "List[Segment]":
    return [("grey", "%.1f s  %s" % (move[0] / 1e6, move_text(style, move))) for move in moves[-1:]]


def _world(style: "Style", world: "World", cells: int) -> "List[List[Segment]]":
    lines = [
        _labelled("not fresh", strips.answers(style, world.timeline, cells)),
        _labelled("requests", strips.requests(style, world.timeline, cells)),
    ]
    segments = counts(world)
    if cells < NARROW:
        return lines + [_labelled("", segments[:2]), _labelled("", segments[2:])]
    return lines + [_labelled("", segments)]


def _now(now: int) -> "List[Segment]":
    if now >= DURATION * 1e6:
        return [(None, "over after %.1f s" % DURATION)]
    phase = phase_at(now / 1e6)
    return [(None, "%4.1f s  " % (now / 1e6)), ("bold", phase.name), (None, ": " + phase.words)]


def counts(world: "World") -> "List[Segment]":
    """The counts of a world so far, those that matter in colour."""
    total = world.timeline.total
    segments: "List[Segment]" = []
    for kind, word, colour in (
        (FRESH, "fresh", "green"),
        (STALE, "stale", "cyan"),
        (LATE, "late", "red"),
        (FAILED, "failed", "red"),
    ):
        number = total(kind)
        segments.append((colour if number else "grey", "%s %s   " % (right(count(number), 5), word)))
    segments.append(("grey", "%3d waiting" % world.waiting))
    return segments


def move_text(style: "Style", move: "Move") -> str:
    """A transition of the breaker in words."""
    _, before, after, reason = move
    text = "%s %s %s" % (before, style.pick("→", "->"), after)
    return "%s (%s)" % (text, reason) if reason else text


def _labelled(label: str, segments: "List[Segment]") -> "List[Segment]":
    labelled: "List[Segment]" = [("grey", left(" " + label, LABEL))]
    return labelled + segments
