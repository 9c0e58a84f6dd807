#pragma once

#include "dvt/lake/table/append.h"

namespace dvt::lake {

struct ExpireOptions {
  int64_t older_than_ms = 0;  ///< snapshots made before this moment go
  int keep_last = 1;          ///< so many of each branch stay, however old
};

struct CleanOutcome {
  int64_t snapshots = 0;
  std::vector<std::string> files;  ///< removed, or to be removed
};

/// Removes snapshots that no branch or tag needs, then the files that only they used. What cannot be removed is left as an orphan.
Result<CleanOutcome> ExpireSnapshots(Table& table, const ExpireOptions& options, std::stop_token stop);
/// Removes files below the table's location that no snapshot and no metadata refers to and that are older than a moment: those of a writer at
/// work are younger. `dry` only lists them.
Result<CleanOutcome> RemoveOrphans(Table& table, int64_t older_than_ms, bool dry, std::stop_token stop);
struct RewriteManifestsOptions {
  std::optional<int64_t> target_bytes;  ///< size of a manifest; none: commit.manifest.target-size-bytes of the table (8 MB)
  bool dry = false;                     ///< only counts
  std::string branch = "main";
};

struct RewriteManifestsOutcome {
  int64_t created = 0, kept = 0, replaced = 0;  ///< manifests
  int64_t entries = 0;                          ///< files that the replaced ones tell of
  std::optional<int64_t> snapshot_id;           ///< none if there was nothing to commit
};

/// Writes the manifests of a branch again as few ones in the order of the partitions, so that a filter on them reads fewer; no data file changes. Nothing is
/// committed where they are so already. kInvalidArgument: a target below 1, or a tag; kNotFound: no such branch.
Result<RewriteManifestsOutcome> RewriteManifests(Table& table, const RewriteManifestsOptions& options, std::stop_token stop);
/// Writes data files of a branch that are smaller than three quarters of the target size, or that have delete files, again as fewer larger ones.
/// Errors as of RewriteManifests.
Result<WriteOutcome> Compact(Table& table, const std::string& branch, std::stop_token stop);

/// Makes an older snapshot of main's history the current one.
Status RollBack(Table& table, int64_t snapshot_id, std::stop_token stop);
/// Makes or moves a branch or a tag.
Status SetRef(Table& table, const std::string& name, bool branch, int64_t snapshot_id, std::stop_token stop);
Status RemoveRef(Table& table, const std::string& name, std::stop_token stop);
/// Sets and removes table properties.
Status SetProperties(Table& table, const Properties& updates, const std::vector<std::string>& removals, std::stop_token stop);

}  // namespace dvt::lake
