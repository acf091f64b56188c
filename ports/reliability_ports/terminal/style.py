"""What the terminal can show: colours, Unicode, its width, and whether it is one at all.

The rules: `NO_COLOR` (not empty) wins; then `FORCE_COLOR`, where "", "0" and "false" mean off; else colours on a
terminal that is not dumb. Unicode only where both the locale and the stream say UTF-8.
"""

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Optional, Sequence, Tuple

    Segments = Sequence[Tuple[Optional[str], str]]

try:
    from os import getenv
except ImportError:  # MicroPython in a browser

    def getenv(name: str, default: "Any" = None) -> "Any":  # type: ignore[no-redef]
        return default


COLOURS = {
    "green": "32",
    "yellow": "33",
    "red": "31",
    "cyan": "36",
    "grey": "90",
    "bold": "1",
}


class Style:
    """Of one output stream: `.live` (may be drawn in place), `.colour`, `.unicode`, `.width`."""

    def __init__(self, stream: "Any" = None) -> None:
        self.stream = sys.stdout if stream is None else stream
        terminal = _is_terminal(self.stream)
        dumb = getenv("TERM") == "dumb"
        self.live = terminal and not dumb and _understands_escapes()
        self.colour = _wants_colour(self.live)
        self.unicode = _is_utf8(self.stream)

    @property
    def width(self) -> int:
        """Columns, read anew at each use: a window can be resized."""
        return _columns(self.stream)

    def paint(self, colour: "Optional[str]", text: str) -> str:
        """The text in this colour (a key of COLOURS, several joined by a blank, or None)."""
        if not self.colour or not colour or not text:
            return text
        codes = ";".join([COLOURS[one] for one in colour.split()])
        return "\x1b[%sm%s\x1b[0m" % (codes, text)

    def line(self, segments: "Segments", width: "Optional[int]" = None) -> str:
        """One line out of (colour, text) segments, cut to the width."""
        room = self.width if width is None else width
        parts = []
        for colour, text in segments:
            parts.append(self.paint(colour, text[:room]))
            room -= min(room, len(text))
        return "".join(parts)

    def pick(self, fancy: str, plain: str) -> str:
        """`fancy` where Unicode can be shown, else `plain`."""
        return fancy if self.unicode else plain


def _wants_colour(live: bool) -> bool:
    if getenv("NO_COLOR"):
        return False
    forced = getenv("FORCE_COLOR")
    if forced is not None:
        return forced.lower() not in ("", "0", "false")
    return live


def _is_terminal(stream: "Any") -> bool:
    if hasattr(stream, "isatty"):
        return bool(stream.isatty())
    try:  # MicroPython
        from termios import tcgetattr

        tcgetattr(stream.fileno())
    except (ImportError, AttributeError, OSError):
        return False
    return True


def _understands_escapes() -> bool:
    if sys.platform == "win32":
        import os

        os.system("")  # a side effect of starting a shell: the console begins to read escapes
    return True


def _is_utf8(stream: "Any") -> bool:
    encoding = getattr(stream, "encoding", "utf-8")
    if not encoding or encoding.lower().replace("-", "") != "utf8":
        return False
    if sys.platform in ("win32", "emscripten", "webassembly"):
        return True  # there the stream's word is enough
    character_type = getenv("LC_CTYPE")
    if character_type == "C.UTF-8":
        character_type = None  # CPython sets it by itself when it is started in the C locale
    locale = getenv("LC_ALL") or character_type or getenv("LANG") or ""
    return "utf8" in locale.lower().replace("-", "")


def _columns(stream: "Any") -> int:
    try:
        from os import get_terminal_size

        return get_terminal_size(stream.fileno()).columns
    except (ImportError, AttributeError, OSError, ValueError):
        pass
    columns = getenv("COLUMNS") or ""
    return int(columns) if columns.isdigit() and int(columns) else 80
