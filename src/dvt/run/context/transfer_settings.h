#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "dvt/connectors/api/connector.h"
#include "dvt/model/project.h"
#include "dvt/plan/resolve/planner.h"

namespace dvt::run {

/// Where a map `transfer` is written, to tell of wrong settings.
class SettingsHome {
 public:
  /// A file whose values have their marks.
  SettingsHome(std::string file) : file_(std::move(file)) {}  // NOLINT(google-explicit-constructor)
  /// A node's config, which comes from several files; refers to both, or holds the node.
  SettingsHome(const model::Manifest& manifest, const model::Node& node);
  SettingsHome(const model::Manifest& manifest, std::shared_ptr<const model::Node> node);
  /// Of the setting `key`; of the map itself without one.
  Place Of(const std::string& key, Mark mark) const;

 private:
  std::string file_;
  std::function<Place(const std::string& key)> find_;
};

/// `join_filter_tables`: true, false, or from how many keys on.
struct KeyTableSetting {
  std::optional<bool> allowed;
  std::optional<int64_t> from;
};
Result<KeyTableSetting> KeyTablesFrom(const Value& settings, const SettingsHome& home);

/// Settings of partitioned reading from a map with the keys prefer_column, rows_per_partition, min_partitions, max_partitions,
/// parallel, batch_rows, query_timeout, retries, retry_base, retry_max, retry_on_unknown, moment; `base` where a key is missing.
Result<connectors::ReadOptions> ReadOptionsFrom(const Value& settings, connectors::ReadOptions base, const SettingsHome& home);
/// Their `resume`: whether partitions that were read whole are kept until the model succeeded.
Result<bool> ResumeFrom(const Value& settings, bool base, const SettingsHome& home);
/// Their `shared_extracts`: whether one read may feed several models.
Result<bool> SharesExtractsFrom(const Value& settings, bool base, const SettingsHome& home);
/// What of the same settings is the planner's: `push`, `join_filter_rows`, `join_filter_tables`.
Result<plan::PlanOptions> PlanOptionsFrom(const Value& settings, plan::PlanOptions base, const SettingsHome& home);

}  // namespace dvt::run
