#include <fmt/format.h>

#include "dvt/lake/table/maintenance.h"
#include "dvt/lake/table/manifest_rewrite.h"
#include "dvt/lake/table/snapshot_builder.h"
#include "dvt/lake/table/span_internal.h"

namespace dvt::lake {

namespace {

RewriteManifestsOutcome OutcomeOf(const ManifestCounts& counts) {
  RewriteManifestsOutcome outcome;
  outcome.created = counts.created;
  outcome.kept = counts.kept;
  outcome.replaced = counts.replaced;
  outcome.entries = counts.entries;
  return outcome;
}

// As the snapshot tells it.
RewriteManifestsOutcome OutcomeOf(const TableMetadata& table, int64_t snapshot_id) {
  RewriteManifestsOutcome outcome;
  outcome.snapshot_id = snapshot_id;
  const Snapshot* made = table.FindSnapshot(snapshot_id);
  if (made == nullptr) return outcome;
  for (const auto& [key, count] :
       {std::pair{"manifests-created", &outcome.created}, std::pair{"manifests-kept", &outcome.kept},
        std::pair{"manifests-replaced", &outcome.replaced}, std::pair{"entries-processed", &outcome.entries}})
    *count = CountIn(made->summary, key);
  return outcome;
}

// Makes the manifests and forgets them.
Result<RewriteManifestsOutcome> Tried(const Table& table, const std::vector<ManifestFile>& manifests, size_t target,
                                      std::stop_token stop) {
  const auto measure = [](ManifestWriter& writer) -> Result<ManifestFile> {
    ManifestFile manifest;
    DVT_TRY(writer.Finish(manifest));
    return manifest;
  };
  ManifestRewrite rewrite(table, 0, target, ManifestCodec(table.metadata()), measure);
  std::vector<std::string> stale;
  DVT_TRY(rewrite.Apply(manifests, stale, stop));
  return OutcomeOf(rewrite.counts());
}

Result<RewriteManifestsOutcome> Rewrite(Table& table, const RewriteManifestsOptions& options, std::stop_token stop) {
  if (options.target_bytes && *options.target_bytes < 1)
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("the size of a manifest must be 1 byte or more, not {}", *options.target_bytes));
  DVT_TRY(table.Refresh(stop));
  SnapshotChange change;
  change.operation = "replace";
  change.branch = options.branch;
  DVT_TRY(CheckWritable(table, change.branch, false));
  const size_t target = options.target_bytes ? static_cast<size_t>(*options.target_bytes) : ManifestTarget(table.metadata());
  std::vector<ManifestFile> manifests;
  bool worth = false;
  const auto look = [&](const Table& now) -> Status {
    const Snapshot* newest = now.metadata().HeadFor(change.branch);
    if (newest != nullptr) {
      DVT_ASSIGN(manifests, now.Manifests(*newest));
    }
    worth = ManifestRewrite::IsWorth(now, manifests, target);
    return {};
  };
  DVT_TRY(look(table));
  RewriteManifestsOutcome outcome;
  outcome.kept = static_cast<int64_t>(manifests.size());
  if (!worth) return outcome;
  if (options.dry) return Tried(table, manifests, target, stop);
  change.manifest_target = target;
  // Somebody else may have done the same meanwhile.
  change.validate = [&](const Table& now) -> Status {
    DVT_TRY(look(now));
    return worth ? Status() : Error(ErrorCode::kDeadlock, "somebody else wrote the manifests again at the same time");
  };
  auto committed = CommitSnapshot(table, change, stop);
  if (!committed && !worth) {
    outcome.kept = static_cast<int64_t>(manifests.size());
    return outcome;
  }
  DVT_ASSIGN(const int64_t id, std::move(committed));
  return OutcomeOf(table.metadata(), id);
}

}  // namespace

Result<RewriteManifestsOutcome> RewriteManifests(Table& table, const RewriteManifestsOptions& options, std::stop_token stop) {
  return InSpan("iceberg.rewrite_manifests", table.identifier(), [&](Span& span) {
    if (options.branch != "main") span.Set("iceberg.branch", options.branch);
    if (options.dry) span.Set("iceberg.dry_run", true);
    auto outcome = Rewrite(table, options, stop);
    if (outcome) {
      span.Set("iceberg.manifests_created", outcome->created);
      span.Set("iceberg.manifests_kept", outcome->kept);
      span.Set("iceberg.manifests_replaced", outcome->replaced);
      span.Set("iceberg.entries", outcome->entries);
      if (outcome->snapshot_id) span.Set("iceberg.snapshot_id", *outcome->snapshot_id);
    }
    return outcome;
  });
}

}  // namespace dvt::lake
