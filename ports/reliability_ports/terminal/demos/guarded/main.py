"""Runs the demo: opens the services, plays the script while the view is drawn, reports."""

import asyncio
import gc
import sys

from ...style import Style
from .as_json import as_json
from .cost import guard_cost
from .report import report
from .result import Result
from .run import Run
from .screen import INTERVAL, Lines, Screen, strips_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, List, Union


class Nothing:
    """The view of a run whose only output is one object at the end."""

    def enter(self) -> None:
        pass

    update = leave = enter


async def run(values: "Dict[str, Any]") -> int:
    """-> 0 when the guarded run is better and the services' logs agree with the counts, else 1."""
    if hasattr(gc, "threshold"):  # MicroPython would collect only when the heap is full, and scattered
        gc.threshold(128 * 1024)
    style = Style(sys.stdout)
    demo = Run(values["seed"])
    text = values["format"] == "text"
    view = _view(demo, style) if text else Nothing()
    began = demo.watch.micros()
    try:
        await demo.open()
        began = demo.watch.micros() - began
        await _play(demo, view)
        seconds = (demo.watch.micros() + began) / 1e6
    finally:
        demo.close()
    result = Result(demo, seconds, await guard_cost())
    for line in _text(result, style) if text else [as_json(result)]:
        print(line)
    return result.exit_code


def _view(demo: Run, style: Style) -> "Union[Screen, Lines]":
    return Screen(demo, style) if style.live else Lines(demo, style)


async def _play(demo: Run, view: "Union[Screen, Lines, Nothing]") -> None:
    playing = asyncio.create_task(demo.play())
    view.enter()
    try:
        while not playing.done():
            view.update()
            await asyncio.sleep(INTERVAL)
        await playing
        await demo.settle()
        view.update()
    finally:
        playing.cancel()
        view.leave()


def _text(result: Result, style: Style) -> "List[str]":
    """The report; where no frame stands above it, with the strips first."""
    lines = report(result, style)
    if style.live:
        return lines
    width = style.width
    strips = [style.line(segments, width) for segments in strips_of(result.run, style, width)]
    return [""] + strips + lines
