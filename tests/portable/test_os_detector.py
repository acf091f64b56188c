"""Where we run: what a port answers, what it cannot, and this very runtime."""

import sys

from reliability_core import RuntimeEnvironment, UnsupportedError, current_port, use_port
from reliability_core.port import Port
from reliability_core.testing import FakePort

FIELDS = "platform arch os_version cpu_count total_memory is_container is_k8s is_wasm is_embedded".split()


def detect(name="fake", **readings):
    with FakePort(name, **readings):
        return RuntimeEnvironment.detect()


def check_honest(environment):
    """Every field is known, or has its reason; never both, never neither."""
    for field in FIELDS:
        known = getattr(environment, field) is not None
        assert known != (field in environment.reasons), field
    assert all(environment.reasons.values())


def test_the_readings_of_the_port_are_the_fields():
    environment = detect(
        platform="linux",
        architecture="x86_64",
        os_version="6.1",
        cpu_count=4,
        total_memory=2**33,
        is_wasm=False,
        is_embedded=False,
        container_evidence=["/.dockerenv exists"],
        kubernetes_evidence=[],
        capabilities={"threads": True},
    )
    assert (environment.platform, environment.arch, environment.os_version) == ("linux", "x86_64", "6.1")
    assert (environment.cpu_count, environment.total_memory) == (4, 2**33)
    assert (environment.is_container, environment.is_k8s) == (True, False)
    assert (environment.is_wasm, environment.is_embedded) == (False, False)
    assert environment.evidence == {"is_container": ["/.dockerenv exists"]}
    assert environment.capabilities == {"threads": True}
    assert environment.reasons == {}


def test_what_is_unknown_is_none_with_a_reason_and_never_false_or_zero():
    environment = detect("rp2", cpu_count=None, kubernetes_evidence=OSError(13, "denied"))
    check_honest(environment)
    for field in FIELDS:
        assert getattr(environment, field) is None, field
    assert environment.reasons["cpu_count"] == "not reported by rp2"
    assert "denied" in environment.reasons["is_k8s"]
    assert environment.reasons["is_container"] == "unsupported on rp2"


def test_this_runtime_is_recognised():
    environment = RuntimeEnvironment.detect()
    check_honest(environment)
    expected = {
        "linux": ("linux",),
        "webassembly": ("webassembly",),
        "emscripten": ("node", "browser"),
        "win32": ("windows",),
        "darwin": ("macos",),
    }
    assert environment.platform in expected.get(sys.platform, (sys.platform,))
    assert environment.is_wasm == (sys.platform in ("emscripten", "webassembly"))
    assert environment.is_embedded == (sys.platform not in expected)
    if environment.is_wasm:
        assert environment.arch == "wasm32"
        assert environment.total_memory is None  # what a browser says is rounded
        assert environment.capabilities["threads"] is False
    if environment.platform == "linux":
        assert environment.total_memory > 2**20 and environment.cpu_count >= 1
        assert environment.os_version[0].isdigit() and environment.arch
    assert environment.platform in repr(environment)


def test_a_port_without_an_adapter_answers_what_the_interpreter_knows():
    before = current_port()
    use_port(Port())
    try:
        environment = RuntimeEnvironment.detect()
    finally:
        use_port(before)
    check_honest(environment)
    assert environment.platform in (sys.platform, "windows", "macos")
    assert environment.is_wasm == (sys.platform in ("emscripten", "webassembly"))
    assert environment.total_memory is None and environment.cpu_count is None
    assert environment.reasons["total_memory"] == "unsupported on base"


def test_the_micropython_adapter_knows_boards_by_their_name():
    try:
        from reliability_ports.platforms.micropython import MicroPythonPort
    except ImportError:  # the core alone
        return
    for platform, embedded, wasm in (
        ("esp32", True, False),
        ("rp2", True, False),
        ("stm32", True, False),
        ("webassembly", False, True),
        ("linux", False, False),
    ):
        port = Port(MicroPythonPort(UnsupportedError, platform))
        assert port.read("platform") == (platform, None)
        assert port.read("is_embedded") == (embedded, None), platform
        assert port.read("is_wasm") == (wasm, None), platform
        if embedded:  # a chip is no container; how much memory it has, the firmware does not tell
            assert port.read("container_evidence") == ([], None)
            memory, reason = port.read("total_memory")
            assert memory is None and "gc.mem_free" in reason and platform in reason
        if wasm:
            evidence, reason = port.read("container_evidence")
            assert evidence is None and reason
