#include "dvt/plan/split/top_rows.h"

#include <fmt/format.h>

#include <algorithm>

#include "dvt/base/text/text.h"

namespace dvt::plan {
namespace {

using sql::Kind;
using sql::Node;
using sql::Op;
using sql::Scope;
using sql::Source;

constexpr int64_t kMostRows = 1'000'000;  // more would rather be read in partitions

struct SortKey {
  ColumnRef column;  ///< `source` is null for an output column of a set operation or of a block that is read
  bool descending = false;
  bool nulls_first = false;
};
using SortKeys = std::vector<SortKey>;

class TopRowsFinder {
 public:
  TopRowsFinder(const sql::Analysis& analysis, const sql::Dialect& dialect, const FilterAnalysis& filters,
                CollectedInputs& inputs)
      : analysis_(analysis), dialect_(dialect), filters_(filters), inputs_(inputs) {}

  void Find() {
    for (const Scope& scope : analysis_.scopes()) {
      const auto count = CountOf(scope.query);
      if (!count || *count > kMostRows) continue;
      count_ = *count;
      if (const auto keys = KeysOf(scope)) Enter(scope, *keys, true, 0);
    }
  }

 private:
  // LIMIT and OFFSET together, where they are plain numbers.
  static std::optional<int64_t> CountOf(const Node* query) {
    const Node* limit = query->Child(sql::kLimitSlot);
    if (limit == nullptr || !limit->Is(Kind::kLimit) || limit->Has(sql::kPercent) || limit->Has(sql::kWithTies))
      return std::nullopt;
    int64_t rows = 0;
    for (const Node* part :
         {static_cast<const Node*>(limit->Child(0)), static_cast<const Node*>(query->Child(sql::kOffsetSlot))}) {
      if (part == nullptr) continue;
      const auto number = FoldConstant(part);
      if (!number || number->kind != Literal::Kind::kNumber || number->scale != 0 || number->digits < 0 ||
          number->digits > kMostRows)
        return std::nullopt;
      rows += static_cast<int64_t>(number->digits);
    }
    return limit->Child(0) == nullptr ? std::nullopt : std::optional(rows);
  }

  std::optional<ColumnRef> Bound(const Node* node) const {
    node = sql::Unparen(node);
    const sql::ColumnBinding* binding = node->Is(Kind::kColumn) ? analysis_.Find(node) : nullptr;
    if (binding == nullptr || binding->outer || !binding->merged.empty() || binding->row || binding->fields != 0)
      return std::nullopt;
    if (binding->alias != nullptr) {
      const Node* item = binding->alias;
      return Bound(item->Is(Kind::kAlias) ? item->Child(0) : item);
    }
    if (binding->output >= 0) return ColumnRef{nullptr, binding->output};
    if (binding->source == nullptr || binding->index < 0) return std::nullopt;
    return ColumnRef{binding->source, binding->index};
  }

  std::optional<SortKeys> KeysOf(const Scope& scope) const {
    SortKeys out;
    const Node* order = scope.query->Child(sql::kOrderSlot);
    for (uint32_t i = 0; order != nullptr && i < order->count; ++i) {
      const Node* item = order->Child(i);
      const Node* value = item->Is(Kind::kOrderItem) ? sql::Unparen(item->Child(0)) : nullptr;
      if (value == nullptr || item->Child(1) != nullptr || !item->text.empty()) return std::nullopt;
      SortKey key;
      key.descending = item->Has(sql::kDesc);
      key.nulls_first = item->Has(sql::kNullsFirst) || (!item->Has(sql::kNullsLast) && NullsComeFirst(key.descending));
      if (value->Is(Kind::kNumber)) {
        key.column = {nullptr, std::atoi(std::string(value->text).c_str()) - 1};
      } else if (const auto column = Bound(value)) {
        key.column = *column;
      } else {
        return std::nullopt;
      }
      out.push_back(key);
    }
    return out;
  }

  bool NullsComeFirst(bool descending) const {
    if (dialect_.Has(sql::Feature::kNullsAlwaysLast)) return false;
    return dialect_.Has(sql::Feature::kNullsLow) != descending;
  }

  // `own`: the block has the LIMIT itself.
  void Enter(const Scope& scope, const SortKeys& keys, bool own, int depth) {
    if (depth > 50 || scope.correlated || scope.recursive || (!own && FilterAnalysis::IsLimited(&scope))) return;
    if (scope.query->Is(Kind::kSelect)) return EnterSelect(scope, keys, depth);
    if (!scope.query->Is(Kind::kSetOperation, Op::kUnion) || !scope.query->Has(sql::kAll) || scope.query->Has(sql::kByName))
      return;
    for (const Scope* branch : scope.branches) Enter(*branch, keys, false, depth + 1);
  }

