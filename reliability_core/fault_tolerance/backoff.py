"""How long to wait before the next attempt: the base delay grows, jitter spreads it, a cap holds.

Delays are whole ticks.  The base grows from one delay to the next and is capped each time, so that
no number of attempts overflows; the cap holds after jitter too.

Full jitter, uniform in [0, base], is the default: it needs the fewest calls for many clients to get
through ("Exponential Backoff And Jitter", AWS Architecture Blog, 2015, which also names equal and
decorrelated jitter).
"""

from ..errors import check_choice, check_number, refuse
from ..port import current_port, new_lock
from .decimal_ratio import decimal_ratio

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Optional, Union

    Seconds = Union[int, float]
    Kind = Union[str, Callable[[int], Seconds]]

KINDS = ("constant", "linear", "exponential", "fibonacci", "decorrelated")
JITTERS = ("full", "equal", "additive", "none")


class Random:
    """A small seeded generator, the same on every runtime: xorshift32 (Marsaglia, 2003)."""

    def __init__(self, seed: "Optional[int]" = None) -> None:
        if seed is None:
            seed = current_port().entropy()
        elif isinstance(seed, bool) or not isinstance(seed, int):
            refuse(TypeError, "seed", seed, "an int or None")
        # Zero is the one state that xorshift cannot leave; the product spreads small seeds.
        self._state: int = (seed * 2654435761 + 0x9E3779B9) & 0xFFFFFFFF or 0x9E3779B9
        self._lock = new_lock()

    def below(self, limit: int) -> int:
        """Return an int from 0 to ``limit``, both included."""
        with self._lock:
            state = self._state
            state ^= (state << 13) & 0xFFFFFFFF
            state ^= state >> 17
            state ^= (state << 5) & 0xFFFFFFFF
            self._state = state
        return (limit + 1) * (state >> 1) >> 31


class Backoff:
    """The delays of a retry policy: a recipe; ``start()`` gives the delays of one call.

    ``kind``     ``constant``, ``linear``, ``exponential``, ``fibonacci``, ``decorrelated`` (which is
                 its own jitter: uniform between ``initial_delay`` and three times the last delay),
                 or a function from the number of the failed attempt (1, 2, ...) to seconds
    ``jitter``   ``full`` [0, base], ``equal`` [base/2, base], ``additive`` [base, base +
                 ``initial_delay``], ``none``
    """

    def __init__(
        self,
        clock: "Any",
        kind: "Kind",
        initial_delay: "Seconds",
        max_delay: "Seconds",
        multiplier: "Seconds",
        jitter: str,
        seed: "Optional[int]",
    ) -> None:
        if not callable(kind):
            check_choice("backoff", kind, KINDS)
        check_choice("jitter", jitter, JITTERS)
        self.kind = kind
        self.jitter = jitter
        self.clock = clock
        self.initial: int = clock.ticks(initial_delay, "initial_delay")
        self.maximum: int = clock.ticks(max_delay, "max_delay")
        if self.maximum < self.initial:
            refuse(ValueError, "max_delay", max_delay, "at least initial_delay (%s)" % initial_delay)
        self.growth = decimal_ratio(check_number("backoff_multiplier", multiplier, 1))
        self.random = Random(seed)

    def longest(self, count: int, asked: bool) -> int:
        """The most ticks that the first ``count`` delays can add up to; ``asked`` if failures may ask
        for as much as ``max_delay``."""
        if asked or self.kind == "decorrelated" or callable(self.kind):
            return count * self.maximum
        delays = Delays(self)
        extra = self.initial if self.jitter == "additive" else 0
        total, highest = 0, min(self.maximum, self.initial + extra)
        if self.kind == "constant" or not self.initial:
            return count * highest
        while count > 0 and highest < self.maximum:
            highest = min(self.maximum, delays.next_base() + extra)
            total += highest
            count -= 1
        return total + count * highest

    def start(self) -> "Delays":
        """Return the delays of one call, from the first."""
        return Delays(self)


class Delays:
    """The delays of one call: ``next()`` returns the next one in ticks."""

    def __init__(self, backoff: Backoff) -> None:
        self._backoff = backoff
        self._attempt = 0
        self._base = 0
        self._fine = 0  # the base in 1024ths of a tick: a coarse clock must not stop it growing
        self._before = 0

    def next(self) -> int:
        backoff = self._backoff
        random = backoff.random
        if backoff.kind == "decorrelated":
            highest = min(backoff.maximum, (self._base or backoff.initial) * 3)
            self._base = backoff.initial + random.below(highest - backoff.initial)
            return self._base
        base = self.next_base()
        if backoff.jitter == "full":
            return random.below(base)
        if backoff.jitter == "equal":
            return base - random.below(base // 2)
        if backoff.jitter == "additive":
            return min(backoff.maximum, base + random.below(backoff.initial))
        return base

    def next_base(self) -> int:
        """Return the next delay without its jitter."""
        self._attempt += 1
        self._base = min(self._backoff.maximum, self._grown())
        return self._base

    def _grown(self) -> int:
        backoff = self._backoff
        kind = backoff.kind
        if callable(kind):
            return int(backoff.clock.ticks(kind(self._attempt), "backoff(%d)" % self._attempt))
        if kind == "constant" or self._attempt == 1:
            return backoff.initial
        if kind == "linear":
            return self._base + backoff.initial
        if kind == "exponential":
            numerator, denominator = backoff.growth
            self._fine = min((self._fine or backoff.initial << 10) * numerator // denominator, backoff.maximum << 10)
            return self._fine + 512 >> 10
        before, self._before = self._before, self._base
        return self._base + before
