#pragma once

#include <string>

#include "dvt/base/telemetry/span.h"

namespace dvt {

/// Sends spans, and of each a line of log, to an OpenTelemetry collector: OTLP 1.x over HTTP as JSON, to /v1/traces and /v1/logs below
/// OTEL_EXPORTER_OTLP_ENDPOINT, from a thread of its own with bounded memory. Nothing is sent without that variable. Others that count:
/// OTEL_EXPORTER_OTLP_[TRACES_|LOGS_]ENDPOINT, OTEL_EXPORTER_OTLP_HEADERS, OTEL_EXPORTER_OTLP_TIMEOUT (ms), OTEL_EXPORTER_OTLP_CERTIFICATE, OTEL_SERVICE_NAME,
/// OTEL_RESOURCE_ATTRIBUTES, OTEL_TRACES_EXPORTER=none, OTEL_LOGS_EXPORTER=none, OTEL_SDK_DISABLED. A collector that cannot be reached costs no operation:
/// what it does not take is dropped. Thread-safe.
class OtlpExporter {
 public:
  /// False if the environment asks for nothing. It is read once.
  static bool Wanted();
  static void Take(const FinishedSpan& span);
  /// Sends what is there and waits for it, at most the timeout. Call it before the program ends.
  static void Flush();
};

/// The body of a request to /v1/traces and /v1/logs (OTLP's JSON encoding). `resource` are the attributes of the sender.
Value OtlpTraces(const std::vector<FinishedSpan>& spans, const Value& resource);
Value OtlpLogs(const std::vector<FinishedSpan>& spans, const Value& resource);

}  // namespace dvt
