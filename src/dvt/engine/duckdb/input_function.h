#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "dvt/columnar/duckdb/handles.h"
#include "dvt/engine/duckdb/input_queue.h"

namespace dvt::engine {

/// The inputs that DuckDB can reach at the moment, by number. Thread-safe.
class InputRegistry {
 public:
  int64_t Add(std::shared_ptr<InputQueue> input);
  void Remove(int64_t id);
  std::shared_ptr<InputQueue> Find(int64_t id) const;

 private:
  mutable std::mutex mutex_;
  std::map<int64_t, std::shared_ptr<InputQueue>> inputs_;
  int64_t next_id_ = 1;
};

/// Name of the table function dvt_input(id), which scans an input of the registry once.
inline constexpr const char* kInputFunction = "dvt_input";

/// Registers the function for all connections of the database; the registry lives as long as the database.
Status RegisterInputFunction(columnar::duckdb::Connection& connection, std::shared_ptr<InputRegistry> registry);

}  // namespace dvt::engine
