"""The command `reliability` and its main demo, as a newcomer starts them: from a checkout, nothing installed."""

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from reliability_ports.terminal import command
from reliability_ports.terminal.demos.guarded import about, agreement, client, report, screen, service, trouble, verdict
from reliability_ports.terminal.demos.guarded.records import Rows
from reliability_ports.terminal.demos.guarded.result import Result
from reliability_ports.terminal.demos.guarded.run import Run
from reliability_ports.terminal.style import Style

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, "-m", "reliability_core"]


def environment(**changes):
    kept = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR", "PYTHONPATH")}
    return {**kept, **changes}


def run(*words, **changes):
    return subprocess.run(
        [*COMMAND, *words],
        cwd=ROOT,
        env=environment(**changes),
        capture_output=True,
        text=True,
        timeout=60,
    )


# The demo itself ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def finished():
    """One whole run; what follows looks at its one object. A machine that is late itself gets another chance."""
    for _ in range(3):
        started = time.monotonic()
        done = run("--seed", "3", "--format", "json")
        assert done.stderr == ""
        result = json.loads(done.stdout)
        if result["lateness"] < report.TOO_LATE:
            break
    return done.returncode, result, time.monotonic() - started


def test_guarded_is_better_and_the_services_agree(finished):
    code, result, seconds = finished
    assert code == 0
    assert result["better"] and result["agreed"]
    assert [measure["better"] for measure in result["measures"]] == [True] * 5
    assert seconds < 20


def test_the_counts_add_up(finished):
    result = finished[1]
    for name in ("unguarded", "guarded"):
        figures = result[name]
        assert sum(figures["results"].values()) == figures["calls"] > 1500
        for kind, number in figures["results"].items():
            assert sum(phase[name][kind] for phase in result["phases"]) == number
        per_call = {int(made): calls for made, calls in figures["requests_per_call"].items()}
        assert sum(made * calls for made, calls in per_call.items()) == figures["requests_sent"]
        assert figures["requests_sent"] == figures["requests_seen"] > 1500
        assert figures["unexpected"] == {} and figures["disputes"] == []
    assert result["unguarded"]["calls"] == result["guarded"]["calls"]
    assert sum(result["stale_because"].values()) == result["guarded"]["results"]["stale"]


def test_the_breaker_opened_in_the_outage_and_closed_after_it(finished):
    result = finished[1]
    outage = next(phase for phase in result["phases"] if phase["name"] == "outage")
    opened = [move["at"] for move in result["breaker"] if move["to"] == "open"]
    closed = [move["at"] for move in result["breaker"] if move["to"] == "closed"]
    assert any(outage["starts"] < at < outage["ends"] for at in opened)
    assert any(outage["ends"] < at < outage["ends"] + 1 for at in closed)


def test_the_help_documents_every_field(finished):
    fields = set()

    def collect(value):
        for key, inner in value.items():
            if re.match("[a-z]", key) and " " not in key:
                fields.add(key)
            for one in inner if isinstance(inner, list) else [inner]:
                if isinstance(one, dict):
                    collect(one)

    collect(finished[1])
    documented = set(re.findall("[a-z_0-9]+", about.HELP))
    assert fields - documented == set()


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_ctrl_c_stops_the_service_without_a_traceback():
    process = subprocess.Popen(COMMAND, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    lines = [process.stdout.readline().decode() for _ in range(4)]
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=10)
    assert process.returncode == 130
    assert errors == b"reliability: interrupted\n"
    for port in re.findall(r":(\d{5})", "".join(lines)):
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", int(port)), 1).close()


def test_a_reader_that_leaves_ends_the_demo_quietly():
    process = subprocess.Popen(COMMAND, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.readline()
    process.stdout.close()
    errors = process.stderr.read()
    process.stderr.close()
    assert process.wait(timeout=20) == 141
    assert errors == b""


# A few calls in this process -------------------------------------------------------------------


def played(calls):
    """The result of that many calls in the calm before the trouble."""

    async def play():
        demo = Run(1)
        await demo.open()
        try:
            for number in range(calls):
                for world in demo.worlds:
                    world.start(number, demo.watch.micros())
            while any(world.waiting for world in demo.worlds):
                await asyncio.sleep(0.01)
            await demo.settle()
            return Result(demo, 1.0, 0.000_01)
        finally:
            demo.close()
            await asyncio.sleep(0.01)

    return asyncio.run(play())


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_nothing_is_wider_than_the_terminal(width, monkeypatch):
    monkeypatch.setattr(Style, "width", width)
    style = Style(Stream())
    result = played(10)
    for line in screen.frame(result.run, style) + report.report(result, style):
        assert len(line) <= width, line


def test_without_trouble_guarded_is_not_better():
    result = played(10)
    assert result.agreed
    assert not result.better
    assert result.exit_code == 1


def test_a_log_that_differs_is_a_dispute():
    class World:
        pass

    world = World()
    world.client, world.service = World(), World()
    ours, theirs = world.client.log, world.service.log = Rows(4), Rows(4)
    for call, outcome in enumerate((client.OK, client.OK, client.GAVE_UP, client.NOT_SENT, client.ERROR)):
        ours.append(service.key_of(call, 1), outcome, 0, 0)
    theirs.append(service.key_of(0, 1), trouble.ANSWER, 0, service.CARRIED_OUT)
    theirs.append(service.key_of(1, 1), trouble.ERROR, 0, service.CARRIED_OUT)
    theirs.append(service.key_of(9, 2), trouble.ANSWER, 0, service.CARRIED_OUT)
    compared = agreement.Agreement(world)
    assert (compared.sent, compared.seen, compared.unread) == (4, 3, 1)
    assert compared.disputes == [
        "call 1 attempt 1: 200 here, error 500 there",
        "call 4 attempt 1: never seen by the service",
        "call 9 attempt 2: seen by the service only",
    ]


def test_equal_is_not_better():
    assert not verdict.Measure("p99", "", 1.0, 1.0).better
    assert not verdict.Measure("fresh", "", 7, 7, less=False).better
    assert verdict.Measure("fresh", "", 7, 8, less=False).better


# The command ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "cure"),
    [
        (["nope"], "there are: demo"),
        (["demo", "nope"], "guarded"),
        (["--nope"], "--seed"),
        (["demo", "--seed", "x"], "whole number"),
        (["demo", "--format"], "--format FORMAT"),
        (["--print-completion", "tcsh"], "bash, zsh, fish"),
    ],
)
def test_wrong_usage_is_2_and_names_the_cure(words, cure):
    done = run(*words)
    assert done.returncode == 2
    assert done.stdout == ""
    assert cure in done.stderr


