"""The machinery of the matrix: the device runner, the table of what is left out, the CI rule."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import left_out

TESTS = Path(__file__).resolve().parents[1]


def output_of(command, folder, ci=False):
    """Runs a command in a folder that has the matrix's files; returns its exit code and output."""
    for name in ("conftest.py", "left_out.py", "run_portable.py"):
        if not (folder / name).exists():
            shutil.copy(str(TESTS / name), str(folder / name))
    env = {name: value for name, value in os.environ.items() if name != "CI"}
    if ci:
        env["CI"] = "true"
    done = subprocess.run(
        [sys.executable, *command],
        cwd=str(folder),
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return done.returncode, done.stdout


@pytest.mark.parametrize(
    ("body", "code", "closing"),
    [
        ("def test_a(): pass\nasync def test_b(): pass", 0, "2 passed, 0 failed"),
        ("def test_a(): assert False\ndef test_b(): pass", 1, "1 passed, 1 failed"),
        ("async def test_a(): assert False", 1, "0 passed, 1 failed"),
        ("def test_a(): raise SystemExit(0)", 1, "0 passed, 1 failed"),
        ("import no_such_module", 1, "0 passed, 1 failed"),
        ("def helper(): pass", 1, "0 passed, 0 failed"),
    ],
)
def test_runner_counts_and_exit_code(tmp_path, body, code, closing):
    (tmp_path / "test_x.py").write_text(body)
    returned, output = output_of(["run_portable.py", "test_x"], tmp_path)
    assert returned == code, output
    assert output.splitlines()[-1] == closing
    assert output.splitlines()[-2] == f"0 left out on {left_out.label()}"


def leave_out(folder, *rows):
    table = (TESTS / "left_out.py").read_text(encoding="utf-8")
    (folder / "left_out.py").write_text(re.sub(r"(?ms)^ROWS = \(.*?\)$", lambda _: f"ROWS = {rows}", table))


def test_runner_passes_over_what_the_table_names(tmp_path):
    leave_out(tmp_path, ("test_x.test_a", left_out.label(), "because"), ("test_y.*", left_out.label(), "because"))
    (tmp_path / "test_x.py").write_text("def test_a(): assert False\ndef test_b(): pass")
    (tmp_path / "test_y.py").write_text("import no_such_module")
    returned, output = output_of(["run_portable.py", "test_x", "test_y"], tmp_path)
    assert returned == 0, output
    assert output.splitlines() == [f"2 left out on {left_out.label()}", "1 passed, 0 failed"]


@pytest.mark.parametrize("ci", [False, True])
def test_only_the_table_may_skip_in_ci(tmp_path, ci):
    leave_out(tmp_path, ("test_x.test_a", left_out.label(), "because"))
    (tmp_path / "test_x.py").write_text(
        "import pytest\ndef test_a(): assert False\nasync def test_b(): pass\n@pytest.mark.skip\ndef test_c(): pass"
    )
    command = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir=.", "test_x.py"]
    returned, output = output_of(command, tmp_path, ci)
    assert returned == (1 if ci else 0), output
    assert ("FAILED test_x.py::test_c: skipped, but not by left_out.py" in output) == ci
    assert f"1 left out on {left_out.label()}" in output


@pytest.mark.parametrize(
    ("name", "version", "platform", "heap", "label"),
    [
        ("cpython", (3, 8, 18, "final", 0), "linux", None, "cpython-3.8.18"),
        ("cpython", (3, 14, 2, "final", 0), "emscripten", None, "pyodide-3.14.2"),
        ("pypy", (7, 3, 11, "final", 0), "linux", None, "pypy-7.3.11"),
        ("micropython", (1, 29, 0, "preview"), "linux", "64wK", "micropython-unix-64wK-1.29.0"),
        ("micropython", (1, 27, 0, ""), "webassembly", None, "micropython-wasm-1.27.0"),
        ("micropython", (1, 27, 0, ""), "rp2", None, "micropython-rp2-1.27.0"),
    ],
)
def test_label_of_a_runtime(name, version, platform, heap, label):
    implementation = SimpleNamespace(name=name, version=version)
    assert left_out.label(implementation, platform, heap) == label


def test_a_row_is_for_a_test_or_a_file_and_for_labels_that_begin_so():
    rows = (("test_x.test_a", "cpython-3.8", "one"), ("test_y.*", "micropython", "all"))
    assert left_out.reason("test_x.test_a", "cpython-3.8.18", rows) == "one"
    assert left_out.reason("test_x.test_ab", "cpython-3.8.18", rows) is None
    assert left_out.reason("test_x.test_a", "cpython-3.13.0", rows) is None
    assert left_out.reason("test_y.test_z", "micropython-wasm-1.27.0", rows) == "all"
    assert left_out.reason("test_y.", "micropython-unix-1.29.0", rows) == "all"


def every_test():
    """Lists "file.function" of every test, those included that the session mpy makes: one a module."""
    for path in TESTS.rglob("*.py"):
        for function in re.findall(r"def (test_\w+)\(", path.read_text(encoding="utf-8")):
            yield f"{path.stem}.{function}"
    for root in (TESTS.parent, TESTS.parent / "ports"):
        for path in root.glob("reliability_*/**/*.py"):
            yield "test_load.test_" + "_".join(path.relative_to(root).with_suffix("").parts)


def test_every_row_names_a_test_that_exists_and_a_reason():
    tests = set(every_test())
    files = {test.partition(".")[0] + ".*" for test in tests}
    for test, runtime, why in left_out.ROWS:
        assert test in tests | files, f"{test} is no test"
        assert runtime and why, test
