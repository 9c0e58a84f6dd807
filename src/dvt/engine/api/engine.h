#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "dvt/base/result/result.h"
#include "dvt/base/text/value.h"
#include "dvt/columnar/c_abi/stream.h"

namespace dvt::engine {

/// A column of another input of the same run, of which the distinct values are wanted.
struct KeyRequest {
  std::string input;
  std::string column;
};

/// The distinct values of a KeyRequest's column as DuckDB casts them to text, without NULL.
struct KeySet {
  std::vector<std::string> values;
  bool complete = false;  ///< false: there were more than the most that was asked for, or the input could not be read first
};

/// How an input will be read after it was narrowed.
struct Narrowed {
  int partitions = 1;
  int parallel = 1;
  std::optional<int64_t> estimated_rows;
};

/// One named input: partitions that may be opened and read in parallel, each once.
struct Input {
  std::string name;
  columnar::Fields fields;
  int partitions = 1;
  int parallel = 1;  ///< most partitions to read at a time
  std::optional<int64_t> estimated_rows;
  size_t read_ahead_bytes = size_t{12} << 20;                                         ///< of batches that wait for the query
  std::function<Result<columnar::Stream>(int partition, std::stop_token stop)> open;  ///< thread-safe
  /// If not empty: those inputs, which stand before this one in the list, are read whole first. `narrow` then gets the values, one set
  /// a request, before the first `open`.
  std::vector<KeyRequest> keys;
  std::function<Result<Narrowed>(std::vector<KeySet> keys, std::stop_token stop)> narrow;
};

/// Above so many distinct values a KeySet stays empty and incomplete.
inline constexpr int64_t kMostKeys = 2'000'000;

/// A configured compute: `computes.yml`.
struct ComputeConfig {
  std::string name = "duckdb";
  std::string type = "duckdb";
  int threads = 0;             ///< 0: all cores
  std::string memory_limit;    ///< DuckDB spelling, "2GB"; empty: the engine's default
  std::string temp_directory;  ///< spill folder; empty: target/tmp
  Value settings;
  std::string file;  ///< computes.yml, for error places
};

/// Runs transform queries. Thread-safe; each Run is independent (own inputs, own cancel).
class Engine {
 public:
  virtual ~Engine() = default;
  /// Starts the query over the inputs and returns its rows as a stream; batches are produced while the reader pulls, and
  /// inputs are read while they are needed. Row order is free unless the query ends in ORDER BY. Stopping interrupts it.
  virtual Result<columnar::Stream> Run(const std::string& sql, std::vector<Input> inputs, std::stop_token stop) = 0;
  /// Columns the query would give.
  virtual Result<columnar::Fields> Describe(const std::string& sql, const std::vector<Input>& inputs) = 0;
};

Result<std::unique_ptr<Engine>> MakeDuckDbEngine(const ComputeConfig& config);

}  // namespace dvt::engine
