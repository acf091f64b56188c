"""What a service tells a tracer and metrics of its attempts."""

from reliability_core import CallChainTracer, PerformanceMetrics, ReliableService, RetryPolicy


async def test_a_service_reports_every_attempt_to_tracer_and_metrics():
    tracer = CallChainTracer()
    metrics = PerformanceMetrics()
    calls = []

    async def fails_twice():
        calls.append(len(calls))
        if len(calls) < 3:
            raise OSError("down")
        return "up"

    retry = RetryPolicy(max_attempts=3, initial_delay=0)
    service = ReliableService(retry_policy=retry, tracer=tracer, metrics=metrics, name="upload")
    with tracer.span("request") as request:
        assert await service.acall(fails_twice) == "up"
    spans = tracer.finished()
    assert [span.name for span in spans] == ["upload", "upload", "upload", "request"]
    assert [span.parent_id for span in spans[:3]] == [request.id] * 3
    assert [span.attributes["outcome"] for span in spans[:3]] == ["failure", "failure", "success"]
    assert [span.attributes["attempt"] for span in spans[:3]] == [1, 2, 3]
    assert metrics.snapshot()["latencies"]["upload"]["count"] == 3
