"""Spans: their chain, their times, and which one is current when they end as they should not."""

import asyncio

from reliability_core import CallChainTracer, UnsupportedError, current_port
from reliability_core.testing import FakeClock, FakePort, raises


def names(spans):
    return [span.name for span in spans]


def test_a_call_chain_is_root_first_and_outlives_the_calls():
    tracer = CallChainTracer()
    span1 = tracer.start_span("operation_a")
    tracer.add_attribute(span1, "user_id", "123")
    span2 = tracer.start_span("operation_b")
    tracer.end_span(span2)
    tracer.end_span(span1)
    assert names(tracer.get_call_chain(span2)) == ["operation_a", "operation_b"]
    assert span2.parent_id == span1.id and span1.parent_id is None
    assert span1.attributes == {"user_id": "123"} and span2.attributes == {}


def test_times_are_seconds_and_none_until_the_end():
    clock = FakeClock()
    tracer = CallChainTracer(clock=clock)
    clock.advance(2)
    span = tracer.start_span("operation")
    assert span.is_open and span.end_time is None and span.duration is None
    clock.advance(0.25)
    tracer.end_span(span)
    assert (span.start_time, span.end_time, span.duration) == (2, 2.25, 0.25)
    assert not span.is_open


def test_a_second_end_changes_nothing():
    clock = FakeClock()
    tracer = CallChainTracer(clock=clock)
    outer = tracer.start_span("outer")
    inner = tracer.start_span("inner")
    tracer.end_span(inner)
    clock.advance(1)
    tracer.end_span(inner)
    assert inner.duration == 0
    assert tracer.current() is outer
    assert names(tracer.finished()) == ["inner"]


def test_ending_a_span_that_is_not_current_leaves_the_current_one():
    tracer = CallChainTracer()
    a, b, c = [tracer.start_span(name) for name in "abc"]
    tracer.end_span(b)
    assert tracer.current() is c
    tracer.end_span(c)
    assert tracer.current() is a
    tracer.end_span(a)
    assert tracer.current() is None
    assert tracer._slot.get() is None  # and what has ended is not held


def test_a_block_ends_its_span_when_it_raises():
    tracer = CallChainTracer()

    def fails():
        with tracer.span("block", attributes={"size": 3}):
            raise KeyError("x")

    raises(KeyError, fails)
    [span] = tracer.finished()
    assert not span.is_open and span.attributes == {"size": 3}
    assert tracer.current() is None


def test_leaving_a_block_drops_what_was_left_open_inside():
    tracer = CallChainTracer()
    with tracer.span("outside") as outside:
        with tracer.span("block"):
            leaked = [tracer.start_span("leaked"), tracer.start_span("deeper")]
        assert tracer.current() is outside
        assert tracer.dropped == 2
        for span in leaked:
            assert not span.is_open and span.duration is None
            tracer.end_span(span)
    assert names(tracer.finished()) == ["block", "outside"]
    assert tracer.dropped == 2
    assert tracer._slot.get() is None  # and what was dropped is not held


def test_a_block_whose_span_was_ended_by_hand_still_drops_what_is_inside():
    tracer = CallChainTracer()
    with tracer.span("block") as block:
        tracer.start_span("leaked")
        tracer.end_span(block)
    assert tracer.current() is None
    assert tracer.dropped == 1 and names(tracer.finished()) == ["block"]


def test_what_is_added_after_the_end_is_ignored():
    tracer = CallChainTracer()
    with tracer.span("block") as span:
        pass
    tracer.add_attribute(span, "late", 1)
    assert span.attributes == {}


def test_finished_spans_are_bounded_and_the_oldest_go_first():
    tracer = CallChainTracer(capacity=3)
    for number in range(5):
        with tracer.span(str(number)):
            pass
    assert names(tracer.finished()) == ["2", "3", "4"]
    assert tracer.dropped == 2


def test_what_leaves_the_ring_cuts_the_chain_but_not_what_is_current():
    tracer = CallChainTracer(capacity=1)
    a, b, c = [tracer.start_span(name) for name in "abc"]
    tracer.end_span(b)
    with tracer.span("other"):  # pushes b out
        pass
    assert names(tracer.get_call_chain(c)) == ["b", "c"]
    assert tracer.get_call_chain(c)[0].parent_id == a.id
    tracer.end_span(c)
    assert tracer.current() is a


