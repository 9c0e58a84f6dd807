// FROM: what each table, derived table, function and join brings into sight.
#include <algorithm>
#include <utility>

#include "dvt/sql/analyze/analyzer_internal.h"

namespace dvt::sql {

columnar::RelationName TableName(const Node* table, const Dialect& dialect) {
  columnar::RelationName out;
  const Node* name = table->Child(1);
  if (name == nullptr) return out;
  auto part = [&](uint32_t from_end) -> std::string {
    if (name->count < from_end) return {};
    const Node* identifier = name->Child(name->count - from_end);
    if (identifier->Has(kQuoted) || dialect.table_folding == Folding::kSensitive ||
        dialect.table_folding == Folding::kInsensitive) {
      return std::string(identifier->text);
    }
    return FoldIdentifier(dialect, identifier->text, false);
  };
  out.name = part(1);
  out.schema = part(2);
  out.database = part(3);
  return out;
}

Source* Analyzer::AddSource(Block& block, SourceKind kind, Node* node, bool nullable) {
  Source& source = out_.sources_.emplace_back();
  source.kind = kind;
  source.node = node;
  source.scope = block.scope;
  source.nullable_side = nullable;
  block.scope->sources.push_back(&source);
  return &source;
}

// The alias, if any, names the source and perhaps its columns.
void Analyzer::NameSource(Source& source, const Node* alias, std::string fallback) {
  source.name = std::move(fallback);
  if (alias == nullptr) return;
  if (alias->Child(0) != nullptr) source.name = Fold(alias->Child(0));
  const Node* columns = alias->Child(1);
  if (columns == nullptr) return;
  for (uint32_t i = 0; i < columns->count; ++i) {
    const Node* each = columns->Child(i);
    const std::string name = Fold(each->Is(Kind::kColumnDef) ? each->Child(0) : each);
    if (i < source.columns.size())
      source.columns[i].name = name;
    else
      source.columns.push_back({name, {}, true, {}});
  }
  if (!source.columns_known) source.columns_known = source.kind != SourceKind::kTable;
}

void Analyzer::BuildFrom(Node* table, Block& block, bool nullable) {
  switch (table->kind) {
    case Kind::kTable: AddTable(table, block, nullable); return;
    case Kind::kDerivedTable: AddDerived(table, block, nullable); return;
    case Kind::kTableFunction: AddFunction(table, block, nullable); return;
    case Kind::kParenTable: BuildFrom(table->Child(1), block, nullable); return;
    case Kind::kJoin: BuildJoin(table, block, nullable); return;
    default: throw AnalysisFailure{Error(ErrorCode::kUnsupported, "this part of FROM is not understood").At(PlaceOf(table))};
  }
}

void Analyzer::AddTable(Node* table, Block& block, bool nullable) {
  const columnar::RelationName name = TableName(table, dialect_);
  const Node* parts = table->Child(1);
  if (parts != nullptr && parts->count == 1) {
    for (auto cte = ctes_.rbegin(); cte != ctes_.rend(); ++cte) {
      if (!Same(cte->name, Fold(parts->Child(0)))) continue;
      Source* source = AddSource(block, SourceKind::kCte, table, nullable);
      source->query = cte->scope;
      source->columns = cte->columns;
      source->columns_known = cte->scope->output_known;
      NameSource(*source, table->Child(0), cte->name);
      Show(block, source);
      return;
    }
  }
  Source* source = AddSource(block, SourceKind::kTable, table, nullable);
  source->relation = name;
  const columnar::Fields* columns = schema_ == nullptr ? nullptr : schema_->Columns(name);
  if (columns != nullptr) {
    source->columns = *columns;
    source->columns_known = true;
  }
  NameSource(*source, table->Child(0), name.name);
  Show(block, source);
}

void Analyzer::AddDerived(Node* table, Block& block, bool nullable) {
  // Without LATERAL a derived table sees only what is outside of this whole block.
  Block* visible = table->Has(kLateral) ? &block : block.outer;
  Scope* inner = BuildQuery(table->Child(1), ScopeKind::kDerived, visible, block.scope);
  Source* source =
      AddSource(block, inner->query->Is(Kind::kValues) ? SourceKind::kValues : SourceKind::kDerived, table, nullable);
  source->query = inner;
  source->columns = inner->output;
  source->columns_known = inner->output_known;
  NameSource(*source, table->Child(0), "");
  Show(block, source);
}

void Analyzer::AddFunction(Node* table, Block& block, bool nullable) {
  Resolve(table->Child(1), block, Aliases::kNone);
  Source* source = AddSource(block, SourceKind::kFunction, table, nullable);
  const Node* call = table->Child(1);
  const std::string own = call->Is(Kind::kFunction) ? FoldIdentifier(dialect_, call->text, false) : "";
  NameSource(*source, table->Child(0), own);
  Show(block, source);
}

// The source's columns become visible to unqualified names.
void Analyzer::Show(Block& block, Source* source) {
  for (size_t i = 0; i < source->columns.size(); ++i)
    block.visible.push_back({source->columns[i].name, {{source, static_cast<int>(i)}}, false});
  if (!source->columns_known) block.visible.push_back({"", {{source, -1}}, false});
}

void Analyzer::BuildJoin(Node* join, Block& block, bool nullable) {
  const bool left_nullable = nullable || join->op == Op::kRight || join->op == Op::kFull;
  const bool right_nullable = nullable || join->op == Op::kLeft || join->op == Op::kFull;
  const size_t left_begin = block.visible.size();
  BuildFrom(join->Child(0), block, left_nullable);
  const size_t right_begin = block.visible.size(), right_source = block.scope->sources.size();
  BuildFrom(join->Child(1), block, right_nullable);
  const size_t outer_begin = std::exchange(block.join_begin, left_begin);
  Resolve(join->Child(2), block, dialect_.Has(Feature::kAliasInWhere) ? Aliases::kAfterColumns : Aliases::kNone);
  block.join_begin = outer_begin;
  MergeColumns(block, join, left_begin, right_begin);
  if (join->op != Op::kSemi && join->op != Op::kAnti) return;
  const auto& sources = block.scope->sources;
  block.hidden.insert(block.hidden.end(), sources.begin() + static_cast<std::ptrdiff_t>(right_source), sources.end());
  std::erase_if(block.visible, [&](const VisibleColumn& column) {
    return std::find(block.hidden.begin(), block.hidden.end(), column.sides.front().first) != block.hidden.end();
  });
}

// The names of USING (a, b), or those that both sides of a NATURAL join have.
std::vector<std::string> Analyzer::MergedNames(const Block& block, const Node* join, size_t left_begin,
                                               size_t right_begin) const {
  std::vector<std::string> names;
  if (const Node* list = join->Child(3)) {
    for (const Node* identifier : list->Children()) names.push_back(Fold(identifier));
    return names;
  }
  if (!join->Has(kNatural)) return names;
  for (size_t i = left_begin; i < right_begin; ++i) {
    const std::string& name = block.visible[i].name;
    const bool both = std::any_of(block.visible.begin() + static_cast<std::ptrdiff_t>(right_begin), block.visible.end(),
                                  [&](const VisibleColumn& right) { return Same(right.name, name); });
    if (both && !name.empty()) names.push_back(name);
  }
  return names;
}

// USING (a, b) and NATURAL make one column of both sides'. It comes first, or keeps the left side's place, as the dialect has it.
void Analyzer::MergeColumns(Block& block, const Node* join, size_t left_begin, size_t right_begin) {
  auto& visible = block.visible;
  std::vector<VisibleColumn> first;
  const bool in_place = dialect_.Has(Feature::kUsingInPlace), filters = join->op == Op::kSemi || join->op == Op::kAnti;
  for (const auto& name : MergedNames(block, join, left_begin, right_begin)) {
    auto find = [&](size_t begin, size_t end) {
      while (begin < end && !Same(visible[begin].name, name)) ++begin;
      return begin;
    };
    const size_t left = find(left_begin, right_begin), right = find(right_begin, visible.size());
    if (left == right_begin || right == visible.size()) continue;
    for (const size_t side : {left, right}) {
      for (const auto& [source, index] : visible[side].sides) {
        Use(source, index, name);
        block.scope->join_columns.emplace_back(source, index);
      }
    }
    if (filters) continue;
    VisibleColumn merged{name, visible[left].sides, visible[left].any_side || join->op == Op::kFull};
    const auto at = join->op == Op::kRight ? merged.sides.begin() : merged.sides.end();
    merged.sides.insert(at, visible[right].sides.begin(), visible[right].sides.end());
    visible.erase(visible.begin() + static_cast<std::ptrdiff_t>(right));
    if (in_place) {
      visible[left] = std::move(merged);
      continue;
    }
    visible.erase(visible.begin() + static_cast<std::ptrdiff_t>(left));
    --right_begin;
    first.push_back(std::move(merged));
  }
  visible.insert(visible.begin() + static_cast<std::ptrdiff_t>(left_begin), first.begin(), first.end());
}

}  // namespace dvt::sql
