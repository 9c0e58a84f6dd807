#include "dvt/sql/analyze/qualify.h"

#include <algorithm>

#include "dvt/sql/analyze/analyzer_internal.h"

namespace dvt::sql {

namespace {

// Rewrites one analysed query in place.
class Qualifier {
 public:
  Qualifier(Arena& arena, const Dialect& dialect, const Analysis& analysis, const QualifyOptions& options)
      : arena_(arena), dialect_(dialect), analysis_(analysis), options_(options) {}

  void Run() {
    for (const Scope& scope : analysis_.scopes()) {
      if (options_.alias_tables) AliasTables(scope);
      if (!scope.query->Is(Kind::kSelect)) continue;
      // Outputs first: they are named by what the columns say before they are rewritten.
      if (options_.expand_stars) ExpandStars(scope);
      if (options_.alias_outputs) AliasOutputs(scope);
    }
    if (options_.qualify_columns) QualifyColumns();
  }

 private:
  Node* ColumnOf(const Source& source, int index) {
    return MakeColumn(arena_, source.name, source.columns[static_cast<size_t>(index)].name);
  }

  // Stars whose columns are all known become lists.
  void ExpandStars(const Scope& scope) {
    Node* items = scope.query->Child(kItemsSlot);
    const bool has_star =
        std::any_of(items->Children().begin(), items->Children().end(), [](const Node* n) { return n->Is(Kind::kStar); });
    if (!has_star || !scope.output_known) return;
    std::vector<Node*> expanded;
    for (Node* item : items->Children()) {
      if (!item->Is(Kind::kStar)) {
        expanded.push_back(item);
        continue;
      }
      if (item->Child(2) != nullptr || item->Child(3) != nullptr || HasMergedColumns(scope))
        return;  // REPLACE, RENAME, USING: left as they are
      for (Source* source : scope.sources) {
        if (!InStar(*item, *source)) continue;
        for (size_t i = 0; i < source->columns.size(); ++i) {
          if (Excluded(*item, source->columns[i].name)) continue;
          expanded.push_back(MakeAlias(arena_, ColumnOf(*source, static_cast<int>(i)), source->columns[i].name));
        }
      }
    }
    SetChild(arena_, scope.query, kItemsSlot, MakeList(arena_, expanded));
  }

  static bool HasMergedColumns(const Scope& scope) {
    std::vector<Node*> joins = FindAll(scope.query->Child(kFromSlot), Kind::kJoin, true);
    return std::any_of(joins.begin(), joins.end(),
                       [](const Node* join) { return join->Child(3) != nullptr || join->Has(kNatural); });
  }

  bool InStar(const Node& star, const Source& source) const {
    const Node* qualifier = star.Child(0);
    if (qualifier == nullptr) return true;
    const Node* last = qualifier->Child(qualifier->count - 1);
    return SameName(dialect_, FoldIdentifier(dialect_, last->text, last->Has(kQuoted)), source.name);
  }

  bool Excluded(const Node& star, const std::string& name) const {
    const Node* list = star.Child(1);
    if (list == nullptr) return false;
    return std::any_of(list->Children().begin(), list->Children().end(), [&](const Node* each) {
      return each->Is(Kind::kIdentifier) && SameName(dialect_, FoldIdentifier(dialect_, each->text, each->Has(kQuoted)), name);
    });
  }

  void AliasOutputs(const Scope& scope) {
    Node* items = scope.query->Child(kItemsSlot);
    for (Node*& item : items->Children()) {
      if (item->Is(Kind::kAlias)) {
        if (options_.quote) Quote(item->Child(1));
        continue;
      }
      if (item->Is(Kind::kStar)) continue;
      const std::string name = OutputName(item, dialect_);
      if (!name.empty()) item = MakeAlias(arena_, item, name);
    }
  }

  void AliasTables(const Scope& scope) {
    for (Source* source : scope.sources) {
      Node* alias = source->node->Child(0);
      if (alias == nullptr) {
        if (source->name.empty() || source->kind == SourceKind::kFunction) continue;
        SetChild(arena_, source->node, 0, NewNode(arena_, Kind::kTableAlias, {MakeIdentifier(arena_, source->name)}));
      } else if (options_.quote && alias->Child(0) != nullptr) {
        Quote(alias->Child(0));
      }
    }
  }

  void Quote(Node* identifier) {
    if (identifier->Has(kQuoted)) return;
    identifier->text = arena_.Copy(FoldIdentifier(dialect_, identifier->text, false));
    identifier->Set(kQuoted);
  }

  void QualifyColumns() {
    for (const Scope& scope : analysis_.scopes()) {
      if (scope.kind != ScopeKind::kRoot) continue;
      for (Node* column : FindAll(scope.outermost, Kind::kColumn)) QualifyColumn(column);
    }
  }

  void QualifyColumn(Node* column) {
    const ColumnBinding* binding = analysis_.Find(column);
    if (binding == nullptr || binding->source == nullptr || !binding->merged.empty()) return;
    const Source& source = *binding->source;
    if (source.name.empty() || binding->index < 0) return;
    Node* last = column->Child(column->count - 1);
    const std::string name = FoldIdentifier(dialect_, last->text, last->Has(kQuoted));
    if (column->count > 2 || !SameName(dialect_, name, source.columns[static_cast<size_t>(binding->index)].name))
      return;  // a field of a column
    Node* fresh = ColumnOf(source, binding->index);
    column->children = fresh->children;
    column->count = fresh->count;
    column->capacity = fresh->capacity;
  }

  Arena& arena_;
  const Dialect& dialect_;
  const Analysis& analysis_;
  const QualifyOptions& options_;
};

}  // namespace

Status Qualify(Arena& arena, Node*& query, const Dialect& dialect, SchemaProvider* schema, const QualifyOptions& options) {
  DVT_ASSIGN(const Analysis analysis, Analyze(query, dialect, schema, options.analyze));
  Qualifier(arena, dialect, analysis, options).Run();
  return {};
}

}  // namespace dvt::sql
