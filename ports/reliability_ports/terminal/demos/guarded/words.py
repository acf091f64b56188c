"""Figures in words: durations, counts and percentages as a person reads them, and one line of text cut to a width."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import List


def duration(seconds: float) -> str:
    """Three digits and a unit."""
    if seconds < 0.000_1:
        return "%.0f us" % (seconds * 1e6)
    if seconds < 0.001:
        return "%.2f ms" % (seconds * 1e3)
    if seconds < 0.9995:
        return "%.0f ms" % (seconds * 1e3)
    return "%.*f s" % (2 if seconds < 9.995 else 1 if seconds < 99.95 else 0, seconds)


def count(number: int) -> str:
    return f"{number:,}"


def left(text: str, width: int) -> str:
    """Padded to the width (MicroPython has no `ljust`)."""
    return text + " " * (width - len(text))


def right(text: str, width: int) -> str:
    return " " * (width - len(text)) + text


def wrap(text: str, width: int, indent: str) -> "List[str]":
    """The text in lines of at most this width, broken at blanks."""
    lines = [indent]
    for word in text.split(" "):
        if len(lines[-1]) + len(word) >= width and lines[-1] != indent:
            lines.append(indent)
        lines[-1] += word + " "
    return [line.rstrip() for line in lines]
