#include "dvt/graph/select/select.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "dvt/base/text/text.h"
#include "dvt/graph/select/definition.h"
#include "dvt/graph/select/methods.h"
#include "dvt/graph/select/resource.h"

namespace dvt::graph {

namespace {

using Vertices = std::vector<bool>;  // by vertex

// What is chosen, and which tests touch it without belonging to it yet: they join once all they read is chosen.
struct Chosen {
  Vertices direct;
  Vertices touched;
};

std::vector<int> Listed(const Vertices& set) {
  std::vector<int> list;
  for (size_t v = 0; v < set.size(); ++v) {
    if (set[v]) list.push_back(static_cast<int>(v));
  }
  return list;
}

bool IsEmpty(const Vertices& set) { return std::find(set.begin(), set.end(), true) == set.end(); }

void Combine(Vertices& into, const Vertices& other, Definition::Kind kind) {
  for (size_t v = 0; v < into.size(); ++v) {
    into[v] = kind == Definition::Kind::kUnion          ? into[v] || other[v]
              : kind == Definition::Kind::kIntersection ? into[v] && other[v]
                                                        : into[v] && !other[v];
  }
}

// One selection over one graph.
class Selection {
 public:
  Selection(const Dag& dag, const model::Manifest& manifest, const SelectorFile& selectors, const model::PreviousState* previous,
            Diagnostics& diagnostics)
      : dag_(dag),
        selectors_(selectors),
        diagnostics_(diagnostics),
        paths_(KnownPaths(manifest)),
        scope_{&manifest, previous, &paths_} {
    resources_.reserve(static_cast<size_t>(dag.size()));
    for (int v = 0; v < dag.size(); ++v) resources_.push_back(FindResource(manifest, dag.id(v)));
  }

  Result<Chosen> Evaluate(const Definition& definition) {
    Chosen chosen;
    if (definition.kind == Definition::Kind::kCriterion) {
      DVT_ASSIGN(chosen, OfCriterion(definition));
    } else {
      DVT_ASSIGN(chosen, OfSet(definition));
    }
    if (!definition.text.empty() && IsEmpty(chosen.direct)) {
      diagnostics_.Warn("NoNodesForSelectionCriteria",
                        fmt::format("The selection criterion '{}' does not match any enabled nodes", definition.text));
    }
    return chosen;
  }

  // Everything, or the analyses left out: what no criterion says.
  Chosen All() const {
    const Vertices every(static_cast<size_t>(dag_.size()), true);
    return {every, every};
  }

  const Resource& resource(int vertex) const { return resources_[static_cast<size_t>(vertex)]; }

  Chosen Subtract(Chosen from, const Chosen& other, IndirectSelection indirect) const {
    Vertices around = from.direct, around_other = other.direct;
    Combine(around, from.touched, Definition::Kind::kUnion);
    Combine(around_other, other.touched, Definition::Kind::kUnion);
    Combine(from.direct, other.direct, Definition::Kind::kDifference);
    Combine(around, around_other, Definition::Kind::kDifference);
    JoinTests(from.direct, around, indirect);
    from.touched = std::move(around);
    return from;
  }

 private:
  Result<Chosen> OfSet(const Definition& definition) {
    Chosen all;
    Vertices around;
    for (const auto& part : definition.parts) {
      DVT_ASSIGN(Chosen each, Evaluate(part));
      Combine(each.touched, each.direct, Definition::Kind::kUnion);
      if (all.direct.empty()) {
        all.direct = std::move(each.direct);
        around = std::move(each.touched);
      } else {
        Combine(all.direct, each.direct, definition.kind);
        Combine(around, each.touched, definition.kind);
      }
    }
    JoinTests(all.direct, around, definition.indirect);
    all.touched = std::move(around);
    return all;
  }

  // Tests that were only touched by the parts may have all they read in the whole.
  void JoinTests(Vertices& direct, const Vertices& around, IndirectSelection indirect) const {
    if (indirect != IndirectSelection::kCautious && indirect != IndirectSelection::kBuildable) return;
    Vertices allowed = direct;
    if (indirect == IndirectSelection::kBuildable) AddAncestors(direct, allowed);
    for (const int v : Listed(around)) {
      if (IsTest(v) && ReadsOnly(v, allowed)) direct[static_cast<size_t>(v)] = true;
    }
  }

  Result<Chosen> Matched(const Criterion& criterion) {
    if (criterion.method == "selector") {
      DVT_ASSIGN(const Definition* definition, selectors_.Find(criterion.value));
      return Evaluate(*definition);
    }
    Chosen chosen{Vertices(resources_.size(), false), {}};
    Vertices& found = chosen.direct;
    if (criterion.value.empty()) return chosen;
    DVT_ASSIGN(const Matcher matcher, MakeMatcher(criterion, scope_));
    for (size_t v = 0; v < found.size(); ++v) found[v] = matcher(resources_[v]);
    return chosen;
  }