def test_help_loads_neither_asyncio_nor_a_policy():
    code = (
        "import sys; sys.path[:0] = ['.', 'ports']\n"
        "from reliability_ports.terminal.command import main\n"
        "for words in (['--help'], ['demo', '--help'], ['--version'], ['--print-completion', 'bash']):\n"
        "    assert main(words) == 0\n"
        "heavy = [name for name in sys.modules if name.startswith(('asyncio', 'argparse', 'reliability_core.fault'))]\n"
        "assert heavy == [], heavy\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert done.returncode == 0
    assert "demo" in done.stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_offers_what_the_parser_accepts(shell):
    done = run("--print-completion", shell)
    assert done.returncode == 0
    for word in ("demo", "guarded", "seed", "format", "text json", "help", "version"):
        assert word in done.stdout


def complete(line):
    """What bash offers for the last word of the line."""
    words = line.split(" ")
    script = run("--print-completion", "bash").stdout + (
        "\nCOMP_WORDS=(%s); COMP_CWORD=%d; _reliability; echo ${COMPREPLY[*]}"
        % (" ".join("'%s'" % word for word in words), len(words) - 1)
    )
    return subprocess.run(["bash", "-c", script], stdout=subprocess.PIPE, text=True).stdout.split()


@pytest.mark.skipif(os.name != "posix", reason="bash")
def test_bash_completes_by_place():
    assert complete("reliability d") == ["demo"]
    assert complete("reliability demo --s") == ["--seed"]
    assert complete("reliability demo --format ") == ["text", "json"]


# Colours and characters -------------------------------------------------------------------------


class Stream:
    """An output stream that says what it is told to say."""

    def __init__(self, terminal=False, encoding="utf-8"):
        self.encoding = encoding
        self.isatty = lambda: terminal


@pytest.mark.parametrize(
    ("terminal", "variables", "colour"),
    [
        (True, {}, True),
        (False, {}, False),
        (True, {"NO_COLOR": "1"}, False),
        (True, {"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
        (True, {"NO_COLOR": ""}, True),
        (False, {"FORCE_COLOR": "1"}, True),
        (True, {"FORCE_COLOR": "0"}, False),
        (True, {"FORCE_COLOR": "false"}, False),
        (True, {"TERM": "dumb"}, False),
    ],
)
def test_who_decides_about_colour(terminal, variables, colour, monkeypatch):
    for name in ("NO_COLOR", "FORCE_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    style = Style(Stream(terminal))
    assert style.colour is colour
    assert style.paint("red", "x") == ("\x1b[31mx\x1b[0m" if colour else "x")


@pytest.mark.skipif(os.name != "posix", reason="elsewhere the stream alone decides")
@pytest.mark.parametrize(
    ("encoding", "variables", "fancy"),
    [
        ("utf-8", {"LANG": "en_US.UTF-8"}, True),
        ("utf-8", {"LANG": "de_DE.utf8"}, True),
        ("ascii", {"LANG": "en_US.UTF-8"}, False),
        ("utf-8", {"LANG": "C"}, False),
        ("utf-8", {"LANG": "C", "LC_CTYPE": "C.UTF-8"}, False),
        ("utf-8", {"LANG": "C", "LC_ALL": "C.UTF-8"}, True),
        ("utf-8", {"LANG": "en_US.UTF-8", "LC_ALL": "C"}, False),
        ("utf-8", {}, False),
    ],
)
def test_unicode_only_where_stream_and_locale_have_it(encoding, variables, fancy, monkeypatch):
    for name in ("LANG", "LC_ALL", "LC_CTYPE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert Style(Stream(encoding=encoding)).unicode is fancy


def test_in_the_c_locale_everything_is_ascii():
    done = run("--help", LANG="C", LC_ALL="C")
    done.stdout.encode("ascii")


def test_a_line_is_cut_to_the_width_and_not_its_escapes(monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.delenv("NO_COLOR", raising=False)
    style = Style(Stream())
    assert style.line([("red", "abc"), (None, "def"), ("green", "g")], 5) == "\x1b[31mabc\x1b[0mde"


def test_main_within_a_loop_names_the_cure(capsys):
    async def inside():
        return command.main(["demo"])

    assert asyncio.run(inside()) == 2
    assert "await reliability_ports.terminal.command.amain" in capsys.readouterr().err
