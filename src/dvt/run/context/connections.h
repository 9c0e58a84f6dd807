#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "dvt/connectors/api/connector.h"
#include "dvt/engine/api/engine.h"
#include "dvt/model/project.h"
#include "dvt/run/context/transfer_settings.h"
#include "dvt/run/record/tape.h"
#include "dvt/run/transfer/load_budget.h"

namespace dvt::run {

/// The connections and computes of a run, made on first use and shared by all its nodes. Thread-safe.
class Connections {
 public:
  Connections(const model::Profile& profile, const model::Computes& computes, std::string project_folder,
              std::string default_spill_folder)
      : profile_(profile),
        computes_(computes),
        project_folder_(std::move(project_folder)),
        default_spill_folder_(std::move(default_spill_folder)) {}

  /// kConfig with the nearest name if the profile has no such output.
  Result<std::shared_ptr<connectors::Connector>> Get(const std::string& connection);
  /// The same for planning and extracts: what a tape is set for passes through it.
  Result<std::shared_ptr<connectors::Connector>> ForReading(const std::string& connection);
  /// Before the first use; the tape is shared with the connectors that it makes.
  void SetTape(std::shared_ptr<ExtractTape> tape) { tape_ = std::move(tape); }
  ExtractTape* tape() const { return tape_.get(); }
  std::vector<std::string> Names() const;
  /// Its load budget, one for the whole run; null if it has none.
  Result<std::shared_ptr<LoadBudget>> BudgetOf(const std::string& connection);
  /// The `transfer` settings of its entry in the profile, over the defaults.
  Result<connectors::ReadOptions> ReadOptionsOf(const std::string& connection) const;
  /// How often and after which pauses it is asked again, outside of any model: `transfer` of its entry, over that the project's.
  Result<RetryPolicy> RetryOf(const std::string& connection) const;
  /// The project's `transfer` settings: `connect_timeout` is that of connections without one of their own, `join_filter_tables`
  /// goes before theirs. `file`: where they are written.
  void SetTransferSettings(const Value& settings, std::string file) {
    transfer_ = settings;
    transfer_file_ = std::move(file);
  }
  /// What the project, else the connection, says of temporary tables of keys.
  KeyTableSetting KeyTablesOf(const std::string& connection) const;
  /// The engine of a compute; an empty name means the file's default, else embedded DuckDB.
  Result<engine::Engine*> GetEngine(const std::string& compute);
  /// Begins to start it on a thread of its own, for somebody who will soon ask; what fails is told to them.
  void StartEngine(const std::string& compute);
  Result<engine::ComputeConfig> Compute(const std::string& compute) const;

 private:
  struct EngineEntry {
    std::mutex mutex;  // held while it starts
    std::unique_ptr<engine::Engine> engine;
  };
  std::shared_ptr<EngineEntry> EngineEntryOf(const std::string& name);

  const model::Profile& profile_;
  const model::Computes& computes_;
  const std::string project_folder_;
  const std::string default_spill_folder_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<connectors::Connector>> connectors_;
  std::shared_ptr<ExtractTape> tape_;
  std::map<std::string, std::shared_ptr<connectors::Connector>> taped_;
  std::map<std::string, std::shared_ptr<LoadBudget>> budgets_;
  Value transfer_;
  std::string transfer_file_;
  std::map<std::string, std::shared_ptr<EngineEntry>> engines_;
  std::vector<std::jthread> starting_;  // last: ended before what they use
};

}  // namespace dvt::run
