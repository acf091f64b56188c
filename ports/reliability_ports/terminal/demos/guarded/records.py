"""Rows of whole numbers in flat blocks: thousands of attempts must fit a small heap, however scattered it is."""

from array import array

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import List

BLOCK = 256  # rows


class Rows:
    """A growing table of unsigned 32-bit numbers. `append` returns the row's index."""

    def __init__(self, width: int) -> None:
        self.width = width
        self._blocks: "List[array[int]]" = []
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def append(self, *values: int) -> int:
        row = self._length
        if row % BLOCK == 0:
            self._blocks.append(array("I", bytes(4 * self.width * BLOCK)))
        self._length += 1
        for column in range(self.width):
            self.set(row, column, values[column])
        return row

    def get(self, row: int, column: int) -> int:
        return self._blocks[row // BLOCK][row % BLOCK * self.width + column]

    def set(self, row: int, column: int, value: int) -> None:
        self._blocks[row // BLOCK][row % BLOCK * self.width + column] = value
