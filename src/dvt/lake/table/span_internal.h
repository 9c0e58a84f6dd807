#pragma once

#include "dvt/base/telemetry/span.h"
#include "dvt/lake/table/append.h"

namespace dvt::lake {

/// Does something to a table inside a span. `work` gets the span, to tell it what came out, and returns a Status or Result.
template <class Work>
auto InSpan(const char* operation, const TableIdentifier& table, Work work) {
  ActiveSpan span(operation);
  span.Set("iceberg.table", table.ToString());
  auto outcome = work(span);
  span.FailIf(outcome);
  return outcome;
}

/// Does a write inside its span, which tells what it was and what it did. `work` returns a Result<WriteOutcome>.
template <class Work>
Result<WriteOutcome> Told(const char* operation, const TableIdentifier& table, const AppendOptions& options, Work work) {
  return InSpan(operation, table, [&](Span& span) {
    if (options.branch != "main") span.Set("iceberg.branch", options.branch);
    Result<WriteOutcome> outcome = work();
    if (outcome) {
      span.Set("iceberg.num_rows", outcome->rows);
      span.Set("iceberg.rows_removed", outcome->rows_removed);
      span.Set("iceberg.files", outcome->files);
      span.Set("iceberg.bytes", outcome->bytes);
      if (outcome->snapshot_id) span.Set("iceberg.snapshot_id", *outcome->snapshot_id);
    }
    return outcome;
  });
}

}  // namespace dvt::lake
