"""Quantiles within their promised error, and merges that lose nothing."""

import math

from reliability_core import QuantileSketch
from reliability_core.testing import raises


class Numbers:
    """Uniform numbers between 0 and 1, the same on every runtime."""

    def __init__(self, seed=1):
        self._state = seed

    def next(self):
        self._state = self._state * 16807 % 2147483647
        return self._state / 2147483647


def pareto(numbers):
    return 1 / (1 - numbers.next())


def shifted(numbers):
    return pareto(numbers) - 2


def lognormal(numbers):
    return math.exp(math.sqrt(-2 * math.log(numbers.next())) * math.cos(6.2831853 * numbers.next()))


def bimodal(numbers):
    return 0.002 + 0.001 * numbers.next() if numbers.next() < 0.9 else 0.3 + 0.1 * numbers.next()


def drawn(draw, numbers, count):
    values = [0] * count
    for place in range(count):
        values[place] = int(draw(numbers) * 1000000)  # as many floats would leave a small heap in pieces
    return values


def sketch_of(values, **options):
    sketch = QuantileSketch(**options)
    for value in values:
        sketch.add(value)
    return sketch


def check(values, accuracy=0.01, quantiles=(0.01, 0.25, 0.5, 0.9, 0.99, 0.999), **options):
    sketch = sketch_of(values, relative_accuracy=accuracy, **options)
    values = sorted(values)
    for q in quantiles:
        exact = values[int(q * (len(values) - 1))]
        assert abs(sketch.quantile(q) - exact) <= 1.00001 * accuracy * abs(exact), (q, sketch.quantile(q), exact)
    return sketch


def contents(sketch):
    return sketch._bins, sketch.count, sketch.min, sketch.max, sketch.collapsed


def test_quantiles_are_within_the_promised_error():
    for draw in (pareto, lognormal, bimodal):
        numbers = Numbers()
        for accuracy in (0.01, 0.05):
            check(drawn(draw, numbers, 300), accuracy)


def test_negative_values_and_zero_are_in_their_place():
    numbers = Numbers()
    check(drawn(shifted, numbers, 300) + [0] * 20)
    sketch = sketch_of([-3, -2, 0, 2, 3])
    assert sketch.quantile(0.5) == 0
    assert -2.02 <= sketch.quantile(0.25) <= -1.98


def test_minimum_and_maximum_are_exact_and_bound_every_quantile():
    sketch = sketch_of([0.1234, 5, 77.7])
    assert (sketch.min, sketch.max, sketch.count) == (0.1234, 77.7, 3)
    assert (sketch.quantile(0), sketch.quantile(1)) == (0.1234, 77.7)
    assert sketch_of([0.25]).quantile(0.5) == 0.25


def test_an_empty_sketch_knows_nothing():
    sketch = QuantileSketch()
    assert (sketch.quantile(0.5), sketch.min, sketch.max, sketch.count) == (None, None, None, 0)


def test_a_merge_is_the_sketch_of_both():
    numbers = Numbers()
    for draw in (pareto, lognormal, shifted):
        a = drawn(draw, numbers, 100)
        b = drawn(draw, numbers, 200)
        for bins in (2048, 60, 20, 1):
            merged = sketch_of(a, max_bins=bins)
            merged.merge(sketch_of(b, max_bins=bins))
            assert contents(merged) == contents(sketch_of(a + b, max_bins=bins)), bins


def test_a_merge_with_fewer_bins_is_the_sketch_of_both_with_fewer_bins():
    numbers = Numbers()
    a = drawn(pareto, numbers, 100)
    b = drawn(pareto, numbers, 100)
    for ours, theirs in ((60, 20), (20, 60), (2048, 20)):
        merged = sketch_of(a, max_bins=ours)
        merged.merge(sketch_of(b, max_bins=theirs))
        assert contents(merged) == contents(sketch_of(a + b, max_bins=20))
        merged.add(1e9)
        assert contents(merged) == contents(sketch_of(a + b + [1e9], max_bins=20))


def test_a_merge_with_an_empty_sketch_changes_nothing():
    sketch = sketch_of([1, 2])
    before = contents(sketch)
    sketch.merge(QuantileSketch())
    assert contents(sketch) == before
    empty = QuantileSketch()
    empty.merge(sketch)
    assert contents(empty) == before


def test_bins_are_bounded_and_the_lowest_are_joined():
    values = [1.1**power for power in range(200)]
    numbers = Numbers()
    values.sort(key=lambda _: numbers.next())
    sketch = check(values, quantiles=(0.75, 0.9, 0.99), max_bins=64)
    assert len(sketch._bins) == 64 and sketch.count == 200
    assert sketch.collapsed and not sketch_of(values).collapsed
    assert sketch.quantile(0) == 1


def test_the_ends_of_the_numbers_are_within_the_error_too():
    largest = 3e38  # what the floats of a board hold
    for value in (largest, 1e-37, -largest):
        sketch = sketch_of([value, value, value / 2])
        q = 0.9 if value > 0 else 0.1
        assert abs(sketch.quantile(q) / value - 1) <= 0.01


def test_what_cannot_be_counted_is_refused_and_not_counted():
    sketch = QuantileSketch()
    for value in (float("nan"), float("inf"), -float("inf")):
        assert "value is" in str(raises(ValueError, sketch.add, value))
    assert sketch.count == 0
    assert "q is 50" in str(raises(ValueError, sketch.quantile, 50))
    assert "relative_accuracy is 0" in str(raises(ValueError, QuantileSketch, 0))
    assert "max_bins is 0" in str(raises(ValueError, QuantileSketch, 0.01, 0))
    assert "relative_accuracy is 0.02" in str(raises(ValueError, sketch.merge, QuantileSketch(0.02)))
    assert "other is 3" in str(raises(TypeError, sketch.merge, 3))
