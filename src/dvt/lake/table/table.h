#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dvt/base/telemetry/span.h"
#include "dvt/columnar/c_abi/stream.h"
#include "dvt/lake/filter/expression.h"
#include "dvt/lake/iceberg/manifest.h"
#include "dvt/lake/rest/catalog.h"
#include "dvt/lake/storage/file_store.h"

namespace dvt::lake {

/// What is read of a table.
struct ScanOptions {
  std::vector<std::string> columns;    ///< empty: all, in the schema's order
  Filter filter;                       ///< rows for which it is not true are left out
  std::optional<int64_t> snapshot_id;  ///< at most one of these three; none: the newest of main
  std::optional<int64_t> timestamp_ms;
  std::string ref;  ///< a branch or tag
  int64_t limit = -1;
  int threads = 0;  ///< 0: as many as the machine has processors
  int64_t batch_rows = 1 << 16;
};

/// A data file to read, with the delete files that may touch it.
struct FileTask {
  DataFile file;
  bool idle = false;  ///< its statistics say that no row is taken: planned, as other planners do, and never opened
  int64_t sequence_number = 0;
  std::vector<std::shared_ptr<const DataFile>> deletes;
};

/// The files of a scan and how many were passed over.
struct ScanPlan {
  std::vector<FileTask> tasks;
  Schema schema;  ///< the table's or, when an older state or a tag is read, its snapshot's
  std::optional<int64_t> snapshot_id;
  int64_t manifests = 0, manifests_skipped = 0;
  int64_t files_skipped = 0;
};

/// A table of a catalog, or of a metadata file that is only read. Thread-compatible; copies share the store.
class Table {
 public:
  static Result<Table> Load(std::shared_ptr<RestCatalog> catalog, const TableIdentifier& identifier, std::stop_token stop);
  static Result<Table> Of(std::shared_ptr<RestCatalog> catalog, LoadedTable loaded);
  /// From a metadata.json, which no catalog answers for.
  static Result<Table> FromMetadata(const std::string& location, Properties storage);

  const TableIdentifier& identifier() const { return loaded_->identifier; }
  const TableMetadata& metadata() const { return loaded_->metadata; }
  const std::string& metadata_location() const { return loaded_->metadata_location; }
  RestCatalog* catalog() const { return catalog_.get(); }
  FileStore& store() const { return *store_; }
  std::shared_ptr<FileStore> shared_store() const { return store_; }
  Status Refresh(std::stop_token stop);
  /// After a commit.
  void Replace(LoadedTable loaded) { *loaded_ = std::move(loaded); }

  /// The snapshot that a scan reads; null if the table has none yet.
  Result<const Snapshot*> SnapshotFor(const ScanOptions& options) const;
  Result<std::vector<ManifestFile>> Manifests(const Snapshot& snapshot) const;
  Result<ScanPlan> Plan(const ScanOptions& options, std::stop_token stop) const;
  /// The rows as a stream, read by several threads with bounded memory, in the order of the files. Dropping it ends the reading; a
  /// stop makes its next batch kCancelled. The table need not outlive it.
  Result<columnar::Stream> Scan(const ScanOptions& options, std::stop_token stop) const;
  /// The same of a plan's files, or some of them.
  Result<columnar::Stream> Read(ScanPlan plan, const ScanOptions& options, std::stop_token stop) const;

 private:
  Result<columnar::Stream> ReadTold(ScanPlan plan, const ScanOptions& options, Span& span, std::stop_token stop) const;
  Table(std::shared_ptr<RestCatalog> catalog, std::shared_ptr<LoadedTable> loaded, std::shared_ptr<FileStore> store)
      : catalog_(std::move(catalog)), loaded_(std::move(loaded)), store_(std::move(store)) {}

  std::shared_ptr<RestCatalog> catalog_;
  std::shared_ptr<LoadedTable> loaded_;
  std::shared_ptr<FileStore> store_;
};

}  // namespace dvt::lake
