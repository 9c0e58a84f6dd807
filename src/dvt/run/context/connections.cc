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
  const Value* settings = profile_.outputs.Find(connection);
  const bool by_project = !transfer_["join_filter_tables"].is_null() || settings == nullptr;
  const auto read = KeyTablesFrom(by_project ? transfer_ : (*settings)["transfer"], by_project ? transfer_file_ : profile_.file);
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

}  // namespace dvt::run
