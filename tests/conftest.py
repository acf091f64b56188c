"""How pytest runs what the device runner runs too: ``async def`` tests, and the table left_out."""

import asyncio
import inspect
import os

import pytest

import left_out

RUNTIME = left_out.label()
LEFT_OUT = "left out: "


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    """Awaits an ``async def`` test in an event loop of its own."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    names = pyfuncitem._fixtureinfo.argnames
    asyncio.run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in names}))
    return True


def pytest_collection_modifyitems(items):
    """Skips what has a row for this runtime in the table."""
    for item in items:
        why = left_out.reason(item.path.stem + "." + item.originalname, RUNTIME)
        if why:
            item.add_marker(pytest.mark.skip(reason=LEFT_OUT + why))


def skipped_by_table(terminalreporter):
    """Sorts the skipped reports: those that the table asked for, and the others."""
    kinds = [], []
    for report in terminalreporter.stats.get("skipped", ()):
        kinds[LEFT_OUT not in str(report.longrepr)].append(report)
    return kinds


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    """In CI the table is the only way to skip."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter and "CI" in os.environ and skipped_by_table(reporter)[1]:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter):
    """Says what the table kept from running, in the words of the device runner."""
    by_table, others = skipped_by_table(terminalreporter)
    if "CI" in os.environ:
        for report in others:
            terminalreporter.line(f"FAILED {report.nodeid}: skipped, but not by left_out.py")
    terminalreporter.line(f"{len(by_table)} left out on {RUNTIME}")
