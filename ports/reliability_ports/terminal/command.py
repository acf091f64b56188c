"""The command `reliability`: the table of verbs, and `main()`.

Exit codes: 0 fine, 1 a finding, 2 wrong usage or a failure of the tool itself, 130 after Ctrl-C, 141 when the reader
of the output has gone. A verb is a module with `OPTIONS`, `HELP` and `run(values)`, plain or `async def`, which
returns the exit code.
"""

import sys

from .arguments import Operand, Option, UsageError, describe, parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, List, Optional, Sequence

PROGRAM = "reliability"
VERBS = (("demo", "the same calls with and without a guard, against a service in trouble"),)
GENERAL = (
    Option("--help", "this text, or after a verb that verb's"),
    Option("--version", "the version of reliability_core"),
    Option(
        "--print-completion",
        "a completion script for this shell",
        metavar="SHELL",
        choices=("bash", "zsh", "fish"),
    ),
)
HELP = Option("--help", "this text")

INTERRUPTED = 130
READER_GONE = 141
_EPIPE = 32


def main(argv: "Optional[Sequence[str]]" = None, default_verb: "Optional[str]" = None) -> int:
    """Run the command line and return its exit code. `default_verb` is what stands in for none."""
    words = sys.argv[1:] if argv is None else list(argv)
    try:
        begun = _dispatch(words, default_verb)
        if hasattr(begun, "send"):
            from .interrupt import run

            begun = run(begun)
        _flush()
        return int(begun)
    except UsageError as error:
        print("%s: %s" % (PROGRAM, error), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("%s: interrupted" % PROGRAM, file=sys.stderr)
        return INTERRUPTED
    except OSError as error:
        if error.errno == _EPIPE:
            return _without_reader()
        print("%s: %s" % (PROGRAM, error), file=sys.stderr)
        return 2
    except Exception as error:  # a fault of ours: not to be mistaken for exit code 1, a finding
        _show(error)
        return 2


async def amain(argv: "Sequence[str]" = (), default_verb: "Optional[str]" = None) -> int:
    """`main()` where an event loop runs already: a notebook, a browser."""
    begun = _dispatch(list(argv), default_verb)
    return int(await begun if hasattr(begun, "send") else begun)


def _dispatch(words: "List[str]", default_verb: "Optional[str]") -> "Any":
    """-> an exit code, or the coroutine of one."""
    tried = words[0] if words and not words[0].startswith("-") else default_verb
    try:
        return _begin(words, default_verb)
    except UsageError as error:
        print("%s: %s" % (PROGRAM, error), file=sys.stderr)
        verb = tried if tried in [name for name, _ in VERBS] else ""
        print("Try: %s --help" % " ".join([PROGRAM, verb]).strip(), file=sys.stderr)
        return 2


def _begin(words: "List[str]", default_verb: "Optional[str]") -> "Any":
    names = [name for name, _ in VERBS]
    if words and words[0].partition("=")[0] in [option.name for option in GENERAL]:
        return _general(parse(GENERAL, words))
    if words and not words[0].startswith("-"):
        verb = words.pop(0)
    elif default_verb is None:
        raise UsageError("which verb? There are: %s" % ", ".join(names))
    else:
        verb = default_verb
    if verb not in names:
        raise UsageError("there is no verb %r; there are: %s" % (verb, ", ".join(names)))
    module = _load(verb)
    values = parse(module.OPTIONS + (HELP,), words)
    if values["help"]:
        return _say(_help_of(verb, module))
    return module.run(values)


def _load(verb: str) -> "Any":
    """The module of a verb, by static imports: tools that freeze programs see them."""
    if verb == "demo":
        from . import demo

        return demo
    raise ValueError(verb)


def _general(values: "Dict[str, Any]") -> int:
    if values["print_completion"]:
        from .completion import script

        verbs = [(name, words, _load(name).OPTIONS + (HELP,)) for name, words in VERBS]
        return _say(script(values["print_completion"], PROGRAM, GENERAL, verbs))
    if values["version"]:
        from reliability_core import __version__

        return _say("%s %s" % (PROGRAM, __version__))
    return _say(_help())


def _say(text: str) -> int:
    print(text)
    return 0


def _help() -> str:
    lines = ["usage: %s VERB [options]" % PROGRAM, "", "verbs:"]
    for name, words in VERBS:
        lines.append("  %s  %s" % (name, words))
    lines += ["", "options:"] + describe(GENERAL)
    lines += ["", "exit code: 0 fine, 1 a finding, 2 wrong usage or a failure of the tool"]
    return "\n".join(lines)


def _help_of(verb: str, module: "Any") -> str:
    usage = " ".join(["[%s]" % one.usage.upper() for one in module.OPTIONS if isinstance(one, Operand)])
    lines = ["usage: %s %s" % (PROGRAM, " ".join([verb, usage, "[options]"])), "", module.HELP, "", "options:"]
    return "\n".join(lines + describe(module.OPTIONS + (HELP,)))


def _show(error: "Any") -> None:
    """Print the traceback as the interpreter would."""
    if hasattr(sys, "print_exception"):
        sys.print_exception(error, sys.stderr)  # MicroPython
    else:
        sys.excepthook(type(error), error, error.__traceback__)


def _flush() -> None:
    if hasattr(sys.stdout, "flush"):
        sys.stdout.flush()


def _without_reader() -> int:
    """Leave quietly: CPython would complain when it flushes at exit."""
    try:
        from os import O_WRONLY, devnull, dup2, open
    except ImportError:
        return READER_GONE
    dup2(open(devnull, O_WRONLY), 1)
    return READER_GONE
