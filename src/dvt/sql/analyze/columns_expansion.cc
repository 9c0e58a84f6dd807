// COLUMNS(…) and `* LIKE …` become the columns that they stand for.
#include "dvt/sql/analyze/columns_expansion.h"

#include <fmt/format.h>

#include <algorithm>

#include "dvt/base/text/text.h"
#include "dvt/sql/analyze/column_pattern.h"
#include "dvt/sql/parse/parser.h"

namespace dvt::sql {
namespace {

constexpr uint32_t kStarPatternSlot = 5, kUnpivotKeys = 3;

/// One column that a pattern stands for.
struct Element {
  Node* value = nullptr;
  std::string name;
  bool replaced = false;  ///< by REPLACE: no longer the column itself
};
using Elements = std::vector<Element>;

/// Expands the patterns of one SELECT in place.
class PatternExpander {
 public:
  PatternExpander(Arena& arena, const Dialect& dialect, const AnalyzeOptions& options, const Scope& scope)
      : arena_(arena), dialect_(dialect), options_(options), scope_(scope) {}

  /// Those of UNPIVOT … IN (COLUMNS(…)); true if there were any.
  Result<bool> Unpivots() {
    bool found = false;
    for (const Source* source : scope_.sources) {
      if (source->kind != SourceKind::kPivot || !source->node->Is(Kind::kPivot) || !source->node->Has(kUnpivot)) continue;
      Node* keys = source->node->Child(kUnpivotKeys);
      if (keys == nullptr || !HasColumnPattern(keys, dialect_) || !Known(source->joined)) continue;
      visible_ = &source->joined;
      for (Node* key : keys->Children()) {
        if (key->Is(Kind::kIn) && key->Child(1) != nullptr) DVT_TRY(Keys(key));
      }
      found = true;
    }
    return found;
  }

  /// All others; true if there were any, and the columns are known.
  Result<bool> Clauses() {
    Node* select = scope_.query;
    visible_ = &scope_.visible;
    if (!HasPattern(select) || !Known(scope_.visible)) return false;
    for (const uint32_t slot : {uint32_t{kGroupSlot}, uint32_t{kHavingSlot}, uint32_t{kWindowSlot}, uint32_t{kQualifySlot}}) {
      const Node* clause = select->Child(slot);
      if (clause != nullptr && HasColumnPattern(clause, dialect_))
        return Fail(ErrorCode::kSyntax, clause, "COLUMNS cannot stand in GROUP BY, HAVING, WINDOW or QUALIFY");
    }
    DVT_TRY(Items(select));
    DVT_TRY(Where(select));
    for (const uint32_t slot : {uint32_t{kOrderSlot}, uint32_t{kDistinctSlot}}) {
      if (Node* list = select->Child(slot)) DVT_TRY(Repeat(select, slot, list));
    }
    if (HasPattern(select)) return Undecided(select);
    return true;
  }

 private:
  Error Fail(ErrorCode code, const Node* node, std::string message) const {
    return Error(code, std::move(message)).At(PlaceAt(options_.source, node->begin, options_.file));
  }
  Error Undecided(const Node* node) const {
    return Fail(ErrorCode::kUnsupported, node, "which columns this stands for is not known before the query runs")
        .WithHint("name the columns, or write a plainer pattern");
  }

  // Of the block's own clauses behind FROM.
  bool HasPattern(const Node* select) const {
    for (uint32_t slot = kOrderSlot; slot < select->count; ++slot) {
      if (slot != kFromSlot && select->Child(slot) != nullptr && HasColumnPattern(select->Child(slot), dialect_)) return true;
    }
    return false;
  }

  // Columns that UNPIVOT makes have no sides.
  static bool Known(const std::vector<VisibleColumn>& visible) {
    return std::none_of(visible.begin(), visible.end(),
                        [](const VisibleColumn& column) { return column.name.empty() && !column.sides.empty(); });
  }

  bool IsSeenOnce(const std::string& name) const {
    return std::count_if(visible_->begin(), visible_->end(),
                         [&](const VisibleColumn& column) { return SameName(dialect_, column.name, name); }) == 1;
  }

