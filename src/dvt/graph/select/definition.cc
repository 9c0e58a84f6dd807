#include "dvt/graph/select/definition.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "dvt/base/text/text.h"

namespace dvt::graph {

namespace {

constexpr const char* kFile = "selectors.yml";

Error Wrong(const Value& at, std::string message, std::string hint) {
  return Error(ErrorCode::kConfig, std::move(message)).At({kFile, at.mark().line, at.mark().column}).WithHint(std::move(hint));
}

Definition Combined(Definition::Kind kind, std::vector<Definition> parts, IndirectSelection indirect) {
  if (parts.size() == 1) return std::move(parts.front());
  Definition all;
  all.kind = kind;
  all.parts = std::move(parts);
  all.indirect = indirect;
  return all;
}

// Reads the definitions of one file.
class Reader {
 public:
  explicit Reader(IndirectSelection indirect) : indirect_(indirect) {}

  Result<Definition> Read(const Value& value) {
    if (value.is_string()) return OfText(value);
    if (!value.is_map() || value.map().empty()) {
      return Wrong(value, fmt::format("a selector's definition must be a text or a mapping, found a {}", value.TypeName()),
                   "write for example 'tag:nightly', or {method: tag, value: nightly}");
    }
    if (value.Find("union") != nullptr || value.Find("intersection") != nullptr) return OfSet(value);
    if (value.Find("method") != nullptr) return OfMethod(value);
    if (value.map().size() == 1) return OfPair(value);
    return Wrong(value, "a selector's definition has no 'method'" + Keys(value),
                 "write {method: tag, value: nightly}, {tag: nightly}, or 'union:' or 'intersection:' with a list");
  }

 private:
  static std::string Keys(const Value& map) {
    std::vector<std::string> keys;
    for (const auto& entry : map.map()) keys.push_back(entry.key);
    return ": found " + Join(keys, ", ");
  }

  Definition Of(Criterion criterion) const {
    Definition one;
    one.criterion = std::move(criterion);
    one.indirect = indirect_;
    return one;
  }

  Result<Definition> OfText(const Value& value) const {
    auto criterion = ParseCriterion(value.as_string());
    if (!criterion) return Error(criterion.error()).AtIfUnknown({kFile, value.mark().line, value.mark().column});
    return Of(*std::move(criterion));
  }

  Result<Definition> OfPair(const Value& value) const {
    const auto& entry = value.map().front();
    Criterion criterion;
    DVT_TRY(Method(criterion, entry.key, value));
    DVT_TRY(SetValue(criterion, entry.value, value));
    return Of(std::move(criterion));
  }

  Status Method(Criterion& criterion, const std::string& method, const Value& at) const {
    Status status = SetMethod(criterion, method);
    if (!status) return Error(status.error()).AtIfUnknown({kFile, at.mark().line, at.mark().column});
    return {};
  }

  static Status SetValue(Criterion& criterion, const Value& value, const Value& owner) {
    if (value.is_null() || value.is_list() || value.is_map()) {
      return Wrong(value.is_null() ? owner : value,
                   fmt::format("the value of '{}' must be a text, a number or a boolean, found {}", criterion.method,
                               value.is_null() ? "nothing" : "a " + std::string(value.TypeName())),
                   "several values are a list under 'union:'");
    }
    criterion.value = value.ToText();
    criterion.typed_value = value;
    criterion.text = criterion.method + ":" + criterion.value;
    return {};
  }

