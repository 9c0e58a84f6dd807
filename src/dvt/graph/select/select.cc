#include "dvt/graph/select/select.h"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>

#include "dvt/base/text/text.h"
#include "dvt/graph/select/changes.h"

namespace dvt::graph {

namespace {

using model::ResourceType;
using Vertices = std::set<int>;

bool Matches(const std::string& pattern, const std::string& text) { return fnmatch(pattern.c_str(), text.c_str(), 0) == 0; }

bool HasWildcard(const std::string& text) { return text.find_first_of("*?[") != std::string::npos; }

// dbt's rule: the name alone, or a prefix of the fully qualified name, with or without its package; parts may hold wildcards.
bool MatchesFqn(const std::string& pattern, const std::vector<std::string>& fqn) {
  if (fqn.empty()) return false;
  if (Matches(pattern, fqn.back())) return true;
  const auto parts = Split(pattern, '.');
  auto from = [&](size_t begin) {
    if (fqn.size() - begin < parts.size()) return false;
    for (size_t i = 0; i < parts.size(); ++i) {
      if (!Matches(parts[i], fqn[begin + i])) return false;
      if (parts[i] == "*" && i + 1 == parts.size()) return true;
    }
    return true;
  };
  return from(0) || (fqn.size() > 1 && from(1)) || (HasWildcard(pattern) && Matches(pattern, Join(fqn, ".")));
}

bool MatchesPath(const std::string& pattern, const std::string& path) {
  std::string clean = pattern;
  while (!clean.empty() && clean.back() == '/') clean.pop_back();
  if (clean.substr(0, 2) == "./") clean = clean.substr(2);
  if (path == clean || path.compare(0, clean.size() + 1, clean + "/") == 0) return true;
  return HasWildcard(clean) && fnmatch(clean.c_str(), path.c_str(), FNM_LEADING_DIR) == 0;
}

bool MatchesTag(const std::string& pattern, const std::vector<std::string>& tags) {
  return std::any_of(tags.begin(), tags.end(), [&](const auto& tag) { return Matches(pattern, tag); });
}

bool MatchesConfig(const Criterion& criterion, const Value& config) {
  const Value* value = &config;
  for (const auto& key : criterion.arguments) {
    value = value->Find(key);
    if (value == nullptr) return false;
  }
  if (value->is_list()) {
    return std::any_of(value->list().begin(), value->list().end(),
                       [&](const Value& item) { return Matches(criterion.value, item.ToText()); });
  }
  if (value->is_map()) return value->Find(criterion.value) != nullptr;
  return EqualsIgnoreCase(value->ToText(), criterion.value) || Matches(criterion.value, value->ToText());
}

bool MatchesNode(const Criterion& c, const model::Node& node) {
  if (c.method == "fqn") return MatchesFqn(c.value, node.fqn);
  if (c.method == "tag") return MatchesTag(c.value, node.tags);
  if (c.method == "path") return MatchesPath(c.value, node.original_path);
  if (c.method == "file") {
    const std::string file = node.original_path.substr(node.original_path.rfind('/') + 1);
    return Matches(c.value, file) || Matches(c.value, file.substr(0, file.rfind('.')));
  }
  if (c.method == "package") return Matches(c.value, node.package);
  if (c.method == "config") return MatchesConfig(c, node.config);
  if (c.method == "resource_type") return c.value == model::ResourceTypeName(node.type);
  if (c.method == "unit_test") {
    const auto parts = Split(c.value, '.');
    return node.type == ResourceType::kUnitTest && parts.size() <= 2 && Matches(parts.back(), node.name) &&
           (parts.size() == 1 || Matches(parts[0], node.package));
  }
  if (c.method == "test_type") {
    if (c.value == "unit") return node.type == ResourceType::kUnitTest;
    return node.type == ResourceType::kTest && (c.value == "data" || c.value == (node.test ? "generic" : "singular"));
  }
  if (c.method == "test_name")
    return (node.type == ResourceType::kUnitTest || node.type == ResourceType::kTest) &&
           Matches(c.value, node.test ? node.test->name : node.name);
  if (c.method == "group" || c.method == "access") return Matches(c.value, node.config[c.method].ToText());
  if (c.method == "version")
    return c.value == "latest" ? node.latest_version : c.value == "none" ? node.version.empty() : Matches(c.value, node.version);
  if (c.method == "connection") return Matches(c.value, node.connection);
  return false;
}

bool MatchesSource(const Criterion& c, const model::SourceNode& source) {
  if (c.method == "source") {
    const auto parts = Split(c.value, '.');
    if (parts.size() == 1) return Matches(parts[0], source.source_name);
    if (parts.size() == 2) return Matches(parts[0], source.source_name) && Matches(parts[1], source.name);
    return parts.size() == 3 && Matches(parts[0], source.package) && Matches(parts[1], source.source_name) &&
           Matches(parts[2], source.name);
  }
  if (c.method == "fqn") return MatchesFqn(c.value, source.fqn);
  if (c.method == "tag") return MatchesTag(c.value, source.tags);
  if (c.method == "path") return MatchesPath(c.value, source.original_path);
  if (c.method == "package") return Matches(c.value, source.package);
  if (c.method == "config") return MatchesConfig(c, source.config);
  if (c.method == "resource_type") return c.value == "source";
  if (c.method == "connection") return Matches(c.value, source.connection);
  return false;
}

// One selection over one graph.
class Selection {
 public:
  Selection(const Dag& dag, const model::Manifest& manifest, IndirectSelection indirect, const model::PreviousState* previous)
      : dag_(dag), manifest_(manifest), indirect_(indirect), previous_(previous) {}

