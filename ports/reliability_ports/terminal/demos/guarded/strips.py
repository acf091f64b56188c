"""Strips: a character a cell of time. A strip is a list of segments, (colour or None, text)."""

from . import trouble
from .timeline import SLOTS
from .world import FAILED, LATE, SENT, STALE, WAITING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import List, Optional, Sequence, Tuple

    from ...style import Style
    from .timeline import Timeline

    Segment = Tuple[Optional[str], str]
    Move = Tuple[int, str, str, Optional[str]]  # microseconds, from, to, reason: of the breaker

FANCY = "▁▂▃▄▅▆▇█"
PLAIN = "_.:-=+*#"


def join(cells: "Sequence[Segment]") -> "List[Segment]":
    """Segments out of (colour, character) cells: neighbours of one colour become one segment."""
    segments: "List[Segment]" = []
    for colour, character in cells:
        if segments and segments[-1][0] == colour:
            segments[-1] = (colour, segments[-1][1] + character)
        else:
            segments.append((colour, character))
    return segments


def answers(style: "Style", timeline: "Timeline", width: int) -> "List[Segment]":
    """Height: the share of calls that got no fresh answer in time; red where one was lost."""
    marks = style.pick(FANCY, PLAIN)
    begun, stale, late, failed = [timeline.cells(kind, width) for kind in (WAITING, STALE, LATE, FAILED)]
    cells: "List[Segment]" = []
    for i in range(width):
        lost = late[i] + failed[i]
        colour = "red" if lost else "cyan" if stale[i] else "green"
        mark = marks[_height(lost + stale[i], begun[i])] if begun[i] else " "
        cells.append((colour, mark))
    return join(cells)


def requests(style: "Style", timeline: "Timeline", width: int) -> "List[Segment]":
    """Height: requests sent, against the most that the script demands in a cell."""
    marks = style.pick(FANCY, PLAIN)
    most = trouble.CALLS_PER_SECOND * trouble.MOST_DEMAND * trouble.DURATION / width
    sent = timeline.cells(SENT, width)
    return [("grey", "".join([marks[_height(n, most)] if n else " " for n in sent]))]


def breaker(style: "Style", moves: "Sequence[Move]", now: int, width: int) -> "List[Segment]":
    """The breaker's state in each cell up to now; a half-open moment is shown however short."""
    looks = {
        "closed": ("green", style.pick("─", "-")),
        "open": ("red", style.pick("█", "X")),
        "half_open": ("yellow", "?"),
    }
    cells: "List[Segment]" = []
    state = "closed"
    pending = list(moves)
    for i in range(width):
        start, end = _edge(i, width), _edge(i + 1, width)
        if start > now:
            break
        shown = state
        while pending and pending[0][0] < end:
            state = pending.pop(0)[2]
            if shown != "half_open":
                shown = state
        cells.append(looks.get(shown, ("yellow", "!")))
    return join(cells)


def phases(width: int) -> "List[Segment]":
    """The names of the phases, each where it begins."""
    segments: "List[Segment]" = []
    for phase in trouble.SCRIPT:
        room = column(phase.ends, width) - column(phase.starts, width)
        colour = "green" if phase.name == "calm" else "bold red" if phase.drops else "yellow"
        name = phase.name[: room - 1]
        segments.append((colour, name + " " * (room - len(name))))
    return segments


def progress(style: "Style", now: int, width: int) -> "List[Segment]":
    """How far the script has come."""
    done = min(column(now / 1e6, width), width)
    return [(None, style.pick("━", "=") * done), ("grey", style.pick("─", "-") * (width - done))]


def column(seconds: float, width: int) -> int:
    return int(seconds / trouble.DURATION * width + 0.5)


def _edge(cell: int, width: int) -> int:
    """The microsecond at which a cell begins: the same slots that the timeline gathers."""
    return cell * SLOTS // width * 100000


def _height(part: float, whole: float) -> int:
    """0 for nothing, 1 to 7 for more."""
    return 0 if not part else max(1, min(7, int(part / whole * 7 + 0.5)))
