#include <algorithm>

#include "dvt/base/text/text.h"
#include "dvt/sql/print/printer_internal.h"

namespace dvt::sql {

void Writer::Expression(const Node* node, int parent_level) {
  if (node == nullptr) return;
  if (node->IsQuery()) {
    if (node->Is(Kind::kSubquery))
      Query(node);
    else
      ParenthesizedQuery(node);
    return;
  }
  const int level = Level(node);
  const bool arrow = node->Is(Kind::kBinary) && (node->op == Op::kJsonGet || node->op == Op::kJsonGetText);
  const bool apart = arrow && parent_level > 0 && !arrow_inside_ && dialect_.Has(Feature::kArrowsApart);
  const bool wrap = (level != 0 && level < parent_level) || apart;
  arrow_inside_ = false;
  if (wrap) Put("(");
  ExpressionBody(node);
  if (wrap) Put(")");
  if (node->comments != nullptr && node != held_) Comments(node, false);
}

void Writer::Paren(const Node* node) {
  Put("(");
  if (options_.pretty) {
    ++indent_;
    Break();
  }
  Expression(node->Child(0), 0);
  if (options_.pretty) {
    --indent_;
    Break();
  }
  Put(")");
}

// value AS name, value AS (a, b)
void Writer::Alias(const Node* node) {
  Expression(node->Child(0), 0);
  Put(" AS ");
  if (node->text == "TEXT" && (dialect_.Has(Feature::kScripts) || dialect_.Has(Feature::kOuterMarks)))
    return Put(QuoteString(dialect_, node->Child(1)->text));
  return node->Child(1)->Is(Kind::kList) ? Columns(node->Child(1)) : Identifier(node->Child(1));
}

void Writer::ExpressionBody(const Node* node) {
  switch (node->kind) {
    case Kind::kIdentifier: return Identifier(node);
    case Kind::kColumn: return Column(node);
    case Kind::kName: return Dotted(node);
    case Kind::kScope: return Scope(node);
    case Kind::kStar: return Star(node);
    case Kind::kNumber: return Put(node->text);
    case Kind::kParameter: return Parameter(node);
    case Kind::kString: return String(node);
    case Kind::kBoolean: return Put(node->op == Op::kTrue ? "TRUE" : "FALSE");
    case Kind::kNull: return Put("NULL");
    case Kind::kDefault: return Put("DEFAULT");
    case Kind::kUnary: return Unary(node);
    case Kind::kBinary: return Binary(node);
    case Kind::kLike: return Like(node);
    case Kind::kBetween: return Between(node);
    case Kind::kIn: return In(node);
    case Kind::kIs: return Is(node);
    case Kind::kExists: Put("EXISTS"); return Expression(node->Child(0), 0);
    case Kind::kQuantified: return Quantified(node);
    case Kind::kCase: return Case(node);
    case Kind::kCast: return Cast(node);
    case Kind::kTypeName: return TypeName(node);
    case Kind::kFunction: return Function(node);
    case Kind::kExtract: return Extract(node);
    case Kind::kPosition: return Position(node);
    case Kind::kTrim: return Trim(node);
    case Kind::kInterval: return Interval(node);
    case Kind::kCollate: return Collate(node);
    case Kind::kAtTimeZone: return AtTimeZone(node);
    case Kind::kRow: return Row(node);
    case Kind::kArray: return Array(node);
    case Kind::kStruct: return Struct(node);
    case Kind::kMap: return Map(node);
    case Kind::kLambda: return Lambda(node);
    case Kind::kNamedArg: return NamedArgument(node);
    case Kind::kSubscript: return Subscript(node);
    case Kind::kSlice: return Slice(node);
    case Kind::kField: return Field(node);
    case Kind::kParen: return Paren(node);
    case Kind::kAlias: return Alias(node);
    case Kind::kOrderItem: return OrderItem(node);
    case Kind::kList: return List(node);
    case Kind::kRollup:
    case Kind::kCube:
    case Kind::kGroupingSets: return GroupedKeys(node);
    case Kind::kWindow: return Window(node);
    case Kind::kWord:
    case Kind::kPhrase:
    case Kind::kTuple:
    case Kind::kSetting: return Phrase(node);
    default:
      if (node->IsTable()) return Table(node);
      Put(node->text);
  }
}

void Writer::Case(const Node* node) {
  if (options_.pretty && Width(node) > 80) return LongCase(node);
  Put("CASE");
  if (node->Child(0) != nullptr) {
    Put(" ");
    Expression(node->Child(0), 0);
  }
  for (uint32_t i = 2; i < node->count; ++i) {
    Put(" WHEN ");
    Expression(node->Child(i)->Child(0), 0);
    Put(" THEN ");
    Expression(node->Child(i)->Child(1), 0);
  }
  if (node->Child(1) != nullptr) {
    Put(" ELSE ");
    Expression(node->Child(1), 0);
  }
  Put(" END");
}

void Writer::OrderItem(const Node* item) {
  Expression(item->Child(0), 0);
  if (item->Has(kDesc))
    Put(" DESC");
  else if (item->Has(kAsc))
    Put(" ASC");
  if (dialect_.Has(Feature::kNullsOrdering) && item->Has(kNullsFirst)) Put(" NULLS FIRST");
  if (dialect_.Has(Feature::kNullsOrdering) && item->Has(kNullsLast)) Put(" NULLS LAST");
  if (item->Child(1) != nullptr) {
    Put(" ");
    Any(item->Child(1));
  }
}

void Writer::List(const Node* list, std::string_view separator) {
  for (uint32_t i = 0; i < list->count; ++i) {
    if (i > 0) Put(separator);
    Any(list->Child(i));
  }
}

}  // namespace dvt::sql
