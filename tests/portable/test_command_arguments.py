"""The parser of the command line: what it accepts, and what it says when it does not."""

from reliability_ports.terminal.arguments import Operand, Option, UsageError, describe, parse, whole_number

DECLARED = (
    Operand("name", "which", default="first", choices=("first", "second")),
    Option("--seed", "a seed", metavar="N", read=whole_number, default=1),
    Option("--dry-run", "change nothing"),
)


def _complaint(*words):
    try:
        parse(DECLARED, words)
    except UsageError as error:
        return str(error)
    raise AssertionError("accepted: %r" % (words,))


def test_what_is_not_given_has_its_default():
    assert parse(DECLARED, []) == {"name": "first", "seed": 1, "dry_run": None}


def test_options_stand_before_or_after_operands_with_a_blank_or_an_equals_sign():
    for words in (["--seed", "7", "second"], ["second", "--seed=7"]):
        assert parse(DECLARED, words) == {"name": "second", "seed": 7, "dry_run": None}
    assert parse(DECLARED, ["--dry-run"])["dry_run"] is True


def test_a_complaint_says_what_is_accepted():
    assert "--seed, --dry-run" in _complaint("--speed", "7")
    assert "first, second" in _complaint("third")
    assert "whole number" in _complaint("--seed", "x")
    assert "whole number" in _complaint("--seed", "-1")
    assert "needs a value" in _complaint("--seed")
    assert "takes no value" in _complaint("--dry-run=yes")
    assert "'extra'" in _complaint("first", "extra")


def test_help_is_aligned():
    lines = describe(DECLARED)
    assert [line.index(words) for line, words in zip(lines, ("which", "a seed", "change"))] == [13, 13, 13]
