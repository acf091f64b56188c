"""What MicroPython tells of the machine that it runs on: on a board little, on Linux what the files say."""

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, List, Optional

# The unix port's names of an operating system; every other name is a board's or "webassembly".
_SYSTEMS = ("linux", "darwin", "freebsd", "win32")

# What the second byte of sys.implementation._mpy counts: the machine code that .mpy files may hold.
_ARCHITECTURES = "- x86 x86_64 armv6 armv6m armv7m armv7em armv7emsp armv7emdp xtensa xtensawin rv32imc rv64imc"

# What the Linux adapter reads from files, and so can be read here too.
_FROM_FILES = "os_version cpu_count total_memory cpu_times container_evidence kubernetes_evidence"


def readings(platform: str, unsupported_error: "Any") -> "Readings":
    """Return the readings of ``platform``, as ``sys.platform`` names it."""
    found = Readings(platform, unsupported_error)
    if platform == "linux":
        from .linux import LinuxPort

        linux = LinuxPort(unsupported_error)
        for reading in _FROM_FILES.split():
            setattr(found, reading, getattr(linux, reading))
    return found


class Readings:
    """A board's firmware does not tell how many processors or how much memory the chip has."""

    def __init__(self, platform: str, unsupported_error: "Any") -> None:
        self._platform = platform
        self._unsupported = unsupported_error

    def is_embedded(self) -> bool:
        return self._platform not in _SYSTEMS and not self.is_wasm()

    def is_wasm(self) -> bool:
        return self._platform == "webassembly"

    def architecture(self) -> "Optional[str]":
        """The machine code that this interpreter loads, which is that of its processor."""
        if self.is_wasm():
            return "wasm32"
        kind = getattr(sys.implementation, "_mpy", 0) >> 10 & 0x0F
        known = _ARCHITECTURES.split()
        return known[kind] if 0 < kind < len(known) else None

    def os_version(self) -> str:
        """A board's firmware is its operating system."""
        self._board_only("os_version", "it does not tell")
        return ".".join([str(number) for number in sys.implementation.version[:3]])

    def total_memory(self) -> "Any":
        reason = "the firmware tells only its heap: gc.mem_free() + gc.mem_alloc()"
        raise self._unsupported("total_memory", self._platform, reason)

    def container_evidence(self) -> "List[str]":
        return self._nothing("container_evidence")

    def kubernetes_evidence(self) -> "List[str]":
        return self._nothing("kubernetes_evidence")

    def _nothing(self, reading: str) -> "List[str]":
        self._board_only(reading, "what runs around this process cannot be seen")
        return []

    def _board_only(self, reading: str, reason: str) -> None:
        if not self.is_embedded():
            raise self._unsupported(reading, self._platform, reason)
