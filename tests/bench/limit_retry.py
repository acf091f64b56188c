"""The least Python that makes a retry."""

import time

from rows import base, limit


@base("retry", "bare call")
def _(fn):
    return fn


@limit("retry", "limit: closure")
def _(fn, attempts=3):
    def guarded(*args, **kwargs):
        try:
            return fn(*args, **kwargs)
        except Exception as first:
            error = first
        for _ in range(1, attempts):
            try:
                return fn(*args, **kwargs)
            except Exception as latest:
                error = latest
        raise error

    return guarded


@base("retry-deadline", "bare call")
def _(fn, deadline):
    return fn


@limit("retry-deadline", "limit: closure")
def _(fn, deadline, attempts=3, clock=time.monotonic_ns):
    budget = int(deadline * 1e9)

    def guarded(*args, **kwargs):
        end = clock() + budget
        attempt = 0
        while True:
            attempt += 1
            try:
                return fn(*args, **kwargs)
            except Exception:
                if attempt >= attempts or clock() > end:
                    raise

    return guarded


@base("retry-async", "bare await", awaited=True)
def _(fn):
    return fn


@limit("retry-async", "limit: closure", awaited=True)
def _(fn, attempts=3):
    async def guarded(*args, **kwargs):
        attempt = 0
        while True:
            attempt += 1
            try:
                return await fn(*args, **kwargs)
            except Exception:
                if attempt >= attempts:
                    raise

    return guarded
