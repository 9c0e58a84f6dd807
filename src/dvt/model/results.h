#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dvt/base/result/diagnostics.h"
#include "dvt/base/text/value.h"

namespace dvt::model {

/// One transfer of a node: a source read or the load.
struct TransferStats {
  std::string connection;
  std::string role;   ///< "extract", "load", or "shared": rows of an extract of another model
  std::string name;   ///< table or input
  std::string input;  ///< of an extract: its name in the plan
  std::string path;   ///< "binary COPY", "LOAD DATA", …
  int64_t rows = 0;
  int64_t bytes = 0;
  double seconds = 0;
  int partitions = 1;
  int retries = 0;
  int partitions_kept = 0;  ///< read from what an attempt before had kept
  std::optional<int64_t> estimated_rows;
  std::string moment;                  ///< of an extract: the source's name of the state that was read, "lsn 0/1A2B3C"
  std::string moment_at;               ///< the source's time then, ISO 8601 in UTC
  bool one_moment = false;             ///< all reads of it saw that one state
  std::string filtered_by;             ///< keys of other extracts that reduced this one: "400 keys of l_suppkey"
  int64_t rows_avoided = 0;            ///< about how many rows they kept away
  std::string read_by;                 ///< of role "shared": the model in whose result the read is
  std::vector<std::string> shared_by;  ///< of an extract that several models read: all of them
  int64_t rows_saved = 0;              ///< … and what they would have read besides, each by itself
};

/// How far a model had read one of its inputs, and how far it has now.
struct WatermarkStep {
  std::string input;  ///< as the model's config calls it
  std::string column;
  std::string type;                          ///< "number", "timestamp", …
  std::optional<std::string> before, after;  ///< empty: no value
  bool stored = true;                        ///< false: the run was a sample, and nothing moved
};

/// What happened to one node: a row of run_results.json.
struct NodeResult {
  std::string unique_id;
  std::string status;  ///< success, error, skipped, pass, fail, warn
  std::string message;
  std::optional<int64_t> failures;
  double started = 0;  ///< seconds since the epoch, UTC
  double compile_completed = 0;
  double completed = 0;
  double execution_seconds = 0;
  std::string thread = "Thread-1";
  std::string way;      ///< pushdown, direct, federated
  std::string plan_id;  ///< equal for runs of the same plan; empty where there was none
  Value adapter_response = Value::MakeMap();
  std::string compiled_code;
  std::string relation_name;
  bool compiled = false;
  Value batch_results;  ///< of a microbatch model: {successful, failed}, lists of pairs of times; else null
  std::vector<Diagnostic> warnings;
  std::vector<TransferStats> transfers;
  std::vector<WatermarkStep> watermarks;
};

/// How old a source's newest row is: an entry of sources.json.
struct FreshnessResult {
  std::string unique_id;
  std::string status;         ///< pass, warn, error, runtime error
  std::string message;        ///< of a runtime error
  double max_loaded_at = 0;   ///< seconds since the epoch, UTC
  double snapshotted_at = 0;  ///< the source's own clock, as above
  double age_seconds = 0;
  Value criteria = Value::MakeMap();  ///< warn_after, error_after, filter
  Value adapter_response = Value::MakeMap();
  double started = 0;
  double completed = 0;
  double execution_seconds = 0;
  std::string thread = "Thread-1";
};

/// What a database says of one relation of the project: an entry of catalog.json.
struct CatalogEntry {
  struct Column {
    std::string name;
    std::string type;  ///< the system's own spelling
    std::optional<std::string> comment;
  };
  std::string unique_id;
  std::string kind;  ///< "BASE TABLE", "VIEW", …
  std::string database;
  std::string schema;
  std::string name;
  std::vector<Column> columns;
  std::optional<int64_t> estimated_rows;
  std::optional<int64_t> estimated_bytes;
  std::string owner;
  std::optional<std::string> comment;
};

struct Catalog {
  std::vector<CatalogEntry> nodes;
  std::vector<CatalogEntry> sources;
  std::vector<std::string> errors;  ///< one text for each relation that could not be asked for
};

struct RunResults {
  std::string invocation_id;
  std::string generated_at;
  double elapsed_seconds = 0;
  std::string target_path = "target";  ///< folder of artifacts, relative to the project where it is below it
  bool interrupted = false;            ///< stopped before its end by Ctrl-C or a termination request
  Value args = Value::MakeMap();
  std::vector<NodeResult> results;
};

}  // namespace dvt::model
