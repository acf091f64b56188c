"""The tracer across threads, forked processes and contexts."""

import asyncio
import inspect
import json
import os
import sys
import threading

import pytest

from reliability_core import CallChainTracer


def in_thread(function):
    results = []
    thread = threading.Thread(target=lambda: results.append(function()))
    thread.start()
    thread.join()
    return results[0]


def test_a_new_thread_starts_without_a_current_span():
    tracer = CallChainTracer()
    with tracer.span("here") as span:
        assert in_thread(tracer.current) is None
        assert in_thread(lambda: tracer.start_span("there")).parent_id is None
        assert tracer.current() is span


def test_a_span_may_end_in_another_thread():
    tracer = CallChainTracer()
    with tracer.span("outer") as outer:
        span = tracer.start_span("handed over")
        in_thread(lambda: tracer.end_span(span))
        assert not span.is_open
        assert tracer.current() is outer


def test_a_child_task_starts_with_the_current_span_of_its_maker():
    tracer = CallChainTracer()

    async def child():
        with tracer.span("child") as span:
            return span

    async def main():
        with tracer.span("parent") as parent:
            span = await asyncio.create_task(child())
            assert tracer.current() is parent
        return parent, span

    parent, span = asyncio.run(main())
    assert span.parent_id == parent.id


def test_many_threads_lose_no_span_and_no_id():
    tracer = CallChainTracer(capacity=500)
    ids = []

    def work():
        mine = []
        for _ in range(500):
            with tracer.span("work") as span:
                mine.append(span.id)
        ids.extend(mine)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert len(set(ids)) == 8 * 500
    assert len(tracer.finished()) == 500 and tracer.dropped == 7 * 500
    assert len({span.id for span in tracer.finished()}) == 500


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_forked_child_does_not_repeat_the_ids_of_its_parent():
    tracer = CallChainTracer()
    reader, writer = os.pipe()
    child = os.fork()
    ids = [tracer.start_span("x").id for _ in range(100)]
    if child == 0:
        os.write(writer, json.dumps(ids).encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        theirs = json.load(pipe)
    os.waitpid(child, 0)
    assert len(theirs) == 100 and not set(ids) & set(theirs)


def test_a_chain_of_tasks_keeps_no_more_than_the_ring():
    tracer = CallChainTracer(capacity=10)

    async def tick(left):
        with tracer.span("tick"):
            return asyncio.create_task(tick(left - 1)) if left else None

    async def main():
        task = asyncio.create_task(tick(200))
        while task is not None:
            task = await task

    asyncio.run(main())
    longest = max(len(tracer.get_call_chain(span)) for span in tracer.finished())
    assert longest <= 11


def test_a_chain_of_tasks_that_overlap_keeps_no_more_than_the_ring():
    tracer = CallChainTracer(capacity=10)
    spans = []

    async def tick(left):
        with tracer.span("tick") as span:
            spans.append(span)
            if left:
                asyncio.get_running_loop().create_task(tick(left - 1))
            await asyncio.sleep(0)
            await asyncio.sleep(0)

    async def main():
        await tick(200)
        while len(asyncio.all_tasks()) > 1:
            await asyncio.sleep(0)

    asyncio.run(main())
    assert len(spans) == 201 and spans[-1].parent_id == spans[-2].id
    assert len(tracer.get_call_chain(spans[-1])) <= 12
    held = [spans[-1]]
    while held[-1]._outer is not None:
        held.append(held[-1]._outer)
    assert len(held) <= 12


def test_types_and_names_survive_the_decorator():
    tracer = CallChainTracer()

    @tracer.trace
    def documented(value: int) -> int:
        """Doc."""
        return value

    @tracer.trace
    async def awaited() -> int:
        return 1

    assert documented.__name__ == "documented" and documented.__doc__ == "Doc."
    assert inspect.iscoroutinefunction(awaited) and asyncio.run(awaited()) == 1
    with pytest.raises(TypeError, match="generator"):

        @tracer.trace
        def produce():
            yield 1