  // Unions, split by spaces; within one, intersections by commas.
  Result<Vertices> Any(const std::vector<std::string>& texts, Diagnostics& diagnostics) {
    Vertices all;
    for (const auto& text : texts) {
      for (const auto& piece : Split(text, ' ')) {
        if (TrimView(piece).empty()) continue;
        DVT_ASSIGN(const Vertices found, Intersection(piece));
        if (found.empty()) {
          diagnostics.Warn("NoNodesForSelectionCriteria",
                           fmt::format("The selection criterion '{}' does not match any enabled nodes", piece));
        }
        all.insert(found.begin(), found.end());
      }
    }
    return all;
  }

 private:
  Result<Vertices> Intersection(const std::string& text) {
    std::optional<Vertices> both;
    for (const auto& piece : Split(text, ',')) {
      DVT_ASSIGN(const Criterion criterion, ParseCriterion(piece));
      DVT_TRY(CheckState(criterion));
      Vertices found = Expand(criterion);
      if (both) {
        Vertices common;
        std::set_intersection(both->begin(), both->end(), found.begin(), found.end(), std::inserter(common, common.end()));
        both = std::move(common);
      } else {
        both = std::move(found);
      }
    }
    return both.value_or(Vertices());
  }

  // The methods that look back need something to look at.
  Status CheckState(const Criterion& criterion) const {
    const bool state = criterion.method == "state", result = criterion.method == "result";
    if (state && !IsStateValue(criterion.value)) {
      return Error(ErrorCode::kInvalidArgument, fmt::format("'state:{}' is unknown", criterion.value))
          .WithHint(
              "use new, old, modified, unmodified, or modified.body, .configs, .relation, .persisted_descriptions, .macros, "
              ".contract");
    }
    if (criterion.method == "source_status" && criterion.value != "fresher")
      return Error(ErrorCode::kInvalidArgument, fmt::format("'source_status:{}' is unknown: use fresher", criterion.value));
    if (!state && !result && criterion.method != "source_status") return {};
    const char* file = state ? "manifest.json" : result ? "run_results.json" : "sources.json";
    const bool there = previous_ != nullptr && (state    ? previous_->has_manifest
                                                : result ? previous_->has_results
                                                         : !previous_->loaded_at.empty());
    if (there) return {};
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("'{}:{}' compares with an earlier run, and there is no {}{}", criterion.method, criterion.value,
                             file, previous_ == nullptr ? "" : " in " + previous_->folder))
        .WithHint("name the folder of its artifacts with --state");
  }

