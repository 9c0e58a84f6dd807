// Query blocks: CTEs, set operations, VALUES, SELECT, and what they put out.
#include <algorithm>

#include "dvt/base/text/text.h"
#include "dvt/sql/analyze/analyzer_internal.h"
#include "dvt/sql/analyze/column_pattern.h"
#include "dvt/sql/parse/parser.h"

namespace dvt::sql {

using columnar::DataType;
using columnar::Field;
using columnar::TypeKind;

std::string OutputName(const Node* item, const Dialect& dialect) {
  if (item->Is(Kind::kAlias)) {
    const Node* name = item->Child(1);
    if (name->Is(Kind::kList)) return {};
    return FoldIdentifier(dialect, name->text, name->Has(kQuoted));
  }
  const Node* bare = Unparen(item);
  if (bare->Is(Kind::kColumn) && bare->count > 0) {
    const Node* last = bare->Child(bare->count - 1);
    return FoldIdentifier(dialect, last->text, last->Has(kQuoted));
  }
  // Some name a call after its function and a cast after what is cast.
  const bool postgres_names = dialect.Has(Feature::kNamesAfterCalls);
  if (postgres_names && bare->Is(Kind::kFunction)) return FoldIdentifier(dialect, bare->text, false);
  if (postgres_names && bare->Is(Kind::kCast)) {
    const std::string inner = OutputName(bare->Child(0), dialect);
    return inner.empty() ? FoldIdentifier(dialect, bare->Child(1)->text, false) : inner;
  }
  if (postgres_names && bare->Is(Kind::kCase)) return "case";
  return {};
}

std::string Analyzer::Fold(const Node* identifier) const {
  return FoldIdentifier(dialect_, identifier->text, identifier->Has(kQuoted));
}

Place Analyzer::PlaceOf(const Node* node) const { return PlaceAt(options_.source, node->begin, options_.file); }

void Analyzer::Run(Node* query) { out_.root_ = BuildQuery(query, ScopeKind::kRoot, nullptr, nullptr); }

Scope* Analyzer::NewScope(ScopeKind kind, Node* query, Node* outermost, Scope* parent) {
  Scope& scope = out_.scopes_.emplace_back();
  scope.kind = kind;
  scope.query = query;
  scope.outermost = outermost;
  scope.parent = parent;
  if (parent != nullptr) parent->children.push_back(&scope);
  out_.by_query_[query] = &scope;
  out_.by_query_[outermost] = &scope;
  return &scope;
}

// `parent` is where the scope hangs in the tree, `outer` whose columns it may see.
Scope* Analyzer::BuildQuery(Node* query, ScopeKind kind, Block* outer, Scope* parent) {
  const size_t visible = ctes_.size();
  Scope* scope = BuildLayers(query, query, kind, outer, parent);
  ctes_.resize(visible);
  return scope;
}

Scope* Analyzer::BuildLayers(Node* query, Node* outermost, ScopeKind kind, Block* outer, Scope* parent) {
  if (Node* with = query->Child(kWithSlot)) BuildWith(with, outer, parent);
  switch (query->kind) {
    case Kind::kSubquery: {
      Scope* scope = BuildLayers(query->Child(kInnerSlot), outermost, kind, outer, parent);
      out_.by_query_[query] = scope;
      ResolveOutputOrder(query, scope, outer);
      return scope;
    }
    case Kind::kSelect: return BuildSelect(query, outermost, kind, outer, parent);
    case Kind::kSetOperation: return BuildSetOperation(query, outermost, kind, outer, parent);
    case Kind::kValues: return BuildValues(query, outermost, kind, outer, parent);
    default: throw AnalysisFailure{Error(ErrorCode::kSyntax, "a query was expected").At(PlaceOf(query))};
  }
}

void Analyzer::BuildWith(Node* with, Block* outer, Scope* parent) {
  for (Node* cte : with->Children()) {
    Node* alias = cte->Child(0);
    Node* body = cte->Child(1);
    if (cte->Has(kScalar)) {
      scalars_.push_back(Fold(alias->Child(0)));
      continue;
    }
    if (!body->IsQuery()) {  // a statement that returns rows
      ctes_.push_back({Fold(alias->Child(0)), nullptr, {}});
      continue;
    }
    VisibleCte visible{Fold(alias->Child(0)), nullptr, {}};
    const Node* renamed = alias->Child(1);
    auto rename = [&](columnar::Fields columns) {
      for (uint32_t i = 0; renamed != nullptr && i < renamed->count && i < columns.size(); ++i)
        columns[i].name = Fold(renamed->Child(i));
      return columns;
    };
    Node* inner = InnerQuery(body);
    if (with->Has(kRecursive) && inner->Is(Kind::kSetOperation)) {
      // The left branch gives the columns that the right one sees under the CTE's own name.
      Scope* scope = NewScope(ScopeKind::kCte, inner, body, parent);
      scope->recursive = true;
      Scope* left = BuildQuery(inner->Child(kLeftSlot), ScopeKind::kSetBranch, outer, scope);
      scope->output = rename(left->output);
      scope->output_known = left->output_known;
      for (size_t i = 0; i < scope->output.size(); ++i)
        scope->origins.push_back({nullptr, {}, {}, static_cast<int>(i), static_cast<int>(i)});
      visible.scope = scope;
      visible.columns = scope->output;
      ctes_.push_back(visible);
      Scope* right = BuildQuery(inner->Child(kRightSlot), ScopeKind::kSetBranch, outer, scope);
      scope->branches = {left, right};
      continue;
    }
    visible.scope = BuildQuery(body, ScopeKind::kCte, outer, parent);
    visible.columns = rename(visible.scope->output);
    ctes_.push_back(std::move(visible));
  }
}

// What a clause may see of the select aliases, if the dialect has the feature.
Analyzer::Aliases Analyzer::Visible(Feature feature) const {
  if (!dialect_.Has(feature)) return Aliases::kNone;
  return dialect_.Has(Feature::kAliasFirst) ? Aliases::kFirst : Aliases::kAfterColumns;
}

void Analyzer::ResolveItems(Node* items, Block& block) {
  const Aliases aliases = Visible(Feature::kLateralAlias);
  block.aliased = 0;
  for (Node* item : items->Children()) {
    Resolve(item, block, aliases);
    ++block.aliased;
  }
}

Scope* Analyzer::BuildSelect(Node* select, Node* outermost, ScopeKind kind, Block* outer, Scope* parent) {
  Scope* scope = NewScope(kind, select, outermost, parent);
  Block block;
  block.scope = scope;
  block.outer = outer;
  block.items = select->Child(kItemsSlot);
  block.aliased = block.items->count;
  block.group = select->Child(kGroupSlot);
  if (Node* from = select->Child(kFromSlot)) {
    if (from->Is(Kind::kList)) {
      for (Node* table : from->Children()) BuildFrom(table, block, false);
    } else {
      BuildFrom(from, block, false);
    }
  }
  ResolveItems(select->Child(kItemsSlot), block);
  scope->visible = block.visible;
  SetOutput(block, select->Child(kItemsSlot));
  Resolve(select->Child(kDistinctSlot), block, Aliases::kBeforeColumns);
  Resolve(select->Child(kWhereSlot), block, Visible(Feature::kAliasInWhere));
  Resolve(select->Child(kGroupSlot), block, Visible(Feature::kAliasInGroupBy));
  Resolve(select->Child(kHavingSlot), block, dialect_.Has(Feature::kAliasInHaving) ? Aliases::kHaving : Aliases::kNone);
  Resolve(select->Child(kWindowSlot), block, Aliases::kNone);
  Resolve(select->Child(kConnectSlot), block, Aliases::kNone);
  Resolve(select->Child(kPrewhereSlot), block, Visible(Feature::kAliasInWhere));
  Resolve(select->Child(kLimitBySlot), block, Aliases::kAfterColumns);
  Resolve(select->Child(kQualifySlot), block, Visible(Feature::kQualify));
  if (!IsOrderByAll(select->Child(kOrderSlot), dialect_)) Resolve(select->Child(kOrderSlot), block, Aliases::kBeforeColumns);
  Resolve(select->Child(kLimitSlot), block, Aliases::kNone);
  Resolve(select->Child(kOffsetSlot), block, Aliases::kNone);
  return scope;
}

Scope* Analyzer::BuildSetOperation(Node* set, Node* outermost, ScopeKind kind, Block* outer, Scope* parent) {
  Scope* scope = NewScope(kind, set, outermost, parent);
  Scope* left = BuildQuery(set->Child(kLeftSlot), ScopeKind::kSetBranch, outer, scope);
  Scope* right = BuildQuery(set->Child(kRightSlot), ScopeKind::kSetBranch, outer, scope);
  scope->branches = {left, right};
  SetBranchOutput(*scope, set);
  scope->correlated = left->correlated || right->correlated;
  ResolveOutputOrder(set, scope, outer);
  return scope;
}

// Columns match by position, or by name and then those of one branch only are added.
void Analyzer::SetBranchOutput(Scope& scope, const Node* set) {
  const Scope &left = *scope.branches[0], &right = *scope.branches[1];
  scope.output = left.output;
  scope.output_known = left.output_known && right.output_known;
  for (size_t i = 0; i < left.output.size(); ++i) scope.origins.push_back({nullptr, {}, {}, static_cast<int>(i), -1});
  const bool left_only = set->Has(kByName) &&
                         (set->text.find("INNER") != std::string_view::npos || set->text.find("LEFT") != std::string_view::npos);
  for (size_t i = 0; i < right.output.size(); ++i) {
    size_t at = i;
    if (set->Has(kByName)) {
      at = 0;
      while (at < left.output.size() && !Same(left.output[at].name, right.output[i].name)) ++at;
      if (at == left.output.size() && left_only) continue;
      if (at == left.output.size()) {
        scope.output.push_back(right.output[i]);
        scope.origins.push_back({nullptr, {}, {}, -1, static_cast<int>(i)});
        continue;
      }
    }
    if (at >= left.output.size()) break;
    scope.output[at].type = CommonType(left.output[at].type, right.output[i].type);
    scope.origins[at].right = static_cast<int>(i);
  }
  // INNER keeps what both have, ON what it lists.
  const Node* matched = set->Child(kMatchedSlot);
  const bool inner = set->Has(kByName) && set->text.find("INNER") != std::string_view::npos;
  for (size_t i = scope.output.size(); i-- > 0;) {
    const bool listed =
        matched == nullptr || std::any_of(matched->Children().begin(), matched->Children().end(), [&](const Node* each) {
          const Node* name = each->Is(Kind::kColumn) ? each->Child(each->count - 1) : each;
          return Same(Fold(name), scope.output[i].name);
        });
    if (listed && !(inner && (scope.origins[i].left < 0 || scope.origins[i].right < 0))) continue;
    scope.output.erase(scope.output.begin() + static_cast<std::ptrdiff_t>(i));
    scope.origins.erase(scope.origins.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

Scope* Analyzer::BuildValues(Node* values, Node* outermost, ScopeKind kind, Block* outer, Scope* parent) {
  Scope* scope = NewScope(kind, values, outermost, parent);
  Block block;
  block.scope = scope;
  block.outer = outer;
  Node* rows = values->Child(kInnerSlot);
  if (rows == nullptr) return scope;
  for (Node* row : rows->Children()) {
    Resolve(row, block, Aliases::kNone);
    for (uint32_t i = 0; i < row->count; ++i) {
      const DataType type = TypeOf(row->Child(i));
      if (i < scope->output.size()) {
        scope->output[i].type = CommonType(scope->output[i].type, type);
      } else {
        const bool zero_based = dialect_.Has(Feature::kFromFirst);
        scope->output.push_back({(zero_based ? "col" : "column") + std::to_string(zero_based ? i : i + 1), type, true, {}});
      }
    }
  }
  ResolveOutputOrder(values, scope, outer);
  return scope;
}

// ORDER BY over a result: its terms name output columns.
void Analyzer::ResolveOutputOrder(Node* query, Scope* scope, Block* outer) {
  Node* order = query->Child(kOrderSlot);
  if (order == nullptr || IsOrderByAll(order, dialect_)) return;
  Block block;
  block.scope = scope;
  block.outer = outer;
  for (Node* item : order->Children()) {
    Node* key = item->Child(0);
    const Node* bare = Unparen(key);
    if (bare->Is(Kind::kColumn) && bare->count == 1) {
      const std::string name = Fold(bare->Child(0));
      const auto named =
          std::find_if(scope->output.begin(), scope->output.end(), [&](const Field& field) { return Same(field.name, name); });
      if (named != scope->output.end() || !scope->output_known) {
        ColumnBinding binding;
        binding.scope = scope;
        if (named != scope->output.end()) binding.output = static_cast<int>(named - scope->output.begin());
        out_.bindings_[bare] = binding;
        continue;
      }
    }
    // Other expressions may still name the leftmost SELECT's columns, as some systems allow: resolved leniently.
    for (Node* column : FindAll(key, Kind::kColumn, true)) out_.bindings_.try_emplace(column, ColumnBinding{.scope = scope});
  }
}

Result<Analysis> Analyze(Node* query, const Dialect& dialect, SchemaProvider* schema, const AnalyzeOptions& options) {
  Analysis analysis;
  try {
    Analyzer(dialect, schema, options, analysis).Run(query);
  } catch (AnalysisFailure& failure) {
    return std::move(failure.error);
  }
  return analysis;
}

const ColumnBinding* Analysis::Find(const Node* column) const {
  const auto found = bindings_.find(column);
  return found == bindings_.end() ? nullptr : &found->second;
}

const std::vector<JoinPair>* Analysis::PairsOf(const Node* join) const {
  const auto found = pairs_.find(join);
  return found == pairs_.end() ? nullptr : &found->second;
}

Scope* Analysis::ScopeOf(const Node* query) const {
  const auto found = by_query_.find(query);
  return found == by_query_.end() ? nullptr : found->second;
}

DataType Analysis::TypeOf(const Node* expression) const {
  const NodeTypes columns = column_types();
  const NodeTypes queries = [this](const Node& query) {
    const Scope* scope = ScopeOf(&query);
    return scope != nullptr && scope->output.size() == 1 ? scope->output[0].type : DataType();
  };
  return InferWithQueries(expression, *dialect_, columns, queries);
}

namespace {

// The type of a field, a way through structs.
DataType FieldType(DataType type, const Node& column, int fields) {
  for (uint32_t i = column.count - static_cast<uint32_t>(fields); i < column.count; ++i) {
    const auto field = std::find_if(type.children.begin(), type.children.end(),
                                    [&](const Field& each) { return EqualsIgnoreCase(each.name, column.Child(i)->text); });
    if (type.kind != TypeKind::kStruct || field == type.children.end()) return {};
    type = DataType(field->type);
  }
  return type;
}

}  // namespace

std::function<DataType(const Node&)> Analysis::column_types() const {
  return [this](const Node& column) -> DataType {
    const ColumnBinding* binding = Find(&column);
    if (binding == nullptr) return {};
    if (binding->source != nullptr && binding->index >= 0)
      return FieldType(binding->source->columns[static_cast<size_t>(binding->index)].type, column, binding->fields);
    if (binding->alias != nullptr) {
      // Aliases made of aliases would be walked again and again.
      const auto known = alias_types_.find(binding->alias);
      if (known != alias_types_.end()) return known->second;
      return alias_types_[binding->alias] = TypeOf(binding->alias);
    }
    if (binding->row && binding->source->columns_known) return DataType::Struct(binding->source->columns);
    return {};
  };
}

}  // namespace dvt::sql
