#pragma once

#include <arrow/record_batch.h>

#include <map>
#include <memory>
#include <set>
#include <string>

#include "dvt/lake/data/deletes_arrow.h"
#include "dvt/lake/data/key_set_arrow.h"
#include "dvt/lake/table/commit.h"
#include "dvt/lake/table/row_change.h"
#include "dvt/lake/table/row_writer_internal.h"

namespace dvt::lake {

/// Finds the rows of a table that a change takes away and makes the files that are left of them. Not thread-safe.
class RowChange {
 public:
  RowChange(Table& table, const ReplaceOptions& options, Schema schema)
      : table_(table), options_(options), schema_(std::move(schema)) {}

  /// Files with the new rows; they stay if a commit is repeated.
  void SetFresh(std::vector<DataFile> files) { fresh_ = std::move(files); }
  void SetKeys(std::shared_ptr<const KeySet> keys) { keys_ = std::move(keys); }
  /// A new schema and layout to commit with the rows.
  void SetLayout(SnapshotChange layout) { layout_ = std::move(layout); }
  Result<WriteOutcome> Run(std::stop_token stop);

 private:
  enum class Fate : uint8_t { kStays, kGoes, kMixed };

  Result<WriteOutcome> Try(std::stop_token stop);
  Result<Fate> FateOf(const FileTask& task) const;
  /// What the change is about, as a plan of the table's current schema takes it.
  ScanOptions Concerned(const Table& table) const;
  /// Sorts a plan's files into those that go whole and those to be judged.
  Status Sort(const ScanPlan& plan, SnapshotChange& change, std::vector<const FileTask*>& mixed);
  /// `meant` are the rows of the file that go.
  Status Rewrite(const FileTask& task, const std::vector<bool>& meant, RowWriter& writer, DeleteReader& deletes,
                 SnapshotChange& change, std::stop_token stop);
  Status MarkDeleted(const FileTask& task, const std::vector<bool>& meant, DeleteReader& deletes, SnapshotChange& change,
                     std::stop_token stop);
  /// The places of the rows that go and that no earlier delete took.
  Result<std::vector<int64_t>> Places(const FileTask& task, const std::vector<bool>& meant, const FileDeletes& earlier,
                                      std::stop_token stop) const;
  bool marks() const;
  WriteOutcome Counted(const SnapshotChange& change) const;
  Result<WriteOutcome> Commit(SnapshotChange& change, std::stop_token stop);
  bool changes_layout() const { return layout_.schema || layout_.spec || layout_.order; }
  Status CheckNobodyElse(const Table& now, int64_t sequence_number) const;
  void Forget(const SnapshotChange& change) const;

  Table& table_;
  const ReplaceOptions& options_;
  Schema schema_;
  std::vector<DataFile> fresh_;
  std::shared_ptr<const KeySet> keys_;
  SnapshotChange layout_;
  BoundFilter filter_;
  std::set<std::string> partitions_;
  std::map<std::string, size_t> deletes_seen_;  // by the path of a file that this change reads: how many delete files it had
  int64_t rows_removed_ = 0;
};

}  // namespace dvt::lake
