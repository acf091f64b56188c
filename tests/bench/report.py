"""Tables in Markdown."""

import sys


def figure(value, digits=2):
    return "-" if value is None else f"{value:.{digits}f}"


def markdown(header, rows):
    """Returns the lines of a table; all columns but the first are right-aligned."""
    lines = ["| " + " | ".join(header) + " |", "|---" + "|---:" * (len(header) - 1) + "|"]
    return lines + ["| " + " | ".join(str(cell) for cell in cells) + " |" for cells in rows]


def runtime():
    return f"{sys.implementation.name} {'.'.join(map(str, sys.version_info[:3]))}"


def group_table(title, measured):
    """One group: every row as a multiple of the group's first limit, minimum and median over the rounds."""
    unit = next((row for row in measured if row.role == "limit" and row.minimum), None)
    lines = []
    for row in measured:
        if row.note is not None:
            lines.append([row.name, row.role, row.note, ""])
        elif unit is None:
            lines.append([row.name, row.role, figure(row.minimum, 0) + " ns", figure(row.median, 0) + " ns"])
        else:
            ratios = figure(row.minimum / unit.minimum), figure(row.median / unit.median)
            lines.append([row.name, row.role, *ratios])
    return [f"### {title}", "", *markdown(["row", "role", "minimum", "median"], lines), ""]
