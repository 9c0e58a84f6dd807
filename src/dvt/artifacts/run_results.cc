#include "dvt/artifacts/artifacts.h"

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <ctime>

#include "dvt/base/fs/files.h"
#include "dvt/base/text/secrets.h"

namespace dvt::artifacts {

std::string IsoTimestamp(double seconds) {
  const double whole = std::floor(seconds);
  const auto time = static_cast<std::time_t>(whole);
  std::tm utc{};
  gmtime_r(&time, &utc);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min,
                     utc.tm_sec, static_cast<int>((seconds - whole) * 1e6));
}

namespace {

double Now() { return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count(); }

Value Timing(std::string_view name, double from, double to) {
  Value timing = Value::MakeMap();
  timing.Set("name", name);
  timing.Set("started_at", from > 0 ? Value(IsoTimestamp(from)) : Value());
  timing.Set("completed_at", to > 0 ? Value(IsoTimestamp(to)) : Value());
  return timing;
}

Value TransferValue(const model::TransferStats& transfer) {
  Value value = Value::MakeMap();
  value.Set("role", transfer.role);
  value.Set("connection", transfer.connection);
  value.Set("name", transfer.name);
  value.Set("path", transfer.path);
  value.Set("rows", transfer.rows);
  value.Set("bytes", transfer.bytes);
  value.Set("seconds", transfer.seconds);
  value.Set("partitions", transfer.partitions);
  value.Set("retries", transfer.retries);
  if (transfer.seconds > 0) {
    value.Set("rows_per_second", static_cast<double>(transfer.rows) / transfer.seconds);
    value.Set("megabytes_per_second", static_cast<double>(transfer.bytes) / 1e6 / transfer.seconds);
  }
  return value;
}

Value ResponseValue(const model::NodeResult& result) {
  Value response = result.adapter_response.is_map() ? result.adapter_response : Value::MakeMap();
  if (!result.way.empty()) response.Set("way", result.way);
  if (!result.transfers.empty()) {
    Value transfers = Value::MakeList();
    for (const auto& transfer : result.transfers) transfers.Push(TransferValue(transfer));
    response.Set("transfers", std::move(transfers));
  }
  if (!result.warnings.empty()) {
    Value warnings = Value::MakeList();
    for (const auto& warning : result.warnings) {
      Value entry = Value::MakeMap();
      entry.Set("code", warning.code);
      entry.Set("message", warning.message);
      warnings.Push(std::move(entry));
    }
    response.Set("warnings", std::move(warnings));
  }
  return response;
}

Value ResultValue(const model::NodeResult& result) {
  Value value = Value::MakeMap();
  value.Set("status", result.status);
  Value timing = Value::MakeList();
  if (result.started > 0) {
    timing.Push(Timing("compile", result.started, result.compile_completed));
    timing.Push(Timing("execute", result.compile_completed, result.completed));
  }
  value.Set("timing", std::move(timing));
  value.Set("thread_id", result.thread);
  value.Set("execution_time", result.execution_seconds);
  value.Set("adapter_response", ResponseValue(result));
  value.Set("message", result.message.empty() ? Value() : Value(result.message));
  value.Set("failures", result.failures ? Value(*result.failures) : Value());
  value.Set("unique_id", result.unique_id);
  value.Set("compiled", result.compiled ? Value(true) : Value());
  value.Set("compiled_code", result.compiled ? Value(result.compiled_code) : Value());
  value.Set("relation_name", result.relation_name.empty() ? Value() : Value(result.relation_name));
  value.Set("batch_results", Value());
  return value;
}

}  // namespace

Status WriteRunResults(const std::string& path, const model::RunResults& results, const Metadata& metadata) {
  Value root = Value::MakeMap();
  Value head = Value::MakeMap();
  head.Set("dbt_schema_version", "https://schemas.getdbt.com/dbt/run-results/v6.json");
  head.Set("dbt_version", metadata.dbt_version);
  head.Set("generated_at", IsoTimestamp(Now()));
  head.Set("invocation_id", metadata.invocation_id);
  head.Set("invocation_started_at", IsoTimestamp(metadata.started));
  head.Set("env", Value::MakeMap());
  root.Set("metadata", std::move(head));
  Value list = Value::MakeList();
  for (const auto& result : results.results) list.Push(ResultValue(result));
  root.Set("results", std::move(list));
  root.Set("elapsed_time", results.elapsed_seconds);
  root.Set("args", results.args);
  return WriteFileAtomic(path, SecretRegistry::Redact(ToJson(root)));
}

}  // namespace dvt::artifacts