  Result<Node*> ColumnOf(const VisibleColumn& column, const Node* pattern) const {
    const auto& [source, index] = column.sides.front();
    const bool hidden = visible_ != &scope_.visible;
    if (hidden || column.sides.size() > 1 || source->name.empty()) {
      if (!IsSeenOnce(column.name)) return Fail(ErrorCode::kUnsupported, pattern, "several columns are called " + column.name);
      return MakeColumn(arena_, "", column.name);
    }
    const std::string& own = source->columns[static_cast<size_t>(index)].name;
    const auto same = [&](const columnar::Field& field) { return SameName(dialect_, field.name, own); };
    if (std::count_if(source->columns.begin(), source->columns.end(), same) > 1)
      return Fail(ErrorCode::kUnsupported, pattern, "several columns are called " + own);
    return MakeColumn(arena_, source->name, own);
  }

  // Which of a list's names, aliases or qualified columns means this one.
  const Node* Named(const Node* list, const VisibleColumn& column, uint32_t alias_slot) const {
    if (list == nullptr) return nullptr;
    for (const Node* each : list->Children()) {
      const Node* name = each->Is(Kind::kAlias) ? each->Child(alias_slot) : each;
      const Node* table = nullptr;
      if ((name->Is(Kind::kColumn) || name->Is(Kind::kName)) && name->count > 0) {
        table = name->count > 1 ? name->Child(name->count - 2) : nullptr;
        name = name->Child(name->count - 1);
      }
      if (!SameName(dialect_, Fold(name), column.name)) continue;
      const auto of_table = [&](const auto& side) { return SameName(dialect_, side.first->name, Fold(table)); };
      if (table == nullptr || std::any_of(column.sides.begin(), column.sides.end(), of_table)) return each;
    }
    return nullptr;
  }
  std::string Fold(const Node* name) const { return FoldIdentifier(dialect_, name->text, name->Has(kQuoted)); }

  // What a star stands for, its EXCLUDE, REPLACE and RENAME applied; then what the pattern behind it leaves.
  Result<Elements> OfStar(const Node* star) const {
    std::vector<VisibleColumn> columns;
    for (const VisibleColumn& column : *visible_) {
      if (!column.sides.empty()) columns.push_back(column);
    }
    if (const Node* qualifier = star->Child(0)) {
      columns.clear();
      const std::string table = Fold(qualifier->Child(qualifier->count - 1));
      for (Source* source : scope_.sources) {
        if (!SameName(dialect_, source->name, table)) continue;
        for (size_t i = 0; i < source->columns.size(); ++i)
          columns.push_back({source->columns[i].name, {{source, static_cast<int>(i)}}, false});
      }
    }
    Elements out;
    size_t changed = 0;
    for (const VisibleColumn& column : columns) {
      if (Named(star->Child(1), column, 0) != nullptr) {
        ++changed;
        continue;
      }
      const Node* replaced = Named(star->Child(2), column, 1);
      const Node* renamed = Named(star->Child(3), column, 0);
      if (const Node* pattern = star->Child(kStarPatternSlot)) {
        const auto takes = TakesColumn(pattern, column.name, dialect_);
        if (!takes) return Undecided(star);
        if (!*takes) continue;
      }
      Element element{nullptr, column.name, replaced != nullptr};
      if (replaced != nullptr) {
        element.value = MakeParen(arena_, Clone(arena_, replaced->Child(0)));
      } else {
        DVT_ASSIGN(element.value, ColumnOf(column, star));
      }
      if (renamed != nullptr) element.name = Fold(renamed->Child(1));
      out.push_back(std::move(element));
    }
    if (star->Child(1) != nullptr && changed < star->Child(1)->count)
      return Fail(ErrorCode::kNotFound, star, "EXCLUDE names a column that is not there");
    return Some(std::move(out), star);
  }

  Result<Elements> Some(Elements elements, const Node* pattern) const {
    if (elements.empty()) return Fail(ErrorCode::kNotFound, pattern, "no column has a name that fits");
    return elements;
  }

  Result<Elements> OfPattern(const Node* pattern) const {
    if (pattern->Is(Kind::kStar)) return OfStar(pattern);
    Elements out;
    for (const VisibleColumn& column : *visible_) {
      if (column.sides.empty()) continue;
      const auto takes = TakesColumn(pattern, column.name, dialect_);
      if (!takes) return Undecided(pattern);
      if (!*takes) continue;
      DVT_ASSIGN(Node * value, ColumnOf(column, pattern));
      out.push_back({value, column.name, false});
    }
    if (pattern->Is(Kind::kArray)) DVT_TRY(AllThere(*pattern));
    return Some(std::move(out), pattern);
  }

