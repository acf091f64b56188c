"""Pyodide: CPython compiled to WebAssembly, in a page, a worker or Node."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class PyodidePort:
    """The adapter for Pyodide.  What its standard library makes up is left out here."""

    name = "pyodide"
    capabilities = {"threads": False, "processes": False, "sockets": False, "signals": False}

    def __init__(self, unsupported_error: "Any") -> None:
        self._unsupported = unsupported_error

    def platform(self) -> "Any":
        try:
            from js import process  # noqa: F401  (Node alone has it)
        except ImportError:
            return "browser"
        return "node"
