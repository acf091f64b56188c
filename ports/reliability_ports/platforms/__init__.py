"""Platform adapters: what the core may ask of an operating system, a board or a browser.

``find`` is the one place that knows which file serves which runtime.
"""

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def find(unsupported_error: "Any") -> "Any":
    """Return the adapter of this runtime, or ``None``.

    ``unsupported_error(capability, port, reason)`` is the error that adapters raise for what their
    platform cannot do; they are handed it, since they import nothing of the core.
    """
    if sys.implementation.name == "micropython":
        from .micropython import MicroPythonPort

        return MicroPythonPort(unsupported_error)
    if sys.platform == "emscripten":
        from .pyodide import PyodidePort

        return PyodidePort(unsupported_error)
    if sys.platform in ("linux", "android"):
        from .linux import LinuxPort

        return LinuxPort(unsupported_error)
    return None
