"""Rows: one way to make the same guarded call, and the groups that they are compared in.

A row is a builder. ``build(fn, **settings)`` returns a callable without arguments that makes the
call ``fn()`` guarded, plain or awaited. The harness builds it twice: around scripted targets to see
that it does what its group promises (``contracts``), and around a target that does nothing to time it.

``role`` is ``base`` (the bare call), ``limit`` (the least Python that keeps the same promise),
``peer`` or ``product``.
"""

ROWS = {}  # group -> its rows in order


class Row:
    def __init__(self, group, name, role, build, awaited, settings):
        self.group = group
        self.name = name
        self.role = role
        self.build = build
        self.awaited = awaited
        self.settings = settings  # what this row alone changes of its group's checks


def row(group, name, role, awaited=False, **settings):
    """Registers the builder below it."""

    def register(build):
        ROWS.setdefault(group, []).append(Row(group, name, role, build, awaited, settings))
        return build

    return register


def base(group, name, awaited=False):
    return row(group, name, "base", awaited)


def limit(group, name, awaited=False, **settings):
    return row(group, name, "limit", awaited, **settings)


def peer(group, name, awaited=False, **settings):
    return row(group, name, "peer", awaited, **settings)


def product(group, name, awaited=False, **settings):
    return row(group, name, "product", awaited, **settings)
