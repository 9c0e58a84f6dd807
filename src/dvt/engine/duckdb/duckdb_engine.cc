#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <thread>

#include "dvt/base/text/text.h"
#include "dvt/columnar/duckdb/error_map.h"
#include "dvt/columnar/duckdb/handles.h"
#include "dvt/columnar/duckdb/result_stream.h"
#include "dvt/engine/api/engine.h"
#include "dvt/engine/duckdb/input_function.h"
#include "dvt/engine/duckdb/run_inputs.h"
#include "dvt/engine/duckdb/spill_folder.h"

namespace dvt::engine {

namespace duck = columnar::duckdb;

namespace {

constexpr const char* kDefaultSpillFolder = "target/tmp";

/// The query's rows; stops the inputs with itself.
class RunStream : public columnar::BatchSource {
 public:
  RunStream(std::shared_ptr<RunInputs> inputs, columnar::Stream stream, columnar::Fields fields, std::stop_token stop)
      : inputs_(std::move(inputs)),
        stream_(std::move(stream)),
        fields_(std::move(fields)),
        stopper_(stop, Stopper{inputs_.get()}) {}
  ~RunStream() override {
    inputs_->state()->Stop();
    stream_.Reset();
  }
  const columnar::Fields& fields() const override { return fields_; }
  Result<columnar::Array> Next() override { return stream_.Next(); }

 private:
  struct Stopper {
    RunInputs* inputs;
    void operator()() const {
      inputs->state()->Stop();
      inputs->connection()->Interrupt();
    }
  };
  std::shared_ptr<RunInputs> inputs_;
  columnar::Stream stream_;
  columnar::Fields fields_;
  std::stop_callback<Stopper> stopper_;
};

class DuckDbEngine : public Engine {
 public:
  DuckDbEngine(ComputeConfig config, std::unique_ptr<SpillFolder> spill, std::shared_ptr<duck::Database> database,
               std::shared_ptr<InputRegistry> registry, std::string session_settings)
      : config_(std::move(config)),
        spill_(std::move(spill)),
        registry_(std::move(registry)),
        session_settings_(std::move(session_settings)),
        database_(std::move(database)) {}

  Result<columnar::Stream> Run(const std::string& sql, std::vector<Input> inputs, std::stop_token stop) override {
    DVT_ASSIGN(auto connection, Connect());
    auto run = std::make_shared<RunInputs>(registry_, connection);
    std::stop_callback stop_while_starting(stop, [state = run->state(), connection] {
      state->Stop();
      connection->Interrupt();
    });
    DVT_TRY(Explained(run->Register(std::move(inputs)), run, stop));
    auto query = run->Prepare(sql, true);
    if (!query) return Explain(std::move(query).error(), run, stop);
    columnar::Fields fields = query->fields;
    duck::StreamOptions options;
    options.stop = stop;
    options.explain = [this, state = run->state(), stop](Error error) { return ExplainError(std::move(error), *state, stop); };
    options.on_close = [state = run->state()] { state->Stop(); };
    auto stream = duck::RunStreaming(connection, std::move(query).value(), std::move(options));
    if (!stream) return std::move(stream).error();
    return columnar::Stream(
        std::make_unique<RunStream>(std::move(run), std::move(stream).value(), std::move(fields), std::move(stop)));
  }

  Result<columnar::Fields> Describe(const std::string& sql, const std::vector<Input>& inputs) override {
    DVT_ASSIGN(auto connection, Connect());
    RunInputs run(registry_, connection);
    DVT_TRY(run.Register(inputs));
    DVT_ASSIGN(duck::PreparedQuery query, run.Prepare(sql, false));
    return std::move(query.fields);
  }

 private:
  Result<std::shared_ptr<duck::Connection>> Connect() {
    DVT_ASSIGN(auto connection, duck::Connection::Open(database_));
    DVT_TRY(connection->Run(session_settings_));
    return connection;
  }
  Error Explain(Error error, const std::shared_ptr<RunInputs>& run, const std::stop_token& stop) const {
    return ExplainError(std::move(error), *run->state(), stop);
  }
  Status Explained(Status status, const std::shared_ptr<RunInputs>& run, const std::stop_token& stop) const {
    if (status) return status;
    return Explain(std::move(status).error(), run, stop);
  }

