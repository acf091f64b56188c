"""Heap that one call through a closed breaker takes: nothing by permit, 64 bytes by ``call`` (64-bit build)."""

import gc
import sys

from reliability_core import CircuitBreaker

CALLS = 100


def answer(question):
    return 42


def bytes_a_call(use):
    """What a call allocates; the loop itself and the first use do not count."""

    def run(count):
        for _ in range(count):
            use()

    run(2)
    gc.collect()
    gc.disable()
    before = gc.mem_alloc()
    run(CALLS)
    between = gc.mem_alloc()
    run(0)
    loop = gc.mem_alloc() - between
    gc.enable()
    return (between - before - loop) // CALLS


def test_closed_breakers_allocate_nothing_for_a_permit_and_little_for_a_call():
    for options in ({}, {"window": 100}, {"window": "30s"}):
        breaker = CircuitBreaker(**options)

        def block(breaker=breaker):
            with breaker.acquire():
                answer(1)

        def by_hand(breaker=breaker):
            permit = breaker.try_acquire()
            answer(1)
            permit.success()

        guarded = breaker(answer)
        figures = {
            "with": bytes_a_call(block),
            "try_acquire": bytes_a_call(by_hand),
            "call": bytes_a_call(lambda breaker=breaker: breaker.call(answer, 1)),
            "decorated": bytes_a_call(lambda guarded=guarded: guarded(1)),
        }
        print(options, figures)
        assert figures["with"] == figures["try_acquire"] == 0, figures
        assert figures["call"] <= 64 and figures["decorated"] <= 64, figures


if __name__ == "__main__":
    test_closed_breakers_allocate_nothing_for_a_permit_and_little_for_a_call()
    print("0 left out on micropython-unix-64wK-%d.%d.%d" % sys.implementation.version[:3])
    print("1 passed, 0 failed")