def test_a_given_parent_is_the_parent_and_does_not_become_current():
    tracer = CallChainTracer()
    far = tracer.start_span("far")
    tracer.end_span(far)
    here = tracer.start_span("here")
    child = tracer.start_span("child", far)
    assert names(tracer.get_call_chain(child)) == ["far", "child"]
    tracer.end_span(child)
    assert tracer.current() is here


def test_ids_are_sixteen_hexadecimal_digits_and_differ():
    spans = [CallChainTracer().start_span("x") for _ in range(3)]
    tracer = CallChainTracer()
    spans += [tracer.start_span("x") for _ in range(3)]
    ids = [span.id for span in spans]
    assert len(set(ids)) == 6
    for id in ids:
        assert len(id) == 16 and int(id, 16) > 0 and id == id.lower()


def test_traced_functions_nest_and_keep_result_and_error():
    tracer = CallChainTracer()

    @tracer.trace
    def inner(value):
        return 10 // value

    @tracer.trace
    def outer(value):
        return inner(value)

    assert outer(5) == 2
    raises(ZeroDivisionError, outer, 0)
    spans = tracer.finished()
    assert len(spans) == 4 and tracer.current() is None
    assert spans[0].parent_id == spans[1].id and spans[2].parent_id == spans[3].id
    assert "inner" in spans[0].name and "outer" in spans[1].name


async def test_traced_async_functions_keep_their_own_chain_in_each_task():
    tracer = CallChainTracer()

    async def inner(name):
        with tracer.span("inner " + name) as span:
            await asyncio.sleep(0)
            assert tracer.current() is span
        return tracer.get_call_chain(span)

    @tracer.trace
    async def outer(name):
        await asyncio.sleep(0)
        return await inner(name)

    chains = await asyncio.gather(outer("1"), outer("2"))
    assert [chain[-1].name for chain in chains] == ["inner 1", "inner 2"]
    assert [len(chain) for chain in chains] == [2, 2]
    assert chains[0][0] is not chains[1][0]
    assert tracer.current() is None


async def test_a_task_that_outlives_the_operation_goes_on_with_a_chain_of_its_own():
    tracer = CallChainTracer()

    async def later():
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        with tracer.span("later") as span:
            return tracer.current() is span, span.parent_id

    with tracer.span("request"):
        task = asyncio.create_task(later())
    assert await task == (True, None)


def test_without_a_slot_per_task_the_current_span_is_refused_not_guessed():
    with FakePort("bare") as port:
        port.new_slot = lambda name: None
        tracer = CallChainTracer()
    error = raises(UnsupportedError, tracer.current)
    assert "current span" in str(error) and "bare" in str(error)
    with tracer.span("a") as a, tracer.span("b") as b, tracer.span("c", a) as c:
        assert b.parent_id is None and c.parent_id == a.id
    assert names(tracer.finished()) == ["c", "b", "a"]


def test_wrong_arguments_are_named():
    tracer = CallChainTracer()
    assert "capacity is 0" in str(raises(ValueError, lambda: CallChainTracer(capacity=0)))
    assert "name is 7" in str(raises(TypeError, tracer.start_span, 7))
    assert "parent is 'x'" in str(raises(TypeError, tracer.start_span, "a", "x"))
    assert "span is 'x'" in str(raises(TypeError, tracer.end_span, "x"))
    assert "span is None" in str(raises(TypeError, tracer.add_attribute, None, "k", 1))
    assert tracer.current() is None


async def test_spans_left_open_in_tasks_that_are_over_are_forgotten():
    if not hasattr(current_port().new_slot("x"), "_values"):
        return  # context variables end with their task
    tracer = CallChainTracer()

    async def leaks():
        tracer.start_span("leaked")

    for _ in range(200):
        await asyncio.create_task(leaks())
    assert len(tracer._slot._values) <= 32
    assert tracer.current() is None
