#include "dvt/project/load/property_file.h"

#include <algorithm>
#include <map>
#include <unordered_set>

#include "dvt/base/text/text.h"
#include "dvt/project/load/config_merge.h"
#include "dvt/project/load/yaml_check.h"

namespace dvt::project {
namespace {

struct Section {
  std::string_view singular;
  Keys keys;
};

const std::map<std::string, Section>& Sections() {
  static const std::map<std::string, Section> sections = {
      {"models",
       {"model",
        {"name",
         "description",
         "columns",
         "config",
         "constraints",
         "docs",
         "meta",
         "tags",
         "tests",
         "data_tests",
         "versions",
         "latest_version",
         "access",
         "group",
         "deprecation_date",
         "time_spine",
         "original_file_path",
         "package_name",
         "primary_entity",
         "semantic_model",
         "agg_time_dimension",
         "metrics",
         "derived_semantics"}}},
      {"seeds", {"seed", {"name", "description", "columns", "config", "docs", "meta", "tags", "tests", "data_tests", "group"}}},
      {"snapshots",
       {"snapshot",
        {"name", "description", "columns", "config", "docs", "meta", "tags", "tests", "data_tests", "relation", "group"}}},
      {"analyses", {"analysis", {"name", "description", "columns", "config", "docs", "meta", "tags", "group"}}},
      {"functions",
       {"function",
        {"name", "description", "arguments", "returns", "config", "columns", "docs", "meta", "tags", "tests", "data_tests",
         "group", "access", "overloads"}}},
      {"macros", {"macro", {"name", "description", "arguments", "docs", "meta", "config"}}},
      {"sources",
       {"source",
        {"name", "description", "database", "schema", "loader", "connection", "tables", "config", "meta", "tags", "quoting",
         "freshness", "loaded_at_field", "loaded_at_query", "overrides", "tests", "data_tests", "docs", "catalog"}}},
      {"exposures",
       {"exposure",
        {"name", "type", "owner", "description", "label", "url", "maturity", "depends_on", "meta", "tags", "config", "enabled"}}},
      {"groups", {"group", {"name", "owner", "description", "config"}}},
      {"metrics",
       {"metric",
        {"name", "label", "type", "type_params", "description", "filter", "time_granularity", "config", "meta", "tags", "group",
         "enabled", "agg", "expr", "input_metrics", "numerator", "denominator", "hidden", "semantic_model"}}},
      {"semantic_models",
       {"semantic model",
        {"name", "model", "description", "label", "defaults", "entities", "dimensions", "measures", "primary_entity", "config",
         "group", "meta", "tags"}}},
      {"saved_queries",
       {"saved query", {"name", "description", "label", "query_params", "exports", "config", "group", "meta", "tags"}}},
      {"tests", {"test", {"name", "description", "config", "docs", "meta", "tags"}}},
      {"data_tests", {"test", {"name", "description", "config", "docs", "meta", "tags"}}},
      {"unit_tests", {"unit test", {"name", "description", "model", "given", "expect", "overrides", "config", "versions"}}},
  };
  return sections;
}

// Sections of dbt that this version reads past, with a word about it where leaving them out changes what runs.
const Keys& OtherSections() {
  static const Keys keys = {"version", "anchors"};
  return keys;
}

Keys TopKeys() {
  Keys keys;
  for (const auto& [name, section] : Sections()) keys.push_back(name);
  keys.insert(keys.end(), OtherSections().begin(), OtherSections().end());
  return keys;
}

const Keys& ColumnKeys() {
  static const Keys keys = {"name",       "description", "data_type", "constraints", "meta",        "tags",      "quote", "tests",
                            "data_tests", "policy_tags", "config",    "docs",        "granularity", "dimension", "entity"};
  return keys;
}

const Keys& TableKeys() {
  static const Keys keys = {
      "name",      "description",     "identifier",      "columns",  "config", "meta",  "tags",       "quoting",
      "freshness", "loaded_at_field", "loaded_at_query", "external", "loader", "tests", "data_tests", "connection",
      "docs"};
  return keys;
}

void CheckTables(const Patch& patch, YamlCheck& check) {
  const Value* tables = check.List(patch.raw, "tables", patch.owner());
  if (!tables) return;
  std::unordered_set<std::string> seen;
  for (const auto& table : tables->list()) {
    if (!check.IsMap(table, "the tables of " + patch.owner())) continue;
    std::string name = check.RequiredText(table, "name", "a table of " + patch.owner());
    if (name.empty()) continue;
    if (!seen.insert(name).second) check.Fail(patch.owner() + " has two tables named '" + name + "'", table.mark());
    check.KnownKeys(table, TableKeys(), "table '" + patch.name + "." + name + "'");
  }
}

void ReadSection(const std::string& name, const Section& section, const Value& list, const SourceFile& file,
                 const std::string& package, YamlCheck& check, std::vector<Patch>& patches) {
  for (const auto& entry : list.list()) {
    if (!check.IsMap(entry, "'" + name + "'")) continue;
    Patch patch;
    patch.section = name;
    patch.place = PlaceOf(check.file(), entry.mark());
    patch.name = check.RequiredText(entry, "name", "a " + std::string(section.singular));
    if (patch.name.empty()) continue;
    patch.raw = entry;
    patch.package = package;
    patch.file = &file;
    check.KnownKeys(entry, section.keys, patch.owner(), /*error=*/name == "unit_tests");
    if (const Value* config = check.Map(entry, "config", patch.owner())) {
      CheckConfigKeys(*config, patch.owner(), check.file(), check.diagnostics());
    }
    if (name == "sources") CheckTables(patch, check);
    patches.push_back(std::move(patch));
  }
}

}  // namespace

std::string Patch::owner() const {
  auto found = Sections().find(section);
  return (found == Sections().end() ? section : std::string(found->second.singular)) + " '" + name + "'";
}

void WarnOfRepeats(const std::vector<RepeatedKey>& repeated, const std::string& file, Diagnostics& diagnostics) {
  for (const auto& [key, mark] : repeated) {
    diagnostics.Warn("DuplicateYAMLKeysDeprecation", "The key '" + key + "' is given twice in one mapping: the last one counts",
                     {file, mark.line, mark.column}, "remove one of them");
  }
}

std::vector<Patch> ReadPropertyFile(const SourceFile& file, const std::string& package, const YamlScope& scope,
                                    TemplateFrontend& frontend, Diagnostics& diagnostics) {
  std::vector<Patch> patches;
  std::vector<RepeatedKey> repeated;
  auto parsed = ParseYamlWithRepeats(file.text, file.original_path, repeated);
  WarnOfRepeats(repeated, file.original_path, diagnostics);
  if (!parsed) {
    diagnostics.Fail(parsed.error());
    return patches;
  }
  Value root = *std::move(parsed);
  if (root.is_null()) return patches;
  YamlCheck check(file.original_path, diagnostics);
  if (!check.IsMap(root, "a property file")) return patches;
  if (file.text.find("{{") != std::string::npos || file.text.find("{%") != std::string::npos) {
    static const Keys kLater = {"tests",    "data_tests", "description", "pre-hook",       "post-hook",
                                "pre_hook", "post_hook",  "unit_tests",  "loaded_at_query"};
    // Filters of the semantic layer are its own templates: Dimension(…), TimeDimension(…).
    static const Keys kSemantic = {"description", "filter", "where"};
    for (auto& entry : root.map()) {
      const bool semantic = entry.key == "metrics" || entry.key == "saved_queries" || entry.key == "semantic_models";
      if (std::find(kLater.begin(), kLater.end(), entry.key) != kLater.end()) continue;
      Status rendered = RenderTree(entry.value, semantic ? kSemantic : kLater, scope, frontend, file.original_path);
      if (rendered) continue;
      diagnostics.Fail(rendered.error());
      return patches;
    }
  }
  check.KnownKeys(root, TopKeys(), "the property file");
  if (const Value* version = root.Find("version"); version && !(version->is_int() && version->as_int() == 2)) {
    check.Fail("'version' of a property file must be 2, found " + ToJson(*version), version->mark());
  }
  for (const auto& [name, section] : Sections()) {
    if (const Value* list = check.List(root, name, "the property file"))
      ReadSection(name, section, *list, file, package, check, patches);
  }
  return patches;
}

std::vector<model::ColumnProperties> ReadColumns(const Value& owner_map, const std::string& owner, const std::string& file,
                                                 Diagnostics& diagnostics) {
  std::vector<model::ColumnProperties> columns;
  YamlCheck check(file, diagnostics);
  const Value* list = check.List(owner_map, "columns", owner);
  if (!list) return columns;
  for (const auto& entry : list->list()) {
    if (!check.IsMap(entry, "the columns of " + owner)) continue;
    if (entry.Find("include") || entry.Find("exclude")) continue;  // of a version: read there
    model::ColumnProperties column;
    column.name = check.RequiredText(entry, "name", "a column of " + owner);
    if (column.name.empty()) continue;
    std::string column_owner = "column '" + column.name + "' of " + owner;
    check.KnownKeys(entry, ColumnKeys(), column_owner);
    column.description = check.Text(entry, "description", column_owner);
    column.data_type = check.Text(entry, "data_type", column_owner);
    const Value* config = check.Map(entry, "config", column_owner);
    column.meta = Value::MakeMap();
    if (const Value* meta = check.Map(entry, "meta", column_owner)) MergeConfig(column.meta, *meta);
    column.tags = check.Texts(entry, "tags", column_owner);
    if (config) {
      if (const Value* meta = check.Map(*config, "meta", column_owner)) MergeConfig(column.meta, *meta);
      for (auto& tag : check.Texts(*config, "tags", column_owner)) column.tags.push_back(std::move(tag));
    }
    const Value& quote = entry["quote"];
    if (quote.is_bool()) {
      column.quote = quote.as_bool();
    } else if (!quote.is_null()) {
      check.Fail("'quote' of " + column_owner + " must be true or false, found " + ToJson(quote), quote.mark());
    }
    column.mark = entry.mark();
    column.raw = entry;
    columns.push_back(std::move(column));
  }
  return columns;
}

}  // namespace dvt::project
