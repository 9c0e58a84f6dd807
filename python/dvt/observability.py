"""What the package tells of itself.

**Logs** are structured: structlog's where the program has configured it, else the standard library's logger ``dvt``. Each operation is one event with its
table, rows and snapshot; each error a warning with all that is known of it, and so is each request or commit that is about
to be tried again (``iceberg.retry``: the operation, the table, the error's code, which attempt follows and when).

**Spans** (``iceberg.load_table``, ``iceberg.append``, ``iceberg.scan``, ``polaris.authenticate``, …) go to Python's OpenTelemetry where a tracer
provider is set, below the current span; else the core sends them by itself if OTEL_EXPORTER_OTLP_ENDPOINT is set.

No secret is in either."""
from __future__ import annotations

import contextlib
import json
import logging
from collections.abc import Iterator
from typing import Any

try:
    import structlog
except ImportError:
    structlog = None  # type: ignore[assignment]
try:
    from opentelemetry import trace
except ImportError:
    trace = None  # type: ignore[assignment]


class _PlainLog:
    """structlog's calls on the standard library: the event's name, then its fields as JSON."""

    def __init__(self) -> None:
        self._logger = logging.getLogger("dvt")

    def _write(self, level: int, event: str, fields: dict[str, Any]) -> None:
        if self._logger.isEnabledFor(level):
            self._logger.log(level, "%s %s", event, json.dumps(fields, default=str))

    def debug(self, event: str, **fields: Any) -> None:
        self._write(logging.DEBUG, event, fields)

    def info(self, event: str, **fields: Any) -> None:
        self._write(logging.INFO, event, fields)

    def warning(self, event: str, **fields: Any) -> None:
        self._write(logging.WARNING, event, fields)


def log() -> Any:
    """The package's logger."""
    return structlog.get_logger("dvt") if structlog is not None and structlog.is_configured() else _PlainLog()


def _provider() -> Any:
    """The tracer provider that the program has set, or None."""
    if trace is None:
        return None
    provider = trace.get_tracer_provider()
    return None if isinstance(provider, (trace.ProxyTracerProvider, trace.NoOpTracerProvider)) else provider


@contextlib.contextmanager
def span(name: str, **attributes: Any) -> Iterator[None]:
    """A span of Python's OpenTelemetry, if it is used; the core's hang below it."""
    provider = _provider()
    if provider is None:
        yield
        return
    with provider.get_tracer("dvt").start_as_current_span(name, attributes=attributes):
        yield


def _context() -> tuple[bool, str]:
    """Asked by the core before each call: whether Python's OpenTelemetry takes its spans, and the current one as W3C's traceparent."""
    if _provider() is None:
        return False, ""
    current = trace.get_current_span().get_span_context()
    if not current.is_valid:
        return True, ""
    return True, f"00-{current.trace_id:032x}-{current.span_id:016x}-{int(current.trace_flags):02x}"


def _retrying(fields: dict[str, Any]) -> None:
    """Told by the core, on whatever thread, before a request is asked or a commit made again: what failed, which attempt follows, and when."""
    try:
        log().warning("iceberg.retry", **fields)
    except Exception:
        logging.getLogger("dvt").debug("a retry could not be told", exc_info=True)


def _finished(spans: list[dict[str, Any]]) -> None:
    """Given by the core after each call: the spans that have ended. Telemetry fails no call."""
    try:
        for each in spans:
            fields = {key.removeprefix("iceberg."): value for key, value in each["attributes"].items()}
            fields["duration_ms"] = round((each["end_ns"] - each["start_ns"]) / 1e6, 3)
            if each["error"]:
                log().debug(each["name"], error=each["error"], **fields)  # the exception's own line is a warning
            else:
                log().info(each["name"], **fields)
        provider = _provider()
        if provider is not None:
            _replay(provider.get_tracer("dvt"), spans)
    except Exception:
        logging.getLogger("dvt").debug("telemetry failed", exc_info=True)


def _replay(tracer: Any, spans: list[dict[str, Any]]) -> None:
    """The core's spans as Python's, with their own times; parents come before their children."""
    from opentelemetry.context import Context

    made: dict[str, Any] = {}
    here = trace.get_current_span()
    for each in sorted(spans, key=lambda span: (span["start_ns"], -span["end_ns"])):
        parent = made.get(each["parent_id"])
        if parent is None and each["parent_id"]:
            identity = trace.SpanContext(int(each["trace_id"], 16), int(each["parent_id"], 16), False, trace.TraceFlags(trace.TraceFlags.SAMPLED))
            ours = here.get_span_context()
            parent = here if (ours.trace_id, ours.span_id) == (identity.trace_id, identity.span_id) else trace.NonRecordingSpan(identity)
        context = Context() if parent is None else trace.set_span_in_context(parent, Context())
        new = tracer.start_span(each["name"], context=context, start_time=each["start_ns"], attributes=each["attributes"])
        for name, time_ns, attributes in each["events"]:
            new.add_event(name, attributes, timestamp=time_ns)
        if each["error"]:
            new.set_status(trace.Status(trace.StatusCode.ERROR, each["error"]))
        new.end(end_time=each["end_ns"])
        made[each["span_id"]] = new
