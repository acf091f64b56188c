"""What the command line understands: a small parser that every runtime has, also the source of help and completion.

A verb declares a tuple of `Option` and `Operand`. Wrong usage is a `UsageError` whose text says what is accepted.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple, Union

    Declared = Tuple[Union["Option", "Operand"], ...]


class UsageError(Exception):
    """The command line cannot be understood."""


class Option:
    """`--name VALUE`, or a flag where `metavar` is None. `read` makes the value, or raises ValueError."""

    def __init__(
        self,
        name: str,
        words: str,
        *,
        metavar: "Optional[str]" = None,
        read: "Callable[[str], Any]" = str,
        default: "Any" = None,
        choices: "Optional[Sequence[str]]" = None,
    ) -> None:
        self.name = name
        self.words = words
        self.metavar = metavar
        self.read = read
        self.default = default
        self.choices = choices

    @property
    def key(self) -> str:
        return self.name.lstrip("-").replace("-", "_")

    @property
    def usage(self) -> str:
        return self.name if self.metavar is None else "%s %s" % (self.name, self.metavar)


class Operand:
    """A word without dashes, in its place; it may be left out when there is a default."""

    def __init__(
        self,
        name: str,
        words: str,
        *,
        default: "Any" = None,
        choices: "Optional[Sequence[str]]" = None,
    ) -> None:
        self.name = self.key = self.usage = name
        self.words = words
        self.read: "Callable[[str], Any]" = str
        self.default = default
        self.choices = choices


def whole_number(text: str) -> int:
    """Read a seed or a count: a whole number, not negative."""
    value = int(text)
    if value < 0:
        raise ValueError(text)
    return value


def parse(declared: "Declared", words: "Sequence[str]") -> "Dict[str, Any]":
    """-> {key: value} for every declared option and operand, given the words after the verb."""
    options = [one for one in declared if isinstance(one, Option)]
    operands = [one for one in declared if isinstance(one, Operand)]
    values = {}
    for one in declared:
        values[one.key] = one.default
    words = list(words)
    while words:
        word = words.pop(0)
        if word.startswith("-") and word != "-":
            _take_option(options, word, words, values)
        elif operands:
            operand = operands.pop(0)
            values[operand.key] = _value(operand, word)
        else:
            raise UsageError("nothing more is expected after the operands, but there is %r" % word)
    return values


def _take_option(options: "List[Option]", word: str, words: "List[str]", values: "Dict[str, Any]") -> None:
    name, equals, given = word.partition("=")
    for option in options:
        if option.name == name:
            break
    else:
        known = ", ".join([option.name for option in options])
        raise UsageError("there is no option %s; there are: %s" % (name, known))
    if option.metavar is None:
        if equals:
            raise UsageError("%s takes no value" % name)
        values[option.key] = True
        return
    if not equals:
        if not words:
            raise UsageError("%s needs a value: %s" % (name, option.usage))
        given = words.pop(0)
    values[option.key] = _value(option, given)


def _value(one: "Union[Option, Operand]", text: str) -> "Any":
    if one.choices is not None and text not in one.choices:
        raise UsageError("%s: %r is not one of: %s" % (one.name, text, ", ".join(one.choices)))
    try:
        return one.read(text)
    except ValueError:
        raise UsageError("%s: %r is not a %s" % (one.name, text, one.read.__name__.replace("_", " ")))


def describe(declared: "Declared") -> "List[str]":
    """-> the lines of help for these options and operands, aligned."""
    rows = [(one.usage, one.words) for one in declared]
    width = max([len(usage) for usage, _ in rows])
    return ["  %s%s  %s" % (usage, " " * (width - len(usage)), words) for usage, words in rows]
