"""The script of trouble: what befalls the service when, and which call is hit. Everything follows from the seed.

The fate of an attempt depends on (seed, call, attempt) and on the phase it arrives in, never on the order of
arrival. Both runs therefore meet the same trouble, although one of them sends more requests.
"""

import gc
import math

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Iterator, Tuple

ANSWER, ERROR, SLOW, HANG, DROP, BUSY = range(6)
FATES = ("answered", "error 500", "slow answer", "hung", "dropped", "busy 503")

# On MicroPython every call that waits takes some of a heap that cannot grow.
CALLS_PER_SECOND = 100 if hasattr(gc, "mem_free") else 150
HANG_SECONDS = 3.0  # how long a hung request is held before the service drops it
SHED_ABOVE = CALLS_PER_SECOND * 3 // 2  # requests a second the service can bear while it is overloaded
SHED_WINDOW = 0.2
RETRY_AFTER = 1  # HTTP knows whole seconds only

_MASK = 0xFFFFFFFF


class Phase:
    """A stretch of the script: from `starts` to `ends` seconds, these shares of the requests meet trouble."""

    def __init__(
        self,
        name: str,
        seconds: float,
        words: str,
        *,
        error: float = 0.0,
        slow: float = 0.0,
        hang: float = 0.0,
        drop: float = 0.0,
        demand: float = 1.0,
        sheds: bool = False,
    ) -> None:
        self.name = name
        self.seconds = seconds
        self.words = words
        self.shares = ((ERROR, error), (SLOW, slow), (HANG, hang), (DROP, drop))
        self.demand = demand
        self.sheds = sheds
        self.drops = drop > 0
        self.starts = self.ends = 0.0


def _lay_out(phases: "Tuple[Phase, ...]") -> "Tuple[Phase, ...]":
    """Give each phase its place in time, one after the other."""
    at = 0.0
    for phase in phases:
        phase.starts = at
        at += phase.seconds
        phase.ends = at
    return phases


SCRIPT = _lay_out(
    (
        Phase("calm", 1.0, "all is well"),
        Phase("errors", 2.0, "30 % of the requests get a 500", error=0.3),
        Phase("slow", 1.6, "25 % take 0.5 to 2 s", slow=0.25),
        Phase("hangs", 1.4, "12 % are never answered", hang=0.12),
        Phase("outage", 2.2, "every connection is dropped", drop=1.0),
        Phase("calm", 1.0, "the service is back"),
        Phase("overload", 1.6, "twice the calls; above %d/s: 503, Retry-After 1" % SHED_ABOVE, demand=2.0, sheds=True),
        Phase("calm", 1.2, "all is well"),
    )
)
DURATION = SCRIPT[-1].ends
MOST_DEMAND = max([phase.demand for phase in SCRIPT])


def phase_at(seconds: float) -> Phase:
    """The phase of the script at this moment; the last one after the end."""
    for phase in SCRIPT:
        if seconds < phase.ends:
            return phase
    return SCRIPT[-1]


def chance(seed: int, call: int, attempt: int, purpose: int) -> float:
    """A number in [0, 1) that only these four decide (an integer hash: the same on every runtime)."""
    x = seed * 0x9E3779B1 ^ call * 0x85EBCA6B ^ attempt * 0xC2B2AE35 ^ purpose * 0x27D4EB2F
    for factor in (0x7FEB352D, 0x846CA68B):
        x &= _MASK
        x = (x ^ x >> 16) * factor & _MASK
        x ^= x >> 15
    return (x ^ x >> 16) / 4294967296.0


def fate_of(seed: int, call: int, attempt: int, phase: Phase) -> int:
    """What the service does with this attempt if it arrives in this phase (overload is decided by counting)."""
    left = chance(seed, call, attempt, 1)
    for fate, share in phase.shares:
        left -= share
        if left < 0:
            return fate
    return ANSWER


def delay_of(seed: int, call: int, attempt: int, fate: int) -> float:
    """Seconds until the service acts: a few milliseconds of work, and what the fate adds."""
    draw = chance(seed, call, attempt, 2)
    if fate == SLOW:
        return 0.5 + 1.5 * draw
    if fate == HANG:
        return HANG_SECONDS
    return 0.002 + 0.006 * draw


def arrivals(seed: int) -> "Iterator[float]":
    """Yield when each call is made, in seconds: a Poisson stream, denser where demand rises."""
    call = 0
    at = 0.0
    while True:
        gap = -math.log(1.0 - chance(seed, call, 0, 3))
        at += gap / (CALLS_PER_SECOND * phase_at(at).demand)
        if at >= DURATION:
            return
        yield at
        call += 1
