// What the finished tree still holds though its target has no such thing: printed as it is usual, or left out, and never without a note.
#include "dvt/base/text/text.h"
#include "dvt/sql/rewrite/rewriter_internal.h"

namespace dvt::sql {

void Rewriter::UnsayableCall(const Node* call) {
  auto unsayable = [&](std::string_view construct) {
    Note(Verdict::kUnsupported, call, std::string(construct), std::string(to_.name) + " has no such construct");
  };
  const Node* end = call->Child(kFromEndSlot);
  if (end != nullptr && end->text == "FROM LAST" && !to_.Has(Feature::kNthFromEnd)) unsayable("NTH_VALUE FROM LAST");
  const bool nulls = call->Has(kIgnoreNulls) || call->Has(kRespectNulls);
  if (nulls && !to_.Has(Feature::kIgnoreNulls) && !to_.Has(Feature::kDynamicTyping)) unsayable("IGNORE NULLS or RESPECT NULLS");
  if (nulls && to_.Has(Feature::kNullsInWindows) && call->Child(kOverSlot) == nullptr) unsayable("IGNORE NULLS without a window");
  if (call->Child(kCallLimitSlot) != nullptr && to_.Has(Feature::kNullsInWindows)) unsayable("LIMIT of an aggregate");
  if (to_.Has(Feature::kUnnestNavigated) && (EqualsIgnoreCase(call->text, "UNNEST") || EqualsIgnoreCase(call->text, "EXPLODE")))
    unsayable("UNNEST");
}

void Rewriter::UnsayableTable(const Node* table) {
  auto unsayable = [&](std::string_view construct) {
    Note(Verdict::kUnsupported, table, std::string(construct), std::string(to_.name) + " has no such construct");
  };
  if (table->Is(Kind::kJoin)) {
    if (table->Child(5) != nullptr && !to_.Has(Feature::kNearestJoin)) unsayable("NEAREST");
    const Node* rows = table->Child(1);
    const bool views = to_.Has(Feature::kLateralView) && !to_.Has(Feature::kCanonicalNames) && table->op != Op::kLateralView;
    if (views && rows != nullptr && rows->Is(Kind::kTableFunction) && rows->Child(1) != nullptr &&
        rows->Child(1)->Is(Kind::kFunction) && ToUpper(rows->Child(1)->text).ends_with("EXPLODE"))
      unsayable("join of the rows of an array");
    return;
  }
  if (table->Is(Kind::kPivot) && !to_.Has(Feature::kPivot)) unsayable("PIVOT");
  if (table->Is(Kind::kTable) && table->Child(kRateSlot) != nullptr && !to_.Has(Feature::kFinalTables)) unsayable("SAMPLE");
  const bool plain = table->Is(Kind::kTable) || table->Is(Kind::kDerivedTable);
  const Node* alias = plain ? table->Child(kAliasSlot) : nullptr;
  if (alias != nullptr && alias->Child(1) != nullptr && alias->Child(1)->count > 0 && to_.Has(Feature::kBareTableNames))
    unsayable("names of columns behind a table's alias");
}

void Rewriter::UnsayableAction(const Node* action) {
  const std::string_view text = action->text;
  const bool redefined = action->Is(Kind::kPhrase) && text == "MODIFY COLUMN";
  const bool serde = action->Is(Kind::kWord) && text.find("SERDEPROPERTIES") != std::string_view::npos;
  const bool comment = action->Is(Kind::kSetting) && EqualsIgnoreCase(action->text, "COMMENT");
  if (comment && to_.Has(Feature::kCommentsApart) && &from_ != &to_)
    Note(Verdict::kUnsupported, action, "COMMENT of a table", std::string(to_.name) + " says it in a statement of its own");
  if ((redefined && !to_.Has(Feature::kColumnsRedefined)) || (serde && !to_.Has(Feature::kSerde)))
    Note(Verdict::kUnsupported, action, redefined ? "MODIFY COLUMN" : "SERDEPROPERTIES",
         std::string(to_.name) + " has no such construct");
}

void Rewriter::Unsayable(const Node* root) {
  dvt::sql::Visit(root, [&](const Node* node) {
    auto unsayable = [&](std::string_view construct) {
      Note(Verdict::kUnsupported, node, std::string(construct), std::string(to_.name) + " has no such construct");
    };
    switch (node->kind) {
      case Kind::kHint:
        if (normalize_ && !to_.Has(Feature::kOptimizerHints)) unsayable("hint");  // in a plan it says nothing
        break;
      case Kind::kColumn:
        if (node->Has(kOuterMark) && !to_.Has(Feature::kOuterMarks)) unsayable("(+)");
        break;
      case Kind::kString:
        if (node->op == Op::kBytes && !to_.Has(Feature::kBytesStrings)) unsayable("literal of bytes");
        break;
      case Kind::kFrame:
        if (!node->text.empty() && !to_.Has(Feature::kFrameExclude)) unsayable("EXCLUDE of a window");
        break;
      case Kind::kGroupingSets:
        if (node->Has(kBehindKeys) && !to_.Has(Feature::kSetsBehindKeys)) unsayable("GROUPING SETS behind keys");
        break;
      case Kind::kWith:
        if (node->Has(kRecursive) && to_.Has(Feature::kNoRecursion)) unsayable("WITH RECURSIVE");
        break;
      case Kind::kAlter:
        for (const Node* action : node->Child(1)->Children()) {
          if (action != nullptr) UnsayableAction(action);
        }
        break;
      case Kind::kFunction: UnsayableCall(node); break;
      default:
        if (node->IsTable()) UnsayableTable(node);
    }
    return true;
  });
}

}  // namespace dvt::sql
