#include "telemetry.h"

#include <atomic>
#include <mutex>

#include "dvt/base/telemetry/otlp_exporter.h"
#include "dvt/base/text/secrets.h"

namespace dvt::python {

namespace {

constexpr size_t kMostWaiting = 4096;

/// Spans from whatever thread they ended on, until a call of Python's comes by.
struct Waiting {
  std::mutex mutex;
  std::vector<FinishedSpan> spans;
  std::atomic<bool> to_python = false;  // Python's OpenTelemetry sends them, so that the core's exporter must not
};

Waiting& Shared() {
  static auto* shared = new Waiting;  // threads of streams may outlive the module
  return *shared;
}

bool Keep(const FinishedSpan& span) {
  Waiting& waiting = Shared();
  const std::lock_guard lock(waiting.mutex);
  if (waiting.spans.size() < kMostWaiting) waiting.spans.push_back(span);
  return waiting.to_python;
}

nb::dict SpanOut(const FinishedSpan& span) {
  nb::dict out;
  out["name"] = span.name;
  out["trace_id"] = span.trace_id;
  out["span_id"] = span.span_id;
  out["parent_id"] = span.parent_id;
  out["start_ns"] = span.start_ns;
  out["end_ns"] = span.end_ns;
  out["attributes"] = ToPython(span.attributes);
  nb::list events;
  for (const auto& event : span.events) events.append(nb::make_tuple(event.name, event.time_ns, ToPython(event.attributes)));
  out["events"] = events;
  out["error"] = span.error;
  return out;
}

}  // namespace

TraceParent ContextOfPython() {
  const nb::tuple told = nb::cast<nb::tuple>(nb::module_::import_("dvt.observability").attr("_context")());
  Shared().to_python = nb::cast<bool>(told[0]);
  return TraceParent::Parse(nb::cast<std::string>(told[1]));
}

void TellRetry(const lake::RetryNotice& notice) {
  if (Py_IsInitialized() == 0) return;
  Value fields = Value::MakeMap();
  fields.Set("message", notice.ToString());
  fields.Set("operation", notice.operation);
  if (!notice.table.empty()) fields.Set("table", notice.table);
  fields.Set("code", std::string(ErrorCodeName(notice.error.code())));
  if (!notice.error.vendor_code().empty()) fields.Set("vendor_code", notice.error.vendor_code());
  fields.Set("attempt", notice.attempt);
  fields.Set("wait_s", notice.wait_seconds);
  SecretRegistry::RedactAll(fields);
  const nb::gil_scoped_acquire held;
  try {
    nb::module_::import_("dvt.observability").attr("_retrying")(ToPython(fields));
  } catch (const std::exception&) {  // telling fails no call
  }
}

void HandOnSpans() {
  std::vector<FinishedSpan> spans;
  {
    const std::lock_guard lock(Shared().mutex);
    spans.swap(Shared().spans);
  }
  if (spans.empty()) return;
  nb::list out;
  for (const auto& span : spans) out.append(SpanOut(span));
  nb::module_::import_("dvt.observability").attr("_finished")(out);
}

void BindTelemetry(nb::module_& module) {
  SetSpanListener(&Keep);
  module.def("hand_on_spans", &HandOnSpans);
  module.def("flush", [] {
    const nb::gil_scoped_release released;
    OtlpExporter::Flush();
  });
}

}  // namespace dvt::python
