"""Errors: one tree, fields kept, texts that say the cure; wrong arguments named."""

from reliability_core import errors
from reliability_core.errors import check_callable, check_choice, check_count, check_number, code_of, error_matcher
from reliability_core.testing import raises

EXAMPLES = (
    (errors.CircuitOpenError("prices", 2.5, "open"), "circuit_open", ("prices", "2.500")),
    (errors.CircuitOpenError("prices", None, "forced_open"), "circuit_open", ("forced_open", "reset")),
    (errors.RetryExhaustedError(3, "no"), "retry_exhausted", ("3 attempts", "'no'")),
    (errors.DeadlineExceededError(2, True, "upload"), "deadline_exceeded", ("upload", "2.000", "ended")),
    (errors.DeadlineExceededError(None, False, None), "deadline_exceeded", ("not started",)),
    (errors.RateLimitError(0.1, "api"), "rate_limited", ("api", "0.100")),
    (errors.BulkheadFullError("db", 4, 2), "bulkhead_full", ("db", "4 running", "2 waiting")),
    (errors.FallbackError(OSError("down"), ValueError("stale")), "fallback_failed", ("down", "stale")),
    (errors.PortError("read", "linux", "EACCES"), "port", ("read", "linux", "EACCES")),
    (errors.UnsupportedError("threads", "browser", "none"), "unsupported", ("threads", "browser", "none")),
)


def test_every_error_is_one_of_ours_with_a_code_and_its_fields_in_the_text():
    for error, code, words in EXAMPLES:
        assert isinstance(error, errors.ReliabilityError) and code_of(error) == code
        for word in words:
            assert word in str(error), (word, str(error))


def test_unsupported_is_a_port_error():
    assert isinstance(errors.UnsupportedError("threads", "browser"), errors.PortError)


def test_fields_are_in_args_so_that_a_traceback_shows_them():
    assert errors.CircuitOpenError("prices", 2.5).args == ("prices", 2.5)


def test_a_code_of_another_kind_is_not_taken_for_ours():
    class HttpError(Exception):
        code = 503

    assert code_of(HttpError()) is None and code_of(ValueError()) is None


def test_a_matcher_takes_classes_and_predicates():
    assert error_matcher("on", OSError)(OSError()) and not error_matcher("on", OSError)(ValueError())
    assert error_matcher("on", (OSError, ValueError))(ValueError())
    assert error_matcher("on", lambda error: "x" in str(error))(ValueError("x"))


def test_what_no_policy_may_act_on_is_refused_by_name():
    for kind in (KeyboardInterrupt, SystemExit, GeneratorExit, BaseException, int, "OSError", None, 3):
        assert "retry_on" in str(raises(TypeError, error_matcher, "retry_on", kind))
    assert "retry_on" in str(raises(TypeError, error_matcher, "retry_on", (OSError, KeyboardInterrupt)))


def test_checks_name_the_parameter_the_value_and_what_is_accepted():
    nan, infinity = float("nan"), float("inf")
    cases = (
        (ValueError, check_count, ("tries", 0), "1"),
        (TypeError, check_count, ("tries", True), "int"),
        (TypeError, check_count, ("tries", 2.0), "int"),
        (ValueError, check_number, ("rate", nan, 0), "finite"),
        (ValueError, check_number, ("rate", infinity, 0), "finite"),
        (ValueError, check_number, ("rate", -1, 0), "0"),
        (ValueError, check_number, ("rate", 1.5, 0, 1), "from 0 to 1"),
        (TypeError, check_number, ("rate", "1", 0), "number"),
        (TypeError, check_callable, ("hook", 3), "callable"),
        (ValueError, check_choice, ("jitter", "half", ("full", "none")), "'full', 'none'"),
    )
    for kind, check, args, accepted in cases:
        text = str(raises(kind, check, *args))
        assert text.startswith(args[0] + " is " + repr(args[1])), text
        assert accepted in text, text
