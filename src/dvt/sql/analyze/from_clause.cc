// FROM: what each table, derived table, function and join brings into sight.
#include <algorithm>

#include "dvt/sql/analyze/analyzer_internal.h"

namespace dvt::sql {

using columnar::Field;

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
}

void Analyzer::AddFunction(Node* table, Block& block, bool nullable) {
  Resolve(table->Child(1), block, Aliases::kNone);
  Source* source = AddSource(block, SourceKind::kFunction, table, nullable);
  const Node* call = table->Child(1);
  const std::string own = call->Is(Kind::kFunction) ? FoldIdentifier(dialect_, call->text, false) : "";
  NameSource(*source, table->Child(0), own);
}

void Analyzer::BuildJoin(Node* join, Block& block, bool nullable) {
  const bool left_nullable = nullable || join->op == Op::kRight || join->op == Op::kFull;
  const bool right_nullable = nullable || join->op == Op::kLeft || join->op == Op::kFull;
  const size_t left_begin = block.scope->sources.size();
  BuildFrom(join->Child(0), block, left_nullable);
  const size_t right_begin = block.scope->sources.size();
  BuildFrom(join->Child(1), block, right_nullable);
  MergeColumns(block, join, left_begin, right_begin);
  Resolve(join->Child(2), block, Aliases::kNone);
}

// USING (a, b) and NATURAL make one column of both sides'.
void Analyzer::MergeColumns(Block& block, const Node* join, size_t left_begin, size_t right_begin) {
  const auto& sources = block.scope->sources;
  auto find = [&](size_t begin, size_t end, const std::string& name) {
    for (size_t s = begin; s < end; ++s) {
      for (size_t i = 0; i < sources[s]->columns.size(); ++i) {
        if (Same(sources[s]->columns[i].name, name)) return std::pair<Source*, int>(sources[s], static_cast<int>(i));
      }
    }
    return std::pair<Source*, int>(nullptr, -1);
  };
  std::vector<std::string> names;
  if (const Node* list = join->Child(3)) {
    for (const Node* identifier : list->Children()) names.push_back(Fold(identifier));
  } else if (join->Has(kNatural)) {
    for (size_t s = left_begin; s < right_begin; ++s) {
      for (const Field& field : sources[s]->columns) {
        if (find(right_begin, sources.size(), field.name).first != nullptr) names.push_back(field.name);
      }
    }
  }
  for (const auto& name : names) {
    const auto left = find(left_begin, right_begin, name), right = find(right_begin, sources.size(), name);
    if (left.first == nullptr || right.first == nullptr) continue;
    Use(left.first, left.second, name);
    Use(right.first, right.second, name);
    auto merged = std::find_if(block.merged.begin(), block.merged.end(), [&](const Merged& m) { return Same(m.name, name); });
    if (merged == block.merged.end()) {
      block.merged.push_back({name, {left, right}});
    } else {
      merged->sides.push_back(right);
    }
    // A RIGHT join's merged column is the right side's.
    if (join->op == Op::kRight) std::swap(block.merged.back().sides.front(), block.merged.back().sides.back());
  }
}

}  // namespace dvt::sql
