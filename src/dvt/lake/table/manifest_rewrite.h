#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "dvt/lake/table/table.h"

namespace dvt::lake {

/// How many manifests a rewrite makes, leaves and takes away, and how many files they tell of.
struct ManifestCounts {
  int64_t created = 0, kept = 0, replaced = 0;
  int64_t entries = 0;
};

/// Puts what a snapshot's manifests tell into few manifests of a certain size, in the order of the partitions. Manifests of each partition spec, of data
/// and of deletes stay apart; files keep the snapshot that added them and their sequence numbers. What is there already in order is left. Not thread-safe.
class ManifestRewrite {
 public:
  /// Names and stores a finished manifest.
  using Store = std::function<Result<ManifestFile>(ManifestWriter& writer)>;

  /// `target` in bytes, from 1 on; `snapshot_id` is of the snapshot that is to have them.
  ManifestRewrite(const Table& table, int64_t snapshot_id, size_t target, avro::Codec codec, Store store);

  /// Whether there is anything to do for these.
  static bool IsWorth(const Table& table, const std::vector<ManifestFile>& manifests, size_t target);

  /// The manifests to have in the place of `before`. What an earlier call made is used again as long as all that it replaces is there; if not, its
  /// manifests are added to `stale`. Needs about 16 thousand files' statistics in memory at a time, and the partitions of all.
  Result<std::vector<ManifestFile>> Apply(const std::vector<ManifestFile>& before, std::vector<std::string>& stale,
                                          std::stop_token stop);
  const ManifestCounts& counts() const { return counts_; }

 private:
  struct Group;
  Status Rewrite(const Group& group, std::stop_token stop);

  const Table& table_;
  int64_t snapshot_id_;
  size_t target_;
  avro::Codec codec_;
  Store store_;
  std::set<std::string> replaced_;
  std::vector<ManifestFile> created_;
  ManifestCounts counts_;
};

}  // namespace dvt::lake
