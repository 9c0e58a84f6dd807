// Names, quoted where the dialect asks for it, and stars.
#include "dvt/base/text/text.h"
#include "dvt/sql/print/printer_internal.h"

namespace dvt::sql {

void Writer::Identifier(const Node* identifier) {
  const bool quote = options_.identify == Identify::kAlways ||
                     (options_.identify == Identify::kSafe &&
                      (identifier->Has(kQuoted) || FoldIdentifier(dialect_, identifier->text, false) == identifier->text)) ||
                     (options_.identify == Identify::kAsWritten && identifier->Has(kQuoted));
  if (options_.fold && !identifier->Has(kQuoted)) {
    const std::string folded = FoldIdentifier(dialect_, identifier->text, false);
    return Put(quote ? QuoteIdentifier(dialect_, folded) : folded);
  }
  if (quote) return Put(QuoteIdentifier(dialect_, identifier->text));
  // An unquoted name keeps its spelling unless it would be read as something else.
  if (identifier->Has(kQuoted)) return Put(QuoteIdentifierIfNeeded(dialect_, identifier->text));
  if (dialect_.Has(Feature::kUnquotedKeywords)) return Put(identifier->text);
  const bool group_all = dialect_.Has(Feature::kGroupByAll) && EqualsIgnoreCase(identifier->text, "all");
  if (IsReserved(dialect_, identifier->text) && !group_all) return Put(QuoteIdentifier(dialect_, identifier->text));
  Put(identifier->text);
}

void Writer::Dotted(const Node* name) {
  for (uint32_t i = 0; i < name->count; ++i) {
    if (i > 0) Put(".");
    const bool any_word = i > 0 && dialect_.Has(Feature::kAnyWordBehindDot) && options_.identify == Identify::kAsWritten;
    if (any_word && !name->Child(i)->Has(kQuoted) && IsReserved(dialect_, name->Child(i)->text))
      Put(name->Child(i)->text);
    else if (name->Child(i)->Is(Kind::kIdentifier))
      Identifier(name->Child(i));
    else
      Expression(name->Child(i), 0);
  }
}

// a.b, a.b (+)
void Writer::Column(const Node* node) {
  Dotted(node);
  if (node->Has(kOuterMark) && dialect_.Has(Feature::kOuterMarks)) Put(" (+)");
}

void Writer::Columns(const Node* list) {
  Put("(");
  for (uint32_t i = 0; i < list->count; ++i) {
    if (i > 0) Put(", ");
    const Node* each = list->Child(i);
    if (each->Is(Kind::kColumnDef)) {
      Identifier(each->Child(0));
      if (each->Child(1) != nullptr) {
        Put(" ");
        TypeName(each->Child(1));
      }
    } else {
      Any(each);
    }
  }
  Put(")");
}

void Writer::Star(const Node* node) {
  if (node->Child(0) != nullptr) {
    Dotted(node->Child(0));
    Put(".");
  }
  Put("*");
  const Node* pattern = node->Child(5);
  if (pattern != nullptr && !dialect_.Has(Feature::kSpreadColumns)) Put(" "), Any(pattern);
  static constexpr std::string_view kWords[] = {"EXCLUDE (", "REPLACE (", "RENAME ("};
  for (uint32_t i = 1; i <= 3; ++i) {
    if (node->Child(i) == nullptr) continue;
    Break();
    Put(i == 1 && dialect_.Has(Feature::kExceptStar) ? "EXCEPT (" : kWords[i - 1]);
    List(node->Child(i));
    Put(")");
  }
  if (pattern != nullptr && dialect_.Has(Feature::kSpreadColumns)) Put(" "), Any(pattern);
  if (node->Child(4) != nullptr) Put(" "), List(node->Child(4), " ");
}

}  // namespace dvt::sql
