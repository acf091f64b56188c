"""The runner itself, on every runtime: asserts are alive, and coroutines are awaited.

MicroPython's compiler drops asserts when asked to optimise; a suite built so would always pass.
"""

AWAITED = []


def test_asserts_are_compiled_in():
    try:
        assert AWAITED is None
    except AssertionError:
        return
    raise RuntimeError("asserts do nothing here, so no test can fail")


async def test_a_coroutine_is_awaited():
    AWAITED.append(True)


def test_b_the_coroutine_before_was_awaited():
    assert AWAITED == [True]
