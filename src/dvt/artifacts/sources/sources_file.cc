#include "dvt/artifacts/sources/sources_file.h"

#include "dvt/base/fs/files.h"
#include "dvt/base/text/secrets.h"

namespace dvt::artifacts {

namespace {

Value ResultValue(const model::FreshnessResult& result) {
  Value value = Value::MakeMap();
  value.Set("unique_id", result.unique_id);
  if (result.status == "runtime error") {
    value.Set("error", result.message);
    value.Set("status", result.status);
    return value;
  }
  value.Set("max_loaded_at", UtcTimestamp(result.max_loaded_at));
  value.Set("snapshotted_at", UtcTimestamp(result.snapshotted_at));
  value.Set("max_loaded_at_time_ago_in_s", result.age_seconds);
  value.Set("status", result.status);
  value.Set("criteria", result.criteria);
  value.Set("adapter_response", result.adapter_response);
  Value timing = Value::MakeList();
  for (const char* name : {"compile", "execute"}) {
    Value entry = Value::MakeMap();
    entry.Set("name", name);
    entry.Set("started_at", UtcTimestamp(result.started));
    entry.Set("completed_at", UtcTimestamp(std::string(name) == "compile" ? result.started : result.completed));
    timing.Push(std::move(entry));
  }
  value.Set("timing", std::move(timing));
  value.Set("thread_id", result.thread);
  value.Set("execution_time", result.execution_seconds);
  return value;
}

}  // namespace

std::string SourcesJson(const std::vector<model::FreshnessResult>& results, double elapsed_seconds, const Metadata& metadata) {
  Value root = Value::MakeMap();
  root.Set("metadata", MetadataToValue(metadata, "https://schemas.getdbt.com/dbt/sources/v3.json"));
  Value list = Value::MakeList();
  for (const auto& result : results) list.Push(ResultValue(result));
  root.Set("results", std::move(list));
  root.Set("elapsed_time", elapsed_seconds);
  SecretRegistry::RedactAll(root);
  return ToJson(root);
}

Status WriteSources(const std::string& path, const std::vector<model::FreshnessResult>& results, double elapsed_seconds,
                    const Metadata& metadata) {
  return WriteFileAtomic(path, SourcesJson(results, elapsed_seconds, metadata));
}

}  // namespace dvt::artifacts
