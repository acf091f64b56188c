"""Retry budget: a balance that starts at minimum, gains ratio a call and pays one a retry."""

from reliability_core import RetryBudget
from reliability_core.testing import raises


def spend(budget, times):
    return len([1 for _ in range(times) if budget.try_spend()])


def test_it_starts_with_minimum_and_gains_ratio_a_call_exactly():
    budget = RetryBudget(0.1, 3)
    assert spend(budget, 10) == 3
    for _ in range(9):
        budget.record_call()
    assert spend(budget, 10) == 0  # nine tenths are not one
    budget.record_call()
    assert spend(budget, 10) == 1


def test_in_total_retries_are_at_most_ratio_times_calls_and_minimum():
    for ratio, minimum in ((0.1, 3), (0.2, 0), (1, 5), (0, 2)):
        budget, retries = RetryBudget(ratio, minimum), 0
        for calls in range(1, 2001):
            budget.record_call()
            retries += spend(budget, 3)
            assert retries <= ratio * calls + minimum + 1e-9
        assert retries >= ratio * 2000 + minimum - 1


def test_quiet_times_save_up_to_maximum():
    budget = RetryBudget(0.5, 1, maximum=4)
    for _ in range(1000):
        budget.record_call()
    assert budget.snapshot() == {"balance": 4.0} and spend(budget, 10) == 4


def test_wrong_options_are_refused_by_name():
    for name, make in (
        ("ratio", lambda: RetryBudget(1.5)),
        ("ratio", lambda: RetryBudget(float("nan"))),
        ("minimum", lambda: RetryBudget(0.1, -1)),
        ("maximum", lambda: RetryBudget(0.1, 3, maximum=2)),
    ):
        assert name in str(raises((TypeError, ValueError), make))
