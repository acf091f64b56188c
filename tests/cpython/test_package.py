"""The package as users carry it about: vendored, zipped, isolated; and the names it promises."""

import json
import shutil
import subprocess
import sys
import textwrap
import zipfile
from pathlib import Path

import pytest

import reliability_core

ROOT = Path(__file__).resolve().parents[2]
CORE = ROOT / "reliability_core"
PORTS = ROOT / "ports" / "reliability_ports"

USE = """
breaker = core.CircuitBreaker(failure_threshold=1)
assert breaker.call(len, "abc") == 3
try:
    breaker.call(int, "no number")
except ValueError:
    pass
try:
    breaker.call(len, "abc")
except core.CircuitOpenError as error:
    assert error.code == "circuit_open"
else:
    raise SystemExit("the breaker did not open")
"""


def run(code, path, *options):
    """Runs code in an isolated interpreter that has ``path`` and the standard library only."""
    start = f"import sys; sys.path.insert(0, {str(path)!r})\n"
    command = [sys.executable, *(options or ["-I", "-S"]), "-c", start + textwrap.dedent(code)]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 0, done.stdout
    return done.stdout


def copy_into(folder, *packages):
    ignore = shutil.ignore_patterns("__pycache__")
    for package in packages:
        shutil.copytree(str(package), str(folder / package.name), ignore=ignore)


def test_every_promised_name_resolves():
    listed = dir(reliability_core)
    for name in reliability_core.__all__:
        assert getattr(reliability_core, name) is not None
        assert name in listed
    assert reliability_core.__all__ == sorted(set(reliability_core.__all__))


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no_such_name"):
        getattr(reliability_core, "no_such_name")  # noqa: B009


def test_every_module_of_the_core_can_be_imported_by_name():
    names = [path.stem for path in CORE.glob("*.py") if not path.stem.startswith("_")]
    names += [path.parent.name for path in CORE.glob("*/__init__.py")]
    for name in names:
        assert name in dir(reliability_core), f"{name} has no row in the name table"
        assert getattr(reliability_core, name).__name__ == f"reliability_core.{name}"


def test_isolated_without_site_and_without_asserts_and_docstrings(tmp_path):
    copy_into(tmp_path, CORE, PORTS)
    run("import reliability_core as core\n" + USE, tmp_path, "-I", "-S", "-OO")


def test_core_alone_works_without_the_ports(tmp_path):
    copy_into(tmp_path, CORE)
    run("import reliability_core as core\n" + USE + "assert core.current_port().name == 'base'", tmp_path)


def test_from_a_zip(tmp_path):
    archive = tmp_path / "app.zip"
    with zipfile.ZipFile(str(archive), "w") as target:
        for package in (CORE, PORTS):
            for source in package.rglob("*.py"):
                target.write(str(source), str(source.relative_to(package.parent)))
    code = "import reliability_core as core\n" + USE + "print(core.__file__)"
    assert str(archive) in run(code, archive)


def test_vendored_twice_under_two_names(tmp_path):
    for app in ("first", "second"):
        vendor = tmp_path / app / "_vendor"
        vendor.mkdir(parents=True)
        for package in (vendor.parent, vendor):
            (package / "__init__.py").write_text("")
        copy_into(vendor, CORE, PORTS)
    code = f"""
    import json
    from first._vendor import reliability_core as first
    from second._vendor import reliability_core as second
    for core in (first, second):
{textwrap.indent(USE, " " * 8)}
    assert first.CircuitOpenError is not second.CircuitOpenError
    assert first.CircuitOpenError.code == second.CircuitOpenError.code
    ours = [name for name in sys.modules if "reliability_" in name]
    print(json.dumps(sorted({{name.split(".reliability_")[0] for name in ours}})))
    """
    # Each copy found its own ports; nothing was imported under a top-level name.
    assert json.loads(run(code, tmp_path)) == ["first._vendor", "second._vendor"]
