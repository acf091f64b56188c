"""Rate limiters of other libraries."""

from functools import partial

from rows import peer


def limits(strategy, capacity, rate):
    import limits
    import limits.strategies

    item = limits.RateLimitItemPerSecond(capacity, max(1, int(capacity / rate)))
    limiter = getattr(limits.strategies, strategy)(limits.storage.MemoryStorage())
    return partial(limiter.hit, item, "k")


@peer("limiter", "limits, fixed window")
def _(fn, capacity, rate):
    return limits("FixedWindowRateLimiter", capacity, rate)


@peer("limiter", "limits, moving window")
def _(fn, capacity, rate):
    return limits("MovingWindowRateLimiter", capacity, rate)


@peer("limiter", "limits, sliding window counter")
def _(fn, capacity, rate):
    return limits("SlidingWindowCounterRateLimiter", capacity, rate)


def pyrate(capacity, rate, algorithm):
    import pyrate_limiter

    # It counts whole calls in whole milliseconds: this many in the time that refills them.
    quota = pyrate_limiter.Rate(capacity, max(1, int(capacity / rate * 1000)))
    return pyrate_limiter.Limiter(pyrate_limiter.StateBucket([quota], algorithm=getattr(pyrate_limiter, algorithm)()))


@peer("limiter", "pyrate-limiter, GCRA")
def _(fn, capacity, rate):
    return partial(pyrate(capacity, rate, "GCRA").try_acquire, "k", blocking=False)


@peer("limiter", "pyrate-limiter, token bucket")
def _(fn, capacity, rate):
    return partial(pyrate(capacity, rate, "TokenBucket").try_acquire, "k", blocking=False)


def throttled(using, capacity, rate):
    import datetime

    import throttled

    quota = throttled.per_duration(datetime.timedelta(seconds=max(1, capacity / rate)), capacity)
    return throttled.Throttled(key="k", using=using, quota=quota, store=throttled.MemoryStore()).limit


@peer("limiter", "throttled-py, GCRA")
def _(fn, capacity, rate):
    return throttled("gcra", capacity, rate)


@peer("limiter", "throttled-py, token bucket")
def _(fn, capacity, rate):
    return throttled("token_bucket", capacity, rate)


@peer("limiter", "token-bucket")
def _(fn, capacity, rate):
    import token_bucket

    return partial(token_bucket.Limiter(rate, capacity, token_bucket.MemoryStorage()).consume, "k")


@peer("limiter-async", "aiolimiter", awaited=True)
def _(fn, capacity, rate):
    import aiolimiter

    return aiolimiter.AsyncLimiter(capacity, capacity / rate).acquire
