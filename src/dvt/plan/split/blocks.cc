#include "dvt/plan/split/blocks.h"

#include <algorithm>
#include <array>

#include "dvt/base/text/text.h"

namespace dvt::plan {
namespace {

using sql::Kind;
using sql::Node;
using sql::Op;
using sql::Scope;
using sql::Source;

constexpr std::array<uint32_t, 4> kResultSlots = {sql::kItemsSlot, sql::kHavingSlot, sql::kOrderSlot, sql::kQualifySlot};

// Aggregates do not nest, so that the innermost one is the call itself.
bool IsAggregate(const Node* node, const sql::Dialect& dialect) {
  if (!node->Is(Kind::kFunction) || node->Child(sql::kOverSlot) != nullptr || !sql::HasAggregate(node, dialect)) return false;
  return std::none_of(node->Children().begin(), node->Children().end(),
                      [&](const Node* child) { return child != nullptr && sql::HasAggregate(child, dialect); });
}

}  // namespace

BlockKinds::BlockKinds(const sql::Analysis& analysis, const sql::Dialect& dialect, const Node* root,
                       const FilterAnalysis& filters)
    : analysis_(analysis), dialect_(dialect), filters_(filters) {
  sql::Visit(root, [&](const Node* node) {
    for (const Node* child : node->Children()) {
      if (child != nullptr && child->IsQuery()) parents_[child] = node;
    }
    return true;
  });
  for (const Scope& scope : analysis.scopes()) {
    for (const Scope* branch : scope.branches) sets_[branch] = &scope;
  }
}

const BlockCalls& BlockKinds::CallsOf(const Scope& scope) {
  const auto [it, fresh] = calls_.try_emplace(&scope);
  BlockCalls& out = it->second;
  if (!fresh) return out;
  const Node* select = scope.query;
  const Node* group = select->Child(sql::kGroupSlot);
  out.readable = select->Is(Kind::kSelect) && !sql::IsVolatile(select, dialect_) &&
                 (group == nullptr || !group->Has(sql::kAll)) && !scope.recursive;
  if (!out.readable) return out;
  for (const uint32_t slot : kResultSlots) {
    sql::Visit(select->Child(slot), [&](const Node* node) {
      // An aggregate of a nested query may belong to this one, if its columns do.
      if (node->IsQuery()) {
        out.readable = out.readable && !AggregatesOf(node, scope);
        return false;
      }
      if (!IsAggregate(node, dialect_)) return true;
      out.calls.push_back(const_cast<Node*>(node));
      return false;
    });
  }
  out.grouped = group != nullptr || select->Child(sql::kHavingSlot) != nullptr || !out.calls.empty();
  return out;
}

bool BlockKinds::AggregatesOf(const Node* query, const Scope& scope) const {
  return sql::Contains(query, [&](const Node* call) {
    return IsAggregate(call, dialect_) && sql::Contains(call, [&](const Node* node) {
             const sql::ColumnBinding* binding = node->Is(Kind::kColumn) ? analysis_.Find(node) : nullptr;
             return binding != nullptr && binding->source != nullptr && binding->source->scope == &scope;
           });
  });
}

bool BlockKinds::IgnoresDuplicates(const Node* call) {
  static constexpr std::array<std::string_view, 7> kNames = {"MIN", "MAX", "BOOL_AND", "BOOL_OR", "EVERY", "BIT_AND", "BIT_OR"};
  static constexpr std::array<std::string_view, 3> kOfDistinct = {"COUNT", "SUM", "AVG"};
  for (uint32_t slot = sql::kOverSlot; slot < call->count; ++slot) {
    if (call->Child(slot) != nullptr) return false;
  }
  const std::string name = ToUpper(call->text);
  if (std::find(kNames.begin(), kNames.end(), name) != kNames.end()) return true;
  return call->flags == sql::kDistinctArgs && std::find(kOfDistinct.begin(), kOfDistinct.end(), name) != kOfDistinct.end();
}

bool BlockKinds::IgnoresDuplicates(const Scope& scope, int depth) {
  const BlockCalls& calls = CallsOf(scope);
  if (depth > 30 || !calls.readable) return false;
  const Node* select = scope.query;
  for (const uint32_t slot : {sql::kItemsSlot, sql::kQualifySlot}) {
    if (sql::HasWindow(select->Child(slot))) return false;
  }
  if (const Node* order = select->Child(sql::kOrderSlot); order != nullptr && sql::HasWindow(order)) return false;
  const Node* distinct = select->Child(sql::kDistinctSlot);
  if (calls.grouped) {
    return (distinct == nullptr || distinct->count == 0) &&
           std::all_of(calls.calls.begin(), calls.calls.end(), [](const Node* call) { return IgnoresDuplicates(call); });
  }
  if (distinct != nullptr) return distinct->count == 0;
  return IsIgnoredAbove(scope, depth);
}

// Whether who reads the block's rows ignores duplicates among them.
bool BlockKinds::IsIgnoredAbove(const Scope& scope, int depth) {
  if (FilterAnalysis::IsLimited(&scope) || depth > 30) return false;
  if (const auto set = sets_.find(&scope); set != sets_.end()) {
    const Node* query = set->second->query;
    if (!query->Has(sql::kAll)) return true;
    return query->op == Op::kUnion && IsIgnoredAbove(*set->second, depth + 1);
  }
  if (scope.kind == sql::ScopeKind::kSubquery) {
    const auto parent = parents_.find(scope.outermost);
    if (parent == parents_.end()) return false;
    return parent->second->Is(Kind::kExists) || (parent->second->Is(Kind::kIn) && parent->second->Child(1) == scope.outermost);
  }
  if (scope.kind != sql::ScopeKind::kDerived && scope.kind != sql::ScopeKind::kCte) return false;
  const auto& readers = filters_.ReadersOf(&scope);
  return !readers.empty() && !scope.recursive && std::all_of(readers.begin(), readers.end(), [&](const Source* reader) {
    const Scope* above = filters_.ScopeOf(reader);
    return above != nullptr && filters_.Of(above).movable && IgnoresDuplicates(*above, depth + 1);
  });
}

}  // namespace dvt::plan
