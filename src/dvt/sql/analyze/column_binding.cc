// Columns: which source's column, or which select alias, a name means.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "dvt/base/text/text.h"
#include "dvt/sql/analyze/analyzer_internal.h"

namespace dvt::sql {

namespace {

// Columns that systems have without listing them.
bool IsSystemColumn(std::string_view name) {
  static constexpr std::string_view kNames[] = {
      "_partitiontime", "_partitiondate", "_table_suffix", "_file_name", "rowid", "oid",  "_rowid_",
      "ctid",           "xmin",           "xmax",          "tableoid",   "cmin",  "cmax", "filename"};
  return std::find(std::begin(kNames), std::end(kNames), ToLower(name)) != std::end(kNames);
}

// Names that stand for something of the query rather than of a table.
bool IsPseudoColumn(std::string_view name) {
  static constexpr std::string_view kNames[] = {"level", "rownum", "connect_by_isleaf", "connect_by_iscycle"};
  return std::find(std::begin(kNames), std::end(kNames), ToLower(name)) != std::end(kNames);
}

}  // namespace

void Analyzer::Resolve(Node* expression, Block& block, Aliases aliases) {
  if (expression == nullptr) return;
  if (expression->IsQuery()) {
    BuildQuery(expression, ScopeKind::kSubquery, &block, block.scope);
    return;
  }
  switch (expression->kind) {
    case Kind::kColumn: BindColumn(expression, block, aliases); return;
    case Kind::kIs:
      Resolve(expression->Child(0), block, aliases);
      if (const Node* right = expression->Child(1); right != nullptr && !right->Is(Kind::kColumn))
        Resolve(expression->Child(1), block, aliases);
      return;
    case Kind::kLambda: {
      const size_t before = block.lambda_names.size();
      if (const Node* names = expression->Child(0)) {
        for (const Node* name : names->Children()) block.lambda_names.push_back(name);
      }
      Resolve(expression->Child(1), block, aliases);
      block.lambda_names.resize(before);
      return;
    }
    default: break;
  }
  // Inside a larger ORDER BY expression a name means a column first; only a bare name means an output column first.
  const bool wrapper = expression->Is(Kind::kOrderItem) || expression->Is(Kind::kList) || expression->Is(Kind::kDistinct) ||
                       expression->Is(Kind::kParen);
  if (aliases == Aliases::kBeforeColumns && !wrapper) aliases = Aliases::kAfterColumns;
  if (aliases == Aliases::kHaving && expression->Is(Kind::kFunction)) aliases = Aliases::kAfterColumns;
  for (uint32_t i = 0; i < expression->count; ++i) {
    Node* child = expression->Child(i);
    if (expression->Is(Kind::kFunction) && i == kArgsSlot && child != nullptr) {
      for (uint32_t argument = 0; argument < child->count; ++argument) {
        if (!IsDateUnit(expression, argument)) Resolve(child->Child(argument), block, aliases);
      }
      continue;
    }
    Resolve(child, block, aliases);
  }
}

void Analyzer::BindColumn(Node* column, Block& block, Aliases aliases) {
  if (column->count == 1) {
    for (const Node* name : block.lambda_names) {
      if (Same(Fold(name), Fold(column->Child(0)))) return;
    }
    if (aliases == Aliases::kBeforeColumns && BindAlias(column, block, true)) return;
    if (aliases == Aliases::kFirst && BindAlias(column, block)) return;
    // In HAVING a column that is no group key would be an error: an output of that name is meant.
    if (aliases == Aliases::kHaving && !IsGroupKey(Fold(column->Child(0)), block) && BindAlias(column, block)) return;
  }
  if (BindInBlock(column, block, block, false)) return;
  if (column->count == 1 && (aliases == Aliases::kAfterColumns || aliases == Aliases::kHaving) && BindAlias(column, block))
    return;
  for (Block* outer = block.outer; outer != nullptr; outer = outer->outer) {
    if (BindInBlock(column, *outer, block, true)) return;
  }
  if (BindRow(column, block)) return;
  const bool scalar = column->count == 1 && std::any_of(scalars_.begin(), scalars_.end(), [&](const std::string& each) {
                        return Same(each, Fold(column->Child(0)));
                      });
  if (scalar || (column->count == 1 && IsPseudoColumn(column->Child(0)->text) && dialect_.folding != Folding::kLower)) {
    out_.bindings_[column] = {.scope = block.scope};
    return;
  }
  bool all_known = true;
  for (Block* each = &block; each != nullptr; each = each->outer) {
    for (const Source* source : each->scope->sources) all_known = all_known && source->columns_known;
  }
  const std::string name = Fold(column->Child(column->count - 1));
  if (all_known && !IsSystemColumn(name) && options_.strict && schema_ != nullptr) FailUnknown(column, block, name);
  BindByElimination(column, block);
}

// One source whose columns are not known must be it.
void Analyzer::BindByElimination(Node* column, Block& block) {
  ColumnBinding binding;
  binding.scope = block.scope;
  std::vector<Source*> unknown;
  for (Source* source : block.scope->sources) {
    if (!source->columns_known && std::find(block.hidden.begin(), block.hidden.end(), source) == block.hidden.end())
      unknown.push_back(source);
  }
  // A qualified name of which there is no table is a field, where there is but one table to have the column.
  if (unknown.size() == 1 && (column->count == 1 || (block.scope->sources.size() == 1 && block.outer == nullptr))) {
    binding.source = unknown.front();
    binding.name = Fold(column->Child(0));
    binding.fields = static_cast<int>(column->count) - 1;
    Use(binding.source, -1, binding.name);
  }
  out_.bindings_[column] = binding;
}

// A table's name alone is its whole row.
bool Analyzer::BindRow(Node* column, Block& block) {
  if (column->count != 1) return false;
  const std::string name = Fold(column->Child(0));
  for (Block* each = &block; each != nullptr; each = each->outer) {
    for (Source* source : each->scope->sources) {
      if (!Same(source->name, name) || name.empty()) continue;
      ColumnBinding binding;
      binding.source = source;
      binding.scope = block.scope;
      binding.row = true;
      binding.name = name;
      binding.outer = each != &block;
      out_.bindings_[column] = binding;
      for (size_t i = 0; i < source->columns.size(); ++i) Use(source, static_cast<int>(i), source->columns[i].name);
      return true;
    }
  }
  return false;
}

bool Analyzer::IsGroupKey(const std::string& name, const Block& block) const {
  return Contains(block.group,
                  [&](const Node* node) { return node->Is(Kind::kColumn) && Same(Fold(node->Child(node->count - 1)), name); });
}

// With `implicit` also a column's own name, as an output, counts as its alias.
bool Analyzer::BindAlias(Node* column, Block& block, bool implicit) {
  if (block.items == nullptr) return false;
  const std::string name = Fold(column->Child(0));
  for (uint32_t i = 0; i < block.aliased; ++i) {
    Node* item = block.items->Child(i);
    const bool named = item->Is(Kind::kAlias) || (implicit && item->Is(Kind::kColumn) && item->count > 1);
    if (!named || !Same(OutputName(item, dialect_), name)) continue;
    ColumnBinding binding;
    binding.alias = item;
    binding.scope = block.scope;
    out_.bindings_[column] = binding;
    return true;
  }
  return false;
}

namespace {

// t.$2: the second column, if it can be told from the others.
int PositionIn(const Source& source, std::string_view name) {
  size_t position = 0;
  const auto read = std::from_chars(name.data() + 1, name.data() + name.size(), position);
  if (read.ptr != name.data() + name.size() || position < 1 || position > source.columns.size() || !source.columns_known)
    return -1;
  return static_cast<int>(position - 1);
}

}  // namespace

// a.b.c may be column c of a.b, field c of column a.b, or field b.c of column a: the longest table name wins.
bool Analyzer::BindInBlock(Node* column, Block& block, Block& from, bool outer) {
  Source* lacking = nullptr;
  uint32_t lacking_at = 0;
  for (uint32_t at = std::min<uint32_t>(column->count - 1, 3); at >= 1; --at) {
    Source* source = FindSource(column, at, block);
    if (source == nullptr) continue;
    const bool fields = at + 1 < column->count;
    if (BindQualified(column, at, *source, from, outer)) return true;
    if (lacking == nullptr && !fields) lacking = source, lacking_at = at;
  }
  const bool fields = column->count > 1;
  if ((!fields || HasFields(Fold(column->Child(0)), block)) &&
      BindUnqualified(Fold(column->Child(0)), column, block, from, outer)) {
    out_.bindings_[column].fields = static_cast<int>(column->count) - 1;
    return true;
  }
  if (lacking == nullptr) return false;
  const std::string name = Fold(column->Child(lacking_at));
  std::vector<std::string> names;
  for (const auto& field : lacking->columns) names.push_back(field.name);
  throw AnalysisFailure{
      Error(ErrorCode::kNotFound, fmt::format("'{}' has no column '{}'.{}", lacking->name, name, DidYouMean(name, names)))
          .At(PlaceOf(column))
          .WithHint("its columns are: " + Join(names, ", "))};
}

// Whether there is a column of that name that may have fields.
bool Analyzer::HasFields(const std::string& name, const Block& block) const {
  return std::any_of(block.visible.begin(), block.visible.end(), [&](const VisibleColumn& column) {
    if (!Same(column.name, name)) return false;
    const auto& [source, index] = column.sides.front();
    const columnar::TypeKind kind = source->columns[static_cast<size_t>(index)].type.kind;
    return kind == columnar::TypeKind::kStruct || kind == columnar::TypeKind::kJson || kind == columnar::TypeKind::kUnknown;
  });
}

// The source that the parts before `at` name.
Source* Analyzer::FindSource(const Node* column, uint32_t at, const Block& block) const {
  const std::string table = Fold(column->Child(at - 1));
  const std::string schema = at > 1 ? Fold(column->Child(at - 2)) : "";
  for (Source* source : block.scope->sources) {
    if (!Same(source->name, table)) continue;
    if (std::find(block.hidden.begin(), block.hidden.end(), source) != block.hidden.end()) continue;
    if (!schema.empty() && (source->kind != SourceKind::kTable || !Same(source->relation.schema, schema))) continue;
    return source;
  }
  return nullptr;
}

bool Analyzer::BindQualified(Node* column, uint32_t at, Source& source, Block& from, bool outer) {
  const std::string name = Fold(column->Child(at));
  int index = -1;
  for (size_t i = 0; i < source.columns.size() && index < 0; ++i) {
    if (Same(source.columns[i].name, name)) index = static_cast<int>(i);
  }
  if (index < 0 && name.size() > 1 && name[0] == '$') index = PositionIn(source, name);
  if (index < 0 && source.columns_known && options_.strict && !IsSystemColumn(name)) return false;
  Bound(column, from, &source, index, outer);
  out_.bindings_[column].fields = static_cast<int>(column->count - at) - 1;
  if (index >= 0) return true;
  out_.bindings_[column].name = name;
  Use(&source, -1, name);
  return true;
}

// The alias of a function in FROM is also the name of the one column that it gives.
bool Analyzer::BindElement(const std::string& name, Node* column, Block& block, Block& from, bool outer) {
  for (Source* source : block.scope->sources) {
    if (source->kind != SourceKind::kFunction || source->columns_known || !Same(source->name, name)) continue;
    Bound(column, from, source, -1, outer);
    out_.bindings_[column].name = name;
    Use(source, -1, name);
    return true;
  }
  return false;
}

// In an ON the join's own sides come first.
bool Analyzer::BindUnqualified(const std::string& name, Node* column, Block& block, Block& from, bool outer) {
  const VisibleColumn* found = nullptr;
  auto search = [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end && i < block.visible.size(); ++i) {
      const VisibleColumn& each = block.visible[i];
      if (!Same(each.name, name)) continue;
      if (found == nullptr) {
        found = &each;
        continue;
      }
      // Where USING columns stay in place they go before others of their name.
      if (dialect_.Has(Feature::kUsingInPlace) && (found->sides.size() > 1) != (each.sides.size() > 1)) {
        if (each.sides.size() > 1) found = &each;
        continue;
      }
      const std::string &one = found->sides.front().first->name, &other = each.sides.front().first->name;
      if (found->sides.front().first == each.sides.front().first || !options_.strict) continue;
      throw AnalysisFailure{
          Error(ErrorCode::kSyntax, fmt::format("column '{}' is ambiguous: '{}' and '{}' both have it", name, one, other))
              .At(PlaceOf(column))
              .WithHint(fmt::format("write {}.{} or {}.{}", one, name, other, name))};
    }
  };
  search(block.join_begin, block.visible.size());
  if (found == nullptr) search(0, block.join_begin);
  if (found == nullptr) return BindElement(name, column, block, from, outer);
  const VisibleColumn bound = *found;
  Bound(column, from, bound.sides.front().first, bound.sides.front().second, outer);
  if (bound.sides.size() == 1) return true;
  out_.bindings_[column].merged = bound.sides;
  out_.bindings_[column].any_side = bound.any_side;
  for (const auto& [source, index] : bound.sides) Use(source, index, name);
  return true;
}

