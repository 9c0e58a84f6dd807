// OTLP's JSON encoding (opentelemetry-proto 1.x): 64-bit integers are texts, ids hexadecimal.
#include "dvt/base/telemetry/otlp_exporter.h"

namespace dvt {

namespace {

Value AnyValue(const Value& value) {
  Value out = Value::MakeMap();
  if (value.is_bool()) {
    out.Set("boolValue", value);
  } else if (value.is_int()) {
    out.Set("intValue", value.ToText());
  } else if (value.is_float()) {
    out.Set("doubleValue", value);
  } else if (value.is_list()) {
    Value values = Value::MakeList();
    for (const auto& each : value.list()) values.Push(AnyValue(each));
    out.Set("arrayValue", Value::MakeMap()).Set("values", std::move(values));
  } else {
    out.Set("stringValue", value.ToText());
  }
  return out;
}

Value Attributes(const Value& map) {
  Value out = Value::MakeList();
  if (!map.is_map()) return out;
  for (const auto& entry : map.map()) {
    Value attribute = Value::MakeMap();
    attribute.Set("key", entry.key);
    attribute.Set("value", AnyValue(entry.value));
    out.Push(std::move(attribute));
  }
  return out;
}

Value SpanJson(const FinishedSpan& span) {
  constexpr int kInternal = 1, kOk = 0, kError = 2;
  Value json = Value::MakeMap();
  json.Set("traceId", span.trace_id);
  json.Set("spanId", span.span_id);
  if (!span.parent_id.empty()) json.Set("parentSpanId", span.parent_id);
  json.Set("name", span.name);
  json.Set("kind", kInternal);
  json.Set("startTimeUnixNano", std::to_string(span.start_ns));
  json.Set("endTimeUnixNano", std::to_string(span.end_ns));
  json.Set("attributes", Attributes(span.attributes));
  Value events = Value::MakeList();
  for (const auto& event : span.events) {
    Value& out = events.Push(Value::MakeMap());
    out.Set("timeUnixNano", std::to_string(event.time_ns));
    out.Set("name", event.name);
    out.Set("attributes", Attributes(event.attributes));
  }
  if (!span.events.empty()) json.Set("events", std::move(events));
  Value& status = json.Set("status", Value::MakeMap());
  status.Set("code", span.error.empty() ? kOk : kError);
  if (!span.error.empty()) status.Set("message", span.error);
  return json;
}

Value LogJson(const FinishedSpan& span, int64_t time_ns, bool warns, const std::string& body, const Value& attributes) {
  constexpr int kInfo = 9, kWarn = 13;
  Value json = Value::MakeMap();
  json.Set("timeUnixNano", std::to_string(time_ns));
  json.Set("severityNumber", warns ? kWarn : kInfo);
  json.Set("severityText", warns ? "WARN" : "INFO");
  json.Set("body", AnyValue(body));
  json.Set("attributes", Attributes(attributes));
  json.Set("traceId", span.trace_id);
  json.Set("spanId", span.span_id);
  return json;
}

// What happened while it went on, then itself.
void AddLogs(const FinishedSpan& span, Value& out) {
  constexpr double kNsOfMs = 1e6;
  for (const auto& event : span.events) {
    Value attributes = event.attributes;
    attributes.Set("event.name", event.name);
    out.Push(LogJson(span, event.time_ns, true, event.name, attributes));
  }
  Value attributes = span.attributes;
  attributes.Set("event.name", span.name);
  attributes.Set("duration_ms", static_cast<double>(span.end_ns - span.start_ns) / kNsOfMs);
  const bool failed = !span.error.empty();
  out.Push(LogJson(span, span.end_ns, failed, failed ? span.name + " failed: " + span.error : span.name, attributes));
}

// {"resource…": [{resource, "scope…": [{scope, items}]}]}
Value Enveloped(const char* of_resources, const char* of_scopes, const char* items_key, Value items, const Value& resource) {
  Value scoped = Value::MakeMap();
  scoped.Set("scope", Value::MakeMap()).Set("name", "dvt");
  scoped.Set(items_key, std::move(items));
  Value each = Value::MakeMap();
  each.Set("resource", Value::MakeMap()).Set("attributes", Attributes(resource));
  each.Set(of_scopes, Value::MakeList()).Push(std::move(scoped));
  Value out = Value::MakeMap();
  out.Set(of_resources, Value::MakeList()).Push(std::move(each));
  return out;
}

}  // namespace

Value OtlpTraces(const std::vector<FinishedSpan>& spans, const Value& resource) {
  Value items = Value::MakeList();
  for (const auto& span : spans) items.Push(SpanJson(span));
  return Enveloped("resourceSpans", "scopeSpans", "spans", std::move(items), resource);
}

Value OtlpLogs(const std::vector<FinishedSpan>& spans, const Value& resource) {
  Value items = Value::MakeList();
  for (const auto& span : spans) AddLogs(span, items);
  return Enveloped("resourceLogs", "scopeLogs", "logRecords", std::move(items), resource);
}

}  // namespace dvt
