#include <algorithm>

#include "dvt/plan/split/extracts.h"
#include "dvt/plan/split/reduce.h"

namespace dvt::plan {
namespace {

using sql::Kind;
using sql::Node;
using sql::Op;
using sql::Source;

/// Takes out of one SELECT what the sources do: joined tables and evaluated conjuncts.
class BlockRewriter {
 public:
  BlockRewriter(sql::Arena& arena, const sql::Analysis& analysis, const std::set<const Node*>& done, const JoinedInput* join)
      : arena_(arena), analysis_(analysis), done_(done) {
    if (join == nullptr) return;
    for (const auto& member : join->members) {
      const Source* source = member.input.occurrences.front();
      members_.insert(source);
      if (&member != &join->members.front()) gone_.insert(source->node);
    }
    anchor_ = join->anchor().occurrences.front()->node;
  }

  void Apply(Node* select) {
    if (select->Child(sql::kFromSlot) == nullptr) return;
    Node*& from = select->children[sql::kFromSlot];
    Remove(from);
    LiftForeign(from);
    std::vector<Node*> terms;
    if (Node* where = select->Child(sql::kWhereSlot)) AddTerms(where, terms);
    terms.insert(terms.end(), lifted_.begin(), lifted_.end());
    sql::SetChild(arena_, select, sql::kWhereSlot, sql::Conjunction(arena_, terms));
  }

 private:
  void AddTerms(Node* condition, std::vector<Node*>& out) const {
    if (condition == nullptr) return;
    std::vector<Node*> terms;
    sql::SplitConjunction(condition, terms);
    for (Node* term : terms) {
      if (!done_.contains(term)) out.push_back(term);
    }
  }

  // False: nothing is left of the node.
  bool Remove(Node*& node) {
    if (gone_.contains(node)) return false;
    if (node->Is(Kind::kParenTable)) return Remove(node->children[1]);
    if (node->Is(Kind::kList)) {
      uint32_t kept = 0;
      for (uint32_t i = 0; i < node->count; ++i) {
        if (Remove(node->children[i])) node->children[kept++] = node->children[i];
      }
      node->count = kept;
      return kept > 0;
    }
    if (!node->Is(Kind::kJoin)) return true;
    const bool left = Remove(node->children[0]);
    const bool right = Remove(node->children[1]);
    if (left && right) return true;
    AddTerms(node->Child(2), lifted_);
    node = left ? node->children[0] : node->children[1];
    return left || right;
  }

  bool Below(const Node* node, const Node* wanted) const {
    return sql::Contains(node, [&](const Node* child) { return child == wanted; });
  }

  bool ReadsMembers(const Node* condition) const {
    return sql::Contains(condition, [&](const Node* node) {
      if (!node->Is(Kind::kColumn)) return false;
      const sql::ColumnBinding* binding = analysis_.Find(node);
      return binding != nullptr && binding->source != nullptr && members_.contains(binding->source);
    });
  }

  // Conditions that the sources evaluate go; conditions on the joined tables go up where those cannot be seen.
  void LiftForeign(Node* node) {
    if (node == nullptr) return;
    if (node->Is(Kind::kList) || node->Is(Kind::kParenTable)) {
      for (Node* child : node->Children()) {
        if (child != nullptr && !child->Is(Kind::kTableAlias)) LiftForeign(child);
      }
      return;
    }
    if (!node->Is(Kind::kJoin)) return;
    LiftForeign(node->Child(0));
    LiftForeign(node->Child(1));
    if (node->Child(2) == nullptr) return;
    std::vector<Node*> terms, kept;
    AddTerms(node->Child(2), terms);
    const bool sees = anchor_ == nullptr || Below(node, anchor_);
    for (Node* term : terms) (sees || !ReadsMembers(term) ? kept : lifted_).push_back(term);
    sql::SetChild(arena_, node, 2, sql::Conjunction(arena_, kept));
    if (kept.empty() && node->op == Op::kInner) node->op = Op::kCross;
  }

