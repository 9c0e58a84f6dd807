#pragma once

#include <memory>
#include <string>
#include <vector>

#include "dvt/columnar/duckdb/result_stream.h"
#include "dvt/engine/api/engine.h"
#include "dvt/engine/duckdb/input_function.h"
#include "dvt/engine/duckdb/input_queue.h"

namespace dvt::engine {

/// The inputs of one Run inside DuckDB: a connection with one temporary view an input. Ends the readers with itself.
class RunInputs {
 public:
  RunInputs(std::shared_ptr<InputRegistry> registry, std::shared_ptr<columnar::duckdb::Connection> connection)
      : registry_(std::move(registry)), connection_(std::move(connection)), state_(std::make_shared<RunState>()) {}
  ~RunInputs() { End(); }

  Status Register(std::vector<Input> inputs);

  /// Prepares the query. An input that it reads more than once is first copied into a temporary table (which may spill), since
  /// its partitions can be read only once; so is one whose keys reduce others. Readers run from here on.
  Result<columnar::duckdb::PreparedQuery> Prepare(const std::string& sql, bool start);

  const std::shared_ptr<RunState>& state() const { return state_; }
  const std::shared_ptr<columnar::duckdb::Connection>& connection() const { return connection_; }

  void End();

 private:
  struct Entry {
    int64_t id = 0;
    std::shared_ptr<InputQueue> input;
    bool read = false;        ///< the query needs it
    bool repeated = false;    ///< more than once
    bool key_source = false;  ///< another input asks for its values
    bool copied = false;
  };

  void ResetBinds();
  Entry* Find(const std::string& name);
  void MarkKeySources();
  Status ReadInOrder();
  Status Narrow(Entry& entry);
  Result<KeySet> ReadKeys(const KeyRequest& request);
  Status Materialize(Entry& entry);

  std::shared_ptr<InputRegistry> registry_;
  std::shared_ptr<columnar::duckdb::Connection> connection_;
  std::shared_ptr<RunState> state_;
  std::vector<Entry> entries_;
};

}  // namespace dvt::engine
