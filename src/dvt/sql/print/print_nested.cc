// Rows, arrays, structs and maps, and what takes them apart.
#include "dvt/sql/print/printer_internal.h"

namespace dvt::sql {

// (a, b), ROW(a, b)
void Writer::Row(const Node* node) {
  if (node->Has(kExplicitRow)) Put(node->text == "STRUCT" && dialect_.Has(Feature::kCanonicalNames) ? "STRUCT" : "ROW");
  Put("(");
  List(node);
  Put(")");
}

// [a, b], ARRAY(a, b)
void Writer::Array(const Node* node) {
  Put(dialect_.nested.literal);
  Arguments(node, node->count == 0 ? 0 : 2 * (node->count - 1));
  Put(dialect_.nested.literal.back() == '(' ? ")" : "]");
}

// {'a': 1}
void Writer::Struct(const Node* node) {
  if (dialect_.Has(Feature::kCanonicalNames)) return StructCall(node);
  Put("{");
  for (uint32_t i = 0; i < node->count; ++i) {
    if (i > 0) Put(", ");
    if (node->Child(i)->Is(Kind::kStar)) {
      Star(node->Child(i));
      continue;
    }
    Put(QuoteString(dialect_, node->Child(i)->Child(1)->text));
    Put(": ");
    Expression(node->Child(i)->Child(0), 0);
  }
  Put("}");
}

// MAP {key: value}
void Writer::Map(const Node* node) {
  Put("MAP {");
  for (uint32_t i = 0; i < node->count; ++i) {
    if (i > 0) Put(", ");
    Expression(node->Child(i)->Child(0), 0);
    Put(": ");
    Expression(node->Child(i)->Child(1), 0);
  }
  Put("}");
}

// value[i]
void Writer::Subscript(const Node* node) {
  if (node->Child(0)->Is(Kind::kArray) && dialect_.Has(Feature::kArraysApart)) {
    Put("(");
    Expression(node->Child(0), 0);
    Put(")");
  } else {
    Expression(node->Child(0), kAtom);
  }
  Put("[");
  Expression(node->Child(1), 0);
  Put("]");
}

// from:to:step
void Writer::Slice(const Node* node) {
  if (node->Child(0) != nullptr) Expression(node->Child(0), 0);
  Put(":");
  if (node->Child(1) != nullptr)
    Expression(node->Child(1), 0);
  else if (node->Child(2) != nullptr)
    Put("-");
  if (node->Child(2) != nullptr) {
    Put(":");
    Expression(node->Child(2), 0);
  }
}

}  // namespace dvt::sql
