#include "dvt/run/changes/change_settings.h"

#include <fmt/format.h>

#include "dvt/base/text/text.h"

namespace dvt::run {

namespace {

using columnar::TypeKind;

// `id`, "id" and [id] are one name in a config.
std::string Unquoted(const std::string& name) {
  const size_t last = name.size() - 1;
  const bool quoted = name.size() > 2 && ((name[0] == '"' && name[last] == '"') || (name[0] == '`' && name[last] == '`'));
  return quoted ? name.substr(1, last - 1) : name;
}

bool NamesRows(const columnar::DataType& type) {
  switch (type.kind) {
    case TypeKind::kNull:
    case TypeKind::kFloat32:
    case TypeKind::kFloat64:
    case TypeKind::kInterval:
    case TypeKind::kJson:
    case TypeKind::kList:
    case TypeKind::kStruct: return false;
    case TypeKind::kDecimal: return columnar::ArrowDecimal(type).bits == 128;
    default: return true;
  }
}

}  // namespace

Result<std::optional<ChangeSettings>> ChangeSettingsOf(const model::Node& node) {
  const Value& asked = node.config["change_detection"];
  if (asked.is_null() || (asked.is_bool() && !asked.as_bool())) return std::optional<ChangeSettings>();
  const auto wrong = [&](std::string text, std::string hint) {
    return Error(ErrorCode::kConfig, std::move(text)).At({node.original_path, 0, 0}).WithHint(std::move(hint));
  };
  if (asked.ToText() != "hash")
    return wrong(fmt::format("change_detection '{}' is unknown", asked.ToText()), "use change_detection='hash', or leave it out");
  if (node.materialized() != "incremental")
    return wrong(fmt::format("change_detection needs an incremental model; this one is a {}", node.materialized()),
                 "set materialized='incremental' and a unique_key");
  ChangeSettings settings;
  const Value& key = node.config["unique_key"];
  if (key.is_string()) settings.key.push_back(Unquoted(key.as_string()));
  if (key.is_list()) {
    for (const auto& column : key.list()) settings.key.push_back(Unquoted(column.ToText()));
  }
  if (settings.key.empty())
    return wrong("change_detection needs a unique_key", "name the column(s) that name a row: unique_key='id', or a list");
  const Value& strategy = node.config["incremental_strategy"];
  const std::string chosen = strategy.is_null() ? "" : strategy.ToText();
  if (!chosen.empty() && chosen != "merge" && chosen != "delete+insert" && chosen != "default")
    return wrong(fmt::format("change_detection does not go with incremental_strategy '{}'", chosen),
                 "changed rows replace the old ones: use merge or delete+insert");
  const Value& deletes = node.config["hash_deletes"];
  const std::string gone = deletes.is_null() ? "delete" : deletes.ToText();
  if (gone != "delete" && gone != "ignore")
    return wrong(fmt::format("hash_deletes '{}' is unknown", gone),
                 "delete: rows that are gone from the source go from the target; ignore: they stay");
  settings.deletes = gone == "delete";
  const Value& groups = node.config["hash_groups"];
  if (!groups.is_null() && !groups.is_bool())
    return wrong(fmt::format("hash_groups '{}' is neither true nor false", groups.ToText()),
                 "true (the default): sums of groups are compared first; false: all hashes are read");
  settings.groups = groups.is_null() || groups.as_bool();
  const Value& policy = node.config["on_schema_change"];
  settings.fails_on_new_columns = policy.is_string() && policy.as_string() == "fail";
  return std::optional(std::move(settings));
}

Result<std::vector<size_t>> KeyPositions(const std::vector<std::string>& key, const columnar::Fields& fields) {
  std::vector<size_t> positions;
  for (const auto& name : key) {
    std::optional<size_t> found;
    for (size_t i = 0; i < fields.size(); ++i) {
      if (fields[i].name == name) found = i;
    }
    for (size_t i = 0; i < fields.size() && !found; ++i) {
      if (EqualsIgnoreCase(fields[i].name, name)) found = i;
    }
    if (!found) {
      std::vector<std::string> names;
      for (const auto& field : fields) names.push_back(field.name);
      return Error(ErrorCode::kConfig, fmt::format("the key column '{}' is no column of the rows", name))
          .WithHint("there are: " + Join(names, ", "));
    }
    if (!NamesRows(fields[*found].type))
      return Error(ErrorCode::kConfig, fmt::format("the key column '{}' is of type {}, which cannot name a row", name,
                                                   fields[*found].type.ToString()))
          .WithHint("use columns of integers, decimals, texts, UUIDs, bytes, dates or timestamps; or cast it in the query");
    positions.push_back(*found);
  }
  return positions;
}

}  // namespace dvt::run
