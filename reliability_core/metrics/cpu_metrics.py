"""How busy the processors were between two readings of their times."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Dict, Optional


def usage_percent(before: "Dict[str, float]", after: "Dict[str, float]") -> "Optional[float]":
    """Return the share of the time between two ``cpu_times`` readings that was used, 0 to 100.

    Waiting for a disk is idle time; time that the hypervisor gave to others ("steal") was not ours
    to use and counts as neither idle nor used.  ``None`` when no time was counted in between.
    """
    # A counter may step back (iowait does, and processors are taken away): that is no time at all.
    spent = {state: max(0, after[state] - before[state]) for state in after if state in before}
    total = sum(spent.values()) - spent.get("steal", 0)
    if total <= 0:
        return None
    idle = spent.get("idle", 0) + spent.get("iowait", 0)
    return 100.0 * (total - idle) / total
