#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "dvt/columnar/c_abi/stream.h"
#include "dvt/run/changes/compare_rows.h"
#include "dvt/run/context/run_context.h"
#include "dvt/run/transfer/transfer.h"

namespace dvt::run {

enum class ExtractKind {
  kRows,     ///< the table
  kHashes,   ///< its keys and the md5 of its rows, in the order of the encoded keys
  kChanges,  ///< rows that are new or changed since the last time, and keys that are gone
};

/// `dvt extract`: one table of one connection.
struct ExtractRequest {
  std::string connection;
  columnar::RelationName relation;
  ExtractKind kind = ExtractKind::kRows;
  std::vector<std::string> key;      ///< empty: the primary key, or a unique index
  std::vector<std::string> columns;  ///< empty: all
  bool full_refresh = false;         ///< changes: forget what is known, every row is new
  TransferContext context;
};

struct ExtractReport {
  int64_t rows = 0;  ///< written
  ChangeCounts counts;
  std::string hashed_by;  ///< "the source" or why not
};

/// Where the rows go. Nothing may be visible before `finish`.
struct ExtractOutput {
  std::function<Status(const columnar::Fields& fields)> begin;
  std::function<Status(const columnar::Array& batch)> write;
  std::function<Status()> finish;
};

/// "connection.schema.table", "connection.table", or with a database between: the parts, the connection first.
Result<std::pair<std::string, columnar::RelationName>> ParseExtractName(const std::string& name);

/// Streams the rows into the output. What is known of the table's rows (target/state) changes only after the output is finished.
Result<ExtractReport> RunExtract(RunContext& run, const ExtractRequest& request, const ExtractOutput& output,
                                 std::stop_token stop);

}  // namespace dvt::run
