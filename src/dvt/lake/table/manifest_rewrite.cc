#include "dvt/lake/table/manifest_rewrite.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>

namespace dvt::lake {

namespace {

constexpr size_t kEntriesAtOnce = 1 << 14;
constexpr size_t kBytesKept = 64 << 20;  // of manifests that are read more than once

// NULL before all values, NaN after them.
int CompareValues(const Literal& a, const Literal& b) {
  const auto rank = [](const Literal& value) { return value.is_null() ? 0 : value.is_nan() ? 2 : 1; };
  if (rank(a) != rank(b) || rank(a) != 1) return rank(a) - rank(b);
  return CompareLiterals(a, b);
}

bool Before(const PartitionValues& a, const PartitionValues& b) {
  for (size_t i = 0; i < std::min(a.size(), b.size()); ++i)
    if (const int order = CompareValues(a[i], b[i]); order != 0) return order < 0;
  return a.size() < b.size();
}

// The range of one partition field in a manifest; none if the manifest does not tell.
struct Span {
  Literal low, high;
};

std::optional<Span> SpanOf(const ManifestFile& manifest, size_t place, const Type& type) {
  if (!manifest.partitions || place >= manifest.partitions->size()) return std::nullopt;
  const FieldSummary& summary = (*manifest.partitions)[place];
  Span span;
  const auto read = [&](const std::optional<std::string>& bytes, Literal& out) {
    if (!bytes) return true;
    auto value = LiteralFromBytes(type, *bytes);
    if (value) out = *std::move(value);
    return value.has_value();
  };
  if (!read(summary.lower_bound, span.low) || !read(summary.upper_bound, span.high)) return std::nullopt;
  if (summary.contains_null) span.low = Literal();
  if (summary.contains_nan.value_or(false)) span.high = Literal::Float(std::numeric_limits<double>::quiet_NaN());
  return span;
}

// Whether the manifests follow each other in the first field that tells partitions apart.
bool InOrder(const std::vector<ManifestFile>& manifests, const PartitionSpec& spec, const Schema& schema) {
  size_t place = 0;
  while (place < spec.fields.size() && spec.fields[place].transform.kind() == TransformKind::kVoid) ++place;
  if (place == spec.fields.size()) return true;
  const Type type = spec.PartitionType(schema).fields[place].type;
  std::vector<Span> spans;
  for (const auto& manifest : manifests) {
    const auto span = SpanOf(manifest, place, type);
    if (!span) return false;
    spans.push_back(*span);
  }
  std::sort(spans.begin(), spans.end(), [](const Span& a, const Span& b) {
    const int order = CompareValues(a.low, b.low);
    return order != 0 ? order < 0 : CompareValues(a.high, b.high) < 0;
  });
  for (size_t i = 1; i < spans.size(); ++i)
    if (CompareValues(spans[i].low, spans[i - 1].high) < 0) return false;
  return true;
}

using Groups = std::map<std::pair<int, bool>, std::vector<ManifestFile>>;

Groups GroupsOf(const std::vector<ManifestFile>& manifests) {
  Groups groups;
  for (const auto& manifest : manifests) groups[{manifest.spec_id, manifest.deletes}].push_back(manifest);
  return groups;
}

// More manifests than their bytes need, ones that tell of nothing any more, or partitions that are spread over several.
bool IsUntidy(const Table& table, const std::vector<ManifestFile>& group, size_t target) {
  const PartitionSpec* spec = table.metadata().FindSpec(group.front().spec_id);
  if (spec == nullptr) return true;  // an error, told when it is read
  int64_t bytes = 0;
  for (const auto& manifest : group) bytes += manifest.length;
  const auto needed = (static_cast<size_t>(bytes) + target - 1) / target;
  if (group.size() > std::max<size_t>(1, needed)) return true;
  if (std::any_of(group.begin(), group.end(), [](const ManifestFile& each) { return !each.has_live_files(); })) return true;
  return group.size() > 1 &&
         !InOrder(group, *spec, SchemaWithSources(*spec, table.metadata().schema(), table.metadata().schemas));
}

/// Where an entry is, and what it is ordered by.
struct Place {
  PartitionValues partition;
  uint32_t manifest = 0, entry = 0;
};

/// The live entries of some manifests, read as often as is needed.
class Entries {
 public:
  Entries(const Table& table, const std::vector<ManifestFile>& manifests, const PartitionSpec& spec, const Schema& schema)
      : table_(table), manifests_(manifests), spec_(spec), schema_(schema) {}

  Status Each(size_t manifest, const std::function<Status(uint32_t number, ManifestEntry&& entry)>& take) {
    DVT_ASSIGN(const std::string* bytes, BytesOf(manifest));
    uint32_t number = 0;
    return ReadManifest(*bytes, manifests_[manifest], spec_, schema_, [&](ManifestEntry&& entry) -> Status {
      if (entry.status == EntryStatus::kDeleted) return {};
      return take(number++, std::move(entry));
    });
  }

  Result<std::vector<Place>> InOrder(std::stop_token stop) {
    std::vector<Place> places;
    for (size_t i = 0; i < manifests_.size(); ++i) {
      if (stop.stop_requested()) return Error(ErrorCode::kCancelled, "the rewrite of the manifests was cancelled");
      DVT_TRY(Each(i, [&](uint32_t number, ManifestEntry&& entry) -> Status {
        places.push_back({std::move(entry.file.partition), static_cast<uint32_t>(i), number});
        return {};
      }));
    }
    std::stable_sort(places.begin(), places.end(),
                     [](const Place& a, const Place& b) { return Before(a.partition, b.partition); });
    return places;
  }

