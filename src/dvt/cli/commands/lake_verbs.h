#pragma once

#include <memory>
#include <stop_token>

#include "dvt/cli/commands/lake_options.h"
#include "dvt/lake/table/table.h"

namespace dvt::cli {

/// One call of `dvt lake`.
struct LakeCall {
  const LakeOptions& options;
  std::stop_token stop;
  lake::Properties properties;
  std::shared_ptr<lake::RestCatalog> catalog;  ///< once connected

  Result<std::shared_ptr<lake::RestCatalog>> Catalog();
  /// The table named, or the one of a metadata file.
  Result<lake::Table> OpenTable();
  /// The answer as JSON or as text, by --output.
  void Print(const Value& json, const std::string& text) const;
};

/// NAME=VALUE texts as a map.
Result<lake::Properties> LakeSettings(const std::vector<std::string>& given);

Result<int> LakeCatalog(LakeCall& call);
Result<int> LakeNamespaceList(LakeCall& call);
Result<int> LakeNamespaceCreate(LakeCall& call);
Result<int> LakeNamespaceShow(LakeCall& call);
Result<int> LakeNamespaceSet(LakeCall& call);
Result<int> LakeNamespaceDrop(LakeCall& call);
Result<int> LakeTableList(LakeCall& call);
Result<int> LakeTableCreate(LakeCall& call);
Result<int> LakeTableShow(LakeCall& call);
Result<int> LakeTableDrop(LakeCall& call);
Result<int> LakeTableRename(LakeCall& call);
Result<int> LakeTableRegister(LakeCall& call);
Result<int> LakeTableLayout(LakeCall& call);
Result<int> LakeColumnAdd(LakeCall& call);
Result<int> LakeColumnRename(LakeCall& call);
Result<int> LakeColumnDrop(LakeCall& call);
Result<int> LakeColumnSet(LakeCall& call);
Result<int> LakeViewList(LakeCall& call);
Result<int> LakeViewShow(LakeCall& call);
Result<int> LakeViewRename(LakeCall& call);
Result<int> LakeViewDrop(LakeCall& call);
Result<int> LakeScan(LakeCall& call);
Result<int> LakeFiles(LakeCall& call);
Result<int> LakeHistory(LakeCall& call);
Result<int> LakeAppend(LakeCall& call);
Result<int> LakeOverwrite(LakeCall& call);
Result<int> LakeUpsert(LakeCall& call);
Result<int> LakeDelete(LakeCall& call);
Result<int> LakeTableSet(LakeCall& call);
Result<int> LakeExpire(LakeCall& call);
Result<int> LakeOrphans(LakeCall& call);
Result<int> LakeCompact(LakeCall& call);
Result<int> LakeRewriteManifests(LakeCall& call);
Result<int> LakeRollback(LakeCall& call);
Result<int> LakeRefSet(LakeCall& call);
Result<int> LakeRefDrop(LakeCall& call);

/// A moment as people write it, in milliseconds since the epoch.
Result<int64_t> LakeMoment(const std::string& option, const std::string& text);
/// The number of a snapshot.
Result<int64_t> LakeSnapshotId(const std::string& text);
/// What a write did, by --output.
int LakePrintOutcome(const LakeCall& call, int64_t rows, int64_t removed, int64_t files, int64_t bytes,
                     std::optional<int64_t> snapshot_id);

}  // namespace dvt::cli
