#include "dvt/run/context/transfer_settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "dvt/base/text/text.h"
#include "dvt/project/load/config_place.h"
#include "dvt/run/transfer/load_budget.h"

namespace dvt::run {

namespace {

Place PlaceOfSetting(const model::Manifest& manifest, const model::Node& node, const std::string& key) {
  std::vector<std::string> path{"transfer"};
  if (!key.empty()) path.push_back(key);
  return project::PlaceOfConfig(manifest, node, path);
}

}  // namespace

SettingsHome::SettingsHome(const model::Manifest& manifest, const model::Node& node)
    : find_([&manifest, &node](const std::string& key) { return PlaceOfSetting(manifest, node, key); }) {}

SettingsHome::SettingsHome(const model::Manifest& manifest, std::shared_ptr<const model::Node> node)
    : find_([&manifest, node](const std::string& key) { return PlaceOfSetting(manifest, *node, key); }) {}

Place SettingsHome::Of(const std::string& key, Mark mark) const {
  return find_ ? find_(key) : Place{file_, mark.line, mark.column};
}

namespace {

constexpr double kMostRows = 1e15, kMostPartitions = 1e6, kMostSeconds = 366.0 * 86'400;

const std::vector<std::string>& Keys() {
  static const std::vector<std::string> keys = {
      "prefer_column",     "rows_per_partition", "min_partitions", "max_partitions",   "parallel",        "batch_rows",
      "connect_timeout",   "query_timeout",      "moment",         "resume",           "retries",         "retry_base",
      "retry_max",         "retry_on_unknown",   "push",           "join_filter_rows", "shared_extracts", "join_memory",
      "join_filter_tables"};
  return keys;
}

// One map of settings.
class Settings {
 public:
  Settings(const Value& map, const SettingsHome& home) : map_(map), home_(home) {}

  const Value& operator[](std::string_view key) const { return map_[key]; }

  Error Wrong(const std::string& key, std::string_view wanted) const {
    return Error(ErrorCode::kConfig, fmt::format("transfer setting '{}' must be {}, found '{}'", key, wanted, map_[key].ToText()))
        .At(home_.Of(key, map_[key].mark()));
  }

  // Nothing where the key is missing. Only whole numbers where `out` is one.
  template <typename Number>
  Status Read(const std::string& key, double least, double most, Number& out) const {
    constexpr bool kWhole = std::is_integral_v<Number>;
    const Value& value = map_[key];
    if (value.is_null()) return {};
    const double number = value.is_number() ? value.as_float() : std::nan("");
    if (!(number >= least && number <= most) || (kWhole && number != std::floor(number)))
      return Wrong(key, fmt::format("a {}number from {} to {}", kWhole ? "whole " : "", least, static_cast<int64_t>(most)));
    out = static_cast<Number>(number);
    return {};
  }

  Status Read(const std::string& key, bool& out) const {
    if (map_[key].is_null()) return {};
    if (!map_[key].is_bool()) return Wrong(key, "true or false");
    out = map_[key].as_bool();
    return {};
  }

  Status CheckKeys() const {
    if (!map_.is_map()) {
      return Error(ErrorCode::kConfig, fmt::format("transfer must be a map of settings, found '{}'", map_.ToText()))
          .At(home_.Of("", map_.mark()))
          .WithHint("such as transfer: {parallel: 4}; settings are: " + Join(Keys(), ", "));
    }
    for (const auto& entry : map_.map()) {
      if (std::find(Keys().begin(), Keys().end(), entry.key) != Keys().end()) continue;
      return Error(ErrorCode::kConfig, fmt::format("'{}' is no transfer setting.{}", entry.key, DidYouMean(entry.key, Keys())))
          .At(home_.Of(entry.key, entry.key_mark))
          .WithHint("transfer settings are: " + Join(Keys(), ", "));
    }
    const Value &least = map_["min_partitions"], &most = map_["max_partitions"];
    if (least.is_number() && most.is_number() && least.as_float() > most.as_float())
      return Wrong("min_partitions", fmt::format("no more than max_partitions, which is {}", most.ToText()));
    return {};
  }

