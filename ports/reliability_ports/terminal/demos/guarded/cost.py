"""What the guard itself costs a call, measured on the spot: a call that does nothing, bare and guarded."""

from reliability_core import current_port

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import List

from .guard import guarded_service

CALLS = 200
ROUNDS = 5
PLENTY = 100_000


async def _nothing() -> None:
    pass


async def guard_cost() -> float:
    """-> seconds a call more than the bare one; the best of some rounds, since noise only adds."""
    guard = guarded_service(rate=PLENTY, burst=PLENTY)  # the limiter must not wait here
    micros = current_port().clock.micros
    bare: "List[int]" = []
    guarded: "List[int]" = []
    for _ in range(ROUNDS):
        start = micros()
        for _ in range(CALLS):
            await _nothing()
        middle = micros()
        for _ in range(CALLS):
            await guard.acall(_nothing)
        guarded.append(micros() - middle)
        bare.append(middle - start)
    return (min(guarded) - min(bare)) / CALLS / 1e6
