"""The groups: what is compared, by which contract, and with which settings it is timed."""

import contracts


class Group:
    """``checked`` are the settings of the contract; ``timed`` those of the rows while timed."""

    def __init__(self, title, contract, checked=None, timed=None, failing=False, suspending=False):
        self.title = title
        self.contract = contract
        self.checked = checked or {}
        self.timed = timed or {}
        self.failing = failing  # timed while it rejects, with the exception caught
        self.suspending = suspending  # timed around a target that suspends once


PLENTY = {"capacity": 10**9, "rate": 10**9}
PIPELINE = {"trips": 5, "capacity": 3}

GROUPS = {
    "breaker": Group(
        "Breaker, consecutive failures: closed, success", contracts.consecutive_breaker, checked={"trips": 5}
    ),
    "breaker-async": Group(
        "Breaker, consecutive failures, awaited", contracts.consecutive_breaker, checked={"trips": 5}
    ),
    "window": Group("Breaker, window of 100 calls: closed, success", contracts.window_breaker, checked={"trips": 10}),
    "window-slow": Group(
        "Breaker, window of 100 calls and slow calls: closed, success",
        contracts.slow_call_breaker,
        checked={"trips": 10, "slow": 0.002},
        timed={"slow": 60},
    ),
    "rejection": Group("Breaker, open: rejected and caught", contracts.rejection, checked={"trips": 1}, failing=True),
    "retry": Group("Retry: the first attempt succeeds", contracts.retry),
    "retry-deadline": Group(
        "Retry with a deadline: the first attempt succeeds",
        contracts.retry_with_deadline,
        checked={"deadline": 0.01},
        timed={"deadline": 10},
    ),
    "retry-async": Group("Retry, awaited: the first attempt succeeds", contracts.retry),
    "limiter": Group("Rate limiter: admitted", contracts.limiter, checked={"capacity": 3}, timed=PLENTY),
    "limiter-async": Group("Rate limiter, awaited: admitted", contracts.limiter, checked={"capacity": 3}, timed=PLENTY),
    "pipeline": Group(
        "Retry, breaker, limiter (and deadline): success", contracts.pipeline, checked=PIPELINE, timed=PLENTY
    ),
    "pipeline-async": Group(
        "Retry, breaker, limiter, timeout, awaited: nothing suspends",
        contracts.timed_pipeline,
        checked=PIPELINE,
        timed=PLENTY,
    ),
    "suspending": Group(
        "Retry, breaker, limiter, timeout, awaited: the call suspends once",
        contracts.timed_pipeline,
        checked=PIPELINE,
        timed=PLENTY,
        suspending=True,
    ),
}