  Status AllThere(const Node& names) const {
    for (const Node* name : names.Children()) {
      const bool there = std::any_of(visible_->begin(), visible_->end(),
                                     [&](const VisibleColumn& column) { return SameName(dialect_, column.name, name->text); });
      if (!there) return Fail(ErrorCode::kNotFound, name, fmt::format("there is no column '{}'", name->text));
    }
    return {};
  }

  static const Node* PatternOf(const Node* call) { return call->Child(kArgsSlot)->Child(0); }

  /// The one pattern of an expression; nullptr if it has none.
  Result<const Node*> OnlyPattern(const Node* expression) const {
    const Node* found = nullptr;
    bool several = false;
    Visit(expression, [&](const Node* node) {
      if (node != expression && node->IsQuery()) return false;
      if (!IsColumnsCall(node, dialect_)) return true;
      several = several || (found != nullptr && !Equal(found, PatternOf(node)));
      found = PatternOf(node);
      return false;
    });
    if (several) return Fail(ErrorCode::kSyntax, expression, "one expression has several different COLUMNS");
    return found;
  }

  // A copy of the expression with one column in place of its COLUMNS.
  Node* With(const Node* expression, const Element& element) const {
    Node* copy = Clone(arena_, expression);
    RewriteTop(copy, [&](Node* node) -> std::pair<Node*, bool> {
      if (node != copy && node->IsQuery()) return {node, false};
      if (!IsColumnsCall(node, dialect_)) return {node, true};
      return {Clone(arena_, element.value), false};
    });
    return copy;
  }

  // f(*COLUMNS(…)): the columns become arguments. Only of calls to which the arguments' names mean nothing.
  Result<bool> Spread(Node* node, bool takes_several) {
    if (node == nullptr || (node->IsQuery())) return false;
    bool any = false;
    std::vector<Node*> children;
    for (Node* child : node->Children()) {
      const bool spread = child != nullptr && child->Is(Kind::kUnary, Op::kSpread) && IsColumnsCall(child->Child(0), dialect_);
      if (!spread) {
        DVT_ASSIGN(const bool inside, Spread(child, child != nullptr && TakesSeveral(*node, *child)));
        any = any || inside;
        children.push_back(child);
        continue;
      }
      if (!takes_several && !node->Is(Kind::kArray)) return Undecided(child);
      DVT_ASSIGN(const Elements elements, OfPattern(PatternOf(child->Child(0))));
      for (const Element& element : elements) children.push_back(element.value);
      any = true;
    }
    if (any && children.size() != node->count) {
      node->count = 0;
      for (Node* child : children) Append(arena_, node, child);
    } else if (any) {
      for (uint32_t i = 0; i < node->count; ++i) node->children[i] = children[i];
    }
    return any;
  }

  static bool TakesSeveral(const Node& parent, const Node& child) {
    static constexpr std::string_view kNameless[] = {"coalesce",  "greatest",   "least",      "concat",
                                                     "concat_ws", "list_value", "array_value"};
    if (parent.Is(Kind::kIn)) return parent.Child(1) == &child && child.Is(Kind::kList);
    return parent.Is(Kind::kFunction) && parent.Child(kArgsSlot) == &child &&
           std::any_of(std::begin(kNameless), std::end(kNameless),
                       [&](std::string_view name) { return EqualsIgnoreCase(parent.text, name); });
  }

  Status Items(Node* select) {
    Node* items = select->Child(kItemsSlot);
    std::vector<Node*> out;
    for (Node* item : items->Children()) DVT_TRY(Item(item, out));
    SetChild(arena_, select, kItemsSlot, MakeList(arena_, out));
    return {};
  }

  Status Item(Node* item, std::vector<Node*>& out) {
    if (!HasColumnPattern(item, dialect_)) {
      out.push_back(item);
      return {};
    }
    if (item->Is(Kind::kStar)) {
      DVT_ASSIGN(const Elements elements, OfStar(item));
      for (const Element& element : elements) out.push_back(MakeAlias(arena_, element.value, element.name));
      return {};
    }
    const bool named = item->Is(Kind::kAlias);
    if (named && !item->Child(1)->Is(Kind::kIdentifier)) return Undecided(item);
    DVT_ASSIGN(const bool spread, Spread(item, false));
    if (spread && !named) return Unnamed(item);
    DVT_ASSIGN(const Node* pattern, OnlyPattern(item));
    if (pattern == nullptr) {
      out.push_back(item);
      return {};
    }
    if (spread) return Fail(ErrorCode::kSyntax, item, "one expression has COLUMNS and *COLUMNS");
    DVT_ASSIGN(const Elements elements, OfPattern(pattern));
    const Node* value = named ? item->Child(0) : item;
    for (const Element& element : elements) {
      std::string name = element.name;
      if (named) {
        auto alias = AliasOfColumn(item->Child(1)->text, pattern, element.name);
        if (!alias) return Undecided(item);
        name = std::move(*alias);
      } else if (element.replaced && !IsColumnsCall(Unparen(value), dialect_)) {
        return Unnamed(item);
      }
      out.push_back(MakeAlias(arena_, With(value, element), name));
    }
    return {};
  }

