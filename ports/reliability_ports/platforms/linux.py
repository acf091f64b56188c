"""Linux: readings from ``/proc`` and ``/sys``, without a compiled module.

``root`` is put before every path, so that a captured tree can be read anywhere.
"""

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class LinuxPort:
    """The adapter for CPython on Linux (and Android, as far as it lets a program read)."""

    name = "linux"
    capabilities = {"threads": True, "processes": True, "sockets": True, "signals": True}

    def __init__(self, unsupported_error: "Any", root: "Any" = "/") -> None:
        self._unsupported = unsupported_error
        self._root = root.rstrip("/")

    def platform(self) -> "Any":
        return "android" if hasattr(sys, "getandroidapilevel") else "linux"
