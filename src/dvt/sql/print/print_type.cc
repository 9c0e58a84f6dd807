// Types, in the forms that the dialect has for types of types.
#include "dvt/sql/print/printer_internal.h"

namespace dvt::sql {

void Writer::TypeArguments(const Node* node) {
  const NestedForms& forms = dialect_.nested;
  for (uint32_t i = 0; i < node->count && !node->Child(i)->Is(Kind::kPhrase); ++i) {
    if (i > 0) Put(", ");
    const Node* argument = node->Child(i);
    if (argument->Is(Kind::kTypeName)) {
      TypeName(argument);
    } else if (argument->Is(Kind::kColumnDef)) {
      if (const Node* name = argument->Child(0)) {
        Any(name);
        Put(forms.colons && node->op == Op::kStructType ? ": " : " ");
      }
      TypeName(argument->Child(1));
      if (!argument->text.empty()) {
        Put(" ");
        Put(argument->text);
      }
    } else {
      Expression(argument, 0);
    }
  }
}

// ARRAY<INT>, STRUCT<a INT>, INT[], Map(String, Int8): a type of types.
void Writer::NestedType(const Node* node) {
  const NestedForms& forms = dialect_.nested;
  if (node->op == Op::kArrayType && (forms.brackets || node->count > 1)) {
    TypeName(node->Child(0));
    Put("[");
    if (node->Child(1) != nullptr) Expression(node->Child(1), 0);
    return Put("]");
  }
  Put(node->op == Op::kArrayType    ? forms.array
      : node->op == Op::kStructType ? (node->text == "UNION" ? node->text : forms.structure)
                                    : forms.map);
  Put(std::string_view(&forms.open, 1));
  TypeArguments(node);
  Put(forms.open == '<' ? ">" : ")");
}

void Writer::TypeName(const Node* node) {
  if (node->op == Op::kArrayType || node->op == Op::kStructType || node->op == Op::kMapType) return NestedType(node);
  if (node->Has(kQuotedName)) return Put(QuoteIdentifier(dialect_, node->text));
  // "TIMESTAMP WITH TIME ZONE" and its kin take their parameter behind the first word.
  const size_t zone = node->text.find(" WITH");
  const std::string_view head = zone == std::string_view::npos ? node->text : node->text.substr(0, zone);
  const size_t sign = head.find(" UNSIGNED");
  const std::string_view name = sign == std::string_view::npos ? head : head.substr(0, sign);
  Put(name);
  if (node->count > 0 && !node->Child(0)->Is(Kind::kPhrase)) {
    const bool angles = node->Child(0)->Is(Kind::kTypeName) && dialect_.nested.open == '<';
    Put(angles ? "<" : "(");
    TypeArguments(node);
    Put(angles ? ">" : ")");
  }
  if (sign != std::string_view::npos) Put(head.substr(sign));
  if (zone != std::string_view::npos) Put(node->text.substr(zone));
  for (const Node* more : node->Children()) {  // CHARACTER SET utf8mb4
    if (!more->Is(Kind::kPhrase)) continue;
    Put(" ");
    Any(more);
  }
}

}  // namespace dvt::sql