 private:
  const Value& map_;
  const SettingsHome& home_;
};

Result<bool> ReadSwitch(const Value& settings, const char* key, bool base, const SettingsHome& home) {
  if (settings.is_map()) DVT_TRY(Settings(settings, home).Read(key, base));
  return base;
}

}  // namespace

Result<KeyTableSetting> KeyTablesFrom(const Value& settings, const SettingsHome& home) {
  KeyTableSetting out;
  if (!settings.is_map()) return out;
  const Value& setting = settings["join_filter_tables"];
  if (setting.is_null()) return out;
  if (setting.is_bool()) {
    out.allowed = setting.as_bool();
  } else if (setting.is_int() && setting.as_int() >= 1) {
    out = {true, setting.as_int()};
  } else {
    return Settings(settings, home)
        .Wrong("join_filter_tables", "true, false or a number of keys")
        .WithHint("true: many keys may go as a temporary table of the source's session; a number: from so many keys on");
  }
  return out;
}

Result<connectors::ReadOptions> ReadOptionsFrom(const Value& map, connectors::ReadOptions base, const SettingsHome& home) {
  if (map.is_null()) return base;
  const Settings settings(map, home);
  DVT_TRY(settings.CheckKeys());
  DVT_TRY(KeyTablesFrom(map, home));
  if (const Value& column = settings["prefer_column"]; !column.is_null()) {
    if (!column.is_string() || TrimView(column.as_string()).empty())
      return settings.Wrong("prefer_column", "the name of a column");
    base.prefer_column = column.as_string();
  }
  DVT_TRY(settings.Read("rows_per_partition", 1, kMostRows, base.rows_per_partition));
  DVT_TRY(settings.Read("min_partitions", 1, kMostPartitions, base.min_partitions));
  DVT_TRY(settings.Read("max_partitions", 1, kMostPartitions, base.max_partitions));
  DVT_TRY(settings.Read("parallel", 1, 10'000, base.parallel));
  DVT_TRY(settings.Read("batch_rows", 1, 1e9, base.batch_rows));
  if (const Value& moment = settings["moment"]; !moment.is_null()) {
    const std::string wanted = moment.is_string() ? moment.as_string() : "";
    if (wanted != "run" && wanted != "model")
      return settings.Wrong("moment", "run or model")
          .WithHint("run: all models of a run read a source at one moment; model: each at its own");
    base.shared_moment = wanted == "run";
  }
  DVT_TRY(settings.Read("query_timeout", 0.1, kMostSeconds, base.query_timeout_seconds));
  DVT_TRY(settings.Read("retries", 0, 1'000'000, base.retry.max_retries));
  DVT_TRY(settings.Read("retry_base", 0, kMostSeconds, base.retry.base_seconds));
  DVT_TRY(settings.Read("retry_max", 0, kMostSeconds, base.retry.max_seconds));
  DVT_TRY(settings.Read("retry_on_unknown", base.retry.retry_on_unknown));
  return base;
}

Result<bool> ResumeFrom(const Value& settings, bool base, const SettingsHome& home) {
  return ReadSwitch(settings, "resume", base, home);
}

Result<bool> SharesExtractsFrom(const Value& settings, bool base, const SettingsHome& home) {
  return ReadSwitch(settings, "shared_extracts", base, home);
}

Result<plan::PlanOptions> PlanOptionsFrom(const Value& map, plan::PlanOptions base, const SettingsHome& home) {
  if (!map.is_map()) return base;
  const Settings settings(map, home);
  DVT_TRY(settings.Read("join_filter_rows", 0, kMostRows, base.key_filter_rows));
  DVT_ASSIGN(const KeyTableSetting tables, KeyTablesFrom(map, home));
  if (tables.allowed) base.key_tables = tables.allowed;
  if (tables.from) base.key_table_from = tables.from;
  if (const Value& memory = settings["join_memory"]; !memory.is_null()) {
    const auto bytes = ParseByteCount(memory);
    if (!bytes)
      return settings.Wrong("join_memory", "a number of bytes such as 64MB")
          .WithHint("0 joins in one piece, however large the tables are");
    base.join_bytes = *bytes;
  }
  const Value& push = settings["push"];
  if (push.is_null()) return base;
  const std::string wanted = push.is_string() ? push.as_string() : "";
  if (wanted != "all" && wanted != "filters") {
    return settings.Wrong("push", "all or filters")
        .WithHint("all: joins, aggregates and join filters too; filters: columns and filters only");
  }
  const bool all = wanted == "all";
  base.push_joins = base.push_semi_joins = base.push_aggregates = base.push_limits = base.push_keys = all;
  return base;
}

}  // namespace dvt::run
