"""The metrics of one program in one object: how busy the machine is, how long its operations take."""

from ..errors import check_number
from ..port import current_port, new_lock
from ..sketch import QuantileSketch
from .cpu_metrics import usage_percent

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Optional, Union

_INFINITY = float("inf")
_CPU = "cpu_usage_percent"
_QUANTILES = (("p50", 0.5), ("p90", 0.9), ("p99", 0.99))


class PerformanceMetrics:
    """Records CPU usage and latencies; give it to a ``ReliableService`` as ``metrics``.

    ``reasons`` says for each reading that is ``None`` why it is.

    >>> metrics = PerformanceMetrics()
    >>> metrics.record_latency("upload", 0.25)
    >>> metrics.snapshot()["latencies"]["upload"]["max"]
    0.25
    >>> print(metrics.record_cpu_usage(), metrics.reasons["cpu_usage_percent"])
    None no baseline yet: the next reading covers the time from now
    """

    def __init__(self) -> None:
        self.reasons: "Dict[str, str]" = {_CPU: "not recorded yet"}
        self._port = current_port()
        self._lock = new_lock()
        self._cpu_times: "Any" = None
        self._cpu_usage: "Optional[float]" = None
        self._latencies: "Dict[str, QuantileSketch]" = {}

    def record_cpu_usage(self) -> "Optional[float]":
        """Return how busy the processors were since the last reading, 0 to 100, or ``None``.

        It is the whole machine's, in a container too.  The first reading is ``None``, and so is one
        that comes before the system has counted any time; ``reasons`` tells.
        """
        times, reason = self._port.read("cpu_times")
        with self._lock:
            before = self._cpu_times
            usage = None
            if times is not None:
                self._cpu_times = times
                usage = None if before is None else usage_percent(before, times)
            self._cpu_usage = usage
            if times is not None and before is None:
                reason = "no baseline yet: the next reading covers the time from now"
            elif times is not None and usage is None:
                reason = "no time counted yet since the last reading: the system counts in coarse steps"
            if reason is None:
                self.reasons.pop(_CPU, None)
            else:
                self.reasons[_CPU] = reason
        return usage

    def record_latency(self, name: str, seconds: "Union[int, float]") -> None:
        """Count one duration of the operation ``name``.

        Every name keeps a sketch of its own: name operations, not their arguments.
        """
        if type(seconds) is not float or not 0 <= seconds < _INFINITY:  # the common case needs no call
            check_number("seconds", seconds, 0)
        with self._lock:
            sketch = self._latencies.get(name)
            if sketch is None:
                sketch = self._latencies[name] = QuantileSketch()
            sketch.add(seconds)

    def snapshot(self) -> "Dict[str, Any]":
        """Return all as plain data.

        ``cpu_usage_percent`` is the last recorded, ``reasons`` as above; ``latencies`` has for each
        name ``count``, and ``min max p50 p90 p99`` in seconds, the quantiles within 1 %.
        """
        with self._lock:
            latencies = {name: _summary(self._latencies[name]) for name in self._latencies}
            return {_CPU: self._cpu_usage, "reasons": dict(self.reasons), "latencies": latencies}


def _summary(sketch: QuantileSketch) -> "Dict[str, Any]":
    summary: "Dict[str, Any]" = {"count": sketch.count, "min": sketch.min, "max": sketch.max}
    for name, q in _QUANTILES:
        summary[name] = sketch.quantile(q)
    return summary
