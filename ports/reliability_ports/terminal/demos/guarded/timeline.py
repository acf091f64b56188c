"""Counts by tenths of a second of the script: what the strips of the screen are drawn from."""

from .trouble import DURATION

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import List

SLOTS = int(DURATION * 10 + 0.5)


class Timeline:
    """Some kinds of event, each counted by the slot of time it belongs to."""

    def __init__(self, kinds: int) -> None:
        self._counts = [[0] * SLOTS for _ in range(kinds)]

    def add(self, kind: int, micros: int) -> None:
        """Count one event; what comes after the script's end belongs to its last slot."""
        self._counts[kind][min(max(micros, 0) // 100000, SLOTS - 1)] += 1

    def total(self, kind: int) -> int:
        return sum(self._counts[kind])

    def cells(self, kind: int, width: int) -> "List[int]":
        """The counts gathered into `width` cells, at most one a slot."""
        counts = self._counts[kind]
        edges = [slot * SLOTS // width for slot in range(width + 1)]
        return [sum(counts[edges[i] : edges[i + 1]]) for i in range(width)]
