// Definitions as lakes say them: temporary views, columns of partitions, columns that change.
#include <string>

#include "dvt/base/text/text.h"
#include "dvt/sql/rewrite/target_shape.h"

namespace dvt::sql {

namespace {

bool IsPhrase(const Node* node, std::string_view text) {
  return node != nullptr && node->Is(Kind::kPhrase) && node->text == text;
}

Node* NewWord(Arena& arena, std::string_view text) { return NewNode(arena, Kind::kWord, {}, arena.Copy(text)); }

Node* NewPhrase(Arena& arena, std::string_view text, std::initializer_list<Node*> pieces) {
  return NewNode(arena, Kind::kPhrase, pieces, text);
}

// CHANGE COLUMN a b INT renames, CHANGE COLUMN a a INT COMMENT 'x' comments, CHANGE COLUMN a a INT gives another type.
Node* Changed(Arena& arena, Node* action) {
  if (!IsPhrase(action, "CHANGE COLUMN") || action->count != 3 || !action->Child(2)->Is(Kind::kColumnDef)) return action;
  Node* name = action->children[1];
  Node* column = action->children[2];
  const Node* more = column->Child(2);
  for (const Node* each : more == nullptr ? std::span<Node* const>() : more->Children()) {
    if (!IsPhrase(each, "COMMENT")) return action;  // its place, say
  }
  if (!EqualsIgnoreCase(column->Child(0)->text, name->text))
    return NewPhrase(arena, "RENAME COLUMN", {NewWord(arena, "RENAME COLUMN"), name, NewWord(arena, "TO"), column->children[0]});
  if (!column->text.empty() || column->Child(1) == nullptr) return action;
  if (more == nullptr)
    return NewPhrase(arena, "ALTER COLUMN TYPE",
                     {NewWord(arena, "ALTER COLUMN"), name, NewWord(arena, "TYPE"), column->children[1]});
  const Node* comment = more->count == 1 ? more->Child(0) : nullptr;
  if (comment == nullptr || !IsPhrase(comment, "COMMENT")) return action;
  return NewPhrase(arena, "ALTER COLUMN", {NewWord(arena, "ALTER COLUMN"), name, more->children[0]});
}

// ALTER COLUMN a [SET DATA] TYPE t is ALTER COLUMN a TYPE t; DROP COLUMNS a, b has parentheses.
void Altered(Arena& arena, Node* alter) {
  Node* actions = alter->children[1];
  if (actions == nullptr) return;
  for (Node*& action : actions->Children()) {
    action = Changed(arena, action);
    if (!IsPhrase(action, "ALTER COLUMN TYPE")) continue;
    if (action->Child(2)->Is(Kind::kWord) && action->Child(2)->text == "SET DATA TYPE")
      action->children[2] = NewWord(arena, "TYPE");
    else if (action->Child(2)->Is(Kind::kTypeName) && action->count == 3)
      *action = *NewPhrase(arena, action->text,
                           {action->children[0], action->children[1], NewWord(arena, "TYPE"), action->children[2]});
  }
}

// ALTER COLUMN a TYPE t is CHANGE COLUMN a a t where columns are changed as a whole.
void ChangedWhole(Arena& arena, Node* alter) {
  if (alter->children[1] == nullptr) return;
  for (Node*& action : alter->children[1]->Children()) {
    if (!IsPhrase(action, "ALTER COLUMN TYPE") || action->count < 3) continue;
    Node* type = action->children[action->count - 1];
    if (!type->Is(Kind::kTypeName) || action->Child(1)->count != 1) continue;
    Node* name = action->children[1]->children[0];
    Node* column = NewNode(arena, Kind::kColumnDef, {Clone(arena, name), type});
    action = NewPhrase(arena, "CHANGE COLUMN", {NewWord(arena, "CHANGE COLUMN"), name, column});
  }
}

// PARTITIONED BY (c STRING): the column is one of the table, the clause names it.
void NamePartitions(Arena& arena, Node* create, Node* property) {
  if (!IsPhrase(property, "PARTITIONED BY") || property->count != 2 || !property->Child(1)->Is(Kind::kTuple)) return;
  for (Node*& column : property->Child(1)->Children()) {
    if (!column->Is(Kind::kColumnDef) || column->Child(1) == nullptr) continue;
    if (Node* columns = create->children[kCreateColumns]) Append(arena, columns, column);
    column = NewNode(arena, Kind::kColumnDef, {column->children[0], nullptr, nullptr});
  }
}

// A temporary table of a query is a view; any other has a format.
void Temporary(Arena& arena, Node* create) {
  if (!create->Has(kTemporary) || create->text != "TABLE") return;
  const Node* body = create->Child(kCreateBody);
  if (body != nullptr && body->IsQuery()) {
    create->text = "VIEW";
    return;
  }
  Node*& list = create->children[kCreateProperties];
  if (list == nullptr) list = NewNode(arena, Kind::kList);
  for (const Node* each : list->Children()) {
    if (IsPhrase(each, "USING") || IsPhrase(each, "STORED AS")) return;
  }
  Append(arena, list, NewPhrase(arena, "USING", {NewWord(arena, "USING"), NewWord(arena, "PARQUET")}));
}

bool IsUnique(const Node* constraint) {
  const Node* first = constraint;
  while (first != nullptr && first->Is(Kind::kPhrase) && first->count > 0) first = first->Child(0);
  if (first == nullptr) return false;
  if (first->Is(Kind::kWord) && first->text == "CONSTRAINT" && constraint->count > 2) return IsUnique(constraint->Child(2));
  return first->Is(Kind::kWord) && first->text.starts_with("UNIQUE");
}

// Nothing is unique there, and what is computed is not said to be stored.
void Constraints(Node* create) {
  Node* columns = create->children[kCreateColumns];
  if (columns == nullptr || !create->text.ends_with("TABLE")) return;
  auto drop = [](Node* list) {
    uint32_t kept = 0;
    for (Node* each : list->Children()) {
      if (!IsUnique(each)) list->children[kept++] = each;
    }
    list->count = kept;
  };
  drop(columns);
  for (Node* column : columns->Children()) {
    if (!column->Is(Kind::kColumnDef) || column->Child(2) == nullptr) continue;
    drop(column->children[2]);
    if (column->Child(2)->count == 0) column->children[2] = nullptr;
  }
}

// t PIVOT(…) AS p is a derived table: what is pivoted has no alias of its own.
void NamePivots(Arena& arena, Node*& node) {
  if (node == nullptr) return;
  for (Node*& child : node->Children()) NamePivots(arena, child);
  if (!node->Is(Kind::kPivot) || node->Child(0) == nullptr) return;
  Node* alias = std::exchange(node->children[0], nullptr);
  Node* select = MakeSelect(arena);
  Append(arena, select->Child(kItemsSlot), NewNode(arena, Kind::kStar));
  select->children[kFromSlot] = NewNode(arena, Kind::kList, {node});
  node = MakeDerivedTable(arena, select, "");
  node->children[0] = alias;
}

}  // namespace

void ShapeStorage(Arena& arena, Node*& tree, const Dialect& source, const Dialect& target) {
  if (tree != nullptr && tree->Is(Kind::kAlter) && target.Has(Feature::kRenameNeedsType)) ChangedWhole(arena, tree);
  if (tree == nullptr || !target.Has(Feature::kUsingFormat)) return;
  const bool foreign = &source != &target;
  NamePivots(arena, tree);
  if (tree->Is(Kind::kAlter)) Altered(arena, tree);
  if (tree->Is(Kind::kPhrase) && tree->text == "DECLARE") {
    for (Node* piece : tree->Children()) {
      if (piece->Is(Kind::kWord) && piece->text == "DEFAULT") piece->text = "=";
    }
  }
  if (!tree->Is(Kind::kCreate)) return;
  const Node* properties = tree->Child(kCreateProperties);
  for (Node* each : properties == nullptr ? std::span<Node* const>() : properties->Children()) NamePartitions(arena, tree, each);
  Temporary(arena, tree);
  if (foreign && !source.Has(Feature::kUsingFormat)) Constraints(tree);
}

}  // namespace dvt::sql
