#include "dvt/run/context/connections.h"

#include <fmt/format.h>

#include "dvt/base/fs/files.h"
#include "dvt/base/text/text.h"
#include "dvt/connectors/registry/registry.h"

namespace dvt::run {

std::vector<std::string> Connections::Names() const {
  std::vector<std::string> names;
  if (!profile_.outputs.is_map()) return names;
  for (const auto& entry : profile_.outputs.map()) names.push_back(entry.key);
  return names;
}

Result<std::shared_ptr<connectors::Connector>> Connections::Get(const std::string& connection) {
  std::lock_guard lock(mutex_);
  if (const auto found = connectors_.find(connection); found != connectors_.end()) return found->second;
  const Value* settings = profile_.outputs.Find(connection);
  if (settings == nullptr) {
    return Error(ErrorCode::kConfig, fmt::format("profile '{}' has no connection '{}'.{}", profile_.name, connection,
                                                 DidYouMean(connection, Names())))
        .At({profile_.file, profile_.outputs.mark().line, profile_.outputs.mark().column})
        .WithHint("connections are: " + Join(Names(), ", "));
  }
  connectors::ConnectionConfig config;
  config.name = connection;
  config.type = (*settings)["type"].is_string() ? (*settings)["type"].as_string() : "";
  config.settings = *settings;
  config.file = profile_.file;
  config.base_folder = project_folder_;
  const Value& connect_timeout = transfer_["connect_timeout"];
  if (const auto& kinds = connectors::ConnectorKinds(); !connect_timeout.is_null() && (*settings)["connect_timeout"].is_null()) {
    const auto takes = [&](const connectors::ConnectorKind& kind) {
      const auto& names = kind.settings;
      return kind.type == config.type && std::find(names.begin(), names.end(), "connect_timeout") != names.end();
    };
    if (std::any_of(kinds.begin(), kinds.end(), takes)) config.settings.Set("connect_timeout", connect_timeout);
  }
  DVT_ASSIGN(const auto budget, LoadBudget::Of(config));
  if (budget != nullptr) config.max_connections = budget->limits().max_connections;
  config.key_tables = KeyTablesOf(connection).allowed.value_or(false);
  budgets_[connection] = budget;
  DVT_ASSIGN(auto connector, connectors::MakeConnector(config));
  connectors_[connection] = connector;
  return connector;
}

Result<std::shared_ptr<connectors::Connector>> Connections::ForReading(const std::string& connection) {
  DVT_ASSIGN(auto connector, Get(connection));
  if (tape_ == nullptr) return connector;
  std::lock_guard lock(mutex_);
  auto& taped = taped_[connection];
  if (taped == nullptr) taped = tape_->ForReading(std::move(connector));
  return taped;
}

Result<std::shared_ptr<LoadBudget>> Connections::BudgetOf(const std::string& connection) {
  DVT_TRY(Get(connection));
  std::lock_guard lock(mutex_);
  return budgets_[connection];
}

Result<connectors::ReadOptions> Connections::ReadOptionsOf(const std::string& connection) const {
  const Value* settings = profile_.outputs.Find(connection);
  if (settings == nullptr) return connectors::ReadOptions();
  return ReadOptionsFrom((*settings)["transfer"], {}, profile_.file);
}

Result<RetryPolicy> Connections::RetryOf(const std::string& connection) const {
  DVT_ASSIGN(const auto own, ReadOptionsOf(connection));
  DVT_ASSIGN(const auto all, ReadOptionsFrom(transfer_, own, transfer_file_));
  return all.retry;
}

KeyTableSetting Connections::KeyTablesOf(const std::string& connection) const {
  const Value& project = transfer_["join_filter_tables"];
  const Value* settings = profile_.outputs.Find(connection);
  const Value& own = project.is_null() && settings != nullptr ? (*settings)["transfer"]["join_filter_tables"] : project;
  const auto read = KeyTablesFrom(own, profile_.file);
  return read ? *read : KeyTableSetting();  // a wrong one is told where the options are read
}

Result<engine::ComputeConfig> Connections::Compute(const std::string& compute) const {
  engine::ComputeConfig config;
  const std::string name = compute.empty() ? computes_.default_name : compute;
  config.temp_directory = default_spill_folder_;
  if (name.empty()) return config;
  config.name = name;
  const Value* settings = computes_.computes.Find(name);
  if (settings == nullptr) {
    if (name == "duckdb") return config;
    std::vector<std::string> names{"duckdb"};
    if (computes_.computes.is_map()) {
      for (const auto& entry : computes_.computes.map()) names.push_back(entry.key);
    }
    return Error(ErrorCode::kConfig, fmt::format("there is no compute '{}'.{}", name, DidYouMean(name, names)))
        .At({computes_.file, 0, 0})
        .WithHint("computes are: " + Join(names, ", ") + "; they are named in computes.yml");
  }
  config.settings = *settings;
  config.file = computes_.file;
  auto text = [&](std::string_view key) { return (*settings)[key].is_null() ? std::string() : (*settings)[key].ToText(); };
  if (!text("type").empty()) config.type = text("type");
  if (config.type != "duckdb") {
    return Error(ErrorCode::kUnsupported,
                 fmt::format("compute '{}' has type '{}', which this version cannot run", name, config.type))
        .At({computes_.file, settings->mark().line, settings->mark().column})
        .WithHint("use type: duckdb");
  }
  if (const Value& threads = (*settings)["threads"]; !threads.is_null()) {
    if (!threads.is_int() || threads.as_int() < 1) {
      return Error(ErrorCode::kConfig,
                   fmt::format("compute '{}': threads must be a whole number from 1 on, found '{}'", name, threads.ToText()))
          .At({computes_.file, threads.mark().line, threads.mark().column});
    }
    config.threads = static_cast<int>(threads.as_int());
  }
  config.memory_limit = text("memory_limit");
  if (!text("temp_directory").empty()) config.temp_directory = JoinPath(project_folder_, text("temp_directory"));
  return config;
}

Result<engine::Engine*> Connections::GetEngine(const std::string& compute) {
  DVT_ASSIGN(const auto config, Compute(compute));
  const auto entry = EngineEntryOf(config.name);
  std::lock_guard lock(entry->mutex);
  if (entry->engine == nullptr) {
    DVT_ASSIGN(entry->engine, engine::MakeDuckDbEngine(config));
  }
  return entry->engine.get();
}

void Connections::StartEngine(const std::string& compute) {
  const auto config = Compute(compute);
  std::lock_guard lock(mutex_);
  if (!config || engines_.contains(config->name)) return;
  engines_[config->name] = std::make_shared<EngineEntry>();
  starting_.emplace_back([this, compute] { (void)GetEngine(compute); });
}

std::shared_ptr<Connections::EngineEntry> Connections::EngineEntryOf(const std::string& name) {
  std::lock_guard lock(mutex_);
  auto& entry = engines_[name];
  if (entry == nullptr) entry = std::make_shared<EngineEntry>();
  return entry;
}

namespace {

Status ReadNumber(const Value& settings, std::string_view key, double minimum, double& out, const std::string& file) {
  const Value& value = settings[key];
  if (value.is_null()) return {};
  if (!value.is_number() || value.as_float() < minimum) {
    return Error(ErrorCode::kConfig,
                 fmt::format("transfer setting '{}' must be a number from {} on, found '{}'", key, minimum, value.ToText()))
        .At({file, value.mark().line, value.mark().column});
  }
  out = value.as_float();
  return {};
}

}  // namespace

Result<KeyTableSetting> KeyTablesFrom(const Value& setting, const std::string& file) {
  KeyTableSetting out;
  if (setting.is_null()) return out;
  if (setting.is_bool()) {
    out.allowed = setting.as_bool();
  } else if (setting.is_int() && setting.as_int() >= 1) {
    out = {true, setting.as_int()};
  } else {
    return Error(ErrorCode::kConfig,
                 fmt::format("transfer setting 'join_filter_tables' must be true, false or a number of keys, found '{}'",
                             setting.ToText()))
        .At({file, setting.mark().line, setting.mark().column})
        .WithHint("true: many keys may go as a temporary table of the source's session; a number: from so many keys on");
  }
  return out;
}

Result<connectors::ReadOptions> ReadOptionsFrom(const Value& settings, connectors::ReadOptions base, const std::string& file) {
  static const std::vector<std::string> kKeys = {
      "prefer_column",     "rows_per_partition", "min_partitions", "max_partitions",   "parallel",        "batch_rows",
      "connect_timeout",   "query_timeout",      "moment",         "resume",           "retries",         "retry_base",
      "retry_max",         "retry_on_unknown",   "push",           "join_filter_rows", "shared_extracts", "join_memory",
      "join_filter_tables"};
  if (!settings.is_map()) return base;
  for (const auto& entry : settings.map()) {
    if (std::find(kKeys.begin(), kKeys.end(), entry.key) != kKeys.end()) continue;
    return Error(ErrorCode::kConfig, fmt::format("'{}' is no transfer setting.{}", entry.key, DidYouMean(entry.key, kKeys)))
        .At({file, entry.key_mark.line, entry.key_mark.column})
        .WithHint("transfer settings are: " + Join(kKeys, ", "));
  }
  auto number = [&](std::string_view key, double minimum, auto& out) -> Status {
    auto value = static_cast<double>(out);
    DVT_TRY(ReadNumber(settings, key, minimum, value, file));
    out = static_cast<std::remove_reference_t<decltype(out)>>(value);
    return {};
  };
  DVT_TRY(KeyTablesFrom(settings["join_filter_tables"], file));
  if (settings["prefer_column"].is_string()) base.prefer_column = settings["prefer_column"].as_string();
  DVT_TRY(number("rows_per_partition", 1, base.rows_per_partition));
  DVT_TRY(number("min_partitions", 1, base.min_partitions));
  DVT_TRY(number("max_partitions", 1, base.max_partitions));
  DVT_TRY(number("parallel", 1, base.parallel));
  DVT_TRY(number("batch_rows", 1, base.batch_rows));
  if (const Value& moment = settings["moment"]; !moment.is_null()) {
    const std::string wanted = moment.is_string() ? moment.as_string() : "";
    if (wanted != "run" && wanted != "model")
      return Error(ErrorCode::kConfig, fmt::format("transfer setting 'moment' must be run or model, found '{}'", moment.ToText()))
          .At({file, moment.mark().line, moment.mark().column})
          .WithHint("run: all models of a run read a source at one moment; model: each at its own");
    base.shared_moment = wanted == "run";
  }
  DVT_TRY(number("query_timeout", 0.1, base.query_timeout_seconds));
  DVT_TRY(number("retries", 0, base.retry.max_retries));
  DVT_TRY(number("retry_base", 0, base.retry.base_seconds));
  DVT_TRY(number("retry_max", 0, base.retry.max_seconds));
  if (settings["retry_on_unknown"].is_bool()) base.retry.retry_on_unknown = settings["retry_on_unknown"].as_bool();
  return base;
}

namespace {

Result<bool> ReadSwitch(const Value& settings, std::string_view key, bool base, const std::string& file) {
  const Value& value = settings[key];
  if (value.is_null()) return base;
  if (value.is_bool()) return value.as_bool();
  return Error(ErrorCode::kConfig, fmt::format("transfer setting '{}' must be true or false, found '{}'", key, value.ToText()))
      .At({file, value.mark().line, value.mark().column});
}

}  // namespace

Result<bool> ResumeFrom(const Value& settings, bool base, const std::string& file) {
  return ReadSwitch(settings, "resume", base, file);
}

Result<bool> SharesExtractsFrom(const Value& settings, bool base, const std::string& file) {
  return ReadSwitch(settings, "shared_extracts", base, file);
}

Result<plan::PlanOptions> PlanOptionsFrom(const Value& settings, plan::PlanOptions base, const std::string& file) {
  if (!settings.is_map()) return base;
  auto rows = static_cast<double>(base.key_filter_rows);
  DVT_TRY(ReadNumber(settings, "join_filter_rows", 0, rows, file));
  base.key_filter_rows = static_cast<int64_t>(rows);
  DVT_ASSIGN(const KeyTableSetting tables, KeyTablesFrom(settings["join_filter_tables"], file));
  if (tables.allowed) base.key_tables = tables.allowed;
  if (tables.from) base.key_table_from = tables.from;
  if (const Value& memory = settings["join_memory"]; !memory.is_null()) {
    const auto bytes = ParseByteCount(memory);
    if (!bytes)
      return Error(ErrorCode::kConfig,
                   fmt::format("transfer setting 'join_memory' must be a number of bytes such as 64MB, found '{}'",
                               memory.ToText()))
          .At({file, memory.mark().line, memory.mark().column})
          .WithHint("0 joins in one piece, however large the tables are");
    base.join_bytes = *bytes;
  }
  const Value& push = settings["push"];
  if (push.is_null()) return base;
  const std::string wanted = push.is_string() ? push.as_string() : "";
  if (wanted != "all" && wanted != "filters") {
    return Error(ErrorCode::kConfig, fmt::format("'{}' is no way to push work to the sources", push.ToText()))
        .At({file, push.mark().line, push.mark().column})
        .WithHint("push: all (joins, aggregates and join filters too), or push: filters (columns and filters only)");
  }
  const bool all = wanted == "all";
  base.push_joins = base.push_semi_joins = base.push_aggregates = base.push_limits = base.push_keys = all;
  return base;
}

}  // namespace dvt::run