  Result<Definition> OfSet(const Value& value) {
    const bool is_union = value.Find("union") != nullptr;
    const char* key = is_union ? "union" : "intersection";
    if (value.map().size() != 1) {
      return Wrong(value, fmt::format("'{}' stands with other keys{}", key, Keys(value)), "give each set a mapping of its own");
    }
    const Value& list = value[key];
    if (!list.is_list() || list.list().empty())
      return Wrong(list.mark().line > 0 ? list : value, fmt::format("'{}' must be a list of definitions", key), "");
    std::vector<Definition> parts, excluded;
    for (const auto& item : list.list()) {
      if (item.is_map() && item.Find("exclude") != nullptr && item.map().size() == 1) {
        if (!excluded.empty()) return Wrong(item, fmt::format("'{}' has two 'exclude' lists", key), "merge them into one");
        DVT_ASSIGN(excluded, Excluded(item));
      } else {
        DVT_ASSIGN(auto part, Read(item));
        parts.push_back(std::move(part));
      }
    }
    if (parts.empty()) return Wrong(list, fmt::format("'{}' holds nothing but 'exclude'", key), "say what to exclude from");
    const auto kind = is_union ? Definition::Kind::kUnion : Definition::Kind::kIntersection;
    return Without(Combined(kind, std::move(parts), IndirectSelection::kEager), std::move(excluded));
  }

  static Definition Without(Definition from, std::vector<Definition> excluded) {
    if (excluded.empty()) return from;
    Definition difference;
    difference.kind = Definition::Kind::kDifference;
    difference.parts.push_back(std::move(from));
    std::move(excluded.begin(), excluded.end(), std::back_inserter(difference.parts));
    return difference;
  }

  Result<std::vector<Definition>> Excluded(const Value& owner) {
    const Value& list = owner["exclude"];
    if (!list.is_list() || list.list().empty())
      return Wrong(list.mark().line > 0 ? list : owner, "'exclude' must be a list of definitions", "");
    std::vector<Definition> parts;
    for (const auto& item : list.list()) {
      DVT_ASSIGN(auto part, Read(item));
      parts.push_back(std::move(part));
    }
    return parts;
  }

  Result<Definition> OfMethod(const Value& value) {
    static const std::vector<std::string> known = {
        "method",  "value",  "children",          "parents", "children_depth", "parents_depth", "childrens_parents",
        "exclude", "greedy", "indirect_selection"};
    for (const auto& entry : value.map()) {
      if (std::find(known.begin(), known.end(), entry.key) == known.end()) {
        return Wrong(value,
                     fmt::format("unknown key '{}' in a selector's definition.{}", entry.key, DidYouMean(entry.key, known)),
                     "keys are: " + Join(known, ", "));
      }
    }
    Criterion criterion;
    if (!value["method"].is_string()) return Wrong(value, "'method' must be a text", "");
    DVT_TRY(Method(criterion, value["method"].as_string(), value));
    if (value.Find("value") == nullptr) return Wrong(value, fmt::format("the method '{}' needs a 'value'", criterion.method), "");
    DVT_TRY(SetValue(criterion, value["value"], value));
    DVT_TRY(Operators(value, criterion));
    Definition one = Of(std::move(criterion));
    if (const Value* indirect = value.Find("indirect_selection")) {
      auto parsed = ParseIndirectSelection(indirect->ToText());
      if (!parsed) return Error(parsed.error()).AtIfUnknown({kFile, indirect->mark().line, indirect->mark().column});
      one.indirect = *parsed;
    }
    if (value.Find("exclude") == nullptr) return one;
    DVT_ASSIGN(auto excluded, Excluded(value));
    return Without(std::move(one), std::move(excluded));
  }

  static Status Operators(const Value& value, Criterion& criterion) {
    const struct {
      const char* key;
      bool* flag;
      const char* depth_key;
      int* depth;
    } operators[] = {{"parents", &criterion.parents, "parents_depth", &criterion.parent_steps},
                     {"children", &criterion.children, "children_depth", &criterion.child_steps},
                     {"childrens_parents", &criterion.whole_lineage, nullptr, nullptr}};
    for (const auto& each : operators) {
      if (const Value* flag = value.Find(each.key)) {
        if (!flag->is_bool()) return Wrong(*flag, fmt::format("'{}' must be true or false", each.key), "");
        *each.flag = flag->as_bool();
      }
      const Value* depth = each.depth_key == nullptr ? nullptr : value.Find(each.depth_key);
      if (depth == nullptr || depth->is_null()) continue;
      if (!depth->is_int() || depth->as_int() < 0)
        return Wrong(*depth, fmt::format("'{}' must be a number from 0", each.depth_key), "");
      *each.depth = static_cast<int>(std::min<int64_t>(depth->as_int(), 1000000));
    }
    if (criterion.whole_lineage && criterion.children)
      return Wrong(value, "'childrens_parents' and 'children' are set together",
                   "'childrens_parents' already takes all children");
    return {};
  }

