#include "dvt/lake/iceberg/metadata.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <random>

#include "dvt/base/text/text.h"
#include "dvt/lake/avro/container.h"

namespace dvt::lake {

namespace {

template <class T, class Id>
const T* FindIn(const std::vector<T>& items, Id id) {
  const auto found = std::find_if(items.begin(), items.end(), [&](const T& item) { return item.id == id; });
  return found == items.end() ? nullptr : &*found;
}

}  // namespace

std::string Snapshot::operation() const {
  const auto found = summary.find("operation");
  return found == summary.end() ? std::string() : found->second;
}

const Schema* TableMetadata::FindSchema(int id) const { return FindIn(schemas, id); }
const PartitionSpec* TableMetadata::FindSpec(int id) const { return FindIn(partition_specs, id); }
const SortOrder* TableMetadata::FindSortOrder(int id) const { return FindIn(sort_orders, id); }
const Snapshot* TableMetadata::FindSnapshot(int64_t id) const { return FindIn(snapshots, id); }
const Schema& TableMetadata::schema() const { return *FindSchema(current_schema_id); }
const PartitionSpec& TableMetadata::spec() const { return *FindSpec(default_spec_id); }
const SortOrder& TableMetadata::sort_order() const { return *FindSortOrder(default_sort_order_id); }

const Snapshot* TableMetadata::current_snapshot() const {
  return current_snapshot_id ? FindSnapshot(*current_snapshot_id) : nullptr;
}

const Snapshot* TableMetadata::SnapshotOfRef(const std::string& name) const {
  const auto found = refs.find(name);
  return found == refs.end() ? nullptr : FindSnapshot(found->second.snapshot_id);
}

const Snapshot* TableMetadata::HeadFor(const std::string& branch) const {
  return refs.contains(branch) ? SnapshotOfRef(branch) : current_snapshot();
}

std::string TableMetadata::NoRef(const std::string& name, const char* kind, bool branches_only) const {
  std::vector<std::string> names;
  for (const auto& [each, ref] : refs)
    if (ref.branch || !branches_only) names.push_back(each);
  if (!refs.contains("main")) names.insert(names.begin(), "main");  // there from the first write on
  return fmt::format("no {} '{}'.{} There {} {}", kind, name, DidYouMean(name, names), names.size() == 1 ? "is" : "are",
                     Join(names, ", "));
}

const Snapshot* TableMetadata::SnapshotAt(int64_t timestamp_ms) const {
  const Snapshot* best = nullptr;
  for (const auto& entry : snapshot_log)
    if (entry.timestamp_ms <= timestamp_ms) best = FindSnapshot(entry.snapshot_id);
  return best;
}

const Schema& TableMetadata::SchemaOf(const Snapshot& snapshot) const {
  const Schema* found = snapshot.schema_id ? FindSchema(*snapshot.schema_id) : nullptr;
  return found != nullptr ? *found : schema();
}

std::string TableMetadata::Property(const std::string& key, const std::string& otherwise) const {
  const auto found = properties.find(key);
  return found == properties.end() ? otherwise : found->second;
}

int64_t TableMetadata::IntProperty(const std::string& key, int64_t otherwise) const {
  const std::string text = Property(key, "");
  int64_t value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  return !text.empty() && read.ec == std::errc() && read.ptr == text.data() + text.size() ? value : otherwise;
}

bool TableMetadata::BoolProperty(const std::string& key, bool otherwise) const {
  const std::string text = Property(key, "");
  return text.empty() ? otherwise : EqualsIgnoreCase(text, "true");
}

Result<TableMetadata> ParseMetadata(std::string_view text) {
  std::string unpacked;
  if (text.starts_with("\x1f\x8b")) {
    DVT_ASSIGN(unpacked, avro::Gunzip(text));
    text = unpacked;
  }
  const auto json = ParseJson(text);
  if (!json) return Error(ErrorCode::kData, "the table's metadata are damaged: " + json.error().message());
  return MetadataFromJson(*json);
}

int64_t NewSnapshotId() {
  static thread_local std::mt19937_64 random{std::random_device{}()};
  return std::uniform_int_distribution<int64_t>(1, INT64_MAX)(random);
}

int64_t NowMs() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

}  // namespace dvt::lake
