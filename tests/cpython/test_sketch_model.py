"""The sketch against the sorted list, for any numbers in any order."""

from hypothesis import given, settings
from hypothesis import strategies as st

from reliability_core import QuantileSketch

NUMBERS = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False),
    st.floats(min_value=1e-6, max_value=1e3),
    st.integers(-(10**30), 10**30),
)


def sketch_of(values, **options):
    sketch = QuantileSketch(**options)
    for value in values:
        sketch.add(value)
    return sketch


def contents(sketch):
    return sketch._bins, sketch.min, sketch.max, sketch.collapsed, sketch.max_bins


@settings(deadline=None, max_examples=300)
@given(st.lists(NUMBERS, min_size=1, max_size=60), st.floats(0, 1), st.sampled_from([0.001, 0.01, 0.2]))
def test_every_quantile_is_within_the_promised_error(values, q, accuracy):
    exact = sorted(values)[int(q * (len(values) - 1))]
    found = sketch_of(values, relative_accuracy=accuracy).quantile(q)
    # The smallest floats have too few digits for any relative accuracy.
    assert abs(found - exact) <= accuracy * abs(exact) * (1 + 1e-9) + 5e-324


@settings(deadline=None, max_examples=300)
@given(st.lists(NUMBERS, max_size=40), st.lists(NUMBERS, max_size=40), st.integers(1, 20), st.integers(1, 20))
def test_a_merge_is_the_sketch_of_both_with_the_fewer_bins(a, b, ours, theirs):
    merged = sketch_of(a, max_bins=ours)
    merged.merge(sketch_of(b, max_bins=theirs))
    expected = sketch_of(a + b, max_bins=min(ours, theirs) if b else ours)
    assert contents(merged) == contents(expected)


@settings(deadline=None, max_examples=100)
@given(st.lists(NUMBERS, min_size=1, max_size=60), st.randoms(), st.integers(1, 10))
def test_the_order_of_the_values_changes_nothing(values, random, bins):
    shuffled = list(values)
    random.shuffle(shuffled)
    assert contents(sketch_of(values, max_bins=bins)) == contents(sketch_of(shuffled, max_bins=bins))