  IndirectSelection indirect_;
};

// The selectors that a definition refers to.
void References(const Definition& definition, std::vector<std::string>& names) {
  if (definition.kind == Definition::Kind::kCriterion && definition.criterion.method == "selector")
    names.push_back(definition.criterion.value);
  for (const auto& part : definition.parts) References(part, names);
}

// kConfig if following the references from `name` comes back to it.
Status CheckReferences(const std::map<std::string, Definition>& definitions, const std::string& name,
                       std::vector<std::string>& path) {
  if (std::find(path.begin(), path.end(), name) != path.end())
    return Error(ErrorCode::kConfig, fmt::format("selectors refer to each other in a cycle: {} → {}", Join(path, " → "), name))
        .At({kFile, 0, 0});
  const auto found = definitions.find(name);
  if (found == definitions.end()) {
    std::vector<std::string> names;
    for (const auto& entry : definitions) names.push_back(entry.first);
    return Error(ErrorCode::kConfig, fmt::format("selector '{}' refers to '{}', which is no selector.{}",
                                                 path.empty() ? name : path.back(), name, DidYouMean(name, names)))
        .At({kFile, 0, 0});
  }
  path.push_back(name);
  std::vector<std::string> names;
  References(found->second, names);
  for (const auto& next : names) DVT_TRY(CheckReferences(definitions, next, path));
  path.pop_back();
  return {};
}

}  // namespace

Result<Definition> ParseCommandLine(const std::vector<std::string>& texts, IndirectSelection indirect) {
  std::vector<Definition> all;
  for (const auto& text : texts) {
    for (const auto& piece : Split(text, ' ')) {
      std::vector<Definition> both;
      for (const auto& part : Split(piece, ',')) {
        Definition one;
        DVT_ASSIGN(one.criterion, ParseCriterion(part));
        one.indirect = indirect;
        both.push_back(std::move(one));
      }
      Definition intersection = Combined(Definition::Kind::kIntersection, std::move(both), indirect);
      intersection.text = piece;
      all.push_back(std::move(intersection));
    }
  }
  return Combined(Definition::Kind::kUnion, std::move(all), indirect);
}

Result<SelectorFile> SelectorFile::Read(const Value& selectors, IndirectSelection indirect) {
  SelectorFile file;
  if (!selectors.is_list()) return file;
  for (const auto& selector : selectors.list()) {
    const std::string name = selector["name"].ToText();
    DVT_ASSIGN(auto definition, Reader(indirect).Read(selector["definition"]));
    file.definitions_.emplace(name, std::move(definition));
    const Value& is_default = selector["default"];
    if (is_default.is_bool() && is_default.as_bool()) file.default_ = name;
  }
  for (const auto& entry : file.definitions_) {
    std::vector<std::string> path;
    DVT_TRY(CheckReferences(file.definitions_, entry.first, path));
  }
  return file;
}

Result<const Definition*> SelectorFile::Find(const std::string& name) const {
  const auto found = definitions_.find(name);
  if (found != definitions_.end()) return &found->second;
  std::vector<std::string> names;
  for (const auto& entry : definitions_) names.push_back(entry.first);
  return Error(ErrorCode::kInvalidArgument, fmt::format("there is no selector '{}'.{}", name, DidYouMean(name, names)))
      .WithHint(names.empty() ? "selectors are defined in selectors.yml beside the project file"
                              : "selectors.yml defines: " + Join(names, ", "));
}

}  // namespace dvt::graph
