#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "dvt/base/result/result.h"
#include "dvt/columnar/types/relation.h"
#include "dvt/sql/dialects/letter_case.h"

namespace dvt::run {

/// One partition of an extract as it lies in the recording's folder.
struct RecordedPartition {
  std::string file;  ///< Arrow IPC stream (lz4), relative to the folder; empty: nobody wanted its rows
  std::string description;
  int64_t rows = 0;
  bool complete = false;  ///< it was read to its end; else the engine needed no more of it
};

/// One query that a source answered.
struct RecordedExtract {
  std::string connection;
  std::string sql;  ///< whole, in the source's dialect; its digest where the recording was read
  std::string method;
  columnar::Fields fields;
  std::optional<int64_t> estimated_rows;
  int parallel = 1;
  std::vector<RecordedPartition> partitions;

  int64_t rows() const;
};

struct RecordedConnection {
  std::string type;
  std::string identity;  ///< a digest: equal for connections that reach the same database
  std::optional<std::string> text_order;
  std::map<std::string, sql::LetterCase> letter_cases;  ///< by LetterCaseKey
};

/// By what a connection's answer about the letters of these relations is kept.
std::string LetterCaseKey(const std::vector<columnar::RelationName>& relations);

/// What `--record` keeps in a folder: what the sources said of themselves while the run was planned, and the rows of every extract. The
/// index is index.json; the rows are files of their own beside it.
struct Recording {
  std::string recorded_at;  ///< UTC
  std::string command;
  std::map<std::string, RecordedConnection> connections;
  std::map<std::pair<std::string, columnar::RelationName>, columnar::TableInfo>
      relations;  ///< by connection and the name asked for
  std::vector<RecordedExtract> extracts;

  /// Of a recording that was read: the extract of this query; null if there is none.
  const RecordedExtract* Find(const std::string& connection, const std::string& sql) const;
};

inline constexpr const char kRecordingIndex[] = "index.json";

/// Writes the index atomically. Secrets in texts are masked.
Status WriteRecording(const std::string& folder, const Recording& recording);
/// kNotFound if the folder holds no recording, kData if its index is not one that this version reads.
Result<Recording> ReadRecording(const std::string& folder);

}  // namespace dvt::run