  Error Unnamed(const Node* item) const {
    return Fail(ErrorCode::kUnsupported, item, "the name of this output is not known before the query runs")
        .WithHint("name it: … AS name");
  }

  // Each term holds for all columns.
  Status Where(Node* select) {
    Node* where = select->Child(kWhereSlot);
    if (where == nullptr || !HasColumnPattern(where, dialect_)) return {};
    std::vector<Node*> terms, out;
    SplitConjunction(where, terms);
    for (Node* term : terms) {
      DVT_TRY(Spread(term, false));
      DVT_TRY(EachOf(term, out));
    }
    for (Node*& term : out) term = MakeParen(arena_, term);
    SetChild(arena_, select, kWhereSlot, Conjunction(arena_, out));
    return {};
  }

  Status EachOf(Node* expression, std::vector<Node*>& out) {
    DVT_ASSIGN(const Node* pattern, OnlyPattern(expression));
    if (pattern == nullptr) {
      out.push_back(expression);
      return {};
    }
    DVT_ASSIGN(const Elements elements, OfPattern(pattern));
    for (const Element& element : elements) out.push_back(With(expression, element));
    return {};
  }

  // ORDER BY and DISTINCT ON: one after another.
  Status Repeat(Node* select, uint32_t slot, Node* list) {
    if (!HasColumnPattern(list, dialect_)) return {};
    std::vector<Node*> out;
    for (Node* each : list->Children()) {
      DVT_TRY(Spread(each, false));
      DVT_TRY(EachOf(each, out));
    }
    Node* fresh = Clone(arena_, list);
    fresh->count = 0;
    for (Node* each : out) Append(arena_, fresh, each);
    SetChild(arena_, select, slot, fresh);
    return {};
  }

  Status Keys(Node* key) {
    Node* list = key->Child(1);
    std::vector<Node*> out;
    for (Node* each : list->Children()) {
      const bool star = each->Is(Kind::kStar);
      if (!star && !IsColumnsCall(each, dialect_)) {
        out.push_back(each);
        continue;
      }
      DVT_ASSIGN(const Elements elements, OfPattern(star ? each : PatternOf(each)));
      for (const Element& element : elements) {
        if (element.replaced) return Undecided(each);
        out.push_back(element.value);
      }
    }
    SetChild(arena_, key, 1, MakeList(arena_, out));
    return {};
  }

  Arena& arena_;
  const Dialect& dialect_;
  const AnalyzeOptions& options_;
  const Scope& scope_;
  const std::vector<VisibleColumn>* visible_ = nullptr;
};

}  // namespace

Status ExpandColumnPatterns(Arena& arena, Node* query, const Dialect& dialect, SchemaProvider* schema,
                            const AnalyzeOptions& options) {
  while (HasAnyColumnPattern(query, dialect)) {
    DVT_ASSIGN(const Analysis analysis, Analyze(query, dialect, schema, options));
    bool unpivoted = false, expanded = false;
    for (const Scope& scope : analysis.scopes()) {
      if (!scope.query->Is(Kind::kSelect)) continue;
      DVT_ASSIGN(const bool found, PatternExpander(arena, dialect, options, scope).Unpivots());
      unpivoted = unpivoted || found;
    }
    for (const Scope& scope : analysis.scopes()) {
      if (unpivoted || !scope.query->Is(Kind::kSelect)) continue;
      DVT_ASSIGN(const bool found, PatternExpander(arena, dialect, options, scope).Clauses());
      expanded = expanded || found;
    }
    if (!unpivoted && !expanded) break;
  }
  return {};
}

bool HasAnyColumnPattern(const Node* query, const Dialect& dialect) {
  return Contains(query, [&](const Node* node) {
    return IsColumnsCall(node, dialect) || (node->Is(Kind::kStar) && node->Child(kStarPatternSlot) != nullptr);
  });
}

}  // namespace dvt::sql