  Result<Chosen> OfCriterion(const Definition& definition) {
    const Criterion& criterion = definition.criterion;
    DVT_ASSIGN(Chosen chosen, Matched(criterion));
    const std::vector<int> matched = Listed(chosen.direct);
    auto add = [&](const std::vector<int>& more) {
      for (const int v : more) chosen.direct[static_cast<size_t>(v)] = true;
    };
    if (criterion.whole_lineage) {
      std::vector<int> down = dag_.Descendants(matched);
      down.insert(down.end(), matched.begin(), matched.end());
      add(down);
      add(dag_.Ancestors(down));
    }
    if (criterion.parents) add(dag_.Ancestors(matched, criterion.parent_steps));
    if (criterion.children) add(dag_.Descendants(matched, criterion.child_steps));
    // A selector brought its own tests; those of what operators add do not follow.
    if (criterion.method != "selector") AddTests(chosen, definition.indirect);
    return chosen;
  }

  bool IsTest(int vertex) const { return resource(vertex).type == "test" || resource(vertex).type == "unit_test"; }

  bool ReadsOnly(int test, const Vertices& allowed) const {
    const auto& parents = dag_.parents(test);
    return std::all_of(parents.begin(), parents.end(), [&](int parent) { return allowed[static_cast<size_t>(parent)]; });
  }

  // What is above the selected nodes, and every source: all that is there although nobody builds it now.
  void AddAncestors(const Vertices& of, Vertices& to) const {
    for (const int v : dag_.Ancestors(Listed(of))) to[static_cast<size_t>(v)] = true;
    for (size_t v = 0; v < to.size(); ++v) to[v] = to[v] || resources_[v].source != nullptr;
  }

  // Tests of the chosen nodes, as the indirect selection allows; the others are touched.
  void AddTests(Chosen& chosen, IndirectSelection indirect) const {
    chosen.touched.assign(chosen.direct.size(), false);
    if (indirect == IndirectSelection::kEmpty) return;
    Vertices allowed = chosen.direct;
    if (indirect == IndirectSelection::kBuildable) AddAncestors(chosen.direct, allowed);
    for (const int v : Listed(chosen.direct)) {
      for (const int child : dag_.children(v)) {
        if (!IsTest(child)) continue;
        const bool in = indirect == IndirectSelection::kEager || ReadsOnly(child, allowed);
        (in ? chosen.direct : chosen.touched)[static_cast<size_t>(child)] = true;
      }
    }
  }

  const Dag& dag_;
  const SelectorFile& selectors_;
  Diagnostics& diagnostics_;
  std::set<std::string, std::less<>> paths_;
  MethodScope scope_;
  std::vector<Resource> resources_;
};

// What --selector, --select and --exclude, or the default selector, choose.
Result<Chosen> Choose(Selection& selection, const SelectorFile& selectors, const SelectOptions& options) {
  const bool nothing_said = options.select.empty() && options.exclude.empty();
  const std::string* by_default = nothing_said ? selectors.default_name() : nullptr;
  if (!options.selector.empty() || by_default != nullptr) {
    DVT_ASSIGN(const Definition* definition, selectors.Find(options.selector.empty() ? *by_default : options.selector));
    return selection.Evaluate(*definition);
  }
  Chosen chosen = selection.All();
  if (!options.select.empty()) {
    DVT_ASSIGN(const Definition definition, ParseCommandLine(options.select, options.indirect));
    DVT_ASSIGN(chosen, selection.Evaluate(definition));
  }
  if (options.exclude.empty()) return chosen;
  DVT_ASSIGN(const Definition definition, ParseCommandLine(options.exclude, options.indirect));
  DVT_ASSIGN(const Chosen excluded, selection.Evaluate(definition));
  return selection.Subtract(std::move(chosen), excluded, options.indirect);
}

}  // namespace

Result<std::vector<std::string>> Select(const Dag& dag, const model::Manifest& manifest, const SelectOptions& options,
                                        Diagnostics& diagnostics) {
  DVT_ASSIGN(const SelectorFile selectors, SelectorFile::Read(manifest.selectors, options.indirect));
  Selection selection(dag, manifest, selectors, options.previous, diagnostics);
  DVT_ASSIGN(const Chosen chosen, Choose(selection, selectors, options));
  std::vector<std::string> ids;
  for (const int v : dag.topological_order()) {
    if (!chosen.direct[static_cast<size_t>(v)]) continue;
    const std::string type(selection.resource(v).type);
    const bool wanted = options.resource_types.empty() ? type != "analysis" : options.resource_types.count(type) > 0;
    if (wanted && options.excluded_types.count(type) == 0) ids.push_back(dag.id(v));
  }
  return ids;
}

}  // namespace dvt::graph
