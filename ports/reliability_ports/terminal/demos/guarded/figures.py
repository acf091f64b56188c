"""The figures of one run, counted from its records after the last answer."""

from . import client as wire
from .guard import REASONS
from .service import AT, MAX_ATTEMPTS
from .trouble import SCRIPT
from .world import ARRIVED, ATTEMPTS, FRESH, LATENCY, RESULT, RESULTS, WAITING, phase_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Dict, List, Optional

    from .guard import Guarded
    from .records import Rows
    from .world import World

QUANTILES = (0.5, 0.9, 0.99, 0.999)


class Figures:
    """What came of a world's calls. Times in seconds; every quantile is an observed value (nearest rank)."""

    def __init__(self, world: "World") -> None:
        self.name = world.name
        self.calls = len(world.calls)
        self.results = [0] * len(RESULTS)
        self.by_phase = [[0] * len(RESULTS) for _ in SCRIPT]
        self.attempts: "Dict[int, int]" = {}  # requests made -> number of calls
        self.waited = self.waited_in_vain = 0.0
        self.latencies: "List[int]" = []
        self.slowest: "Optional[int]" = None  # row of the call
        self.requests = [0] * len(SCRIPT)  # seen by the service, by phase
        self._count_calls(world.calls)
        self._count_requests(world.service.log)
        self.surprises = world.surprises

    def result(self, kind: int) -> int:
        return self.results[kind]

    def quantile(self, q: float) -> float:
        """The smallest latency that this share of the calls did not exceed."""
        rank = -int(-q * len(self.latencies) // 1)
        return self.latencies[max(rank, 1) - 1] / 1e6

    def _count_calls(self, calls: "Rows") -> None:
        longest = -1
        for row in range(len(calls)):
            result = calls.get(row, RESULT)
            if result == WAITING:
                continue  # given up by Ctrl-C
            self.results[result] += 1
            self.by_phase[_index(calls.get(row, ARRIVED))][result] += 1
            made = calls.get(row, ATTEMPTS)
            self.attempts[made] = self.attempts.get(made, 0) + 1
            latency = calls.get(row, LATENCY)
            self.latencies.append(latency)
            self.waited += latency / 1e6
            if result != FRESH:
                self.waited_in_vain += latency / 1e6
            if latency > longest:
                longest = latency
                self.slowest = row
        self.latencies.sort()

    def _count_requests(self, log: "Rows") -> None:
        for row in range(len(log)):
            self.requests[_index(log.get(row, AT))] += 1


def _index(micros: int) -> int:
    return SCRIPT.index(phase_of(micros))


class Attempt:
    """One request of a call: when it began (seconds after the call was due), how long, and what came.

    `number` is None for an attempt that the guard refused before a request was made.
    """

    def __init__(self, number: "Optional[int]", began: float, took: float, outcome: str) -> None:
        self.number = number
        self.began = began
        self.took = took
        self.outcome = outcome


def attempts_of(world: "Guarded", call: int) -> "List[Attempt]":
    """The attempts of one guarded call in order: requests from the client's log, refusals from the guard."""
    arrived = world.calls.get(call, ARRIVED)
    log = world.client.log
    found = []
    for row in range(len(log)):
        key = log.get(row, wire.KEY)
        if key // MAX_ATTEMPTS == call:
            began = (log.get(row, wire.STARTED) - arrived) / 1e6
            outcome = wire.OUTCOMES[log.get(row, wire.OUTCOME)]
            found.append(Attempt(key % MAX_ATTEMPTS, began, log.get(row, wire.LATENCY) / 1e6, outcome))
    refused = world.refused
    for row in range(len(refused)):
        if refused.get(row, 0) == call:
            at = (refused.get(row, 1) - arrived) / 1e6
            found.append(Attempt(None, at, 0.0, REASONS[refused.get(row, 2)]))
    return sorted(found, key=lambda attempt: attempt.began)
