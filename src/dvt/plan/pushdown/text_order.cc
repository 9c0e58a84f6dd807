#include "dvt/plan/pushdown/text_order.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "dvt/base/text/text.h"

namespace dvt::plan {
namespace {

using columnar::DataType;
using columnar::TypeKind;
using sql::Kind;
using sql::Node;
using sql::Op;

class OrderFinder {
 public:
  OrderFinder(const sql::Analysis& analysis, const std::function<bool(const DataType&)>& is_one, std::string_view what)
      : analysis_(analysis), is_one_(is_one), what_(what) {}

  std::string Find(const Node* query) {
    const bool limited = sql::Contains(query, [](const Node* node) {
      return node->IsQuery() && (node->Child(sql::kLimitSlot) != nullptr || node->Child(sql::kOffsetSlot) != nullptr);
    });
    sql::Visit(query, [&](const Node* node) {
      if (found_.empty()) Look(node, limited);
      return found_.empty();
    });
    return found_;
  }

 private:
  bool IsText(const Node* node) const { return node != nullptr && is_one_(analysis_.TypeOf(node)); }

  void Look(const Node* node, bool limited) {
    if (node->IsQuery()) {
      const Node* order = node->Child(sql::kOrderSlot);
      const bool distinct_on =
          node->Is(Kind::kSelect) && node->Child(sql::kDistinctSlot) != nullptr && node->Child(sql::kDistinctSlot)->count > 0;
      if (order == nullptr) return;
      ordered_.push_back(order);
      if ((limited || distinct_on) && SortsTexts(node, order)) found_ = fmt::format("ORDER BY of {} with LIMIT", what_);
    } else if (node->Is(Kind::kBinary) &&
               (node->op == Op::kLt || node->op == Op::kLe || node->op == Op::kGt || node->op == Op::kGe)) {
      if (IsText(node->Child(0)) && IsText(node->Child(1))) found_ = fmt::format("a comparison of the order of {}", what_);
    } else if (node->Is(Kind::kBetween)) {
      if (IsText(node->Child(0))) found_ = fmt::format("BETWEEN on {}", what_);
    } else if (node->Is(Kind::kFunction)) {
      LookAtCall(node);
    } else if (node->Is(Kind::kOrderItem) && !IsOfQuery(node)) {
      if (IsText(node->Child(0))) found_ = fmt::format("an order of {}", what_);
    }
  }

  void LookAtCall(const Node* call) {
    static constexpr std::array<std::string_view, 6> kOrdering = {"MIN", "MAX", "GREATEST", "LEAST", "MIN_BY", "MAX_BY"};
    const std::string name = ToUpper(call->text);
    if (std::find(kOrdering.begin(), kOrdering.end(), name) == kOrdering.end()) return;
    const Node* arguments = call->Child(sql::kArgsSlot);
    if (arguments == nullptr) return;
    const bool texts =
        std::any_of(arguments->Children().begin(), arguments->Children().end(), [&](const Node* a) { return IsText(a); });
    if (texts) found_ = fmt::format("{} of {}", name, what_);
  }

  bool IsOfQuery(const Node* item) const {
    return std::any_of(ordered_.begin(), ordered_.end(), [&](const Node* list) {
      return std::find(list->Children().begin(), list->Children().end(), item) != list->Children().end();
    });
  }

  bool SortsTexts(const Node* query, const Node* order) const {
    const sql::Scope* scope = analysis_.ScopeOf(query);
    return std::any_of(order->Children().begin(), order->Children().end(), [&](const Node* item) {
      const Node* key = sql::Unparen(item->Is(Kind::kOrderItem) ? item->Child(0) : item);
      if (!key->Is(Kind::kNumber) || scope == nullptr) return IsText(key);
      const int position = std::atoi(std::string(key->text).c_str());
      if (position < 1 || position > static_cast<int>(scope->output.size())) return true;
      return is_one_(scope->output[static_cast<size_t>(position - 1)].type);
    });
  }

  const sql::Analysis& analysis_;
  const std::function<bool(const DataType&)>& is_one_;
  std::string_view what_;  // the values, in plural
  std::vector<const Node*> ordered_;
  std::string found_;
};

}  // namespace

std::string FindTextOrder(const Node* query, const sql::Analysis& analysis) {
  return OrderFinder(
             analysis, [](const DataType& type) { return type.is_text(); }, "texts")
      .Find(query);
}

std::string FindOrder(const Node* query, const sql::Analysis& analysis, const std::function<bool(const DataType&)>& is_one) {
  return OrderFinder(analysis, is_one, "values").Find(query);
}

}  // namespace dvt::plan
