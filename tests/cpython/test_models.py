"""Breaker and limiter against models so simple that they are obviously right, driven at random.

Time is virtual; calls are in flight side by side and settle in any order; bookings are cancelled in
any order; the machine is suspended now and then.
"""

import asyncio
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reliability_core import CircuitBreaker, RateLimiter
from reliability_core.testing import FakeClock

quick = settings(max_examples=2000, deadline=None, derandomize=True)

# The circuit breaker ----------------------------------------------------------------------------


class Era:
    """A stay in one state: its outcomes ``(time, failed)``, and its trial calls still out."""

    def __init__(self):
        self.outcomes = []
        self.trials = []
        self.successes = 0


class BreakerModel:
    """A list of outcomes, a list of trial calls, and the time."""

    def __init__(self, options, hz):
        self.options = options
        self.hz = hz
        self.state = "closed"
        self.era = Era()
        self.until = 0

    def move(self, state):
        self.state = state
        self.era = Era()

    def reading(self, now):
        return "half_open" if self.state == "open" and now >= self.until else self.state

    def admit(self, now):
        """Returns what a call holds: its era, and the time of a trial call; ``None`` if rejected."""
        if self.state == "open" and now >= self.until:
            self.move("half_open")
        if self.state in ("closed", "disabled", "metrics_only"):
            return [self.era, None]
        if self.state != "half_open":
            return None
        trials = self.era.trials
        if len(trials) >= self.options["half_open_max_calls"]:
            if now - trials[0][1] < self.options["half_open_timeout"] * self.hz:
                return None
            trials.pop(0)
        trials.append([self.era, now])
        return trials[-1]

    def settle(self, held, outcome, now):
        era = held[0]
        if era is not self.era or self.state == "disabled":
            return
        if self.state == "half_open":
            if not any(held is trial for trial in era.trials):
                return  # given up as lost
            era.trials = [trial for trial in era.trials if trial is not held]
            if outcome == "failure":
                self.trip(now)
            elif outcome == "success":
                era.successes += 1
                if era.successes >= self.options["success_threshold"]:
                    self.move("closed")
        elif outcome in ("success", "failure"):
            era.outcomes.append((now, outcome == "failure"))
            if self.too_many(now):
                self.trip(now)

    def trip(self, now):
        if self.state == "metrics_only":
            self.move("metrics_only")
        else:
            self.move("open")
            self.until = now + self.options["timeout"] * self.hz

    def too_many(self, now):
        failed = [failure for _, failure in self.era.outcomes]
        window = self.options.get("window")
        if window is None:
            threshold = self.options["failure_threshold"]
            return failed[-threshold:] == [True] * threshold
        minimum = self.options["minimum_calls"]
        if isinstance(window, int):
            minimum = min(minimum, window)
            recent = failed[-window:]
        else:
            step = int(window[:-1]) * self.hz // 10
            recent = [failure for at, failure in self.era.outcomes if at // step > now // step - 10]
        rate = Fraction(str(self.options["failure_rate"]))
        return len(recent) >= minimum and any(recent) and Fraction(sum(recent), len(recent)) >= rate


breaker_options = st.fixed_dictionaries(
    {
        "timeout": st.integers(1, 5),
        "success_threshold": st.integers(1, 3),
        "half_open_max_calls": st.integers(1, 3),
        "half_open_timeout": st.integers(1, 5),
        "failure_threshold": st.integers(1, 4),
        "window": st.sampled_from([None, 1, 2, 5, 8, "1s", "10s"]),
        "minimum_calls": st.integers(1, 6),
        "failure_rate": st.sampled_from([0.1, 0.3, 0.5, 0.75, 1]),
    }
)
outcomes = st.sampled_from(["success", "success", "failure", "failure", "ignored", "cancelled"])
breaker_steps = st.lists(
    st.one_of(
        st.tuples(st.just("admit"), st.just(None)),
        st.tuples(st.just("admit"), st.just(None)),
        st.tuples(st.just("settle"), st.tuples(st.integers(0, 9), outcomes)),
        st.tuples(st.just("settle"), st.tuples(st.integers(0, 9), outcomes)),
        st.tuples(st.just("advance"), st.sampled_from([0.001, 0.1, 0.5, 1, 2, 5])),
        st.tuples(st.just("suspend"), st.sampled_from([0.5, 3])),
        st.tuples(st.just("set"), st.sampled_from(["reset", "force_open", "disable", "metrics_only"])),
    ),
    max_size=80,
)
SET = {"reset": "closed", "force_open": "forced_open", "disable": "disabled", "metrics_only": "metrics_only"}


def settle(permit, outcome):
    if outcome == "success":
        permit.success()
    elif outcome == "cancelled":
        permit.cancel()
    else:
        permit.failure(OSError() if outcome == "failure" else KeyError())


@quick
@given(breaker_options, breaker_steps, st.sampled_from([1000, 10**9]))
def test_the_breaker_does_as_its_model(options, steps, hz):
    clock = FakeClock(hz)
    breaker = CircuitBreaker(failure_on=OSError, clock=clock, **options)
    model = BreakerModel(options, hz)
    in_flight = []
    for step, argument in steps:
        now = clock.boot()
        if step == "admit":
            permit, held = breaker.try_acquire(), model.admit(now)
            assert (permit is None) == (held is None)
            if permit is not None:
                in_flight.append((permit, held))
        elif step == "settle" and in_flight:
            place, outcome = argument
            permit, held = in_flight.pop(place % len(in_flight))
            settle(permit, outcome)
            model.settle(held, outcome, now)
        elif step == "set":
            getattr(breaker, argument)()
            model.move(SET[argument])
        elif step in ("advance", "suspend"):
            getattr(clock, step)(argument)
        assert breaker.state == model.reading(clock.boot())


# The rate limiter -------------------------------------------------------------------------------


class Booked:
    def __init__(self, slot, n, held):
        self.slot = slot
        self.n = n
        self.held = held  # whether somebody can still take it back
        self.cancelled = False


class LimiterModel:
    """All that was ever admitted or booked, replayed from the start for every question."""

    def __init__(self, capacity, rate, hz):
        self.capacity = capacity
        self.rate = Fraction(str(rate)) / hz  # a tick
        self.log = []

    def forget(self, now):
        """What was cancelled, and whose time has come unused, stays: others were booked around it."""
        cancelled = [entry for entry in self.log if entry.cancelled]
        if cancelled and cancelled[-1].slot <= now:
            for entry in cancelled:
                entry.cancelled = False

    def ask(self, now, n):
        raise NotImplementedError

    def book(self, now, n, held):
        slot = self.ask(now, n)
        self.log.append(self.entry(now, slot, n, held))
        if held:
            self.forget(now)
        return self.log[-1]

    def entry(self, now, slot, n, held):
        return Booked(slot, n, held)

    def cancel(self, entry):
        entry.cancelled = True
        while self.log and self.log[-1].cancelled:
            self.log.pop()


class Bucket(LimiterModel):
    """A bucket of fractions: ``capacity`` calls, and ``rate`` of them leak a tick."""

    def entry(self, now, slot, n, held):
        entry = Booked(slot, n, held)
        entry.at = now
        return entry

    def level(self, now):
        level, last = Fraction(0), 0
        for entry in self.log:
            level = max(Fraction(0), level - (entry.at - last) * self.rate) + entry.n
            last = entry.at
        return max(Fraction(0), level - (now - last) * self.rate)

    def ask(self, now, n):
        limit = max(Fraction(self.capacity), self.rate + 1) if self.rate > self.capacity else self.capacity
        over = self.level(now) + n - limit
        return now if over <= 0 else now + -(-over // self.rate)


class Log(LimiterModel):
    """The times of all calls: in no window are there more than ``capacity``."""

    def ask(self, now, n):
        width = -(-self.capacity // self.rate)
        times = [entry.slot for entry in self.log for _ in range(entry.n)]
        earliest = max([now, *times])
        for slot in sorted({earliest, *[time + width for time in times]}):
            if slot >= earliest and sum(time > slot - width for time in times) + n <= self.capacity:
                return slot
        raise AssertionError("the last of them always fits")


limiter_steps = st.lists(
    st.one_of(
        st.tuples(st.just("try"), st.integers(1, 3)),
        st.tuples(st.just("try"), st.just(1)),
        st.tuples(st.just("reserve"), st.integers(1, 3)),
        st.tuples(st.just("cancel"), st.integers(0, 9)),
        st.tuples(st.just("advance"), st.sampled_from([0.001, 0.009, 0.1, 1, 30])),
        st.tuples(st.just("suspend"), st.sampled_from([0.5, 100])),
    ),
    max_size=60,
)


@quick
@pytest.mark.parametrize(("algorithm", "model"), [("gcra", Bucket), ("sliding_log", Log)])
@given(
    capacity=st.integers(3, 7),
    rate=st.sampled_from([0.001, 0.1, 1, 3, 9.9, 19, 99, 50_000]),
    hz=st.sampled_from([1000, 10**9]),
    steps=limiter_steps,
)
def test_the_limiter_does_as_its_model(algorithm, model, capacity, rate, hz, steps):
    clock = FakeClock(hz)
    limiter = RateLimiter(capacity, rate, algorithm=algorithm, clock=clock)
    model = model(capacity, rate, hz)
    held = []
    for step, argument in steps:
        now = clock.boot()
        if step == "try":
            admitted = model.ask(now, argument) == now
            assert limiter.try_acquire(argument) == admitted
            if admitted:
                model.book(now, argument, False)
        elif step == "reserve":
            reservation, entry = limiter.reserve(argument), model.book(now, argument, True)
            assert reservation._booking.slot == entry.slot
            held.append((reservation, entry))
        elif step == "cancel" and held:
            reservation, entry = held.pop(argument % len(held))
            reservation.cancel()
            model.cancel(entry)
        elif step in ("advance", "suspend"):
            getattr(clock, step)(argument)
        assert limiter._wait_for(1) == model.ask(clock.boot(), 1) - clock.boot()


@quick
@given(
    rate=st.sampled_from([0.1, 1, 9.9, 19, 99, 50_000]),
    hz=st.sampled_from([1000, 10**9]),
    gaps=st.lists(st.integers(0, 400), min_size=1, max_size=200),
)
def test_long_run_counts_are_those_of_a_bucket_of_fractions(rate, hz, gaps):
    clock = FakeClock(hz)
    capacity = 3
    limiter = RateLimiter(capacity, rate, clock=clock)
    exact = Fraction(str(rate)) / hz
    limit = max(Fraction(capacity), exact + 1) if exact > capacity else Fraction(capacity)
    tick = max(1, int(1 / exact / 100))
    level, admitted, expected = Fraction(0), 0, 0
    for gap in gaps:
        clock._ticks += gap * tick
        level = max(Fraction(0), level - gap * tick * exact)
        admitted += limiter.try_acquire()
        if level + 1 <= limit:
            level += 1
            expected += 1
        assert admitted == expected


@settings(quick, max_examples=200)
@given(
    capacity=st.integers(1, 4),
    count=st.integers(1, 25),
    cancels=st.lists(st.tuples(st.integers(0, 24), st.integers(0, 30)), max_size=12),
    algorithm=st.sampled_from(["gcra", "fixed_window", "sliding_log"]),
)
def test_waiting_tasks_cancelled_at_random_lose_nothing_and_stay_in_order(capacity, count, cancels, algorithm):
    async def scenario():
        clock = FakeClock(1000)
        limiter = RateLimiter(capacity, 10, algorithm=algorithm, clock=clock)
        order, times = [], []

        async def one(number):
            await limiter.aacquire()
            order.append(number)
            times.append(clock.now())

        async def cancel(number, tenths):
            await clock.asleep(tenths * 100)
            tasks[number % count].cancel()

        tasks = [asyncio.ensure_future(one(number)) for number in range(count)]
        await asyncio.gather(*[cancel(*which) for which in cancels])
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert order == [number for number, result in enumerate(results) if result is None]
        slots = [0] * capacity if algorithm == "gcra" else None
        if slots is not None:  # the n-th admitted comes exactly in the n-th turn
            slots += [100 * turn for turn in range(1, count)]
            assert times == slots[: len(times)]
        for early, late in zip(times, times[capacity:]):
            assert late - early >= 100 * (1 if algorithm == "gcra" else 0)
        assert limiter._waiting == 0
        clock.advance(1000)
        assert limiter.try_acquire(capacity) and not limiter.try_acquire()

    asyncio.run(scenario())
