#include "dvt/cli/log/node_info.h"

#include <fmt/format.h>

#include "dvt/artifacts/manifest/manifest_file.h"

namespace dvt::cli {

namespace {

using model::ResourceType;

// Without a zone, as dbt has it here.
std::string Moment(double seconds) {
  if (seconds <= 0) return "";
  std::string text = artifacts::UtcTimestamp(seconds);
  if (text.ends_with('Z')) text.pop_back();
  return text;
}

Value Timing(const char* name, double from, double to) {
  Value timing = Value::MakeMap();
  timing.Set("completed_at", artifacts::UtcTimestamp(to));
  timing.Set("name", name);
  timing.Set("started_at", artifacts::UtcTimestamp(from));
  return timing;
}

Value Relation(const std::string& alias, const std::string& database, const std::string& name, const std::string& schema) {
  Value relation = Value::MakeMap();
  relation.Set("alias", alias);
  relation.Set("database", database);
  relation.Set("relation_name", name);
  relation.Set("schema", schema);
  return relation;
}

}  // namespace

Value NodeInfo(const model::Node& node, const NodeMoment& moment) {
  Value info = Value::MakeMap();
  info.Set("materialized", node.materialized());
  const Value& meta = node.config["meta"];
  info.Set("meta", meta.is_map() ? meta : Value::MakeMap());
  info.Set("node_checksum", node.test ? "" : node.checksum);
  info.Set("node_finished_at", Moment(moment.finished));
  info.Set("node_name", node.name);
  info.Set("node_path", node.path);
  info.Set("node_relation", Relation(node.alias, node.database,
                                     moment.relation_name.empty() ? node.relation_name : moment.relation_name, node.schema));
  info.Set("node_started_at", Moment(moment.started));
  info.Set("node_status", moment.status);
  info.Set("resource_type", model::ResourceTypeName(node.type));
  info.Set("unique_id", node.unique_id);
  return info;
}

Value SourceInfo(const model::SourceNode& source, const NodeMoment& moment) {
  Value info = Value::MakeMap();
  info.Set("materialized", "");
  const Value& meta = source.config["meta"];
  info.Set("meta", meta.is_map() ? meta : Value::MakeMap());
  info.Set("node_checksum", "");
  info.Set("node_finished_at", Moment(moment.finished));
  info.Set("node_name", source.name);
  info.Set("node_path", source.original_path);
  info.Set("node_relation", Relation("", source.database, moment.relation_name, source.schema));
  info.Set("node_started_at", Moment(moment.started));
  info.Set("node_status", moment.status);
  info.Set("resource_type", "source");
  info.Set("unique_id", source.unique_id);
  return info;
}

Value ResultInfo(const model::NodeResult& result) {
  Value info = Value::MakeMap();
  info.Set("adapter_response", result.adapter_response);
  info.Set("execution_time", result.execution_seconds);
  info.Set("message", result.message);
  info.Set("num_failures", result.failures.value_or(0));
  info.Set("status", result.status);
  info.Set("thread", result.thread);
  Value timing = Value::MakeList();
  if (result.started > 0) {
    timing.Push(Timing("compile", result.started, result.compile_completed));
    timing.Push(Timing("execute", result.compile_completed, result.completed));
  }
  info.Set("timing_info", std::move(timing));
  return info;
}

std::string NodeDescription(const model::Node& node) {
  const std::string relation = node.schema + "." + node.alias;
  switch (node.type) {
    case ResourceType::kModel: return fmt::format("{} {} model {}", node.language, node.materialized(), relation);
    case ResourceType::kSeed: return "seed file " + relation;
    case ResourceType::kSnapshot: return "snapshot " + relation;
    case ResourceType::kFunction: return "function " + relation;
    case ResourceType::kUnitTest: return fmt::format("unit_test {}::{}", node.unit_test->model, node.name);
    default: return fmt::format("{} {}", model::ResourceTypeName(node.type), node.name);
  }
}

}  // namespace dvt::cli
