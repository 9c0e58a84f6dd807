#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "dvt/base/result/result.h"
#include "dvt/base/text/value.h"

namespace dvt {

/// Where a span hangs: a trace and a span in it, in lower-case hexadecimal (32 and 16 digits); empty: none.
struct TraceParent {
  std::string trace_id;
  std::string span_id;

  /// Reads W3C's "00-<trace>-<span>-<flags>"; empty for anything else.
  static TraceParent Parse(std::string_view traceparent);
  /// The span that is active on this thread, else TraceScope's parent.
  static TraceParent Current();
  /// As a header `traceparent` has it; empty unless both parts are there.
  std::string ToString() const;
};

/// Something that happened while an operation went on.
struct SpanEvent {
  std::string name;
  int64_t time_ns = 0;  ///< since the epoch
  Value attributes = Value::MakeMap();
};

/// An operation that has ended. Attributes are texts, numbers, booleans and lists of texts; no secret is in them.
struct FinishedSpan {
  std::string name;
  std::string trace_id, span_id, parent_id;  ///< parent_id empty: the root of its trace
  int64_t start_ns = 0, end_ns = 0;          ///< since the epoch
  Value attributes = Value::MakeMap();
  std::vector<SpanEvent> events;  ///< in the order of their times
  std::string error;              ///< of a failed one: the message; empty for success
};

/// One operation as OpenTelemetry's traces have it, from its making until End or its destruction. Costs next to nothing while nobody listens. One
/// thread at a time. Its parent is the operation that is active on the thread (see ActiveSpan), else TraceScope's.
class Span {
 public:
  explicit Span(std::string name);
  Span(Span&& other) noexcept = default;
  Span& operator=(Span&& other) noexcept;
  ~Span() { End(); }

  /// Texts lose registered secrets when the span ends.
  void Set(std::string_view key, Value value);
  /// Tells what happens now, with attributes like a span's.
  void Tell(std::string name, Value attributes);
  /// Marks it failed: the message, the code and what the error passed through become attributes.
  void Fail(const Error& error);
  template <class T>
  void FailIf(const Result<T>& result) {
    if (!result) Fail(result.error());
  }
  void End();
  bool listened() const { return data_ != nullptr; }

 private:
  friend class ActiveSpan;
  std::unique_ptr<FinishedSpan> data_;  // null while nobody listens, and after the end
};

/// A span that is the parent of those made on this thread meanwhile. Ends where it was made, in reverse order.
class ActiveSpan : public Span {
 public:
  explicit ActiveSpan(std::string name);
  ~ActiveSpan();
  ActiveSpan(const ActiveSpan&) = delete;
  ActiveSpan& operator=(const ActiveSpan&) = delete;

  /// The innermost one of this thread; null outside all.
  static ActiveSpan* Innermost();

 private:
  TraceParent outer_;
  ActiveSpan* around_;
};

/// Spans made on this thread, and outside every ActiveSpan, hang below `parent`.
class TraceScope {
 public:
  explicit TraceScope(TraceParent parent);
  ~TraceScope();
  TraceScope(const TraceScope&) = delete;
  TraceScope& operator=(const TraceScope&) = delete;

 private:
  TraceParent outer_;
};

/// Who gets the spans besides the exporter (otlp_exporter.h). Called by any thread, one at a time, as each ends; must not make spans. True: the span is
/// its own to hand on, and the exporter does not get it. An empty function ends it.
using SpanListener = std::function<bool(const FinishedSpan&)>;
void SetSpanListener(SpanListener listener);

}  // namespace dvt
