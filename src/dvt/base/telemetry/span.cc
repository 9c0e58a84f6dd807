#include "dvt/base/telemetry/span.h"

#include <chrono>
#include <mutex>

#include "dvt/base/telemetry/otlp_exporter.h"
#include "dvt/base/text/secrets.h"
#include "dvt/base/text/text.h"

namespace dvt {

namespace {

thread_local TraceParent current;
thread_local ActiveSpan* innermost = nullptr;

std::mutex listener_mutex;
SpanListener listener;

bool HasListener() {
  const std::lock_guard lock(listener_mutex);
  return listener != nullptr;
}

int64_t NowNs() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

// Random, never all zero: a version 4 UUID has fixed bits that are set.
std::string NewTraceId() {
  std::string id;
  for (const char c : NewUuid())
    if (c != '-') id += c;
  return id;
}

bool IsHex(std::string_view text) { return text.find_first_not_of("0123456789abcdef") == std::string_view::npos; }
bool IsZero(std::string_view text) { return text.find_first_not_of('0') == std::string_view::npos; }

}  // namespace

TraceParent TraceParent::Parse(std::string_view text) {
  constexpr size_t kSize = 55;
  if (text.size() != kSize || text.substr(0, 3) != "00-" || text[35] != '-' || text[52] != '-') return {};
  const std::string_view trace = text.substr(3, 32), span = text.substr(36, 16);
  if (!IsHex(trace) || !IsHex(span) || IsZero(trace) || IsZero(span)) return {};
  return {std::string(trace), std::string(span)};
}

TraceParent TraceParent::Current() { return current; }

std::string TraceParent::ToString() const {
  return trace_id.empty() || span_id.empty() ? std::string() : "00-" + trace_id + "-" + span_id + "-01";
}

Span::Span(std::string name) {
  if (!HasListener() && !OtlpExporter::Wanted()) return;
  data_ = std::make_unique<FinishedSpan>();
  data_->name = std::move(name);
  data_->trace_id = current.trace_id.empty() ? NewTraceId() : current.trace_id;
  data_->parent_id = current.span_id;
  data_->span_id = NewTraceId().substr(16);
  data_->start_ns = NowNs();
}

Span& Span::operator=(Span&& other) noexcept {
  if (this != &other) {
    End();
    data_ = std::move(other.data_);
  }
  return *this;
}

void Span::Set(std::string_view key, Value value) {
  if (data_ != nullptr) data_->attributes.Set(key, std::move(value));
}

void Span::Tell(std::string name, Value attributes) {
  if (data_ != nullptr) data_->events.push_back({std::move(name), NowNs(), std::move(attributes)});
}

void Span::Fail(const Error& error) {
  if (data_ == nullptr) return;
  data_->error = error.message();
  Set("error.type", std::string(ErrorCodeName(error.code())));
  if (!error.vendor_code().empty()) Set("error.vendor_code", error.vendor_code());
  Value contexts = Value::MakeList();
  for (const auto& context : error.contexts()) contexts.Push(context);
  if (!error.contexts().empty()) Set("error.contexts", std::move(contexts));
}

void Span::End() {
  if (data_ == nullptr) return;
  const auto data = std::move(data_);
  data->end_ns = NowNs();
  SecretRegistry::RedactAll(data->attributes);
  for (auto& event : data->events) SecretRegistry::RedactAll(event.attributes);
  data->error = SecretRegistry::Redact(std::move(data->error));
  {
    const std::lock_guard lock(listener_mutex);
    if (listener != nullptr && listener(*data)) return;
  }
  OtlpExporter::Take(*data);
}

ActiveSpan::ActiveSpan(std::string name) : Span(std::move(name)), outer_(current), around_(innermost) {
  innermost = this;
  if (data_ != nullptr) current = {data_->trace_id, data_->span_id};
}

ActiveSpan::~ActiveSpan() {
  current = outer_;
  innermost = around_;
}

ActiveSpan* ActiveSpan::Innermost() { return innermost; }

TraceScope::TraceScope(TraceParent parent) : outer_(std::exchange(current, std::move(parent))) {}
TraceScope::~TraceScope() { current = outer_; }

void SetSpanListener(SpanListener given) {
  const std::lock_guard lock(listener_mutex);
  listener = std::move(given);
}

}  // namespace dvt
