"""Who may import whom, and which Python the core may be written in: read from the source."""

import ast
import builtins
from pathlib import Path
from typing import NamedTuple, Tuple

import reliability_core

ROOT = Path(__file__).resolve().parents[2]
CORE = ROOT / "reliability_core"
PORTS = ROOT / "ports" / "reliability_ports"

KERNEL = {"errors", "clock", "ticks", "deadline", "port", "listener", "composition", "worker", "sketch"}
AREAS = {"fault_tolerance", "execution_flow", "metrics", "runtime_environments", "self_awareness"}
# The name table, the quick start's names and the way to the command line: they stand above all areas.
TOP = {"", "prelude", "__main__"}
MEETS_PORTS = {"port", "__main__"}

# What every MicroPython has; anything else at the top of a file needs a try-import.
BOARD = set(
    "sys time gc math json struct re io os collections array binascii errno hashlib heapq random select".split()
)
# Not even behind a try-import: CPython would load them with the core.
FORBIDDEN = set(
    "typing enum dataclasses abc functools contextlib threading logging datetime weakref warnings asyncio "
    "inspect traceback types itertools copy queue".split()
)
LONGEST_MODULE = 300  # importing 400 lines of source takes a 96 KiB heap


class Import(NamedTuple):
    """One import that happens at run time."""

    module: str  # absolute
    names: Tuple[str, ...]
    relative: bool
    late: bool  # inside a function
    guarded: bool  # inside a try
    place: str  # file:line


def python_files(folder):
    return sorted(folder.rglob("*.py"))


def dotted(path):
    """Names the module of a file, as the interpreter does."""
    base = ROOT if CORE in path.parents else PORTS.parent
    parts = path.relative_to(base).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def for_type_checkers(node):
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)


def absolute(path, node):
    """Resolves the module of a ``from`` import; None where it leaves the package upwards."""
    if not node.level:
        return node.module
    package = dotted(path).split(".")
    up = node.level - (path.name == "__init__.py")
    if up > len(package):
        return ""
    return ".".join(package[: len(package) - up] + ([node.module] if node.module else []))


def imports(path):
    """Lists what a file imports at run time, with the circumstances of each import."""
    found = []

    def visit(node, late, guarded):
        if for_type_checkers(node):
            children = node.orelse
        else:
            children = list(ast.iter_child_nodes(node))
            late = late or isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
            guarded = guarded or isinstance(node, ast.Try)
        place = f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"
        if isinstance(node, ast.Import):
            found.extend(Import(alias.name, (), False, late, guarded, place) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            names = tuple(alias.name for alias in node.names)
            found.append(Import(absolute(path, node), names, node.level > 0, late, guarded, place))
        for child in children:
            visit(child, late, guarded)

    visit(ast.parse(path.read_text(encoding="utf-8")), False, False)
    return found


def layer(module):
    """Returns the part of the core that a module belongs to: "errors", "metrics", "" for the table."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else ""


def core_targets(imported):
    """Lists the core's modules that one import loads: ``from . import x`` means a module too."""
    if imported.module == "reliability_core":
        return ["reliability_core." + name for name in imported.names]
    if imported.module.startswith("reliability_core."):
        return [imported.module]
    return []


def allowed_layers(path):
    """Returns the parts of the core that a file of it may import."""
    own = layer(dotted(path))
    if own in TOP:
        return KERNEL | AREAS | TOP | {"testing"}
    return KERNEL | ({own} if own not in KERNEL else set())


def test_core_imports_itself_by_relative_imports_only():
    wrong = [
        found.place
        for path in python_files(CORE)
        for found in imports(path)
        if found.module.split(".")[0] == "reliability_core" and not found.relative
    ]
    assert not wrong


def test_only_the_port_meets_the_ports_and_never_at_import():
    wrong = [
        found.place
        for path in python_files(CORE)
        for found in imports(path)
        if "reliability_ports" in (found.module.split(".")[0], *found.names)
        and (layer(dotted(path)) not in MEETS_PORTS or not (found.late or path.name == "__main__.py"))
    ]
    assert not wrong


def test_an_area_imports_the_kernel_and_itself():
    wrong = [
        f"{found.place} {target}"
        for path in python_files(CORE)
        for found in imports(path)
        for target in core_targets(found)
        if layer(target) not in allowed_layers(path)
    ]
    assert not wrong


def test_no_circle_at_import():
    edges = {
        dotted(path): {target for found in imports(path) if not found.late for target in core_targets(found)}
        for path in python_files(CORE)
    }

    finished = set()

    def visit(module, above):
        assert module not in above, "imported in a circle: " + " > ".join([*above, module])
        if module not in finished:
            for target in edges.get(module, ()):
                visit(target, [*above, module])
            finished.add(module)

    for module in edges:
        visit(module, [])


def test_core_loads_only_what_a_board_has():
    wrong = [
        f"{found.place} {found.module}"
        for path in python_files(CORE)
        if path.name != "__main__.py"
        for found in imports(path)
        if not (found.relative or found.late)
        and (found.module in FORBIDDEN or (found.module not in BOARD and not found.guarded))
    ]
    assert not wrong


def test_no_core_module_is_too_long_for_a_board():
    lengths = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in python_files(CORE)}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_MODULE} == {}


