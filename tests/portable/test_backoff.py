"""Backoff: how delays grow, what jitter does to them, and that the cap holds."""

from reliability_core.fault_tolerance.backoff import Backoff, Random
from reliability_core.testing import FakeClock, raises


def delays(kind, jitter="none", count=6, initial=1, maximum=100, multiplier=2, hz=1000, seed=1):
    clock = FakeClock(hz=hz)
    run = Backoff(clock, kind, initial, maximum, multiplier, jitter, seed).start()
    return [clock.seconds(run.next()) for _ in range(count)]


def test_each_kind_grows_as_its_name_says():
    assert delays("constant") == [1, 1, 1, 1, 1, 1]
    assert delays("linear") == [1, 2, 3, 4, 5, 6]
    assert delays("exponential") == [1, 2, 4, 8, 16, 32]
    assert delays("exponential", multiplier=1.5, count=3) == [1, 1.5, 2.25]
    assert delays("fibonacci") == [1, 1, 2, 3, 5, 8]
    assert delays(lambda attempt: attempt * attempt) == [1, 4, 9, 16, 25, 36]


def test_every_delay_is_capped_the_first_too_and_after_jitter():
    assert delays("exponential", maximum=5) == [1, 2, 4, 5, 5, 5]
    assert delays(lambda attempt: 1000, maximum=5) == [5] * 6
    for jitter in ("full", "equal", "additive"):
        assert max(delays("exponential", jitter, maximum=5, count=200)) <= 5


def test_jitter_stays_in_its_bounds_and_reaches_near_both():
    for jitter, low, high in (("full", 0, 10), ("equal", 5, 10), ("additive", 10, 20)):
        seen = delays("constant", jitter, count=500, initial=10)
        assert low <= min(seen) < low + 1 and high - 1 < max(seen) <= high, (jitter, min(seen), max(seen))


def test_decorrelated_jitter_lies_between_the_first_delay_and_three_times_the_last():
    seen = delays("decorrelated", count=300, initial=1, maximum=60)
    for before, delay in zip([1] + seen, seen):
        assert 1 <= delay <= min(60, max(1, before * 3))
    assert max(seen) > 30


def test_the_first_decorrelated_delay_is_spread_too():
    first = [delays("decorrelated", count=1, seed=seed)[0] for seed in range(200)]
    assert 1 <= min(first) < 1.1 and 2.9 < max(first) <= 3, (min(first), max(first))


def test_two_thousand_delays_do_not_overflow():
    for kind in ("linear", "exponential", "fibonacci", "decorrelated"):
        for multiplier in (10, 1e30):
            run = Backoff(FakeClock(hz=1000), kind, 1, 100, multiplier, "none", 1).start()
            for _ in range(2000):
                assert run.next() <= 100 * 1000


def test_a_coarse_clock_does_not_stop_small_delays_from_growing():
    for hz in (1000, 1_000_000_000):
        grown = delays("exponential", initial=0.001, multiplier=1.1, count=60, hz=hz)
        assert abs(grown[-1] / (0.001 * 1.1**59) - 1) < 0.05, (hz, grown[-1])
        assert grown == sorted(grown)


def test_the_longest_wait_is_known_beforehand():
    for kind, jitter, expected in (
        ("constant", "none", 10),
        ("linear", "full", 55),
        ("exponential", "none", 1 + 2 + 4 + 8 + 16 + 32 + 64 + 100 * 3),
        ("constant", "additive", 20),
        ("decorrelated", "full", 1000),
        (lambda attempt: 1, "none", 1000),  # nobody knows what it will say
    ):
        backoff = Backoff(FakeClock(), kind, 1, 100, 2, jitter, 1)
        assert backoff.longest(10, False) == expected * 1_000_000_000, kind
        assert backoff.longest(10, True) == 1000 * 1_000_000_000
    assert Backoff(FakeClock(), "constant", 0, 5, 2, "none", 1).longest(10**9, False) == 0


def test_a_seed_gives_the_same_delays_on_every_runtime():
    assert delays("exponential", "full", seed=42) == delays("exponential", "full", seed=42)
    assert delays("exponential", "full", seed=42) != delays("exponential", "full", seed=43)
    random = Random(0)
    assert [random.below(1000) for _ in range(5)] == [316, 876, 483, 5, 900]


def test_numbers_are_spread_evenly():
    random = Random(3)
    counts = [0] * 10
    for _ in range(5000):
        counts[random.below(9)] += 1
    assert min(counts) > 400 and max(counts) < 600, counts


def test_nothing_at_all_is_a_delay_too():
    assert delays("exponential", "full", initial=0) == [0] * 6


def test_wrong_options_are_refused_by_name():
    clock = FakeClock()
    for place, value, name in (
        (1, "quadratic", "backoff"),
        (2, -1, "initial_delay"),
        (3, 0.5, "max_delay"),
        (4, 0.5, "backoff_multiplier"),
        (5, "half", "jitter"),
        (6, 1.5, "seed"),
        (6, True, "seed"),
    ):
        options = [clock, "exponential", 1, 5, 2, "full", None]
        options[place] = value
        assert name in str(raises((TypeError, ValueError), Backoff, *options))
