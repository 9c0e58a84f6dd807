#include "dvt/artifacts/run_results/run_results_file.h"

#include "dvt/base/fs/files.h"
#include "dvt/base/text/secrets.h"

namespace dvt::artifacts {

namespace {

Value Timing(std::string_view name, double from, double to) {
  Value timing = Value::MakeMap();
  timing.Set("name", name);
  timing.Set("started_at", from > 0 ? Value(UtcTimestamp(from)) : Value());
  timing.Set("completed_at", to > 0 ? Value(UtcTimestamp(to)) : Value());
  return timing;
}

Value TransferValue(const model::TransferStats& transfer) {
  Value value = Value::MakeMap();
  value.Set("role", transfer.role);
  value.Set("connection", transfer.connection);
  value.Set("name", transfer.name);
  if (!transfer.input.empty()) value.Set("input", transfer.input);
  value.Set("path", transfer.path);
  value.Set("rows", transfer.rows);
  value.Set("bytes", transfer.bytes);
  value.Set("seconds", transfer.seconds);
  value.Set("partitions", transfer.partitions);
  value.Set("retries", transfer.retries);
  if (transfer.partitions_kept > 0) value.Set("partitions_kept", transfer.partitions_kept);
  if (transfer.estimated_rows) value.Set("estimated_rows", *transfer.estimated_rows);
  if (!transfer.moment_at.empty()) {
    Value moment = Value::MakeMap();
    if (!transfer.moment.empty()) moment.Set("position", transfer.moment);
    moment.Set("at", transfer.moment_at);
    moment.Set("one", transfer.one_moment);
    value.Set("moment", std::move(moment));
  }
  if (!transfer.filtered_by.empty()) {
    value.Set("filtered_by", transfer.filtered_by);
    value.Set("rows_avoided", transfer.rows_avoided);
  }
  if (!transfer.read_by.empty()) value.Set("read_by", transfer.read_by);
  if (!transfer.shared_by.empty()) {
    Value readers = Value::MakeList();
    for (const auto& reader : transfer.shared_by) readers.Push(reader);
    value.Set("shared_by", std::move(readers));
    value.Set("rows_saved", transfer.rows_saved);
  }
  if (transfer.seconds > 0) {
    value.Set("rows_per_second", static_cast<double>(transfer.rows) / transfer.seconds);
    value.Set("megabytes_per_second", static_cast<double>(transfer.bytes) / 1e6 / transfer.seconds);
  }
  return value;
}

Value ResponseValue(const model::NodeResult& result) {
  Value response = result.adapter_response.is_map() ? result.adapter_response : Value::MakeMap();
  if (!result.way.empty()) response.Set("dvt_way", result.way);
  if (!result.plan_id.empty()) response.Set("dvt_plan", result.plan_id);
  if (!result.transfers.empty()) {
    Value transfers = Value::MakeList();
    for (const auto& transfer : result.transfers) transfers.Push(TransferValue(transfer));
    response.Set("dvt_transfers", std::move(transfers));
  }
  if (!result.watermarks.empty()) {
    Value watermarks = Value::MakeList();
    for (const auto& step : result.watermarks) {
      Value entry = Value::MakeMap();
      entry.Set("input", step.input);
      entry.Set("column", step.column);
      entry.Set("type", step.type);
      entry.Set("old", step.before ? Value(*step.before) : Value());
      entry.Set("new", step.after ? Value(*step.after) : Value());
      entry.Set("stored", step.stored);
      watermarks.Push(std::move(entry));
    }
    response.Set("dvt_watermarks", std::move(watermarks));
  }
  if (!result.warnings.empty()) {
    Value warnings = Value::MakeList();
    for (const auto& warning : result.warnings) {
      Value entry = Value::MakeMap();
      entry.Set("code", warning.code);
      entry.Set("message", warning.message);
      warnings.Push(std::move(entry));
    }
    response.Set("dvt_warnings", std::move(warnings));
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
  value.Set("batch_results", result.batch_results);
  return value;
}

}  // namespace

std::string RunResultsJson(const model::RunResults& results, const Metadata& metadata) {
  Value root = Value::MakeMap();
  root.Set("metadata", MetadataToValue(metadata, "https://schemas.getdbt.com/dbt/run-results/v6.json"));
  Value list = Value::MakeList();
  for (const auto& result : results.results) list.Push(ResultValue(result));
  root.Set("results", std::move(list));
  root.Set("elapsed_time", results.elapsed_seconds);
  root.Set("args", results.args);
  SecretRegistry::RedactAll(root);
  return ToJson(root);
}

Result<Value> ReadRunResults(const std::string& folder) {
  const std::string path = JoinPath(folder, "run_results.json");
  if (!FileExists(path)) return Value();
  DVT_ASSIGN(const std::string text, ReadFile(path));
  return ParseJson(text, path);
}

Status WriteRunResults(const std::string& folder, const model::RunResults& results, const Metadata& metadata) {
  return WriteFileAtomic(JoinPath(folder, "run_results.json"), RunResultsJson(results, metadata));
}

}  // namespace dvt::artifacts