  /// An input's own error comes before DuckDB's text about it; limits get the names of the settings that lift them.
  Error ExplainError(Error error, RunState& state, const std::stop_token& stop) const {
    if (stop.stop_requested()) return Error(ErrorCode::kCancelled, "cancelled");
    if (auto original = state.TakeError()) return std::move(*original);
    if (error.code() == ErrorCode::kDisk)
      return std::move(error).WithHint(
          fmt::format("the spill folder {} is full: free space there, or set temp_directory of compute {} in computes.yml to a "
                      "larger disk, or raise its memory_limit",
                      spill_->path(), config_.name));
    if (error.code() == ErrorCode::kMemory)
      return std::move(error).WithHint(
          fmt::format("raise memory_limit of compute {} in computes.yml (now {}), or lower its threads", config_.name,
                      config_.memory_limit.empty() ? "DuckDB's default, 80% of the memory" : config_.memory_limit));
    return error;
  }

  ComputeConfig config_;
  std::unique_ptr<SpillFolder> spill_;
  std::shared_ptr<InputRegistry> registry_;
  std::string session_settings_;              // SET statements for each connection
  std::shared_ptr<duck::Database> database_;  // closed before the spill folder goes
};

/// Any other setting of the compute is one of DuckDB's, flat or under `config:`.
void AddSettings(const Value& settings, std::map<std::string, std::string>& options) {
  static constexpr std::array<std::string_view, 5> kOurs = {"name", "type", "threads", "memory_limit", "temp_directory"};
  if (!settings.is_map()) return;
  for (const Value::Entry& entry : settings.map()) {
    if (entry.key == "config") {
      AddSettings(entry.value, options);
    } else if (std::find(kOurs.begin(), kOurs.end(), entry.key) == kOurs.end()) {
      options[entry.key] = entry.value.ToText();
    }
  }
}

/// Where the compute names the setting, flat or under `config:`; only the file if it does not.
Place PlaceOf(const ComputeConfig& config, std::string_view name) {
  Place place{config.file, 0, 0};
  const auto look = [&](const Value& settings) {
    if (!settings.is_map()) return;
    for (const Value::Entry& entry : settings.map()) {
      if (entry.key == name) place = {config.file, entry.key_mark.line, entry.key_mark.column};
    }
  };
  look(config.settings);
  look(config.settings["config"]);
  return place;
}

/// Settings that DuckDB takes from a session, or from any session for all.
std::map<std::string, std::string> SessionOptions(const ComputeConfig& config) {
  std::map<std::string, std::string> options = {{"streaming_buffer_size", "4MB"}, {"TimeZone", "UTC"}};
  AddSettings(config.settings, options);
  return options;
}

std::map<std::string, std::string> DatabaseOptions(const ComputeConfig& config, const std::string& spill_folder) {
  std::map<std::string, std::string> options;
  const int threads = config.threads > 0 ? config.threads : static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  options["threads"] = std::to_string(threads);
  if (!config.memory_limit.empty()) options["memory_limit"] = config.memory_limit;
  options["temp_directory"] = spill_folder;
  options["preserve_insertion_order"] = "false";
  options["autoinstall_known_extensions"] = "false";
  options["autoload_known_extensions"] = "false";
  options["allow_community_extensions"] = "false";
  return options;
}

}  // namespace

Result<std::unique_ptr<Engine>> MakeDuckDbEngine(const ComputeConfig& config) {
  DVT_ASSIGN(auto spill, SpillFolder::Make(config.temp_directory.empty() ? kDefaultSpillFolder : config.temp_directory));
  auto database = duck::Database::Open("", DatabaseOptions(config, spill->path()));
  if (!database) {
    // Of the options given here only the memory limit is a text that DuckDB can refuse.
    return std::move(database)
        .error()
        .AtIfUnknown(PlaceOf(config, "memory_limit"))
        .Within("while starting compute " + config.name);
  }
  auto registry = std::make_shared<InputRegistry>();
  DVT_ASSIGN(auto connection, duck::Connection::Open(*database));
  DVT_TRY(RegisterInputFunction(*connection, registry));
  std::string settings;
  for (const auto& [name, value] : SessionOptions(config)) {
    const std::string statement = fmt::format("SET {} = {};", duck::QuoteName(name), duck::QuoteText(value));
    if (auto set = connection->Run(statement); !set)
      return Error(ErrorCode::kConfig, set.error().message())
          .At(PlaceOf(config, name))
          .Within("while setting " + name + " of compute " + config.name);
    settings += statement;
  }
  return std::unique_ptr<Engine>(
      new DuckDbEngine(config, std::move(spill), std::move(database).value(), std::move(registry), std::move(settings)));
}

}  // namespace dvt::engine
