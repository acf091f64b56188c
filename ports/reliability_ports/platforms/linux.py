"""Linux: readings from ``/proc`` and ``/sys``, without a compiled module.

``root`` is put before every path, so that a captured tree can be read anywhere; then the
environment variables, which are this process's, are left out of account.

MicroPython's unix port runs this file too.
"""

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, List, Optional, Tuple

_CPU_STATES = ("user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal")
_AT_CLKTCK = 17  # getauxval(3)

# What container engines and Kubernetes leave behind: path -> who does.
_MARKS = (
    ("/run/host/container-manager", "systemd-nspawn"),
    ("/run/systemd/container", "systemd"),
    ("/run/.containerenv", "podman"),
    ("/.dockerenv", "docker"),
)
_TOKEN = "/var/run/secrets/kubernetes.io/serviceaccount/token"
_CGROUP_NAMES = (b"docker", b"kubepods", b"libpod", b"lxc", b"containerd", b"crio")


class LinuxPort:
    """The adapter for CPython on Linux (and Android, as far as it lets a program read)."""

    name = "linux"
    capabilities = {"threads": True, "processes": True, "sockets": True, "signals": True}

    def __init__(self, unsupported_error: "Any", root: str = "/") -> None:
        import os

        self._os: "Any" = os
        self._unsupported = unsupported_error
        self._root = root.rstrip("/")

    def platform(self) -> str:
        return "android" if hasattr(sys, "getandroidapilevel") else "linux"

    def architecture(self) -> "Any":
        return self._os.uname().machine

    @property
    def alarm(self) -> "Callable[..., Any]":
        """What ends a plain call by a signal; found when a policy that uses it is constructed."""
        from .posix_alarm import alarm_of

        return alarm_of(self.name, self._unsupported)

    def os_version(self) -> "Optional[str]":
        """The kernel's release, such as "6.1.0-18-amd64"."""
        try:
            return self._read("/proc/sys/kernel/osrelease").strip().decode() or None
        except ValueError:  # not UTF-8
            return None

    def is_embedded(self) -> bool:
        return False

    def is_wasm(self) -> bool:
        return False

    def cpu_count(self) -> "Optional[int]":
        """The processors that are online on the whole machine, whatever this process may use."""
        try:
            return _count(self._read("/sys/devices/system/cpu/online")) or None
        except ValueError:
            return None

    def total_memory(self) -> "Optional[int]":
        """The bytes of memory of the whole machine, whatever a container may use."""
        for line in self._read("/proc/meminfo").split(b"\n"):
            if line.startswith(b"MemTotal:"):
                words = line.split()
                return int(words[1]) * 1024 if len(words) > 1 and words[1].isdigit() else None
        return None

    def cpu_times(self) -> "Optional[Dict[str, float]]":
        """Seconds that all processors spent in each state since the start: state -> seconds.

        ``user`` and ``nice`` are without the time of guests, which the kernel counts in both places.
        States that this kernel does not count are left out.
        """
        with open(self._root + "/proc/stat", "rb") as file:
            words = file.readline().split()
        if len(words) < 5 or words[0] != b"cpu" or not all(word.isdigit() for word in words[1:]):
            return None
        ticks = [int(word) for word in words[1:]]
        for state, guest in ((0, 8), (1, 9)):
            if guest < len(ticks):
                ticks[state] = max(0, ticks[state] - ticks[guest])
        hz = self._ticks_per_second()
        return {state: count / hz for state, count in zip(_CPU_STATES, ticks)}

    def container_evidence(self) -> "List[str]":
        """What says that this is a container, as a list of texts; an empty one: nothing does."""
        search = _Search(self._os, self._root)
        for path, engine in _MARKS:
            search.mark(path, engine)
        if not self._root:
            engine = self._os.getenv("container")
            if engine:
                search.found.append("container=%s in the environment" % engine)
        search.text("/proc/1/cgroup", _CGROUP_NAMES)
        # The root of a cgroup namespace looks like any group; the true root lacks these files.
        if search.exists("/sys/fs/cgroup/cgroup.events") and search.exists("/sys/fs/cgroup/cgroup.type"):
            search.found.append("/sys/fs/cgroup is not the machine's root group")
        return search.result()

    def kubernetes_evidence(self) -> "List[str]":
        """What says that this is a pod, as a list of texts; an empty one: nothing does."""
        search = _Search(self._os, self._root)
        if not self._root and self._os.getenv("KUBERNETES_SERVICE_HOST"):
            search.found.append("KUBERNETES_SERVICE_HOST in the environment")
        search.mark(_TOKEN, "kubernetes")
        search.text("/proc/self/cgroup", (b"kubepods",))
        return search.result()

    def _read(self, path: str) -> bytes:
        with open(self._root + path, "rb") as file:
            return file.read()

    def _ticks_per_second(self) -> int:
        """The unit of the kernel's times; a captured tree is taken to have this machine's."""
        if hasattr(self._os, "sysconf"):
            return int(self._os.sysconf("SC_CLK_TCK"))
        with open("/proc/self/auxv", "rb") as file:
            vector = file.read()
        size = 8 if sys.maxsize > 1 << 32 else 4
        for place in range(0, len(vector), 2 * size):
            if int.from_bytes(vector[place : place + size], sys.byteorder) == _AT_CLKTCK:
                return int.from_bytes(vector[place + size : place + 2 * size], sys.byteorder)
        error: Exception = self._unsupported("cpu_times", self.name, "the kernel does not tell the unit of its times")
        raise error


class _Search:
    """Looks for files; what could not be looked at makes an empty result unknown."""

    def __init__(self, os: "Any", root: str) -> None:
        self._os = os
        self._root = root
        self._denied: "Optional[OSError]" = None
        self.found: "List[str]" = []

    def exists(self, path: str) -> bool:
        try:
            self._os.stat(self._root + path)
        except OSError as error:
            self._note(error)
            return False
        return True

    def mark(self, path: str, who: str) -> None:
        if self.exists(path):
            self.found.append("%s exists (%s)" % (path, who))

    def text(self, path: str, names: "Tuple[bytes, ...]") -> None:
        try:
            with open(self._root + path, "rb") as file:
                text = file.read()
        except OSError as error:
            self._note(error)
            return
        for name in names:
            if name in text:
                self.found.append("%s in %s" % (name.decode(), path))

    def _note(self, error: OSError) -> None:
        if error.args[0] not in (2, 20):  # ENOENT, ENOTDIR: it is not there
            self._denied = error

    def result(self) -> "List[str]":
        if not self.found and self._denied is not None:
            raise self._denied
        return self.found


def _count(cpus: bytes) -> int:
    """Counts a kernel's list such as b"0-3,8"."""
    count = 0
    for part in cpus.strip().split(b","):
        ends = [int(end) for end in part.split(b"-")]
        count += max(0, ends[-1] - ends[0] + 1)
    return count