  bool Matched(const Criterion& criterion, int vertex) const {
    const std::string& id = dag_.id(vertex);
    if (criterion.method == "state") return Changes(manifest_, *previous_).Matches(id, criterion.value);
    if (criterion.method == "source_status") return previous_->fresher.count(id) > 0;
    if (criterion.method == "result") {
      const auto result = previous_->results.find(id);
      return result != previous_->results.end() && Matches(criterion.value, result->second);
    }
    if (const model::Node* node = manifest_.FindNode(id)) return MatchesNode(criterion, *node);
    if (const auto source = manifest_.sources.find(id); source != manifest_.sources.end())
      return MatchesSource(criterion, source->second);
    const auto exposure = manifest_.exposures.find(id);
    if (exposure == manifest_.exposures.end()) return false;
    if (criterion.method == "exposure") return Matches(criterion.value, exposure->second.name);
    return criterion.method == "resource_type" && criterion.value == "exposure";
  }

  bool IsTest(int vertex) const {
    const model::Node* node = manifest_.FindNode(dag_.id(vertex));
    return node != nullptr && (node->type == ResourceType::kUnitTest || node->type == ResourceType::kTest);
  }

  Vertices Expand(const Criterion& criterion) const {
    std::vector<int> direct;
    for (int v = 0; v < dag_.size(); ++v) {
      if (Matched(criterion, v)) direct.push_back(v);
    }
    Vertices all(direct.begin(), direct.end());
    auto add = [&](const std::vector<int>& more) { all.insert(more.begin(), more.end()); };
    if (criterion.whole_lineage) {
      std::vector<int> down = dag_.Descendants(direct);
      down.insert(down.end(), direct.begin(), direct.end());
      add(down);
      add(dag_.Ancestors(down));
    }
    if (criterion.parents) add(dag_.Ancestors(direct, criterion.parent_steps));
    if (criterion.children) add(dag_.Descendants(direct, criterion.child_steps));
    AddTests(all);
    return all;
  }

  // Tests of the selected nodes, as the indirect selection allows.
  void AddTests(Vertices& all) const {
    if (indirect_ == IndirectSelection::kEmpty) return;
    const std::vector<int> chosen(all.begin(), all.end());
    Vertices allowed = all;
    if (indirect_ == IndirectSelection::kBuildable) {
      const auto up = dag_.Ancestors(chosen);
      allowed.insert(up.begin(), up.end());
    }
    for (const int v : chosen) {
      for (const int child : dag_.children(v)) {
        if (!IsTest(child)) continue;
        const auto& parents = dag_.parents(child);
        const bool complete = std::all_of(parents.begin(), parents.end(), [&](int parent) { return allowed.count(parent) > 0; });
        if (indirect_ == IndirectSelection::kEager || complete) all.insert(child);
      }
    }
  }

  const Dag& dag_;
  const model::Manifest& manifest_;
  IndirectSelection indirect_;
  const model::PreviousState* previous_;
};

std::string TypeOf(const model::Manifest& manifest, const std::string& id) {
  if (const model::Node* node = manifest.FindNode(id)) return std::string(model::ResourceTypeName(node->type));
  return manifest.sources.count(id) > 0 ? "source" : "exposure";
}

}  // namespace

Result<std::vector<std::string>> Select(const Dag& dag, const model::Manifest& manifest, const SelectOptions& options,
                                        Diagnostics& diagnostics) {
  Vertices chosen;
  if (options.select.empty()) {
    for (int v = 0; v < dag.size(); ++v) chosen.insert(v);
  } else {
    DVT_ASSIGN(chosen, Selection(dag, manifest, options.indirect, options.previous).Any(options.select, diagnostics));
  }
  // An excluded node takes all its tests along, whatever the indirect selection says.
  DVT_ASSIGN(const Vertices excluded,
             Selection(dag, manifest, IndirectSelection::kEager, options.previous).Any(options.exclude, diagnostics));
  std::vector<std::string> ids;
  for (const int v : dag.topological_order()) {
    if (chosen.count(v) == 0 || excluded.count(v) > 0) continue;
    const std::string type = TypeOf(manifest, dag.id(v));
    const bool wanted = options.resource_types.empty() ? type != "analysis" : options.resource_types.count(type) > 0;
    if (wanted) ids.push_back(dag.id(v));
  }
  return ids;
}

}  // namespace dvt::graph
