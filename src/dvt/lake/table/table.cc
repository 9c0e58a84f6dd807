#include "dvt/lake/table/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>

#include "dvt/base/text/text.h"

namespace dvt::lake {

namespace {

/// The storage settings of a table, with credentials that are renewed before they expire.
class TableSettings {
 public:
  TableSettings(std::shared_ptr<RestCatalog> catalog, const LoadedTable& loaded) : catalog_(std::move(catalog)), loaded_(loaded) {
    loaded_.metadata = {};
  }

  Result<Properties> For(const std::string& location) {
    const std::lock_guard lock(mutex_);
    Properties properties = loaded_.StorageProperties(catalog_->properties(), location);
    const int64_t until = Renews(properties) ? End(properties) : 0, now = NowMs();
    // Of what was got anew half its life at least is used: a catalog may lend for a short time, or the same as before.
    const int64_t ahead = std::min(kAheadMs, std::max<int64_t>(until - got_ms_, 0) / 2);
    if (until == 0 || now < until - ahead || (now < until && now < again_ms_)) return properties;
    if (auto renewed = catalog_->RenewCredentials(loaded_, {}); !renewed) {
      if (now >= until) return std::move(renewed).error();
      again_ms_ = now + kPauseMs;
      return properties;
    }
    got_ms_ = NowMs();
    return loaded_.StorageProperties(catalog_->properties(), location);
  }

 private:
  static constexpr int64_t kAheadMs = 5 * 60 * 1000, kPauseMs = 10 * 1000;

  static bool Renews(const Properties& properties) {
    for (const auto* name :
         {"client.refresh-credentials-enabled", "gcs.oauth2.refresh-credentials-enabled", "adls.refresh-credentials-enabled"})
      if (const auto found = properties.find(name); found != properties.end() && EqualsIgnoreCase(found->second, "false"))
        return false;
    return true;
  }

  // When the first of the credentials ends; 0: none of them does.
  static int64_t End(const Properties& properties) {
    int64_t end = 0;
    // Azure's are named after the host that they are for.
    for (const auto* name : {"s3.session-token-expires-at-ms", "gcs.oauth2.token-expires-at", "adls.sas-token-expires-at-ms"}) {
      for (auto found = properties.lower_bound(name); found != properties.end() && found->first.starts_with(name); ++found) {
        const int64_t until = std::atoll(found->second.c_str());
        if (until > 0 && (end == 0 || until < end)) end = until;
      }
    }
    return end;
  }

  std::mutex mutex_;
  std::shared_ptr<RestCatalog> catalog_;
  LoadedTable loaded_;
  int64_t got_ms_ = 0;    // when the credentials were renewed; 0: they are those that the table was loaded with
  int64_t again_ms_ = 0;  // when a renewal that failed is tried again, while the old ones last
};

}  // namespace

Result<Table> Table::Of(std::shared_ptr<RestCatalog> catalog, LoadedTable loaded) {
  auto settings = std::make_shared<TableSettings>(catalog, loaded);
  auto store = std::make_shared<FileStore>([settings](const std::string& location) { return settings->For(location); });
  return Table(std::move(catalog), std::make_shared<LoadedTable>(std::move(loaded)), std::move(store));
}

Result<Table> Table::Load(std::shared_ptr<RestCatalog> catalog, const TableIdentifier& identifier, std::stop_token stop) {
  DVT_ASSIGN(LoadedTable loaded, catalog->LoadTable(identifier, stop));
  return Of(std::move(catalog), std::move(loaded));
}

Result<Table> Table::FromMetadata(const std::string& location, Properties storage) {
  auto store = MakeFileStore(std::move(storage));
  DVT_ASSIGN(const std::string text, store->Read(location));
  auto metadata = ParseMetadata(text);
  if (!metadata) return std::move(metadata).error().Within("while reading " + location);
  auto loaded = std::make_shared<LoadedTable>();
  loaded->metadata = *std::move(metadata);
  loaded->metadata_location = location;
  loaded->identifier.name = location;
  return Table(nullptr, std::move(loaded), std::move(store));
}

Status Table::Refresh(std::stop_token stop) {
  if (catalog_ == nullptr) return {};
  DVT_TRY(catalog_->Refresh(*loaded_, stop));
  return {};
}

Result<const Snapshot*> Table::SnapshotFor(const ScanOptions& options) const {
  const TableMetadata& table = metadata();
  const Snapshot* found = table.current_snapshot();
  std::string wanted;
  if (options.snapshot_id) {
    found = table.FindSnapshot(*options.snapshot_id);
    wanted = fmt::format("snapshot {}", *options.snapshot_id);
  } else if (options.timestamp_ms) {
    found = table.SnapshotAt(*options.timestamp_ms);
    wanted = "snapshot as of " + LiteralText(TypeId::kTimestampTz, Literal::Int(*options.timestamp_ms * 1000));
  } else if (!options.ref.empty() && !(options.ref == "main" && found == nullptr)) {
    found = table.SnapshotOfRef(options.ref);
    if (found == nullptr)
      return Error(ErrorCode::kNotFound,
                   fmt::format("the table {} has {}", identifier().ToString(), table.NoRef(options.ref, "branch or tag", false)));
  }
  if (found == nullptr && !wanted.empty())
    return Error(ErrorCode::kNotFound, fmt::format("the table {} has no {}", identifier().ToString(), wanted));
  return found;
}

Result<std::vector<ManifestFile>> Table::Manifests(const Snapshot& snapshot) const {
  if (!snapshot.manifest_list.empty()) {
    DVT_ASSIGN(const std::string bytes, store_->Read(snapshot.manifest_list));
    auto manifests = ReadManifestList(bytes);
    if (!manifests) return std::move(manifests).error().Within("while reading the manifest list " + snapshot.manifest_list);
    return manifests;
  }
  std::vector<ManifestFile> manifests;  // v1 may name them in the metadata
  for (const auto& path : snapshot.manifests) {
    ManifestFile manifest;
    manifest.path = path;
    manifest.spec_id = metadata().default_spec_id;
    manifest.added_snapshot_id = snapshot.id;
    manifest.has_counts = false;
    manifests.push_back(std::move(manifest));
  }
  return manifests;
}

}  // namespace dvt::lake
