// Clauses of Hive's family: lateral views, sorting clauses, several inserts from one source.
#include "dvt/sql/print/printer_internal.h"

namespace dvt::sql {

// The items of ORDER BY, and of SORT BY and its kin where the dialect has them.
void Writer::OrderClauses(const Node* order) {
  if (order->comments != nullptr) {
    Break();
    Comments(order, true);
    while (!out_.empty() && (out_.back() == ' ' || out_.back() == '\n')) out_.pop_back();
  }
  const std::string_view plain = order->text == "SIBLINGS" ? "ORDER SIBLINGS BY" : "ORDER BY";
  static constexpr std::string_view kClauses[] = {"CLUSTER BY", "DISTRIBUTE BY", "SORT BY", ""};
  for (const std::string_view clause : kClauses) {
    if (!clause.empty() && !dialect_.Has(Feature::kSortBy)) continue;
    bool first = true;
    std::vector<Node*> items;
    for (const Node* item : order->Children()) {
      if ((item->Is(Kind::kOrderItem) ? item->text : std::string_view()) != clause) continue;
      if (options_.pretty) {
        items.push_back(const_cast<Node*>(item));
        continue;
      }
      if (first)
        Clause(clause.empty() ? plain : clause);
      else
        Put(", ");
      first = false;
      Any(item);
    }
    if (items.empty()) continue;
    Break();
    Put(clause.empty() ? plain : clause);
    Lines(items);
  }
}

void Writer::LateralView(const Node* join) {
  Clause(join->Has(kOuterWord) ? "LATERAL VIEW OUTER" : "LATERAL VIEW");
  if (options_.pretty) Break();
  const Node* rows = join->Child(1);
  Expression(rows->Child(1), 0);
  const Node* alias = rows->Child(0);
  if (alias == nullptr) return;
  if (alias->Child(0) != nullptr) {
    Put(" ");
    Identifier(alias->Child(0));
  }
  if (const Node* columns = alias->Child(1)) {
    Put(" AS ");
    List(columns);
  }
}

void Writer::MultiInsert(const Node* statement) {
  Put("FROM ");
  List(statement->Child(0));
  for (uint32_t i = 1; i < statement->count; ++i) {
    Break();
    Statement(statement->Child(i));
  }
}

// The VALUES of a derived table that stand without parentheses: FROM VALUES (1), (2) AS t(a).
const Node* Writer::BareValues(const Node* table) const {
  if (!dialect_.Has(Feature::kBareValues) || !dialect_.Has(Feature::kLateralView)) return nullptr;
  const Node* query = table->Child(1);
  auto plain = [](const Node* each) {
    return each->comments == nullptr && each->Child(kWithSlot) == nullptr && each->Child(kOrderSlot) == nullptr &&
           each->Child(kLimitSlot) == nullptr && each->Child(kOffsetSlot) == nullptr;
  };
  if (query->Is(Kind::kSubquery) && plain(query)) query = query->Child(kInnerSlot);
  return query->Is(Kind::kValues) && plain(query) ? query : nullptr;
}

}  // namespace dvt::sql
