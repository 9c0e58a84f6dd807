#include "dvt/graph/select/changes.h"

#include <algorithm>
#include <set>

#include "dvt/base/text/text.h"
#include "dvt/model/node_value.h"

namespace dvt::graph {

namespace {

// Nothing said: null, "", [] and {}, and false, are alike.
bool IsNothing(const Value& value) {
  if (value.is_null()) return true;
  if (value.is_bool()) return !value.as_bool();
  if (value.is_string()) return value.as_string().empty();
  if (value.is_list()) return value.list().empty();
  return value.is_map() &&
         std::all_of(value.map().begin(), value.map().end(), [](const auto& entry) { return IsNothing(entry.value); });
}

// Equal, whatever the order of keys, and whether defaults are written or not.
bool Same(const Value& a, const Value& b) {
  if (IsNothing(a) || IsNothing(b)) return IsNothing(a) == IsNothing(b);
  if (a.is_map() && b.is_map()) {
    const auto within = [](const Value& one, const Value& other) {
      return std::all_of(one.map().begin(), one.map().end(),
                         [&](const auto& entry) { return Same(entry.value, other[entry.key]); });
    };
    return within(a, b) && within(b, a);
  }
  if (a.is_list() && b.is_list()) {
    return a.list().size() == b.list().size() && std::equal(a.list().begin(), a.list().end(), b.list().begin(), Same);
  }
  return a.is_map() == b.is_map() && a.is_list() == b.is_list() && a.ToText() == b.ToText();
}

bool Same(const Value& a, const Value& b, std::initializer_list<const char*> keys) {
  return std::all_of(keys.begin(), keys.end(), [&](const char* key) { return Same(a[key], b[key]); });
}

Value Without(Value map, std::initializer_list<const char*> keys) {
  for (const char* key : keys) map.Erase(key);
  return map;
}

// What an older release did not write at all says nothing about it.
Value Shared(const Value& now, const Value& before) {
  Value shared = Value::MakeMap();
  for (const auto& entry : now.map()) {
    if (before.Find(entry.key) != nullptr || !IsNothing(entry.value)) shared.Set(entry.key, entry.value);
  }
  return shared;
}

bool SameConfig(const Value& now, const Value& before) {
  // The names that a relation gets are compared apart; tags and groups only say who may do what with it.
  const auto compared = [](const Value& config) { return Without(config, {"schema", "database", "alias", "tags", "group"}); };
  const Value a = compared(now), b = compared(before);
  return Same(Shared(a, b), b);
}

bool SameBody(const Value& now, const Value& before) {
  if (now["resource_type"].ToText() == "seed") {
    const std::string a = now["checksum"]["checksum"].ToText(), b = before["checksum"]["checksum"].ToText();
    if (!a.empty() && !b.empty() && before["checksum"]["name"].ToText() == "sha256") return a == b;
  }
  return TrimView(now["raw_code"].ToText()) == TrimView(before["raw_code"].ToText());
}

bool SameDescriptions(const Value& now, const Value& before) {
  const Value& persisted = now["config"]["persist_docs"];
  if (!IsNothing(persisted["relation"]) && !Same(now["description"], before["description"])) return false;
  if (IsNothing(persisted["columns"])) return true;
  const Value& columns = now["columns"];
  return !columns.is_map() || std::all_of(columns.map().begin(), columns.map().end(), [&](const auto& entry) {
    return Same(entry.value["description"], before["columns"][entry.key]["description"]);
  });
}

bool SameContract(const Value& now, const Value& before) {
  const bool enforced = !IsNothing(now["config"]["contract"]["enforced"]);
  if (enforced != !IsNothing(before["config"]["contract"]["enforced"])) return false;
  if (!enforced) return true;
  const Value &a = now["columns"], &b = before["columns"];
  if (!a.is_map() || !b.is_map()) return Same(a, b);
  return a.map().size() == b.map().size() && std::all_of(a.map().begin(), a.map().end(), [&](const auto& entry) {
           return b.Find(entry.key) != nullptr && Same(entry.value, b[entry.key], {"data_type", "constraints"});
         });
}

// What is new has every part that things of its kind have.
bool SemanticChanged(const model::SemanticNode& node, const Value* before, std::string_view part) {
  if (before == nullptr || !(part.empty() || part == "configs")) return before == nullptr && (part.empty() || part == "configs");
  const Value now = model::SemanticToValue(node);
  if (part == "configs") return !SameConfig(now["config"], (*before)["config"]);
  return !Same(now, *before,
               {"type", "label", "description", "type_params", "filter", "entities", "dimensions", "measures", "defaults",
                "primary_entity", "query_params", "exports"}) ||
         !SameConfig(now["config"], (*before)["config"]);
}

bool SourceChanged(const model::SourceNode& source, const Value* before, std::string_view part) {
  const bool all = part.empty(), relation = part == "relation", configs = part == "configs";
  if (!all && !relation && !configs) return false;
  if (before == nullptr) return true;
  const Value now = model::SourceToValue(source);
  if ((all || relation) && !Same(now, *before, {"database", "schema", "identifier"})) return true;
  if (all && !Same(now, *before, {"quoting", "fqn", "loader"})) return true;
  const auto limits = [](const Value& freshness) { return Without(freshness, {"filter"}); };
  const bool same_config = Same(now, *before, {"loaded_at_field"}) &&
                           Same(limits(now["freshness"]), limits((*before)["freshness"])) &&
                           Same(now["freshness"]["filter"], (*before)["freshness"]["filter"]) &&
                           SameConfig(Without(now["config"], {"freshness", "loaded_at_field", "loaded_at_query"}),
                                      Without((*before)["config"], {"freshness", "loaded_at_field", "loaded_at_query"}));
  return (all || configs) && !same_config;
}

bool ExposureChanged(const model::ExposureNode& now, const Value* before, std::string_view part) {
  if (before == nullptr || !part.empty()) return before == nullptr && (part.empty() || part == "configs");
  return !Same(now.raw, *before, {"type", "owner", "label", "maturity", "url"}) ||
         !Same(model::StringList(now.depends_on_nodes), (*before)["depends_on"]["nodes"]);
}

// What the test says is compared, not its checksum, which every program takes in its own way.
bool UnitTestChanged(const model::Node& node, const Value* before, std::string_view part) {
  if (before == nullptr || !part.empty()) return before == nullptr && part.empty();
  const Value now = model::UnitTestToValue(node);
  return !Same(now, *before, {"model", "given", "expect", "overrides", "fqn"});
}

constexpr std::string_view kParts[] = {"body", "configs", "relation", "persisted_descriptions", "macros", "contract"};

}  // namespace

bool IsStateValue(std::string_view text) {
  for (const std::string_view value : {"new", "old", "modified", "unmodified"}) {
    if (text == value) return true;
  }
  return text.starts_with("modified.") && std::find(std::begin(kParts), std::end(kParts), text.substr(9)) != std::end(kParts);
}

bool Changes::MacrosChanged(const model::Node& node) const {
  std::set<std::string> seen;
  std::vector<std::string> waiting = node.depends_on_macros;
  while (!waiting.empty()) {
    const std::string id = std::move(waiting.back());
    waiting.pop_back();
    if (!seen.insert(id).second) continue;
    const auto macro = manifest_.macros.find(id);
    if (macro == manifest_.macros.end()) continue;
    const std::string& package = macro->second.package;
    if (package != manifest_.project.name && manifest_.packages.count(package) == 0) continue;  // comes with the program
    const Value* before = previous_.macros.Find(id);
    if (before == nullptr || TrimView((*before)["macro_sql"].ToText()) != TrimView(macro->second.text)) return true;
    waiting.insert(waiting.end(), macro->second.depends_on_macros.begin(), macro->second.depends_on_macros.end());
  }
  return false;
}

bool Changes::NodeChanged(const model::Node& node, const Value* known, std::string_view part) const {
  if (part == "macros") return MacrosChanged(node);
  if (known == nullptr) return true;
  const Value& before = *known;
  const Value now = model::NodeToValue(node);
  const bool all = part.empty();
  if ((all || part == "body") && !SameBody(now, before)) return true;
  if (all && !Same(now["fqn"], before["fqn"])) return true;
  if ((all || part == "configs") && !SameConfig(now["config"], before["config"])) return true;
  if ((all || part == "relation") && !Same(now["config"], before["config"], {"schema", "database", "alias"})) return true;
  if ((all || part == "persisted_descriptions") && !SameDescriptions(now, before)) return true;
  if ((all || part == "contract") && !SameContract(now, before)) return true;
  return all && MacrosChanged(node);
}

bool Changes::Matches(const std::string& unique_id, std::string_view value) const {
  const auto node = manifest_.nodes.find(unique_id);
  const auto unit_test = manifest_.unit_tests.find(unique_id);
  const auto source = manifest_.sources.find(unique_id);
  const auto exposure = manifest_.exposures.find(unique_id);
  const auto semantic = manifest_.semantic_nodes.find(unique_id);
  const Value& known = node != manifest_.nodes.end()                ? previous_.nodes
                       : unit_test != manifest_.unit_tests.end()    ? previous_.unit_tests
                       : source != manifest_.sources.end()          ? previous_.sources
                       : semantic != manifest_.semantic_nodes.end() ? previous_.semantic_nodes
                                                                    : previous_.exposures;
  const Value* before = known.Find(unique_id);
  if (value == "new") return before == nullptr;
  if (value == "old") return before != nullptr;
  const std::string_view part = value.starts_with("modified.") ? value.substr(9) : std::string_view();
  bool changed = before == nullptr;
  if (node != manifest_.nodes.end()) {
    changed = NodeChanged(node->second, before, part);
  } else if (unit_test != manifest_.unit_tests.end()) {
    changed = UnitTestChanged(unit_test->second, before, part);
  } else if (source != manifest_.sources.end()) {
    changed = SourceChanged(source->second, before, part);
  } else if (exposure != manifest_.exposures.end()) {
    changed = ExposureChanged(exposure->second, before, part);
  } else if (semantic != manifest_.semantic_nodes.end()) {
    changed = SemanticChanged(semantic->second, before, part);
  }
  return value == "unmodified" ? !changed : changed;
}

}  // namespace dvt::graph
