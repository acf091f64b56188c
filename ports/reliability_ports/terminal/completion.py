"""Completion scripts for shells, made from the same declarations as the parser."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import List, Sequence, Tuple, Union

    from .arguments import Declared, Operand, Option

    Verbs = Sequence[Tuple[str, str, Declared]]

SHELLS = ("bash", "zsh", "fish")


def script(shell: str, program: str, general: "Declared", verbs: "Verbs") -> str:
    """-> the text for `shell`. `general`: options without a verb; `verbs`: (name, words, declared) of each."""
    return {"bash": _bash, "zsh": _zsh, "fish": _fish}[shell](program, general, verbs)


def _words(declared: "Declared") -> str:
    """What may follow: option names, and the choices of operands."""
    words: "List[str]" = []
    for one in declared:
        if one.name.startswith("-"):
            words.append(one.name)
        else:
            words.extend(one.choices or ())
    return " ".join(words)


def _cases(verbs: "Verbs", general: "Declared") -> "List[str]":
    """Lines of a shell `case` by the option before the cursor, for values out of a list."""
    lines = []
    seen: "List[str]" = []
    for declared in [general] + [declared for _, _, declared in verbs]:
        for one in declared:
            if one.name.startswith("-") and one.choices and one.name not in seen:
                seen.append(one.name)
                lines.append('    %s) words="%s" ;;' % (one.name, " ".join(one.choices)))
    return lines


def _bash(program: str, general: "Declared", verbs: "Verbs") -> str:
    names = " ".join([name for name, _, _ in verbs])
    lines = [
        "_%s() {" % program,
        '  local words="%s %s"' % (names, _words(general)),
        '  case "${COMP_WORDS[1]}" in',
    ]
    for name, _, declared in verbs:
        lines.append('    %s) [ "$COMP_CWORD" -gt 1 ] && words="%s" ;;' % (name, _words(declared)))
    lines += ["  esac", '  case "${COMP_WORDS[COMP_CWORD-1]}" in']
    lines += _cases(verbs, general)
    lines += [
        "  esac",
        '  COMPREPLY=($(compgen -W "$words" -- "${COMP_WORDS[COMP_CWORD]}"))',
        "}",
        "complete -F _%s %s" % (program, program),
    ]
    return "\n".join(lines)


def _zsh(program: str, general: "Declared", verbs: "Verbs") -> str:
    head = "autoload -U +X compinit && compinit\nautoload -U +X bashcompinit && bashcompinit\n"
    return head + _bash(program, general, verbs)


def _fish(program: str, general: "Declared", verbs: "Verbs") -> str:
    lines = ["complete -c %s -f" % program]
    for one in general:
        lines.append(_fish_line(program, "__fish_use_subcommand", one))
    for name, words, declared in verbs:
        lines.append("complete -c %s -n __fish_use_subcommand -a %s -d '%s'" % (program, name, _quoted(words)))
        for one in declared:
            lines.append(_fish_line(program, "'__fish_seen_subcommand_from %s'" % name, one))
    return "\n".join(lines)


def _fish_line(program: str, condition: str, one: "Union[Option, Operand]") -> str:
    line = "complete -c %s -n %s" % (program, condition)
    if one.name.startswith("-"):
        line += " -l " + one.name.lstrip("-")
        if getattr(one, "metavar", None) is not None:
            line += " -x"
    if one.choices:
        line += " -a '%s'" % " ".join(one.choices)
    return "%s -d '%s'" % (line, _quoted(one.words))


def _quoted(words: str) -> str:
    return words.replace("'", "\\'")
