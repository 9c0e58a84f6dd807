// Definitions: CREATE, ALTER, DROP, and the phrases that they are made of.
#include "dvt/base/text/text.h"
#include "dvt/sql/print/printer_internal.h"

namespace dvt::sql {

void Writer::Pieces(const Node* node, std::string_view separator) {
  for (uint32_t i = 0; i < node->count; ++i) {
    const Node* piece = node->Child(i);
    const bool dot = piece->Is(Kind::kWord) && (piece->text == "." || piece->text == "=" || piece->text == " = ");
    const bool after_dot =
        i > 0 && node->Child(i - 1)->Is(Kind::kWord) &&
        (node->Child(i - 1)->text == "." || node->Child(i - 1)->text == "=" || node->Child(i - 1)->text == " = ");
    const bool apart = node->text == "DECLARE" || node->text == "SETTING";  // DECLARE a INT = 1
    if (i > 0 && (apart || !(separator == " " && (dot || after_dot)))) Put(separator);
    Any(piece);
  }
}

void Writer::Phrase(const Node* node) {
  // DISTKEY(a): like a call.
  if (node->Is(Kind::kPhrase) && node->count == 2 && node->text.ends_with("KEY") && node->text != "PRIMARY KEY" &&
      node->Child(1)->Is(Kind::kTuple))
    return Pieces(node, "");
  if (node->Is(Kind::kPhrase) && node->text == "DICTIONARY" && node->count == 3) return DictionaryPart(node);
  if (node->Is(Kind::kPhrase) && node->text == "OPTIONS" && node->count == 2 && dialect_.Has(Feature::kCanonicalNames)) {
    Put("WITH ");
    return Any(node->Child(1));
  }
  if (node->Is(Kind::kPhrase) && node->text == "RENAME TO" && node->count == 2) return RenameTo(node);
  if (options_.pretty && node->Is(Kind::kPhrase) && node->count == 2 && node->Child(1)->Is(Kind::kTuple) &&
      (node->text == "OPTIONS" || node->text == "TBLPROPERTIES" || node->text == "PARTITIONED BY")) {
    Any(node->Child(0));
    Put(" ");
    return Definitions(node->Child(1));
  }
  if (node->Is(Kind::kPhrase) && node->text == "WITH" && node->count == 2 && dialect_.Has(Feature::kProceduralDdl)) {
    const Node* first = node->Child(1)->Child(0);  // a table of versions goes without the blank
    if (first != nullptr && first->Is(Kind::kSetting) && EqualsIgnoreCase(first->Child(0)->text, "SYSTEM_VERSIONING"))
      return Pieces(node, "");
  }
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

// SOURCE(KIND(key 'value' key 'value')), a line each when pretty.
void Writer::DictionaryPart(const Node* node) {
  Any(node->Child(0));
  Put("(");
  Any(node->Child(1));
  Put("(");
  const Node* settings = node->Child(2);
  if (options_.pretty && settings->count > 0) {
    ++indent_;
    for (const Node* each : settings->Children()) Break(), Any(each);
    --indent_;
    Break();
  } else {
    Pieces(settings, " ");
  }
  Put("))");
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

// ON CLUSTER c, which stands behind the name.
static bool OnCluster(const Node* property) { return property->Is(Kind::kPhrase) && property->text == "ON CLUSTER"; }

void Writer::Properties(const Node* list) {
  if (list == nullptr) return;
  for (const Node* property : list->Children()) {
    if (OnCluster(property)) continue;
    if (property->Is(Kind::kWord) && property->text == "AS")
      Put(" ");
    else
      Break();
    const bool wide = options_.pretty && dialect_.Has(Feature::kUsingFormat) && property->Is(Kind::kPhrase) &&
                      property->count == 2 && property->Child(1)->Is(Kind::kTuple) &&
                      (property->text == "PARTITIONED BY" || property->text == "TBLPROPERTIES");
    const bool lines = options_.pretty && property->Is(Kind::kPhrase) && property->count == 2 &&
                       (property->text == "SETTINGS" || (property->text == "TTL" && property->Child(1)->count > 1));
    if (lines && property->Child(1)->Is(Kind::kList)) {
      Any(property->Child(0));
      Lines(property->Child(1)->Children());
      continue;
    }
    if (wide) {
      Any(property->Child(0));
      Put(" ");
      Definitions(property->Child(1));
      continue;
    }
    Any(property);
  }
}

void Writer::Create(const Node* create) {
  Put("CREATE ");
  if (create->Has(kOrReplace)) Put(dialect_.Has(Feature::kProceduralDdl) ? "OR ALTER " : "OR REPLACE ");
  if (create->Has(kTemporary)) Put(dialect_.Has(Feature::kGlobalTemporary) ? "GLOBAL TEMPORARY " : "TEMPORARY ");
  Put(create->text);
  if (create->Has(kIfNotExists)) Put(" IF NOT EXISTS");
  if (create->Child(kCreateName) != nullptr) {
    Put(" ");
    Any(create->Child(kCreateName));
  }
  if (const Node* properties = create->Child(kCreateProperties)) {
    for (const Node* each : properties->Children()) {
      if (OnCluster(each)) Put(" "), Any(each);
    }
  }
  const bool routine = create->text.ends_with("FUNCTION") || create->text.ends_with("PROCEDURE") ||
                       create->text.ends_with("MACRO") || create->text.ends_with("PROC");
  if (const Node* on = create->Child(kCreateOn)) {
    Put(dialect_.Has(Feature::kIndexOnTable) ? " ON TABLE " : " ON ");
    Any(on);
    Properties(create->Child(kCreateProperties));
    if (const Node* keys = create->Child(kCreateKeys)) {
      Phrase(keys);
    }
    return Properties(create->Child(kCreateTail));
  }
  if (const Node* columns = create->Child(kCreateColumns)) {
    if (routine && options_.pretty && columns->count > 0) {  // parameters stand two steps in
      ++indent_;
      Put("(");
      Lines(columns->Children());
      --indent_;
      Break();
      Put(")");
    } else if (routine) {
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
    Put(" AS");
    Break();
    Any(create->Child(kCreateBody));
  }
  Properties(create->Child(kCreateTail));
}

// RENAME TO t, without the schema where the table stays in its own.
void Writer::RenameTo(const Node* phrase) {
  const Node* name = phrase->Child(1);
  if (dialect_.Has(Feature::kRenamedBare))
    Put("RENAME");
  else
    Any(phrase->Child(0));
  Put(" ");
  Any(dialect_.Has(Feature::kRenamedInPlace) && name->count > 0 ? name->Child(name->count - 1) : name);
}

// EXEC sp_rename 'schema.t', 'u'
void Writer::RenameCall(const Node* alter) {
  const Node* name = alter->Child(1)->Child(0)->Child(1);
  Writer old(dialect_, options_);
  old.Any(alter->Child(0));
  Put("EXEC sp_rename ");
  Put(QuoteString(dialect_, old.out_));
  Put(", ");
  Put(QuoteString(dialect_, name->Child(name->count - 1)->text));
}

// ADD a INT, b INT and ALTER COLUMN a INT, where the words in between are not said.
void Writer::AlterAction(const Node* action, bool more) {
  const bool brief = dialect_.Has(Feature::kProceduralDdl);
  const bool type = action->text == "ALTER COLUMN TYPE" && action->Is(Kind::kPhrase);
  const bool add = brief && action->text == "ADD COLUMN" && action->Is(Kind::kPhrase);
  if (action->Is(Kind::kPhrase) && action->text == "ADD COLUMNS" && (brief || dialect_.Has(Feature::kGlobalTemporary))) {
    Put("ADD ");
    return brief ? Pieces(action->Child(1), ", ") : Any(action->Child(1));
  }
  if (!type && !add) return Any(action);
  if (type && dialect_.Has(Feature::kModifyColumn)) {
    Put("MODIFY COLUMN");
    for (uint32_t i = 1; i < action->count; ++i) {
      if (i != 2) Put(" "), Any(action->Child(i));
    }
    return;
  }
  if (add && !more) Put("ADD ");
  for (uint32_t i = add ? 1 : 0; i < action->count; ++i) {
    const bool word = type && i == 2 && action->Child(2)->Is(Kind::kWord);
    if (word && brief) continue;
    if (i > (add ? 1U : 0U)) Put(" ");
    if (word && dialect_.Has(Feature::kAlterTypeWithoutSetData))
      Put("TYPE");
    else
      Any(action->Child(i));
  }
}

void Writer::Alter(const Node* alter) {
  const Node* actions = alter->Child(1);
  if (dialect_.Has(Feature::kProceduralDdl) && actions->count == 1 && actions->Child(0)->text == "RENAME TO")
    return RenameCall(alter);
  Put("ALTER ");
  Put(alter->text);
  if (alter->Has(kIfExists)) Put(" IF EXISTS");
  if (alter->Has(kByName)) Put(" ONLY");
  Put(" ");
  Any(alter->Child(0));
  Break();
  for (uint32_t i = 0; i < actions->count; ++i) {
    if (i > 0) Put(", ");
    AlterAction(actions->Child(i), i > 0 && actions->Child(i - 1)->text == "ADD COLUMN");
  }
}

void Writer::Drop(const Node* drop) {
  Put(drop->text);
  Put(drop->Has(kIfExists) ? " IF EXISTS " : " ");
  for (uint32_t i = 0; i < drop->Child(0)->count; ++i) {
    if (i > 0) Put(", ");
    const Node* name = drop->Child(0)->Child(i);
    if (name->Is(Kind::kPhrase)) {  // a routine and the types of its parameters
      Any(name->Child(0));
      const Node* types = name->Child(1);
      if (types->Is(Kind::kTuple) && types->count == 0 && dialect_.Has(Feature::kTildeRegex)) continue;
      const bool apart = drop->text.ends_with("PROCEDURE") || types->Is(Kind::kTuple) || dialect_.Has(Feature::kStagedFiles) ||
                         dialect_.Has(Feature::kCanonicalNames);
      Put(apart ? " " : "");
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
