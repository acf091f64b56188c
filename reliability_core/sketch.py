"""Quantiles of a stream in bounded memory, mergeable without loss.

The method is that of DDSketch: bins whose bounds grow by one ratio, so that the middle of a bin is
within ``relative_accuracy`` of everything in it.
"""

from math import ceil, exp, log

from .errors import check_count, check_number, refuse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Dict, Optional, Union

    Number = Union[int, float]

_INFINITY = float("inf")
_SMALLEST = 745  # above -log() of the smallest positive float


class QuantileSketch:
    """Quantiles within ``relative_accuracy`` (0.01: within 1 %), from at most ``max_bins`` counts.

    Values may be negative or 0.  When there are more bins than ``max_bins`` the lowest are joined,
    and ``collapsed`` is true: quantiles that fall there may then be too high, all others stay
    as accurate as before.  2048 bins at 1 % hold every latency from 80 microseconds to a year.

    Not locked: whoever shares one between threads holds a lock around it.

    >>> sketch = QuantileSketch()
    >>> for milliseconds in range(1, 1001):
    ...     sketch.add(milliseconds)
    >>> 495 <= sketch.quantile(0.5) <= 505
    True
    """

    def __init__(self, relative_accuracy: float = 0.01, max_bins: int = 2048):
        self.relative_accuracy: float = check_number("relative_accuracy", relative_accuracy, 0.0001, 0.5)
        self.max_bins: int = check_count("max_bins", max_bins)
        self.min: "Optional[Number]" = None
        self.max: "Optional[Number]" = None
        self._floor: "Optional[int]" = None  # the lowest bin, once others were joined to it
        # Index of a bin -> how many values; indices are in the order of the values: above 0 for
        # positive ones, 0 for 0, below for negative ones.
        self._bins: "Dict[int, int]" = {}
        self._ratio = log((1 + relative_accuracy) / (1 - relative_accuracy))
        self._per_log = 1 / self._ratio
        self._offset = int(_SMALLEST * self._per_log) + 2

    @property
    def collapsed(self) -> bool:
        """Whether there were too many bins, so that the lowest hold more than their own values."""
        return self._floor is not None

    @property
    def count(self) -> int:
        """How many values were added."""
        return sum(self._bins.values())

    def add(self, value: "Number") -> None:
        """Count ``value``; raises ``ValueError`` for NaN and the infinities."""
        if 0 < value < _INFINITY:
            index = self._offset + ceil(log(value) * self._per_log)
        elif value == 0:
            index = 0
        elif -_INFINITY < value < 0:
            index = -self._offset - ceil(log(-value) * self._per_log)
        else:
            refuse(ValueError, "value", value, "a finite number")
        if index in self._bins:
            self._bins[index] += 1
        else:
            self._put(index, 1)
        if self.min is None or value < self.min:
            self.min = value
        if self.max is None or value > self.max:
            self.max = value

    def _put(self, index: int, count: int) -> None:
        """Add to a bin that is not there, or not any more."""
        bins = self._bins
        if self._floor is not None and index < self._floor:
            index = self._floor
        bins[index] = bins.get(index, 0) + count
        if len(bins) > self.max_bins:
            # Which bins remain does not depend on the order of the values: the highest that
            # were ever seen, the lowest of them with all that was below.  So a merge is exact.
            lowest = bins.pop(min(bins))
            self._floor = min(bins)
            bins[self._floor] += lowest

    def quantile(self, q: float) -> "Optional[Number]":
        """Return the value that the share ``q`` (0 to 1) of the values does not exceed.

        0 and 1 are the exact minimum and maximum.  ``None`` when nothing was added.
        """
        check_number("q", q, 0, 1)
        if self.min is None or self.max is None or q == 0:
            return self.min
        if q == 1:
            return self.max
        rank = int(q * (self.count - 1))
        for index in sorted(self._bins):
            rank -= self._bins[index]
            if rank < 0:
                break
        return min(max(self._middle(index), self.min), self.max)

    def _middle(self, index: int) -> float:
        """Return the value whose relative distance from both ends of the bin is the same."""
        if index == 0:
            return 0
        try:
            middle = exp((abs(index) - self._offset) * self._ratio) * (1 - self.relative_accuracy)
        except (OverflowError, ValueError):  # the bin reaches beyond the largest float
            middle = _INFINITY
        return middle if index > 0 else -middle

    def merge(self, other: "QuantileSketch") -> None:
        """Add all that ``other`` holds, as if its values had been added here.

        Both must have the same ``relative_accuracy``; the smaller ``max_bins`` holds from then on.
        """
        if not isinstance(other, QuantileSketch):
            refuse(TypeError, "other", other, "a QuantileSketch")
        if other.relative_accuracy != self.relative_accuracy:
            accepted = "a sketch with relative_accuracy %s, as this one has" % self.relative_accuracy
            refuse(ValueError, "other.relative_accuracy", other.relative_accuracy, accepted)
        if other.min is None or other.max is None:
            return
        self.max_bins = min(self.max_bins, other.max_bins)
        self.min = other.min if self.min is None else min(self.min, other.min)
        self.max = other.max if self.max is None else max(self.max, other.max)
        bins = dict(self._bins)
        for index in other._bins:
            bins[index] = bins.get(index, 0) + other._bins[index]
        kept = sorted(bins)[-self.max_bins :]
        if self.collapsed or other.collapsed or len(kept) < len(bins):
            self._floor = kept[0]
        self._bins = {index: bins[index] for index in kept}
        self._bins[kept[0]] += sum(bins.values()) - self.count
