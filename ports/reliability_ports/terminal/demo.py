"""`reliability demo [NAME]`: the table of demos. Each is a package in `demos/` with `about` and `main`."""

from .arguments import Operand, Option, whole_number
from .demos.guarded.about import HELP as HELP

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Coroutine, Dict

DEMOS = (("guarded", "calls with and without a guard, against a service in trouble"),)

OPTIONS = (
    Operand(
        "name",
        "which demo: %s" % "; ".join(["%s, %s" % row for row in DEMOS]),
        default="guarded",
        choices=tuple([name for name, _ in DEMOS]),
    ),
    Option(
        "--seed",
        "decides all the trouble; the same number, the same trouble (default 1)",
        metavar="N",
        read=whole_number,
        default=1,
    ),
    Option(
        "--format",
        "text, or one JSON object at the end (default text)",
        metavar="FORMAT",
        default="text",
        choices=("text", "json"),
    ),
)


def run(values: "Dict[str, Any]") -> "Coroutine[Any, Any, int]":
    """-> the coroutine of the demo's exit code."""
    if values["name"] == "guarded":
        from .demos.guarded import main

        return main.run(values)
    raise ValueError(values["name"])
