// Types, casts, literals, intervals and TRIM.
#include "dvt/base/text/text.h"
#include "dvt/sql/print/printer_internal.h"

namespace dvt::sql {

void Writer::Cast(const Node* node) {
  Put(node->Has(kTry) && dialect_.Has(Feature::kTryCast) ? "TRY_CAST(" : "CAST(");
  Expression(node->Child(0), 0);
  Put(" AS ");
  TypeName(node->Child(1));
  Put(")");
}

void Writer::TypeName(const Node* node) {
  if (node->op == Op::kArrayType) {
    TypeName(node->Child(0));
    Put("[]");
    return;
  }
  // "TIMESTAMP WITH TIME ZONE" and its kin take their parameter behind the first word.
  const size_t zone = node->text.find(" WITH");
  const std::string_view head = zone == std::string_view::npos ? node->text : node->text.substr(0, zone);
  const size_t sign = head.find(" UNSIGNED");
  const std::string_view name = sign == std::string_view::npos ? head : head.substr(0, sign);
  Put(name);
  if (node->count > 0) {
    Put("(");
    for (uint32_t i = 0; i < node->count; ++i) {
      if (i > 0) Put(", ");
      const Node* parameter = node->Child(i);
      if (parameter->Is(Kind::kTypeName)) {
        TypeName(parameter);
      } else if (parameter->Is(Kind::kColumnDef)) {
        Identifier(parameter->Child(0));
        Put(" ");
        TypeName(parameter->Child(1));
      } else {
        Expression(parameter, 0);
      }
    }
    Put(")");
  }
  if (sign != std::string_view::npos) Put(head.substr(sign));
  if (zone != std::string_view::npos) Put(node->text.substr(zone));
}

void Writer::String(const Node* node) {
  switch (node->op) {
    case Op::kNational: Put("N"); break;
    case Op::kHex:
      Put("X'");
      Put(node->text);
      return Put("'");
    case Op::kBit:
      Put("B'");
      Put(node->text);
      return Put("'");
    default: break;
  }
  Put(QuoteString(dialect_, node->text));
}

void Writer::Interval(const Node* node) {
  Put("INTERVAL ");
  const Node* value = node->Child(0);
  const bool outside = dialect_.Has(Feature::kIntervalUnitOutside);
  if (!outside && !node->text.empty() && (value->Is(Kind::kString) || value->Is(Kind::kNumber))) {
    // One string with its unit, which every reader of INTERVAL '…' takes.
    Put(QuoteString(dialect_, std::string(value->text) + " " + std::string(node->text) + (node->Has(kPluralUnit) ? "S" : "")));
    return;
  }
  const bool wrap = !value->Is(Kind::kString) && !value->Is(Kind::kNumber) && !value->Is(Kind::kParen) &&
                    !dialect_.Has(Feature::kDatePartKeywords);
  if (wrap) Put("(");
  Expression(value, 0);
  if (wrap) Put(")");
  if (!node->text.empty()) {
    Put(" ");
    Put(node->text);
    if (node->Has(kPluralUnit) && !dialect_.Has(Feature::kSingularUnits)) Put("S");
  }
}

void Writer::Trim(const Node* node) {
  const Node* characters = node->Child(1);
  if (!dialect_.Has(Feature::kTrimFrom)) {
    Put(node->op == Op::kLeading ? "LTRIM(" : node->op == Op::kTrailing ? "RTRIM(" : "TRIM(");
    Expression(node->Child(0), 0);
    if (characters != nullptr) {
      Put(", ");
      Expression(characters, 0);
    }
    return Put(")");
  }
  Put("TRIM(");
  if (node->op == Op::kLeading) Put("LEADING ");
  if (node->op == Op::kTrailing) Put("TRAILING ");
  if (node->Has(kExplicitBoth)) Put("BOTH ");
  if (characters != nullptr) {
    Expression(characters, 0);
    Put(" ");
  }
  if (characters != nullptr || node->op == Op::kLeading || node->op == Op::kTrailing || node->Has(kExplicitBoth)) Put("FROM ");
  Expression(node->Child(0), 0);
  Put(")");
}

}  // namespace dvt::sql
