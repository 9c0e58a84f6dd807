#include "dvt/sql/analyze/lineage.h"

#include <algorithm>

namespace dvt::sql {

std::set<BaseColumn> LineageOf(const Analysis& analysis, const Scope& scope, size_t output) {
  const ColumnFlow flow(analysis);
  std::set<BaseColumn> found;
  std::set<FlowColumn> seen;
  std::vector<FlowColumn> open{{nullptr, &scope, static_cast<int>(output), {}}};
  while (!open.empty()) {
    const FlowColumn column = std::move(open.back());
    open.pop_back();
    if (!seen.insert(column).second) continue;
    if (column.IsBase()) found.insert({column.source->relation, ColumnFlow::NameOf(column)});
    flow.Of(column, [&](FlowColumn next) { open.push_back(std::move(next)); });
  }
  return found;
}

namespace {

class TreeBuilder {
 public:
  explicit TreeBuilder(const Analysis& analysis) : flow_(analysis) {}

  // The step of `column`, or nothing if it is being followed already.
  LineageStep Step(const FlowColumn& column) {
    LineageStep step;
    step.name = ColumnFlow::NameOf(column);
    step.base = column.IsBase();
    if (column.source != nullptr) step.relation = step.base ? column.source->relation.ToString() : column.source->name;
    if (column.scope != nullptr && column.index >= 0 && static_cast<size_t>(column.index) < column.scope->origins.size())
      step.expression = column.scope->origins[static_cast<size_t>(column.index)].item;
    path_.push_back(column);
    std::set<FlowColumn> taken;
    flow_.Of(column, [&](const FlowColumn& next) {
      const bool circle =
          std::any_of(path_.begin(), path_.end(), [&](const FlowColumn& on) { return !(on < next) && !(next < on); });
      if (circle || !taken.insert(next).second || steps_ > kMostSteps) return;
      ++steps_;
      LineageStep below = Step(next);
      // A FROM entry and the query behind it are one step.
      if (column.source != nullptr && next.scope != nullptr && !step.base) {
        step.expression = below.expression;
        std::move(below.from.begin(), below.from.end(), std::back_inserter(step.from));
      } else {
        step.from.push_back(std::move(below));
      }
    });
    path_.pop_back();
    return step;
  }

 private:
  static constexpr int kMostSteps = 10000;  // a tree repeats what is shared: keep it of human size
  ColumnFlow flow_;
  std::vector<FlowColumn> path_;
  int steps_ = 0;
};

}  // namespace

LineageStep LineageTree(const Analysis& analysis, const Scope& scope, size_t output) {
  return TreeBuilder(analysis).Step({nullptr, &scope, static_cast<int>(output), {}});
}

}  // namespace dvt::sql