void Analyzer::Bound(Node* column, Block& from, Source* source, int index, bool outer) {
  ColumnBinding binding;
  binding.source = source;
  binding.index = index;
  binding.scope = from.scope;
  binding.outer = outer;
  out_.bindings_[column] = binding;
  if (index >= 0) Use(source, index, source->columns[static_cast<size_t>(index)].name);
  if (!outer) return;
  // Every scope between the column and the source depends on the outer row.
  for (Scope* scope = from.scope; scope != nullptr; scope = scope->parent) {
    if (std::find(scope->sources.begin(), scope->sources.end(), source) != scope->sources.end()) break;
    scope->correlated = true;
  }
}

void Analyzer::Use(Source* source, int index, std::string_view name) {
  if (index >= 0) {
    const auto at = std::lower_bound(source->used.begin(), source->used.end(), index);
    if (at == source->used.end() || *at != index) source->used.insert(at, index);
  }
  if (!source->used_names.contains(name)) source->used_names.emplace(name);
}

void Analyzer::FailUnknown(const Node* column, const Block& block, const std::string& name) {
  if (column->count > 1) {
    const std::string table = Fold(column->Child(column->count - 2));
    std::vector<std::string> tables;
    for (const Block* each = &block; each != nullptr; each = each->outer) {
      for (const Source* source : each->scope->sources) {
        const bool hidden = std::find(each->hidden.begin(), each->hidden.end(), source) != each->hidden.end();
        if (hidden && Same(source->name, table)) FailHidden(column, table);
        if (!hidden) tables.push_back(source->name);
      }
    }
    throw AnalysisFailure{
        Error(ErrorCode::kNotFound, fmt::format("there is no table or alias '{}' here.{}", table, DidYouMean(table, tables)))
            .At(PlaceOf(column))};
  }
  std::vector<std::string> names;
  for (const Block* each = &block; each != nullptr; each = each->outer) {
    for (const VisibleColumn& visible : each->visible) names.push_back(visible.name);
  }
  std::string hint;
  for (uint32_t i = 0; block.items != nullptr && i < block.items->count; ++i) {
    const Node* item = block.items->Child(i);
    if (item->Is(Kind::kAlias) && Same(OutputName(item, dialect_), name))
      hint = fmt::format("'{}' is the name of an output, which is not seen here: write its expression", name);
  }
  throw AnalysisFailure{Error(ErrorCode::kNotFound, fmt::format("there is no column '{}'.{}", name, DidYouMean(name, names)))
                            .At(PlaceOf(column))
                            .WithHint(std::move(hint))};
}

// What an alias or a semi join covers.
void Analyzer::FailHidden(const Node* column, const std::string& table) {
  throw AnalysisFailure{
      Error(ErrorCode::kNotFound, fmt::format("the columns of '{}' are not seen here", table))
          .At(PlaceOf(column))
          .WithHint("the right side of a semi or anti join is seen only in its ON, a table of a join or pivot with an "
                    "alias only by that alias")};
}

}  // namespace dvt::sql
