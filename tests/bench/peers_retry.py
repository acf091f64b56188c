"""Retries of other libraries: three attempts, no waits, the last error raised itself."""

from rows import peer


@peer("retry", "tenacity")
def _(fn):
    import tenacity

    return tenacity.retry(stop=tenacity.stop_after_attempt(3), wait=tenacity.wait_none(), reraise=True)(fn)


@peer("retry", "stamina")
def _(fn):
    import stamina

    stamina.instrumentation.set_on_retry_hooks([])  # they log
    return stamina.retry(on=Exception, attempts=3, wait_initial=0, wait_max=0, wait_jitter=0)(fn)


@peer("retry", "backoff")
def _(fn):
    import backoff

    return backoff.on_exception(backoff.constant, Exception, max_tries=3, interval=0, jitter=None)(fn)


@peer("retry", "backon")
def _(fn):
    import backon

    return backon.on_exception(backon.constant, Exception, max_tries=3, interval=0, jitter=None)(fn)


@peer("retry", "retrying")
def _(fn):
    import retrying

    return retrying.retry(stop_max_attempt_number=3)(fn)


@peer("retry", "interlock")
def _(fn):
    import interlock
    import tenacity

    return interlock.Pipeline.builder().retry(attempts=3, wait=tenacity.wait_none()).build()(fn)


@peer("retry-async", "hyx", awaited=True)
def _(fn):
    from hyx.retry.api import retry

    return retry(on=Exception, attempts=3, backoff=0)(fn)


@peer("retry-async", "tenacity", awaited=True)
def _(fn):
    import tenacity

    return tenacity.retry(stop=tenacity.stop_after_attempt(3), wait=tenacity.wait_none(), reraise=True)(fn)
