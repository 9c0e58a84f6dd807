// Columns: which source's column, or which select alias, a name means.
#include <fmt/format.h>

#include <algorithm>

#include "dvt/base/text/text.h"
#include "dvt/sql/analyze/analyzer_internal.h"

namespace dvt::sql {

namespace {

// Columns that systems have without listing them.
bool IsSystemColumn(std::string_view name) {
  static constexpr std::string_view kNames[] = {"rowid", "oid",      "_rowid_", "ctid", "xmin",
                                                "xmax",  "tableoid", "cmin",    "cmax", "filename"};
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
  for (Node* child : expression->Children()) Resolve(child, block, aliases);
}

void Analyzer::BindColumn(Node* column, Block& block, Aliases aliases) {
  if (column->count == 1) {
    for (const Node* name : block.lambda_names) {
      if (Same(Fold(name), Fold(column->Child(0)))) return;
    }
    if ((aliases == Aliases::kBeforeColumns || aliases == Aliases::kFirst) && BindAlias(column, block)) return;
  }
  if (BindInBlock(column, block, block, false)) return;
  if (column->count == 1 && aliases == Aliases::kAfterColumns && BindAlias(column, block)) return;
  for (Block* outer = block.outer; outer != nullptr; outer = outer->outer) {
    if (BindInBlock(column, *outer, block, true)) return;
  }
  const std::string name = Fold(column->Child(column->count - 1));
  bool all_known = true;
  for (Block* each = &block; each != nullptr; each = each->outer) {
    for (const Source* source : each->scope->sources) all_known = all_known && source->columns_known;
  }
  if (!all_known || IsSystemColumn(name) || !options_.strict || schema_ == nullptr) {
    ColumnBinding binding;
    binding.scope = block.scope;
    // One source whose columns are not known must be it.
    std::vector<Source*> unknown;
    for (Source* source : block.scope->sources) {
      if (!source->columns_known) unknown.push_back(source);
    }
    if (column->count == 1 && unknown.size() == 1) {
      binding.source = unknown.front();
      binding.name = name;
      Use(binding.source, -1, name);
    }
    out_.bindings_[column] = binding;
    return;
  }
  FailUnknown(column, block, name);
}

bool Analyzer::BindAlias(Node* column, Block& block) {
  if (block.items == nullptr) return false;
  const std::string name = Fold(column->Child(0));
  for (uint32_t i = 0; i < block.aliased; ++i) {
    Node* item = block.items->Child(i);
    if (!item->Is(Kind::kAlias) || !Same(OutputName(item, dialect_), name)) continue;
    ColumnBinding binding;
    binding.alias = item;
    binding.scope = block.scope;
    out_.bindings_[column] = binding;
    return true;
  }
  return false;
}

bool Analyzer::BindInBlock(Node* column, Block& block, Block& from, bool outer) {
  if (column->count > 1) {
    if (BindQualified(column, block, from, outer)) return true;
    // a.b where a is a column with fields.
    return dialect_.Has(Feature::kStructBraces) && BindUnqualified(Fold(column->Child(0)), column, block, from, outer);
  }
  return BindUnqualified(Fold(column->Child(0)), column, block, from, outer);
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
  if (found == nullptr) return false;
  const VisibleColumn bound = *found;
  Bound(column, from, bound.sides.front().first, bound.sides.front().second, outer);
  if (bound.sides.size() == 1) return true;
  out_.bindings_[column].merged = bound.sides;
  out_.bindings_[column].any_side = bound.any_side;
  for (const auto& [source, index] : bound.sides) Use(source, index, name);
  return true;
}

bool Analyzer::BindQualified(Node* column, Block& block, Block& from, bool outer) {
  const std::string name = Fold(column->Child(column->count - 1));
  const std::string table = Fold(column->Child(column->count - 2));
  const std::string schema = column->count > 2 ? Fold(column->Child(column->count - 3)) : "";
  for (Source* source : block.scope->sources) {
    if (!Same(source->name, table)) continue;
    if (std::find(block.hidden.begin(), block.hidden.end(), source) != block.hidden.end()) continue;
    if (!schema.empty() && (source->kind != SourceKind::kTable || !Same(source->relation.schema, schema))) continue;
    for (size_t i = 0; i < source->columns.size(); ++i) {
      if (!Same(source->columns[i].name, name)) continue;
      Bound(column, from, source, static_cast<int>(i), outer);
      return true;
    }
    if (!source->columns_known || IsSystemColumn(name) || !options_.strict) {
      Bound(column, from, source, -1, outer);
      Use(source, -1, name);
      return true;
    }
    std::vector<std::string> names;
    for (const auto& field : source->columns) names.push_back(field.name);
    throw AnalysisFailure{
        Error(ErrorCode::kNotFound, fmt::format("'{}' has no column '{}'.{}", source->name, name, DidYouMean(name, names)))
            .At(PlaceOf(column))
            .WithHint("its columns are: " + Join(names, ", "))};
  }
  return false;
}

void Analyzer::Bound(Node* column, Block& from, Source* source, int index, bool outer) {
  ColumnBinding binding;
  binding.source = source;
  binding.index = index;
  if (index < 0) binding.name = Fold(column->Child(column->count - 1));
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
      for (const Source* source : each->scope->sources) tables.push_back(source->name);
    }
    throw AnalysisFailure{
        Error(ErrorCode::kNotFound, fmt::format("there is no table or alias '{}' here.{}", table, DidYouMean(table, tables)))
            .At(PlaceOf(column))};
  }
  std::vector<std::string> names;
  for (const Block* each = &block; each != nullptr; each = each->outer) {
    for (const Source* source : each->scope->sources) {
      for (const auto& field : source->columns) names.push_back(field.name);
    }
  }
  throw AnalysisFailure{
      Error(ErrorCode::kNotFound, fmt::format("there is no column '{}'.{}", name, DidYouMean(name, names))).At(PlaceOf(column))};
}

}  // namespace dvt::sql
