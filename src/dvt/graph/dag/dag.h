#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "dvt/base/result/result.h"
#include "dvt/model/project.h"

namespace dvt::graph {

/// The dependency graph of a manifest: nodes, sources, exposures, metrics and their like, numbered in order of their unique ids. Immutable after
/// building; safe for concurrent reads. The manifest must outlive it (only ids are kept).
class Dag {
 public:
  /// kConfig with the cycle spelled out ("a (models/a.sql) → b (models/b.sql) → a") if there is one.
  static Result<Dag> Build(const model::Manifest& manifest);

  int size() const { return static_cast<int>(ids_.size()); }
  const std::string& id(int vertex) const { return ids_[static_cast<size_t>(vertex)]; }
  /// -1 if there is no such vertex.
  int Find(std::string_view id) const;
  const std::vector<int>& parents(int vertex) const { return parents_[static_cast<size_t>(vertex)]; }
  const std::vector<int>& children(int vertex) const { return children_[static_cast<size_t>(vertex)]; }
  /// Parents before children; ties in order of unique id.
  const std::vector<int>& topological_order() const { return order_; }
  /// How many edges the longest path from a root to this vertex has.
  int depth(int vertex) const { return depth_[static_cast<size_t>(vertex)]; }

  /// Every vertex reachable against (up) or along (down) the edges within `steps` (< 0: any number), `from` itself left out.
  std::vector<int> Ancestors(const std::vector<int>& from, int steps = -1) const;
  std::vector<int> Descendants(const std::vector<int>& from, int steps = -1) const;

 private:
  Status Order(const model::Manifest& manifest);
  std::vector<int> Reach(const std::vector<int>& from, int steps, const std::vector<std::vector<int>>& edges) const;

  std::vector<std::string> ids_;
  std::unordered_map<std::string_view, int> index_;  // views into ids_
  std::vector<std::vector<int>> parents_;
  std::vector<std::vector<int>> children_;
  std::vector<int> order_;
  std::vector<int> depth_;
};

}  // namespace dvt::graph
