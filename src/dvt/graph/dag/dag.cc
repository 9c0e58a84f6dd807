#include "dvt/graph/dag/dag.h"

#include <algorithm>
#include <set>

namespace dvt::graph {

namespace {

std::string FileOf(const model::Manifest& manifest, const std::string& id) {
  const auto node = manifest.nodes.find(id);
  return node == manifest.nodes.end() ? "" : node->second.original_path;
}

std::string ShortName(const std::string& id) { return id.substr(id.rfind('.') + 1); }

}  // namespace

Result<Dag> Dag::Build(const model::Manifest& manifest) {
  Dag dag;
  std::set<std::string> ids;
  for (const auto& [id, node] : manifest.nodes) ids.insert(id);
  for (const auto& [id, test] : manifest.unit_tests) ids.insert(id);
  for (const auto& [id, source] : manifest.sources) ids.insert(id);
  for (const auto& [id, exposure] : manifest.exposures) ids.insert(id);
  for (const auto& [id, other] : manifest.semantic_nodes) ids.insert(id);
  dag.ids_.assign(ids.begin(), ids.end());
  for (size_t i = 0; i < dag.ids_.size(); ++i) dag.index_.emplace(dag.ids_[i], static_cast<int>(i));
  dag.parents_.resize(dag.ids_.size());
  dag.children_.resize(dag.ids_.size());
  auto link = [&](const std::string& id, const std::vector<std::string>& depends) {
    const int vertex = dag.Find(id);
    for (const auto& parent_id : depends) {
      const int parent = dag.Find(parent_id);
      auto& parents = dag.parents_[static_cast<size_t>(vertex)];
      if (parent < 0 || std::find(parents.begin(), parents.end(), parent) != parents.end()) continue;
      parents.push_back(parent);
      dag.children_[static_cast<size_t>(parent)].push_back(vertex);
    }
  };
  for (const auto& [id, node] : manifest.nodes) link(id, node.depends_on_nodes);
  for (const auto& [id, test] : manifest.unit_tests) link(id, test.depends_on_nodes);
  for (const auto& [id, exposure] : manifest.exposures) link(id, exposure.depends_on_nodes);
  for (const auto& [id, other] : manifest.semantic_nodes) link(id, other.depends_on_nodes);
  DVT_TRY(dag.Order(manifest));
  return dag;
}

int Dag::Find(std::string_view id) const {
  const auto found = index_.find(id);
  return found == index_.end() ? -1 : found->second;
}

// Kahn's algorithm with the smallest vertex first; what is left over lies on or behind a cycle.
Status Dag::Order(const model::Manifest& manifest) {
  std::vector<int> waiting(ids_.size());
  depth_.assign(ids_.size(), 0);
  std::set<int> ready;
  for (int v = 0; v < size(); ++v) {
    waiting[static_cast<size_t>(v)] = static_cast<int>(parents(v).size());
    if (parents(v).empty()) ready.insert(v);
  }
  while (!ready.empty()) {
    const int vertex = *ready.begin();
    ready.erase(ready.begin());
    order_.push_back(vertex);
    for (const int child : children(vertex)) {
      auto& depth = depth_[static_cast<size_t>(child)];
      depth = std::max(depth, depth_[static_cast<size_t>(vertex)] + 1);
      if (--waiting[static_cast<size_t>(child)] == 0) ready.insert(child);
    }
  }
  if (order_.size() == ids_.size()) return {};
  // Walk parents that are still waiting until a vertex comes again.
  int vertex = 0;
  while (waiting[static_cast<size_t>(vertex)] == 0) ++vertex;
  std::vector<int> path;
  while (std::find(path.begin(), path.end(), vertex) == path.end()) {
    path.push_back(vertex);
    const auto& up = parents(vertex);
    vertex = *std::find_if(up.begin(), up.end(), [&](int p) { return waiting[static_cast<size_t>(p)] > 0; });
  }
  path.erase(path.begin(), std::find(path.begin(), path.end(), vertex));
  path.push_back(vertex);
  std::reverse(path.begin(), path.end());
  std::string text;
  for (const int each : path) {
    if (!text.empty()) text += " → ";
    const std::string file = FileOf(manifest, id(each));
    text += ShortName(id(each)) + (file.empty() ? "" : " (" + file + ")");
  }
  return Error(ErrorCode::kConfig, "models refer to each other in a cycle: " + text)
      .At({FileOf(manifest, id(path.front())), 1, 0})
      .WithHint("break the cycle by removing one of these ref() calls");
}

std::vector<int> Dag::Reach(const std::vector<int>& from, int steps, const std::vector<std::vector<int>>& edges) const {
  std::vector<bool> seen(ids_.size(), false);
  for (const int v : from) seen[static_cast<size_t>(v)] = true;
  std::vector<int> found, frontier = from;
  for (int step = 0; !frontier.empty() && (steps < 0 || step < steps); ++step) {
    std::vector<int> next;
    for (const int v : frontier) {
      for (const int other : edges[static_cast<size_t>(v)]) {
        if (seen[static_cast<size_t>(other)]) continue;
        seen[static_cast<size_t>(other)] = true;
        next.push_back(other);
        found.push_back(other);
      }
    }
    frontier = std::move(next);
  }
  return found;
}

std::vector<int> Dag::Ancestors(const std::vector<int>& from, int steps) const { return Reach(from, steps, parents_); }

std::vector<int> Dag::Descendants(const std::vector<int>& from, int steps) const { return Reach(from, steps, children_); }

}  // namespace dvt::graph