  // Each row of FROM and WHERE is one row of the result.
  bool IsPlain(const Node* select) const {
    for (uint32_t slot = 0; slot < select->count; ++slot) {
      const bool allowed = slot == sql::kWithSlot || slot == sql::kOrderSlot || slot == sql::kLimitSlot ||
                           slot == sql::kOffsetSlot || slot == sql::kItemsSlot || slot == sql::kFromSlot ||
                           slot == sql::kWhereSlot;
      if (!allowed && select->Child(slot) != nullptr) return false;
    }
    const Node* items = select->Child(sql::kItemsSlot);
    if (items == nullptr) return false;
    return std::none_of(items->Children().begin(), items->Children().end(), [&](const Node* item) {
      const Node* value = item->Is(Kind::kAlias) ? item->Child(0) : item;
      return sql::HasAggregate(value, dialect_) || sql::HasWindow(value) || sql::Contains(value, [&](const Node* node) {
               if (!node->Is(Kind::kFunction)) return false;
               const sql::FunctionSpec* spec = sql::FindFunction(dialect_, node->text);
               return spec == nullptr || (spec->flags & sql::kTableValued) != 0;
             });
    });
  }

  // The table all of whose rows are kept, once at least.
  const Source* Anchor(const Scope& scope) const {
    const Node* from = scope.query->Child(sql::kFromSlot);
    if (from == nullptr || !from->Is(Kind::kList) || from->count != 1) return nullptr;
    const Node* node = from->Child(0);
    while (node->Is(Kind::kJoin, Op::kLeft) && !node->Has(sql::kAsof)) node = node->Child(0);
    const auto it =
        std::find_if(scope.sources.begin(), scope.sources.end(), [&](const Source* source) { return source->node == node; });
    return it == scope.sources.end() || node->Child(sql::kSampleSlot) != nullptr ? nullptr : *it;
  }

  void EnterSelect(const Scope& scope, const SortKeys& keys, int depth) {
    const Source* anchor = IsPlain(scope.query) ? Anchor(scope) : nullptr;
    if (anchor == nullptr) return;
    SortKeys own;
    const Node* items = scope.query->Child(sql::kItemsSlot);
    for (SortKey key : keys) {
      if (key.column.source == nullptr) {
        if (key.column.index < 0 || key.column.index >= static_cast<int>(items->count)) return;
        const Node* item = items->Child(static_cast<uint32_t>(key.column.index));
        const auto column = item->Is(Kind::kStar) ? std::nullopt : Bound(item->Is(Kind::kAlias) ? item->Child(0) : item);
        if (!column) return;
        key.column = *column;
      }
      if (key.column.source != anchor) return;
      own.push_back(key);
    }
    Node* where = scope.query->Child(sql::kWhereSlot);
    if (anchor->kind == sql::SourceKind::kTable) {
      if (IsEvaluated(where)) Limit(anchor, own);
      return;
    }
    if (where != nullptr || anchor->query == nullptr || filters_.ReadersOf(anchor->query).size() != 1) return;
    for (SortKey& key : own) key.column.source = nullptr;
    Enter(*anchor->query, own, false, depth + 1);
  }

  bool IsEvaluated(Node* where) const {
    if (where == nullptr) return true;
    std::vector<Node*> terms;
    sql::SplitConjunction(where, terms);
    return std::all_of(terms.begin(), terms.end(), [&](const Node* term) { return inputs_.evaluated.contains(term); });
  }

  void Limit(const Source* source, const SortKeys& keys) {
    const auto it = std::find_if(inputs_.tables.begin(), inputs_.tables.end(), [&](const SplitInput& input) {
      return input.occurrences.size() == 1 && input.occurrences.front() == source;
    });
    if (it == inputs_.tables.end() || !it->queries || !it->key_filters.empty() || !it->tail.empty()) return;
    std::vector<std::string> order;
    for (const SortKey& key : keys) {
      const columnar::Field& field = it->info->columns[static_cast<size_t>(key.column.index)];
      if (it->profile.facts.loose_types || !OrdersAlike(field, it->profile)) {
        it->not_pushed.push_back(
            {fmt::format("the limit of {} rows by {}", count_, field.name), "values may be ordered otherwise there"});
        return;
      }
      const std::string name = sql::QuoteIdentifier(*it->profile.dialect, field.name);
      if (field.nullable) order.push_back(fmt::format("{} IS NULL{}", name, key.nulls_first ? " DESC" : ""));
      order.push_back(name + (key.descending ? " DESC" : ""));
    }
    it->most_rows = count_;
    it->tail = order.empty() ? "" : "\nORDER BY " + Join(order, ", ");
    it->tail += fmt::format("\nLIMIT {}", count_);
    it->pushed.push_back(order.empty() ? fmt::format("limit {}", count_)
                                       : fmt::format("the first {} by {}", count_, Join(order, ", ")));
  }

  const sql::Analysis& analysis_;
  const sql::Dialect& dialect_;
  const FilterAnalysis& filters_;
  CollectedInputs& inputs_;
  int64_t count_ = 0;
};

}  // namespace

void LimitInputs(const sql::Analysis& analysis, const sql::Dialect& dialect, const FilterAnalysis& filters,
                 CollectedInputs& inputs) {
  TopRowsFinder(analysis, dialect, filters, inputs).Find();
}

}  // namespace dvt::plan
