#include "dvt/sql/analyze/qualify.h"

#include <algorithm>
#include <set>

#include "dvt/sql/analyze/column_pattern.h"
#include "dvt/sql/analyze/columns_expansion.h"
#include "dvt/sql/analyze/qualifier_internal.h"

namespace dvt::sql {

QualifyOptions QualifyOptions::Everything() {
  QualifyOptions options;
  options.name_everything = options.expand_references = options.expand_joins = true;
  return options;
}

void Qualifier::Run() {
  NameTables();
  for (const Scope& scope : analysis_.scopes()) {
    if (options_.alias_tables) AliasTables(scope);
    if (options_.expand_stars) ExpandOrderByAll(scope);
    if (!scope.query->Is(Kind::kSelect)) continue;
    // Outputs first: they are named by what the columns say before they are rewritten.
    if (options_.expand_stars) ExpandStars(scope);
    if (options_.alias_outputs) AliasOutputs(scope);
  }
  if (options_.qualify_columns) QualifyColumns();
  for (const Scope& scope : analysis_.scopes()) {
    if (!scope.query->Is(Kind::kSelect)) continue;
    if (options_.expand_references) ExpandReferences(scope);
    if (options_.expand_joins) ExpandJoins(scope);
  }
  if (options_.name_everything) MoveColumnLists();
}

void Qualifier::NameTables() {
  if (!options_.name_everything && !options_.analyze.system_names) return;
  int next = 0;
  for (const Scope& scope : analysis_.scopes()) {
    for (const Source* source : scope.sources) {
      const bool derived = source->kind == SourceKind::kValues || source->kind == SourceKind::kDerived;
      if (!options_.name_everything && !derived) continue;
      if (source->name.empty() && source->node->IsTable()) names_[source] = "_" + std::to_string(next++);
    }
  }
}

const std::string& Qualifier::NameOf(const Source& source) const {
  const auto named = names_.find(&source);
  return named == names_.end() ? source.name : named->second;
}

Node* Qualifier::ColumnOf(const Source& source, int index) {
  return MakeColumn(arena_, NameOf(source), source.columns[static_cast<size_t>(index)].name);
}

Node* Qualifier::ValueOf(const std::vector<Side>& sides, bool any_side) {
  if (!any_side) return ColumnOf(*sides.front().first, sides.front().second);
  std::vector<Node*> columns;
  for (const auto& [source, index] : sides) columns.push_back(ColumnOf(*source, index));
  return MakeFunction(arena_, "COALESCE", columns);
}

// The node becomes another, where it stands.
void Qualifier::Replace(Node* node, const Node* by) {
  const Comment* comments = node->comments;
  const uint32_t begin = node->begin;
  *node = *by;
  node->comments = comments;
  node->begin = begin;
}

// Whether a name could not tell the column from another of its source.
bool Qualifier::IsRepeated(const Source& source, int index) const {
  const auto& name = source.columns[static_cast<size_t>(index)].name;
  const auto same = [&](const columnar::Field& field) { return SameName(dialect_, field.name, name); };
  return std::count_if(source.columns.begin(), source.columns.end(), same) > 1;
}

const std::string& Qualifier::NameOfColumn(const OutputOrigin& origin) {
  const auto& [source, index] = origin.columns.front();
  return source->columns[static_cast<size_t>(index)].name;
}

bool Qualifier::IsVisibleOnce(const Scope& scope, const std::string& name) const {
  return std::count_if(scope.visible.begin(), scope.visible.end(),
                       [&](const VisibleColumn& column) { return SameName(dialect_, column.name, name); }) == 1;
}

// Stars whose columns are all known become lists.
void Qualifier::ExpandStars(const Scope& scope) {
  Node* items = scope.query->Child(kItemsSlot);
  const bool has_star =
      std::any_of(items->Children().begin(), items->Children().end(), [](const Node* n) { return n->Is(Kind::kStar); });
  if (!has_star || !scope.output_known) return;
  for (const OutputOrigin& origin : scope.origins) {
    for (const auto& [source, index] : origin.columns) {
      // A derived table without a name cannot be pointed at.
      if (NameOf(*source).empty() && scope.sources.size() > 1) return;
      if (IsRepeated(*source, index)) return;
    }
    // It can be said by its name alone, if no other column has that name.
    const bool merged = origin.columns.size() > 1;
    if (merged && !options_.expand_joins && !IsVisibleOnce(scope, NameOfColumn(origin))) return;
  }
  std::vector<Node*> expanded;
  for (size_t i = 0; i < scope.origins.size(); ++i) expanded.push_back(StarItem(scope, i));
  SetChild(arena_, scope.query, kItemsSlot, MakeList(arena_, expanded));
}

// ORDER BY ALL becomes ORDER BY 1, 2, …
void Qualifier::ExpandOrderByAll(const Scope& scope) {
  for (Node* query : {scope.query, scope.outermost}) {
    const Node* order = query->Child(kOrderSlot);
    if (!IsOrderByAll(order, dialect_) || !scope.output_known) continue;
    std::vector<Node*> keys;
    for (size_t i = 0; i < scope.output.size(); ++i) {
      keys.push_back(Clone(arena_, order->Child(0)));
      SetChild(arena_, keys.back(), 0, MakeNumber(arena_, static_cast<int64_t>(i) + 1));
    }
    SetChild(arena_, query, kOrderSlot, MakeList(arena_, keys));
  }
}

Node* Qualifier::StarItem(const Scope& scope, size_t output) {
  const OutputOrigin& origin = scope.origins[output];
  if (origin.columns.empty()) {
    const bool replaced = origin.item->Is(Kind::kAlias);
    return replaced ? MakeAlias(arena_, origin.item->Child(0), scope.output[output].name) : origin.item;
  }
  bool any_side = false;
  for (const VisibleColumn& column : scope.visible) any_side = any_side || (column.any_side && column.sides == origin.columns);
  const bool merged = origin.columns.size() > 1 && !options_.expand_joins;
  Node* value = merged ? MakeColumn(arena_, "", NameOfColumn(origin)) : ValueOf(origin.columns, any_side);
  for (const auto& field : origin.fields) Append(arena_, value, MakeIdentifier(arena_, field));
  return MakeAlias(arena_, value, scope.output[output].name);
}

void Qualifier::AliasOutputs(const Scope& scope) {
  Node* items = scope.query->Child(kItemsSlot);
  const bool known = options_.analyze.system_names && scope.output_known && scope.output.size() == items->count;
  int position = -1;
  for (Node*& item : items->Children()) {
    ++position;
    if (item->Is(Kind::kAlias)) {
      if (known && item->Child(1)->Is(Kind::kIdentifier)) NumberName(item, scope.output[static_cast<size_t>(position)].name);
      if (options_.quote && item->Child(1)->Is(Kind::kIdentifier)) Quote(item->Child(1));
      continue;
    }
    if (item->Is(Kind::kStar) || (item->Is(Kind::kField) && item->Child(1)->Is(Kind::kStar))) continue;
    std::string name = known ? scope.output[static_cast<size_t>(position)].name : OutputName(item, dialect_);
    if (name.empty() && options_.name_everything) name = FoldIdentifier(dialect_, "_col_" + std::to_string(position), false);
    if (!name.empty()) item = MakeAlias(arena_, item, name);
  }
}

// The name that an output has after others of the same name.
void Qualifier::NumberName(Node* alias, const std::string& name) {
  if (!SameName(dialect_, OutputName(alias, dialect_), name)) SetChild(arena_, alias, 1, MakeIdentifier(arena_, name));
}

Node* Qualifier::NamesOf(const Source& source) {
  std::vector<Node*> names;
  for (const auto& column : source.columns) names.push_back(MakeIdentifier(arena_, column.name));
  return MakeList(arena_, names);
}

void Qualifier::AliasTables(const Scope& scope) {
  const bool names_values = options_.name_everything || options_.analyze.system_names;
  for (Source* source : scope.sources) {
    if (!source->node->IsTable()) continue;
    Node* alias = source->node->Child(0);
    if (alias == nullptr || alias->Child(0) == nullptr) {
      const std::string& name = NameOf(*source);
      if (name.empty() || (source->kind == SourceKind::kFunction && !names_.contains(source))) continue;
      Node* columns = alias == nullptr ? nullptr : alias->Child(1);
      if (columns == nullptr && source->kind == SourceKind::kValues && names_values) columns = NamesOf(*source);
      SetChild(arena_, source->node, 0, NewNode(arena_, Kind::kTableAlias, {MakeIdentifier(arena_, name), columns}));
      continue;
    }
    if (options_.quote) Quote(alias->Child(0));
    if (source->kind == SourceKind::kValues && alias->Child(1) == nullptr && names_values)
      SetChild(arena_, alias, 1, NamesOf(*source));
  }
}

void Qualifier::Quote(Node* identifier) {
  if (identifier->Has(kQuoted)) return;
  identifier->text = arena_.Copy(FoldIdentifier(dialect_, identifier->text, false));
  identifier->Set(kQuoted);
}

void Qualifier::QualifyColumns() {
  for (const Scope& scope : analysis_.scopes()) {
    if (scope.kind != ScopeKind::kRoot) continue;
    std::vector<Node*> pivots = FindAll(scope.outermost, Kind::kPivot);
    const auto matches = FindAll(scope.outermost, Kind::kMatchRecognize);
    pivots.insert(pivots.end(), matches.begin(), matches.end());
    std::set<const Node*> own;  // these clauses name the columns of their one table
    for (const Node* pivot : pivots) {
      for (uint32_t slot = 2; slot < pivot->count; ++slot) {
        for (const Node* column : FindAll(pivot->Child(slot), Kind::kColumn)) own.insert(column);
      }
    }
    for (Node* column : FindAll(scope.outermost, Kind::kColumn)) {
      if (!own.contains(column)) QualifyColumn(column);
    }
  }
}

void Qualifier::QualifyColumn(Node* column) {
  const ColumnBinding* binding = analysis_.Find(column);
  if (binding == nullptr || binding->source == nullptr || binding->row) return;
  if (!binding->merged.empty()) {
    if (options_.expand_joins) Replace(column, ValueOf(binding->merged, binding->any_side));
    return;
  }
  const Source& source = *binding->source;
  const std::string& table = NameOf(source);
  const bool element =
      source.kind == SourceKind::kFunction && binding->index < 0 && SameName(dialect_, binding->name, source.name);
  if (table.empty() || element || (binding->index >= 0 && IsRepeated(source, binding->index))) return;
  const std::string& name = binding->index < 0 ? binding->name : source.columns[static_cast<size_t>(binding->index)].name;
  Node* fresh = MakeColumn(arena_, table, name);
  for (uint32_t i = column->count - static_cast<uint32_t>(binding->fields); i < column->count; ++i)
    Append(arena_, fresh, column->children[i]);
  Replace(column, fresh);
}

// WITH t(a) AS (SELECT 1) becomes WITH t AS (SELECT 1 AS a).
void Qualifier::MoveColumnLists() {
  for (const Scope& scope : analysis_.scopes()) {
    if (Node* with = scope.outermost->Child(kWithSlot)) {
      for (Node* cte : with->Children()) {
        if (!with->Has(kRecursive) && cte->Child(1)->IsQuery()) MoveColumnList(cte->Child(0), cte->Child(1));
      }
    }
    for (const Source* source : scope.sources) {
      if (source->kind == SourceKind::kDerived) MoveColumnList(source->node->Child(0), source->node->Child(1));
    }
  }
}

void Qualifier::MoveColumnList(Node* alias, Node* query) {
  Node* list = alias == nullptr ? nullptr : alias->Child(1);
  Node* select = LeftmostSelect(query);
  if (list == nullptr || select == nullptr || select->Child(kOrderSlot) != nullptr) return;
  Node* items = select->Child(kItemsSlot);
  const bool ordered =
      Contains(query, [&](const Node* n) { return n->IsQuery() && n != select && n->Child(kOrderSlot) != nullptr; });
  if (list->count > items->count || ordered) return;
  for (const Node* item : items->Children()) {
    if (!item->Is(Kind::kAlias)) return;
  }
  for (uint32_t i = 0; i < list->count; ++i) {
    Node* name = list->Child(i)->Is(Kind::kColumnDef) ? list->Child(i)->Child(0) : list->Child(i);
    items->Child(i)->children[1] = name;
  }
  SetChild(arena_, alias, 1, nullptr);
}

Status Qualify(Arena& arena, Node*& query, const Dialect& dialect, SchemaProvider* schema, const QualifyOptions& options) {
  if (options.expand_stars) DVT_TRY(ExpandColumnPatterns(arena, query, dialect, schema, options.analyze));
  DVT_ASSIGN(const Analysis analysis, Analyze(query, dialect, schema, options.analyze));
  Qualifier(arena, dialect, analysis, options).Run();
  return {};
}

}  // namespace dvt::sql
