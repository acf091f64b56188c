"""The port: one answer for everything that cannot be read; events in order."""

from reliability_core import UnsupportedError, current_port, use_port
from reliability_core.listener import Listener
from reliability_core.port import Port
from reliability_core.testing import FakePort, raises


class Adapter:
    name = "toaster"

    def __init__(self):
        self.capabilities = {"threads": False}

    def temperature(self):
        return 200

    def fuel(self):
        return None

    def door(self):
        raise OSError("stuck")

    def heat(self):
        raise UnsupportedError("heat", "toaster")


def test_a_reading_is_a_value_or_none_with_the_reason():
    port = Port(Adapter())
    assert port.read("temperature") == (200, None)
    for reading, word in (
        ("fuel", "not reported"),
        ("door", "stuck"),
        ("heat", "not supported"),
        ("wings", "unsupported"),
    ):
        value, reason = port.read(reading)
        assert value is None and word in reason, (reading, reason)


def test_what_a_port_lacks_is_refused_by_name():
    error = raises(UnsupportedError, Port(Adapter()).require, "threads")
    assert error.capability == "threads" and error.port == "toaster"


def test_a_port_can_be_used_and_forgotten():
    before = current_port()
    try:
        assert use_port(Adapter()) is current_port() and current_port().name == "toaster"
        use_port(None)
        assert current_port().name != "toaster"
    finally:
        use_port(before)


def test_a_slot_is_one_place_by_name():
    port = current_port()
    assert port.slot("test") is port.slot("test")
    port.slot("test").set(5)
    assert port.slot("test").get() == 5
    port.slot("test").set(None)
    assert port.slot("test").get() is None


def test_a_fake_port_is_current_inside_its_block_only():
    before = current_port()
    with FakePort("esp32", cpu_count=2, load=OSError("no")) as port:
        assert current_port() is port and port.read("cpu_count") == (2, None)
        assert "no" in port.read("load")[1]
    assert current_port() is before


def test_entropy_differs_from_draw_to_draw():
    port = current_port()
    draws = [port.entropy() for _ in range(20)]
    assert len(set(draws)) > 15 and max(draws) < 2**32 and min(draws) >= 0


def test_events_reach_the_listener_in_order_even_from_inside_it():
    seen = []

    def on_event(name, fields):
        seen.append(name)
        if name == "first":
            listener.push("second", {})
            listener.deliver()
            seen.append("first done")

    listener = Listener(on_event)
    listener.push("first", {})
    listener.deliver()
    assert seen == ["first", "first done", "second"]


def test_an_exception_of_the_listener_is_counted_and_the_next_event_still_arrives():
    seen = []

    def on_event(name, fields):
        seen.append(name)
        raise ValueError(name)

    listener = Listener(on_event)
    for name in ("a", "b"):
        listener.push(name, {})
        listener.deliver()
    assert seen == ["a", "b"] and listener.errors == 2
