"""What "better" means, and whether the guarded run is."""

from .trouble import SCRIPT
from .world import FAILED, FRESH, LATE, PATIENCE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, List, Tuple

    from .figures import Figures


class Measure:
    """One figure of both runs, and which way is better."""

    def __init__(
        self, key: str, words: str, unguarded: float, guarded: float, *, unit: str = "", less: bool = True
    ) -> None:
        self.key = key
        self.words = words
        self.unguarded = unguarded
        self.guarded = guarded
        self.unit = unit
        self.better = guarded < unguarded if less else guarded > unguarded


CRITERION = "Better means better in all five: a guard that only hides failures, or only waits, does not pass."


def measures(unguarded: "Figures", guarded: "Figures") -> "List[Measure]":
    """The five comparisons; all must hold."""

    def both(take: "Callable[[Figures], float]") -> "Tuple[float, float]":
        return take(unguarded), take(guarded)

    return [
        Measure("failed_or_late", "failed, or over %g s" % PATIENCE, *both(_failed_or_late)),
        Measure("fresh", "fresh answers in time", *both(_fresh), less=False),
        Measure("p99", "99 % of calls within", *both(_p99), unit="s"),
        Measure("waited_in_vain", "time waited in vain", *both(_waited_in_vain), unit="s"),
        Measure("into_outage", "requests into outage", *both(_into_outage)),
    ]


def _failed_or_late(figures: "Figures") -> float:
    return figures.result(FAILED) + figures.result(LATE)


def _fresh(figures: "Figures") -> float:
    return figures.result(FRESH)


def _p99(figures: "Figures") -> float:
    return figures.quantile(0.99)


def _waited_in_vain(figures: "Figures") -> float:
    return figures.waited_in_vain


def _into_outage(figures: "Figures") -> float:
    return sum([figures.requests[i] for i in range(len(SCRIPT)) if SCRIPT[i].name == "outage"])
