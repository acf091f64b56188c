"""The script of trouble: decided by the seed alone, the same for both runs and on every runtime."""

from reliability_ports.terminal.demos.guarded import trouble


def _fates(seed, phase, calls=500, attempt=1):
    return [trouble.fate_of(seed, call, attempt, phase) for call in range(calls)]


def _phase(name):
    for phase in trouble.SCRIPT:
        if phase.name == name:
            return phase
    raise AssertionError(name)


def test_the_same_seed_gives_the_same_numbers_on_every_runtime():
    assert [int(trouble.chance(1, call, 1, 1) * 1000000) for call in range(3)] == [775996, 47542, 428634]


def test_a_fate_depends_on_seed_call_and_attempt():
    errors = _phase("errors")
    assert _fates(1, errors) == _fates(1, errors)
    assert _fates(1, errors) != _fates(2, errors)
    assert _fates(1, errors) != _fates(1, errors, attempt=2)


def test_each_phase_strikes_as_often_as_it_says():
    for phase in trouble.SCRIPT:
        fates = _fates(3, phase)
        for fate, share in phase.shares:
            assert abs(fates.count(fate) / 500 - share) < 0.06, (phase.name, fate)


def test_the_phases_follow_each_other_without_a_gap():
    at = 0.0
    for phase in trouble.SCRIPT:
        assert phase.starts == at
        assert trouble.phase_at(at + 0.001) is phase
        at = phase.ends
    assert at == trouble.DURATION
    assert trouble.phase_at(at + 1) is trouble.SCRIPT[-1]


def test_calls_arrive_in_order_and_more_of_them_under_overload():
    overload = _phase("overload")
    before = during = 0
    for at in trouble.arrivals(1):
        assert before <= at < trouble.DURATION
        before = at
        during += overload.starts <= at < overload.ends
    usual = trouble.CALLS_PER_SECOND * (overload.ends - overload.starts)
    assert 1.7 * usual < during < 2.3 * usual


def test_a_hang_outlasts_every_answer():
    for call in range(200):
        slow = trouble.delay_of(1, call, 1, trouble.SLOW)
        usual = trouble.delay_of(1, call, 1, trouble.ANSWER)
        assert usual < 0.01 < slow < trouble.HANG_SECONDS == trouble.delay_of(1, call, 1, trouble.HANG)