  sql::Arena& arena_;
  const sql::Analysis& analysis_;
  std::set<const Source*> members_;
  std::set<const Node*> gone_;
  const std::set<const Node*>& done_;
  const Node* anchor_ = nullptr;
  std::vector<Node*> lifted_;
};

void SetTable(sql::Arena& arena, Node* table, const std::string& name, const std::string& alias) {
  sql::SetChild(arena, table, 1, sql::NewNode(arena, Kind::kName, {sql::MakeIdentifier(arena, name)}));
  if (!alias.empty()) sql::SetChild(arena, table, 0, sql::NewNode(arena, Kind::kTableAlias, {sql::MakeIdentifier(arena, alias)}));
}

// The block reads what the source has grouped.
void UseGroup(sql::Arena& arena, const GroupedInput& group) {
  Node* select = group.scope->query;
  Node* items = sql::NewNode(arena, Kind::kList);
  for (const auto& item : group.items) {
    Node* value = sql::MakeColumn(arena, arena.Copy(group.name), arena.Copy(item.name));
    if (item.cast) {
      Node* type = item.cast->kind == columnar::TypeKind::kDecimal
                       ? sql::MakeTypeName(arena, "DECIMAL", {item.cast->precision, item.cast->scale})
                       : sql::MakeTypeName(arena, "BIGINT");
      value = sql::MakeCast(arena, value, type);
    }
    sql::Append(arena, items, sql::MakeAlias(arena, value, arena.Copy(item.name)));
  }
  for (const uint32_t slot : {sql::kDistinctSlot, sql::kWhereSlot, sql::kGroupSlot, sql::kHavingSlot}) {
    if (select->Child(slot) != nullptr) sql::SetChild(arena, select, slot, nullptr);
  }
  sql::SetChild(arena, select, sql::kItemsSlot, items);
  SetTable(arena, group.input.occurrences.front()->node, group.name, group.name);
}

}  // namespace

void UseInputs(sql::Arena& arena, const sql::Dialect& dialect, Node* root, const sql::Analysis& analysis,
               const CollectedInputs& inputs, const ExposedNames& names, std::map<const Node*, columnar::DataType>& types) {
  std::map<const Source*, const JoinedInput*> joined;
  for (const JoinedInput& join : inputs.joins) {
    for (const auto& member : join.members) joined[member.input.occurrences.front()] = &join;
  }
  for (const sql::Scope& scope : analysis.scopes()) {
    if (!scope.query->Is(Kind::kSelect)) continue;
    std::set<const JoinedInput*> here;
    for (const Source* source : scope.sources) {
      if (const auto it = joined.find(source); it != joined.end()) here.insert(it->second);
    }
    for (const JoinedInput* join : here) BlockRewriter(arena, analysis, inputs.evaluated, join).Apply(scope.query);
    if (here.empty() && !inputs.evaluated.empty()) BlockRewriter(arena, analysis, inputs.evaluated, nullptr).Apply(scope.query);
  }
  for (Node* column : sql::FindAll(root, Kind::kColumn)) {
    const sql::ColumnBinding* binding = analysis.Find(column);
    if (binding == nullptr || binding->source == nullptr) continue;
    const auto name = names.find({binding->source, binding->index});
    if (name == names.end()) continue;
    const auto join = joined.find(binding->source);
    if (join != joined.end()) {
      column->count = 0;
      sql::Append(arena, column, sql::MakeIdentifier(arena, join->second->name));
      sql::Append(arena, column, sql::MakeIdentifier(arena, name->second));
    } else if (name->second != binding->source->columns[static_cast<size_t>(binding->index)].name) {
      sql::SetChild(arena, column, column->count - 1, sql::MakeIdentifier(arena, name->second));
    }
  }
  for (const SplitInput& input : inputs.tables) {
    for (const Source* source : input.occurrences) {
      const bool named = source->node->Child(0) != nullptr;
      SetTable(arena, source->node, input.name, named ? "" : source->name);
    }
  }
  for (const GroupedInput& group : inputs.groups) UseGroup(arena, group);
  for (const JoinedInput& join : inputs.joins) SetTable(arena, join.anchor().occurrences.front()->node, join.name, join.name);
  CombinePartials(arena, dialect, analysis, inputs, types);  // last: it copies expressions, perhaps with queries inside
}

}  // namespace dvt::plan
