"""CPU usage from two readings of counters, and latencies."""

from reliability_core import PerformanceMetrics
from reliability_core.metrics.cpu_metrics import usage_percent
from reliability_core.testing import FakePort, raises

ZERO = {"user": 0, "nice": 0, "system": 0, "idle": 0, "iowait": 0, "irq": 0, "softirq": 0, "steal": 0}


def times(**seconds):
    reading = dict(ZERO)
    reading.update(seconds)
    return reading


class Counters(FakePort):
    """A port whose cpu_times are the given readings, one after the other."""

    def __init__(self, *readings):
        super().__init__("fake")
        self._left = list(readings)

    def read(self, reading, *args):
        assert reading == "cpu_times"
        return self._left.pop(0), None


def recorded(*readings):
    """Returns what each record_cpu_usage() gives, and the reasons after it."""
    with Counters(*readings):
        metrics = PerformanceMetrics()
        return [(metrics.record_cpu_usage(), dict(metrics.reasons)) for _ in readings]


def test_usage_is_the_share_between_two_readings_not_since_the_start():
    first, second, third = recorded(
        times(user=100, idle=900), times(user=101, idle=901), times(user=104, system=1, idle=901)
    )
    assert first[0] is None and "no baseline" in first[1]["cpu_usage_percent"]
    assert second == (50.0, {})
    assert third == (100.0, {})


def test_every_state_counts_as_what_it_is():
    for used in ("user", "nice", "system", "irq", "softirq"):
        assert usage_percent(ZERO, times(idle=3, **{used: 1})) == 25.0, used
    assert usage_percent(ZERO, times(user=1, idle=1, iowait=2)) == 25.0  # waiting for a disk is idle
    assert usage_percent(ZERO, times(user=1, idle=3, steal=6)) == 25.0  # stolen time was not ours to use
    assert usage_percent(ZERO, times(idle=5)) == 0.0


def test_a_counter_that_steps_back_makes_no_spike():
    assert usage_percent(times(iowait=7), times(user=1, idle=1, iowait=3)) == 50.0
    assert usage_percent(times(idle=7), times(idle=3)) is None


def test_a_state_that_is_not_counted_is_left_out():
    assert usage_percent({"user": 0, "idle": 0}, {"user": 1, "idle": 1}) == 50.0


def test_a_reading_before_any_time_was_counted_is_none_and_costs_the_next_nothing():
    _, early, later = recorded(times(user=5), times(user=5), times(user=6, idle=3))
    assert early[0] is None and "no time counted" in early[1]["cpu_usage_percent"]
    assert later == (25.0, {})


def test_what_a_port_cannot_measure_is_none_with_the_reason():
    with FakePort("rp2"):
        metrics = PerformanceMetrics()
        assert "not recorded" in metrics.snapshot()["reasons"]["cpu_usage_percent"]
        for _ in range(2):
            assert metrics.record_cpu_usage() is None
    assert metrics.reasons == {"cpu_usage_percent": "unsupported on rp2"}
    assert metrics.snapshot()["cpu_usage_percent"] is None
    assert metrics.snapshot()["reasons"] == metrics.reasons


def test_a_reading_that_is_lost_later_is_not_shown_any_more():
    with FakePort("fake", cpu_times=times(user=1)) as port:
        metrics = PerformanceMetrics()
        metrics.record_cpu_usage()
        port._readings["cpu_times"] = times(user=2)
        assert metrics.record_cpu_usage() == 100.0
        port._readings["cpu_times"] = OSError(13, "denied")
        assert metrics.record_cpu_usage() is None
    assert "denied" in metrics.reasons["cpu_usage_percent"]
    assert metrics.snapshot()["cpu_usage_percent"] is None


def test_latencies_are_summed_up_by_name():
    metrics = PerformanceMetrics()
    for milliseconds in range(1, 101):
        metrics.record_latency("upload", milliseconds / 1000)
    metrics.record_latency("fetch", 2)
    latencies = metrics.snapshot()["latencies"]
    assert sorted(latencies) == ["fetch", "upload"]
    upload = latencies["upload"]
    assert (upload["count"], upload["min"], upload["max"]) == (100, 0.001, 0.1)
    for name, exact in (("p50", 0.05), ("p90", 0.09), ("p99", 0.099)):
        assert abs(upload[name] / exact - 1) < 0.0101, name
    assert latencies["fetch"]["p99"] == 2


def test_a_snapshot_is_a_copy():
    metrics = PerformanceMetrics()
    metrics.snapshot()["reasons"].clear()
    assert metrics.reasons


def test_a_latency_that_is_none_is_refused_and_not_counted():
    metrics = PerformanceMetrics()
    for seconds in (-0.1, float("nan"), float("inf")):
        assert "seconds is" in str(raises(ValueError, metrics.record_latency, "x", seconds))
    assert "seconds is '1'" in str(raises(TypeError, metrics.record_latency, "x", "1"))
    assert metrics.snapshot()["latencies"] == {}