  // Entries of `places`, in their order.
  Result<std::vector<ManifestEntry>> At(const Place* places, size_t count) {
    std::map<uint32_t, std::map<uint32_t, size_t>> wanted;
    for (size_t i = 0; i < count; ++i) wanted[places[i].manifest][places[i].entry] = i;
    std::vector<ManifestEntry> out(count);
    for (const auto& [manifest, numbers] : wanted) {
      DVT_TRY(Each(manifest, [&, &numbers = numbers](uint32_t number, ManifestEntry&& entry) -> Status {
        if (const auto found = numbers.find(number); found != numbers.end()) out[found->second] = std::move(entry);
        return {};
      }));
    }
    return out;
  }

 private:
  Result<const std::string*> BytesOf(size_t manifest) {
    const std::string& path = manifests_[manifest].path;
    if (const auto found = kept_.find(path); found != kept_.end()) return &found->second;
    auto bytes = table_.store().Read(path);
    if (!bytes) return std::move(bytes).error().Within("while reading a manifest of " + table_.identifier().ToString());
    if (kept_bytes_ + bytes->size() > kBytesKept) return &(last_ = *std::move(bytes));
    kept_bytes_ += bytes->size();
    return &kept_.emplace(path, *std::move(bytes)).first->second;
  }

  const Table& table_;
  const std::vector<ManifestFile>& manifests_;
  const PartitionSpec& spec_;
  const Schema& schema_;
  std::map<std::string, std::string> kept_;
  size_t kept_bytes_ = 0;
  std::string last_;
};

}  // namespace

struct ManifestRewrite::Group {
  const PartitionSpec* spec;
  bool deletes;
  std::vector<ManifestFile> manifests;
};

ManifestRewrite::ManifestRewrite(const Table& table, int64_t snapshot_id, size_t target, avro::Codec codec, Store store)
    : table_(table), snapshot_id_(snapshot_id), target_(target), codec_(codec), store_(std::move(store)) {}

bool ManifestRewrite::IsWorth(const Table& table, const std::vector<ManifestFile>& manifests, size_t target) {
  const Groups groups = GroupsOf(manifests);
  return std::any_of(groups.begin(), groups.end(), [&](const auto& each) { return IsUntidy(table, each.second, target); });
}

Result<std::vector<ManifestFile>> ManifestRewrite::Apply(const std::vector<ManifestFile>& before, std::vector<std::string>& stale,
                                                         std::stop_token stop) {
  const auto replaced = [&](const ManifestFile& manifest) { return replaced_.contains(manifest.path); };
  const bool usable =
      !replaced_.empty() && static_cast<size_t>(std::count_if(before.begin(), before.end(), replaced)) == replaced_.size();
  if (!usable) {
    for (const auto& manifest : created_) stale.push_back(manifest.path);
    replaced_.clear();
    created_.clear();
    counts_ = {};
    for (const auto& [kind, manifests] : GroupsOf(before)) {
      if (!IsUntidy(table_, manifests, target_)) continue;
      const PartitionSpec* spec = table_.metadata().FindSpec(kind.first);
      if (spec == nullptr)
        return Error(ErrorCode::kData, fmt::format("the manifest {} is of partition spec {}, which the table does not have",
                                                   manifests.front().path, kind.first));
      for (const auto& manifest : manifests) replaced_.insert(manifest.path);
      DVT_TRY(Rewrite({spec, kind.second, manifests}, stop));
    }
  }
  std::vector<ManifestFile> out = created_;
  for (const auto& manifest : before)
    if (!replaced(manifest)) out.push_back(manifest);
  counts_.created = static_cast<int64_t>(created_.size());
  counts_.replaced = static_cast<int64_t>(replaced_.size());
  counts_.kept = static_cast<int64_t>(out.size() - created_.size());
  return out;
}

Status ManifestRewrite::Rewrite(const Group& group, std::stop_token stop) {
  const TableMetadata& metadata = table_.metadata();
  const Schema& schema = SchemaWithSources(*group.spec, metadata.schema(), metadata.schemas);
  Entries entries(table_, group.manifests, *group.spec, schema);
  DVT_ASSIGN(const auto places, entries.InOrder(stop));
  std::optional<ManifestWriter> writer;
  const auto store = [&]() -> Status {
    DVT_ASSIGN(ManifestFile written, store_(*writer));
    created_.push_back(std::move(written));
    writer.reset();
    return {};
  };
  for (size_t at = 0; at < places.size(); at += kEntriesAtOnce) {
    if (stop.stop_requested()) return Error(ErrorCode::kCancelled, "the rewrite of the manifests was cancelled");
    DVT_ASSIGN(auto some, entries.At(&places[at], std::min(kEntriesAtOnce, places.size() - at)));
    for (ManifestEntry& entry : some) {
      if (!writer) {
        DVT_ASSIGN(writer,
                   ManifestWriter::Make(metadata.format_version, *group.spec, schema, group.deletes, snapshot_id_, codec_));
      }
      entry.status = EntryStatus::kExisting;
      DVT_TRY(writer->Append(entry));
      if (writer->size() < target_) continue;
      DVT_TRY(writer->Flush());  // packed it may have room for more
      if (writer->size() >= target_) DVT_TRY(store());
    }
  }
  counts_.entries += static_cast<int64_t>(places.size());
  return writer ? store() : Status();
}

}  // namespace dvt::lake
