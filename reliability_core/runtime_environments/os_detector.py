"""Where this program runs, as far as it can be known."""

import sys

from ..port import current_port

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, List, Optional

try:
    from os import uname
except ImportError:  # Windows, and some MicroPython
    uname = None  # type: ignore[assignment]

_WASM = ("emscripten", "wasi", "webassembly")
_DESKTOPS = {"win32": "windows", "cygwin": "windows", "darwin": "macos"}

# field -> the port's reading that answers it
_READINGS = (
    ("platform", "platform"),
    ("arch", "architecture"),
    ("os_version", "os_version"),
    ("cpu_count", "cpu_count"),
    ("total_memory", "total_memory"),
    ("is_wasm", "is_wasm"),
    ("is_embedded", "is_embedded"),
)
# A yes or no that rests on evidence: none found is a no, not having been able to look is neither.
_EVIDENCE = (
    ("is_container", "container_evidence"),
    ("is_k8s", "kubernetes_evidence"),
)


class RuntimeEnvironment:
    """What ``detect()`` found; a field that cannot be known is ``None``, and ``reasons`` says why.

    ``platform``      "linux", "android", "browser", "node", "webassembly" (MicroPython's), a board's
                      port such as "esp32" or "rp2"; elsewhere "windows", "macos", or what
                      ``sys.platform`` says
    ``arch``          such as "x86_64", "wasm32", "xtensawin"
    ``os_version``    the kernel's, the firmware's or Node's, by platform
    ``cpu_count``     processors of the machine, ``total_memory`` its bytes: a container may use less
    ``is_container  is_k8s  is_wasm  is_embedded``
    ``capabilities``  what exists here: "threads", "processes", "sockets", "signals" -> bool
    ``evidence``      field -> list of texts, for each of ``is_container`` and ``is_k8s`` that is true

    >>> environment = RuntimeEnvironment.detect()
    >>> environment.arch is not None or "arch" in environment.reasons
    True
    """

    platform: "Optional[str]"
    arch: "Optional[str]"
    os_version: "Optional[str]"
    cpu_count: "Optional[int]"
    total_memory: "Optional[int]"
    is_container: "Optional[bool]"
    is_k8s: "Optional[bool]"
    is_wasm: "Optional[bool]"
    is_embedded: "Optional[bool]"

    def __init__(self, port: "Any") -> None:
        self.capabilities: "Dict[str, Any]" = dict(port.capabilities)
        self.evidence: "Dict[str, List[str]]" = {}
        self.reasons: "Dict[str, str]" = {}
        for field, reading in _READINGS:
            setattr(self, field, self._read(port, field, reading))
        for field, reading in _EVIDENCE:
            found = self._read(port, field, reading)
            setattr(self, field, None if found is None else bool(found))
            if found:
                self.evidence[field] = list(found)

    @staticmethod
    def detect() -> "RuntimeEnvironment":
        """Ask the current port where this program runs; raises nothing."""
        port = current_port()
        return RuntimeEnvironment(port if port.adapter is not None else _Interpreter(port))

    def _read(self, port: "Any", field: str, reading: str) -> "Any":
        value, reason = port.read(reading)
        if value is None:
            self.reasons[field] = reason
        return value

    def __repr__(self) -> str:
        fields = [field for field, _ in _READINGS + _EVIDENCE]
        return "<RuntimeEnvironment %s>" % " ".join(["%s=%r" % (field, getattr(self, field)) for field in fields])


class _Interpreter:
    """Answers for a port without an adapter: what the interpreter itself knows."""

    def __init__(self, port: "Any") -> None:
        self._port = port
        self.capabilities = port.capabilities
        is_wasm = sys.platform in _WASM
        micropython = sys.implementation.name == "micropython"
        system = None if uname is None or micropython else uname()
        self._known = {
            "platform": _DESKTOPS.get(sys.platform, sys.platform),
            "architecture": None if system is None else system.machine,
            "os_version": None if system is None or is_wasm else system.release,
            "is_wasm": is_wasm,
            "is_embedded": micropython and not is_wasm and sys.platform not in ("linux", "darwin", "win32"),
        }

    def read(self, reading: str) -> "Any":
        value = self._known.get(reading)
        return self._port.read(reading) if value is None else (value, None)