def test_an_area_file_holds_a_docstring_only():
    for area in sorted(AREAS):
        path = CORE / area / "__init__.py"
        if path.parent.exists():
            tree = ast.parse(path.read_text())
            assert len(tree.body) == 1 and ast.get_docstring(tree), path


def refused(node):
    """Says what is wrong with a node of the core's syntax tree, or returns None."""
    if type(node).__name__ == "Match":
        return "match"
    if getattr(node, "posonlyargs", None):
        return "positional-only parameter"
    if isinstance(node, ast.Raise) and node.cause:
        return "raise .. from"
    if isinstance(node, ast.ClassDef):
        if node.keywords:
            return "metaclass or class keyword"
        if len(node.bases) > 1 and any(hasattr(builtins, getattr(base, "id", "")) for base in node.bases):
            return "second base beside a built-in one"
    if isinstance(node, ast.FunctionDef) and node.name == "__init_subclass__":
        return "__init_subclass__"
    if isinstance(node, ast.Attribute) and ast.dump(node).startswith("Attribute(value=Name(id='asyncio'"):
        return "asyncio.run" if node.attr == "run" else None
    return function_attribute(node)


def function_attribute(node):
    """Finds ``function.name = value``: MicroPython's functions take no attributes."""
    body = getattr(node, "body", None)
    if not isinstance(body, list):
        return None
    functions = {child.name for child in body if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef))}
    for child in body:
        for target in getattr(child, "targets", ()):
            if isinstance(target, ast.Attribute) and getattr(target.value, "id", None) in functions:
                return "attribute of a function"
    return None


def test_core_is_written_in_what_micropython_understands():
    wrong = [
        f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)} {refused(node)}"
        for path in python_files(CORE)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if refused(node)
    ]
    assert not wrong


def test_what_micropython_does_not_understand_is_recognised():
    for text in (
        "def f(a, /): pass",
        "raise ValueError() from None",
        "class A(metaclass=type): pass",
        "class A(Base, OSError): pass",
        "class A:\n def __init_subclass__(cls): pass",
        "asyncio.run(main())",
        "def f(): pass\nf.calls = 0",
    ):
        assert any(refused(node) for node in ast.walk(ast.parse(text))), text


def test_a_platform_adapter_imports_no_core():
    wrong = [
        found.place
        for path in python_files(PORTS / "platforms")
        for found in imports(path)
        if found.module.split(".")[0] == "reliability_core"
    ]
    assert not wrong


def test_services_and_terminal_import_public_names():
    wrong = [
        f"{found.place} {found.module} {name}"
        for path in python_files(PORTS)
        for found in imports(path)
        if found.module.split(".")[0] == "reliability_core"
        for name in found.names or ("",)
        if found.module not in ("reliability_core", "reliability_core.testing")
        or (found.module == "reliability_core" and name and name not in dir(reliability_core))
    ]
    assert not wrong
