"""What the demo counts with: rows of numbers, the timeline, the words for figures."""

from reliability_ports.terminal.demos.guarded.records import BLOCK, Rows
from reliability_ports.terminal.demos.guarded.timeline import SLOTS, Timeline
from reliability_ports.terminal.demos.guarded.words import count, duration, left, right, wrap


def test_rows_are_kept_across_blocks():
    rows = Rows(2)
    for number in range(BLOCK + 3):
        assert rows.append(number, 4000000000) == number
    rows.set(BLOCK + 1, 1, 7)
    assert len(rows) == BLOCK + 3
    assert rows.get(BLOCK + 1, 0) == BLOCK + 1 and rows.get(BLOCK + 1, 1) == 7
    assert rows.get(BLOCK - 1, 1) == 4000000000


def test_a_timeline_keeps_every_count_at_any_width():
    timeline = Timeline(1)
    for tenth in range(SLOTS + 20):  # what comes after the end belongs to the last slot
        timeline.add(0, tenth * 100000)
    for width in (10, 33, SLOTS):
        assert sum(timeline.cells(0, width)) == SLOTS + 20 == timeline.total(0)


def test_durations_have_three_digits_and_a_unit():
    shown = [duration(seconds) for seconds in (0.0000071, 0.00034, 0.0421, 0.9996, 1.5, 12.34, 169.2)]
    assert shown == ["7 us", "0.34 ms", "42 ms", "1.00 s", "1.50 s", "12.3 s", "169 s"]


def test_words_are_padded_and_wrapped():
    assert count(1234567) == "1,234,567"
    assert left("ab", 4) + "|" + right("ab", 4) == "ab  |  ab"
    lines = wrap("one two three four", 10, " ")
    assert lines == [" one two", " three", " four"]
