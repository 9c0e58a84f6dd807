// Definitions: CREATE, ALTER, DROP, and the phrases that they are made of.
#include "dvt/sql/print/printer_internal.h"

namespace dvt::sql {

void Writer::Pieces(const Node* node, std::string_view separator) {
  for (uint32_t i = 0; i < node->count; ++i) {
    const Node* piece = node->Child(i);
    const bool dot = piece->Is(Kind::kWord) && (piece->text == "." || piece->text == "=");
    const bool after_dot =
        i > 0 && node->Child(i - 1)->Is(Kind::kWord) && (node->Child(i - 1)->text == "." || node->Child(i - 1)->text == "=");
    if (i > 0 && !(separator == " " && (dot || after_dot))) Put(separator);
    Any(piece);
  }
}

void Writer::Phrase(const Node* node) {
  // DISTKEY(a): like a call.
  if (node->Is(Kind::kPhrase) && node->count == 2 && node->text.ends_with("KEY") && node->text != "PRIMARY KEY" &&
      node->Child(1)->Is(Kind::kTuple))
    return Pieces(node, "");
  if (node->Is(Kind::kPhrase) && node->text == "RENAME TO" && node->count == 2) return RenameTo(node);
  switch (node->kind) {
    case Kind::kWord: return Put(node->text);
    case Kind::kTuple:
      Put("(");
      Pieces(node, ", ");
      return Put(")");
    case Kind::kSetting:
      Any(node->Child(0));
      Put("=");
      return Any(node->Child(1));
    default: return Pieces(node, " ");
  }
}

void Writer::ColumnDef(const Node* column) {
  Any(column->Child(0));
  if (column->Child(1) != nullptr) {
    Put(" ");
    TypeName(column->Child(1));
  }
  if (column->Child(2) != nullptr) {
    Put(" ");
    Pieces(column->Child(2), " ");
  }
  if (!column->text.empty()) {
    Put(" ");
    Put(column->text);
  }
}

// (a INT, b TEXT), a line each when pretty.
void Writer::Definitions(const Node* list) {
  Put("(");
  ++indent_;
  for (uint32_t i = 0; i < list->count; ++i) {
    if (i > 0) Put(options_.pretty ? "," : ", ");
    if (options_.pretty) Break();
    Any(list->Child(i));
  }
  --indent_;
  if (options_.pretty) Break();
  Put(")");
}

void Writer::Properties(const Node* list) {
  if (list == nullptr) return;
  for (const Node* property : list->Children()) {
    Break();
    Any(property);
  }
}

void Writer::Create(const Node* create) {
  Put("CREATE ");
  if (create->Has(kOrReplace)) Put("OR REPLACE ");
  if (create->Has(kTemporary)) Put("TEMPORARY ");
  Put(create->text);
  if (create->Has(kIfNotExists)) Put(" IF NOT EXISTS");
  if (create->Child(kCreateName) != nullptr) {
    Put(" ");
    Any(create->Child(kCreateName));
  }
  const bool routine = create->text.ends_with("FUNCTION") || create->text.ends_with("PROCEDURE") ||
                       create->text.ends_with("MACRO") || create->text.ends_with("PROC");
  if (const Node* on = create->Child(kCreateOn)) {
    Put(" ON ");
    Any(on);
    Properties(create->Child(kCreateProperties));
    if (const Node* keys = create->Child(kCreateKeys)) {
      Phrase(keys);
    }
    return Properties(create->Child(kCreateTail));
  }
  if (const Node* columns = create->Child(kCreateColumns)) {
    if (routine) {
      Put("(");
      Pieces(columns, ", ");
      Put(")");
    } else {
      Put(" ");
      Definitions(columns);
    }
  }
  Properties(create->Child(kCreateProperties));
  if (create->Child(kCreateBody) != nullptr) {
    Break();
    Put("AS");
    if (!options_.pretty) Put(" ");
    if (options_.pretty) Break();
    Any(create->Child(kCreateBody));
  }
  Properties(create->Child(kCreateTail));
}

// RENAME TO t, without the schema where the table stays in its own.
void Writer::RenameTo(const Node* phrase) {
  const Node* name = phrase->Child(1);
  Any(phrase->Child(0));
  Put(" ");
  Any(dialect_.Has(Feature::kRenamedInPlace) && name->count > 0 ? name->Child(name->count - 1) : name);
}

void Writer::Alter(const Node* alter) {
  Put("ALTER ");
  Put(alter->text);
  if (alter->Has(kIfExists)) Put(" IF EXISTS");
  if (alter->Has(kByName)) Put(" ONLY");
  Put(" ");
  Any(alter->Child(0));
  Put(" ");
  Pieces(alter->Child(1), ", ");
}

void Writer::Drop(const Node* drop) {
  Put(drop->text);
  Put(drop->Has(kIfExists) ? " IF EXISTS " : " ");
  for (uint32_t i = 0; i < drop->Child(0)->count; ++i) {
    if (i > 0) Put(", ");
    const Node* name = drop->Child(0)->Child(i);
    if (name->Is(Kind::kPhrase)) {  // a routine and the types of its parameters
      Any(name->Child(0));
      Put(drop->text.ends_with("PROCEDURE") ? " " : "");
      Any(name->Child(1));
    } else {
      Any(name);
    }
  }
  if (drop->op == Op::kCascade) Put(" CASCADE");
  if (drop->op == Op::kRestrict) Put(" RESTRICT");
  if (drop->Child(1) != nullptr) {
    Put(" ");
    Any(drop->Child(1));
  }
}

}  // namespace dvt::sql
