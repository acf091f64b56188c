"""Where the demo runs, in one phrase."""

import sys

from reliability_core import current_port

_NAMES = {"cpython": "CPython", "micropython": "MicroPython", "pypy": "PyPy"}


def where() -> str:
    """Such as `CPython 3.12.1, linux x86_64 port linux`."""
    name = sys.implementation.name
    version = ".".join([str(part) for part in sys.implementation.version[:3]])
    return "%s %s, %s, port %s" % (_NAMES.get(name, name), version, _system(), current_port().name)


def _system() -> str:
    try:
        from os import uname
    except ImportError:  # Windows, MicroPython
        return sys.platform
    return "%s %s" % (sys.platform, uname().machine)
