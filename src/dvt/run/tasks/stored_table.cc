#include "dvt/run/tasks/stored_table.h"

#include <fmt/format.h>

#include "dvt/base/text/text.h"

namespace dvt::run {

namespace {

using connectors::TableWrite;
using Mode = TableWrite::Mode;

Error ConfigError(const model::Node& node, ErrorCode code, std::string message) {
  return Error(code, std::move(message)).At({node.original_path, 0, 0});
}

// A text or a list of texts.
Result<std::vector<std::string>> Texts(const model::Node& node, const char* key) {
  const Value& given = node.config[key];
  std::vector<std::string> out;
  if (given.is_null()) return out;
  const bool list = given.is_list();
  if (!list && !given.is_string())
    return ConfigError(node, ErrorCode::kConfig, fmt::format("the config '{}' must be a text or a list of texts", key));
  if (!list) return std::vector<std::string>{given.as_string()};
  for (const auto& each : given.list()) {
    if (!each.is_string())
      return ConfigError(node, ErrorCode::kConfig, fmt::format("the config '{}' must be a text or a list of texts", key));
    out.push_back(each.as_string());
  }
  return out;
}

Status ReadLayout(const model::Node& node, TableWrite& write) {
  DVT_ASSIGN(write.partition_by, Texts(node, "partition_by"));
  DVT_ASSIGN(write.sorted_by, Texts(node, "sorted_by"));
  const Value& properties = node.config["table_properties"];
  if (properties.is_null()) return {};
  if (!properties.is_map()) return ConfigError(node, ErrorCode::kConfig, "the config 'table_properties' must be a map of texts");
  for (const auto& entry : properties.map()) write.properties[entry.key] = entry.value.ToText();
  return {};
}

Status ReadPolicy(const model::Node& node, TableWrite& write) {
  const Value& given = node.config["on_schema_change"];
  const std::string policy = given.is_null() ? "ignore" : given.ToText();
  if (policy == "fail") {
    write.schema = TableWrite::Schema::kFail;
  } else if (policy == "append_new_columns") {
    write.schema = TableWrite::Schema::kAppend;
  } else if (policy == "sync_all_columns") {
    write.schema = TableWrite::Schema::kSync;
  } else if (policy != "ignore") {
    return ConfigError(
        node, ErrorCode::kConfig,
        fmt::format("on_schema_change '{}' is unknown: use ignore, append_new_columns, sync_all_columns or fail", policy));
  }
  return {};
}

Status ReadStrategy(const model::Node& node, TableWrite& write) {
  for (const char* key : {"merge_update_columns", "merge_exclude_columns", "incremental_predicates", "predicates"}) {
    if (!node.config[key].is_null() && !(node.config[key].is_list() && node.config[key].list().empty()))
      return ConfigError(
                 node, ErrorCode::kUnsupported,
                 fmt::format("the config '{}' needs a target that runs SQL, and connection '{}' runs none", key, node.connection))
          .WithHint("leave it out: whole rows are replaced by their key");
  }
  DVT_ASSIGN(write.keys, Texts(node, "unique_key"));
  const Value& given = node.config["incremental_strategy"];
  std::string strategy = given.is_null() || given.ToText() == "default" ? "" : given.ToText();
  if (strategy.empty()) strategy = write.keys.empty() ? "append" : "delete+insert";
  if (strategy == "append" || (write.keys.empty() && (strategy == "merge" || strategy == "delete+insert"))) {
    write.mode = Mode::kAppend;
  } else if (strategy == "merge") {
    write.mode = Mode::kMerge;
  } else if (strategy == "delete+insert") {
    write.mode = Mode::kDeleteInsert;
  } else if (strategy == "insert_overwrite") {
    write.mode = Mode::kPartitions;
  } else {
    return ConfigError(node, ErrorCode::kUnsupported,
                       fmt::format("incremental_strategy '{}' needs a target that runs SQL, and connection '{}' runs none",
                                   strategy, node.connection))
        .WithHint("use append, merge, delete+insert, insert_overwrite or microbatch");
  }
  return {};
}

// Descriptions go with the rows.
void ReadDocs(const model::Node& node, TableWrite& write) {
  const Value& wanted = node.config["persist_docs"];
  const auto asked = [&](const char* key) { return wanted.is_map() && wanted[key].is_bool() && wanted[key].as_bool(); };
  if (asked("relation") && !node.description.empty()) write.comment = node.description;
  if (!asked("columns")) return;
  for (const auto& column : node.columns)
    if (!column.description.empty()) write.column_comments[column.name] = column.description;
}

void NoteWhatIsNotDone(const model::Node& node, NodeAdapter& adapter) {
  for (const char* key : {"pre-hook", "post-hook"}) {
    const Value& hooks = node.config[key];
    if (!hooks.is_null() && !(hooks.is_list() && hooks.list().empty()))
      adapter.AddNote("HookNotRun", fmt::format("its {} is not run: connection '{}' runs no SQL", key, node.connection));
  }
  if (node.config["grants"].is_map() && !node.config["grants"].map().empty())
    adapter.AddNote("GrantsNotSupported", fmt::format("its grants are left out: connection '{}' has none", node.connection));
}

}  // namespace

Result<TableWrite> StoredTableWrite(RunContext& run, const model::Node& node, NodeAdapter& adapter) {
  TableWrite write;
  DVT_TRY(ReadLayout(node, write));
  ReadDocs(node, write);
  NoteWhatIsNotDone(node, adapter);
  const std::string materialized = node.type == model::ResourceType::kModel ? node.materialized() : "table";
  if (node.type == model::ResourceType::kSnapshot) {
    DVT_ASSIGN(const auto existing, adapter.GetRelation(node.database, node.schema, node.alias));
    if (!existing) return write;
    const Value& name = node.config["snapshot_meta_column_names"]["dbt_scd_id"];
    write.mode = Mode::kDeleteInsert;
    write.keys = {name.is_null() ? "dbt_scd_id" : name.ToText()};
    write.schema = TableWrite::Schema::kAppend;
    return write;
  }
  if (materialized != "incremental") {
    for (const char* known : {"table", "view", "materialized_view", "materializedview", "ephemeral"})
      if (materialized == known) return write;
    return ConfigError(node, ErrorCode::kUnsupported,
                       fmt::format("materialization '{}' needs a target that runs SQL, and connection '{}' runs none",
                                   materialized, node.connection))
        .WithHint("use table or incremental");
  }
  DVT_TRY(ReadPolicy(node, write));
  if (const Batch* batch = adapter.batch(); batch != nullptr) {
    write.mode = batch->first ? Mode::kReplace : Mode::kInterval;
    write.interval = {node.config["event_time"].is_null() ? "" : node.config["event_time"].ToText(), batch->window.start,
                      batch->window.end};
    return write;
  }
  DVT_TRY(ReadStrategy(node, write));
  const Value& configured = node.config["full_refresh"];
  const bool anew = configured.is_bool() ? configured.as_bool() : run.options.full_refresh;
  DVT_ASSIGN(const auto existing, adapter.GetRelation(node.database, node.schema, node.alias));
  if (anew || !existing) write.mode = Mode::kReplace;
  return write;
}

}  // namespace dvt::run
