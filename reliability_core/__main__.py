"""`python -m reliability_core`: hands over to the command line; without a verb, the main demo.

In a checkout the command line lies in `ports/`, which this file, and no other, puts on the path.
"""

import sys


def _add_checkout() -> None:
    slash = __file__.replace("\\", "/").rsplit("/", 2)
    ports = (slash[0] if len(slash) > 2 else ".") + "/ports"
    try:
        from os import stat

        stat(ports + "/reliability_ports")
    except (ImportError, OSError):
        return  # installed: both packages lie side by side
    sys.path.insert(0, ports)


_add_checkout()

from reliability_ports.terminal.command import main

if __name__ == "__main__":
    sys.exit(main(default_verb="demo"))
