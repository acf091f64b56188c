"""The Linux adapter: against the kernel's own answers, read another way, and against hostile files."""

import os
import sys
import time

import pytest

from reliability_core import PerformanceMetrics, RuntimeEnvironment, UnsupportedError
from reliability_core.port import Port
from reliability_ports.platforms.linux import LinuxPort

on_linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs Linux")

STAT = b"cpu  %s\ncpu0 1 2 3 4\nintr 5\n"


def tree(root, **files):
    """Writes a captured tree; "__" in a name stands for "/"."""
    for name, content in files.items():
        path = root / name.replace("__", "/").replace("DOT", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return Port(LinuxPort(UnsupportedError, str(root)))


def busy_and_total():
    """Reads /proc/stat in the plainest way: ticks used, and ticks used or idle, of all processors."""
    with open("/proc/stat") as stat:
        user, nice, system, idle, iowait, irq, softirq, _steal, guest, guest_nice = (
            int(word) for word in stat.readline().split()[1:11]
        )
    busy = user - guest + nice - guest_nice + system + irq + softirq
    return busy, busy + idle + iowait


@on_linux
def test_memory_processors_and_version_are_the_kernels():
    environment = RuntimeEnvironment.detect()
    assert environment.total_memory == os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    assert environment.cpu_count == os.sysconf("SC_NPROCESSORS_ONLN")
    assert environment.os_version == os.uname().release
    assert environment.arch == os.uname().machine
    assert environment.is_container == bool(environment.evidence.get("is_container"))


@on_linux
def test_cpu_usage_agrees_with_the_kernels_counters_and_sees_our_own_work():
    metrics = PerformanceMetrics()
    assert metrics.record_cpu_usage() is None
    before, worked = busy_and_total(), time.process_time()
    while time.process_time() - worked < 0.4:
        sum(range(1000))
    usage = metrics.record_cpu_usage()
    busy, total = (after - first for after, first in zip(busy_and_total(), before))
    tick = 100 / total  # a counter may move between our reading and that one
    assert abs(usage - 100 * busy / total) <= 4 * tick
    own = 0.4 * os.sysconf("SC_CLK_TCK")
    assert 100 * (own - 4) / total <= usage <= 100
    assert metrics.reasons == {}


@on_linux
def test_times_are_seconds_since_the_start_of_all_processors():
    times, reason = Port(LinuxPort(UnsupportedError)).read("cpu_times")
    assert reason is None
    ticks = busy_and_total()[1] / os.sysconf("SC_CLK_TCK")
    assert abs(sum(times.values()) - times.get("steal", 0) - ticks) < 0.5


def test_guests_are_counted_once(tmp_path):
    port = tree(tmp_path, proc__stat=STAT % b"1000 200 300 400 50 60 70 80 600 100")
    times, _ = port.read("cpu_times")
    hz = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
    assert {state: round(seconds * hz) for state, seconds in times.items()} == {
        "user": 400,
        "nice": 100,
        "system": 300,
        "idle": 400,
        "iowait": 50,
        "irq": 60,
        "softirq": 70,
        "steal": 80,
    }


def test_states_that_an_old_kernel_does_not_count_are_left_out(tmp_path):
    times, _ = tree(tmp_path, proc__stat=STAT % b"1 2 3 4").read("cpu_times")
    assert sorted(times) == ["idle", "nice", "system", "user"]


@pytest.mark.parametrize(
    "content",
    [b"", b"cpu", b"cpu 1 2 3", b"cpu 1 2 3 x", b"cpu 1 -2 3 4", b"intr 1 2 3 4 5", b"\xff\xfe\x00", b"cpu 1 2 3 \xb2"],
)
def test_a_damaged_stat_is_no_reading(tmp_path, content):
    assert tree(tmp_path, proc__stat=content).read("cpu_times") == (None, "not reported by linux")


@pytest.mark.parametrize(
    "content", [b"", b"MemTotal:", b"MemTotal: x kB", b"MemTotal: -1 kB", b"\xff", b"MemFree: 5 kB"]
)
def test_a_damaged_meminfo_is_no_reading(tmp_path, content):
    assert tree(tmp_path, proc__meminfo=content).read("total_memory") == (None, "not reported by linux")


def test_memory_is_in_bytes_wherever_the_line_stands(tmp_path):
    port = tree(tmp_path, proc__meminfo=b"        total: used:\nMemFree: 1 kB\nMemTotal:  18446744073709551 kB\n")
    assert port.read("total_memory") == (18446744073709551 * 1024, None)


@pytest.mark.parametrize("content, count", [(b"0\n", 1), (b"0-3\n", 4), (b"0-1,4,6-7\n", 5), (b"0-4095", 4096)])
def test_processors_are_counted_from_the_kernels_list(tmp_path, content, count):
    assert tree(tmp_path, sys__devices__system__cpu__online=content).read("cpu_count") == (count, None)


@pytest.mark.parametrize("content", [b"", b"\n", b"x", b"0-", b"3-1", b"\xff"])
def test_a_damaged_list_of_processors_is_no_reading(tmp_path, content):
    assert tree(tmp_path, sys__devices__system__cpu__online=content).read("cpu_count") == (
        None,
        "not reported by linux",
    )


def test_a_version_that_is_no_text_is_no_reading(tmp_path):
    assert tree(tmp_path, proc__sys__kernel__osrelease=b"\xff").read("os_version") == (None, "not reported by linux")


def test_a_missing_file_is_a_reason(tmp_path):
    port = tree(tmp_path)
    for reading in ("total_memory", "cpu_times", "cpu_count", "os_version"):
        value, reason = port.read(reading)
        assert value is None and "FileNotFoundError" in reason and str(tmp_path) in reason


@pytest.mark.parametrize(
    "files, said",
    [
        ({"DOTdockerenv": b""}, "docker"),
        ({"run__DOTcontainerenv": b""}, "podman"),
        ({"run__systemd__container": b"lxc"}, "systemd"),
        ({"run__host__container-manager": b"systemd-nspawn"}, "nspawn"),
        ({"proc__1__cgroup": b"12:cpu:/docker/0123\n"}, "docker in /proc/1/cgroup"),
        ({"proc__1__cgroup": b"0::/../crio-0123.scope\n"}, "crio"),
        ({"sys__fs__cgroup__cgroupDOTevents": b"", "sys__fs__cgroup__cgroupDOTtype": b"domain"}, "root group"),
    ],
)
def test_a_container_is_known_by_what_its_engine_leaves(tmp_path, files, said):
    [found] = tree(tmp_path, **files).read("container_evidence")[0]
    assert said in found


def test_a_plain_machine_is_no_container_and_no_pod(tmp_path, monkeypatch):
    monkeypatch.setenv("container", "docker")  # this process's, not that of the captured tree
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1")
    port = tree(tmp_path, proc__1__cgroup=b"0::/init.scope\n", proc__self__cgroup=b"0::/user.slice\n")
    assert port.read("container_evidence") == ([], None)
    assert port.read("kubernetes_evidence") == ([], None)


@pytest.mark.parametrize(
    "files",
    [
        {"var__run__secrets__kubernetesDOTio__serviceaccount__token": b"x"},
        {"proc__self__cgroup": b"0::/kubepods.slice/pod1\n"},
    ],
)
def test_a_pod_is_known_by_its_token_or_group(tmp_path, files):
    assert len(tree(tmp_path, **files).read("kubernetes_evidence")[0]) == 1


@on_linux
def test_a_pod_is_known_by_its_environment(monkeypatch):
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1")
    environment = RuntimeEnvironment.detect()
    assert environment.is_k8s is True
    assert "KUBERNETES_SERVICE_HOST" in environment.evidence["is_k8s"][0]


@on_linux
def test_what_could_not_be_looked_at_is_no_no(tmp_path):
    (tmp_path / ".dockerenv").symlink_to(".dockerenv")  # its own target: neither there nor absent
    value, reason = tree(tmp_path).read("container_evidence")
    assert value is None and ".dockerenv" in reason
    # Evidence found elsewhere decides all the same.
    assert tree(tmp_path, run__DOTcontainerenv=b"").read("container_evidence")[0]
