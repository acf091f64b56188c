"""Pyodide: CPython compiled to WebAssembly, in a page, a worker or Node.

What its standard library makes up (a processor count of 1, a constant load) is left out here.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class PyodidePort:
    """The adapter for Pyodide."""

    name = "pyodide"
    capabilities = {"threads": False, "processes": False, "sockets": False, "signals": False}

    def __init__(self, unsupported_error: "Any") -> None:
        self._unsupported = unsupported_error

    def platform(self) -> str:
        return "browser" if _node() is None else "node"

    def architecture(self) -> str:
        from os import uname

        return uname().machine

    def os_version(self) -> str:
        """The version of Node; browsers do not tell the system's, or tell a frozen one."""
        node = _node()
        if node is None:
            raise self._unsupported("os_version", self.name, "a browser does not tell it")
        return str(node.versions.node)

    def is_embedded(self) -> bool:
        return False

    def is_wasm(self) -> bool:
        return True

    def cpu_count(self) -> int:
        """What the browser says; some say fewer than there are, to be less recognisable."""
        try:
            from js import navigator
        except ImportError:
            navigator = None
        count = getattr(navigator, "hardwareConcurrency", None)
        if count is None:
            raise self._unsupported("cpu_count", self.name, "navigator.hardwareConcurrency does not exist here")
        return int(count)

    def total_memory(self) -> "Any":
        raise self._unsupported("total_memory", self.name, "navigator.deviceMemory is rounded and capped by intention")


def _node() -> "Any":
    """Returns Node's process object, or None in a browser."""
    try:
        from js import process
    except ImportError:
        return None
    return process if hasattr(getattr(process, "versions", None), "node") else None
