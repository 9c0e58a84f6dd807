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
    case Kind::kParenTable: AddParenthesized(table, block, nullable); return;
    case Kind::kPivot: AddPivot(table, block, nullable); return;
    case Kind::kMatchRecognize: AddMatchRecognize(table, block, nullable); return;
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
      source->columns_known = cte->scope != nullptr && cte->scope->output_known;
      NameSource(*source, table->Child(0), cte->name);
      Show(block, source);
      return;
    }
  }
  const bool staged_file = parts != nullptr && parts->count == 1 && parts->Child(0)->Is(Kind::kParameter);
  Source* source = AddSource(block, staged_file ? SourceKind::kFunction : SourceKind::kTable, table, nullable);
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
  Block* visible = table->Has(kLateral) || block.applied ? &block : block.outer;
  Scope* inner = BuildQuery(table->Child(1), ScopeKind::kDerived, visible, block.scope);
  Source* source =
      AddSource(block, inner->query->Is(Kind::kValues) ? SourceKind::kValues : SourceKind::kDerived, table, nullable);
  source->query = inner;
  source->columns = inner->output;
  source->columns_known = inner->output_known;
  NameSource(*source, table->Child(0), "");
  Show(block, source);
}

// A function in FROM may take name = value, and bare words where there is no table yet.
void Analyzer::ResolveArguments(Node* call, Block& block) {
  const Node* arguments = call->Is(Kind::kFunction) ? call->Child(kArgsSlot) : nullptr;
  if (arguments == nullptr) return Resolve(call, block, Aliases::kNone);
  for (Node* argument : arguments->Children()) {
    const bool named =
        argument->Is(Kind::kBinary, Op::kEq) && argument->Child(0)->Is(Kind::kColumn) && argument->Child(0)->count == 1;
    const bool word =
        argument->Is(Kind::kColumn) && argument->count == 1 && block.scope->sources.empty() && block.outer == nullptr;
    if (!word) Resolve(named ? argument->Child(1) : argument, block, Aliases::kNone);
  }
  for (uint32_t slot = kArgsSlot + 1; slot < kSchemaSlot; ++slot) Resolve(call->Child(slot), block, Aliases::kNone);
}

void Analyzer::AddFunction(Node* table, Block& block, bool nullable) {
  ResolveArguments(table->Child(1), block);
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

// A join in parentheses; with an alias only that is seen outside.
void Analyzer::AddParenthesized(Node* table, Block& block, bool nullable) {
  const size_t begin = block.visible.size(), first = block.scope->sources.size();
  BuildFrom(table->Child(1), block, nullable);
  if (table->Child(0) == nullptr) return;
  const auto inner = block.visible.begin() + static_cast<std::ptrdiff_t>(begin);
  const auto& sources = block.scope->sources;
  block.hidden.insert(block.hidden.end(), sources.begin() + static_cast<std::ptrdiff_t>(first), sources.end());
  Source* source = AddSource(block, SourceKind::kJoin, table, nullable);
  source->joined.assign(inner, block.visible.end());
  block.visible.erase(inner, block.visible.end());
  source->columns_known = true;
  std::erase_if(source->joined, [&](const VisibleColumn& column) {
    if (column.name.empty()) source->columns_known = false;
    return column.name.empty();
  });
  for (const VisibleColumn& column : source->joined) {
    const auto& [side, index] = column.sides.front();
    source->columns.push_back(side->columns[static_cast<size_t>(index)]);
    source->columns.back().name = column.name;
  }
  NameSource(*source, table->Child(0), "");
  Show(block, source);
}

// USING says that a table has a column, though its columns are not known.
bool Analyzer::Learn(Block& block, const std::string& name, size_t begin, size_t end, size_t& at) {
  size_t unknown = end;
  for (size_t i = begin; i < end; ++i) {
    if (!block.visible[i].name.empty()) continue;
    if (unknown != end) return false;
    unknown = i;
  }
  if (unknown == end) return false;
  Source* source = block.visible[unknown].sides.front().first;
  source->columns.push_back({name, {}, true, {}});
  const VisibleColumn column{name, {{source, static_cast<int>(source->columns.size()) - 1}}, false};
  block.visible.insert(block.visible.begin() + static_cast<std::ptrdiff_t>(unknown), column);
  at = unknown;
  return true;
}

void Analyzer::BuildJoin(Node* join, Block& block, bool nullable) {
  if (join->op == Op::kArrayJoin) return AddArrayJoin(join, block, nullable);
  const bool left_nullable = nullable || join->op == Op::kRight || join->op == Op::kFull;
  const bool right_nullable = nullable || join->op == Op::kLeft || join->op == Op::kFull;
  const size_t left_begin = block.visible.size();
  BuildFrom(join->Child(0), block, left_nullable);
  const size_t right_begin = block.visible.size(), right_source = block.scope->sources.size();
  const bool applied = std::exchange(block.applied, join->Has(kApplied));
  BuildFrom(join->Child(1), block, right_nullable);
  block.applied = applied;
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
  const auto names = MergedNames(block, join, left_begin, right_begin);
  std::vector<JoinPair> pairs;
  for (const auto& name : names) {
    auto find = [&](size_t begin, size_t end) {
      while (begin < end && !Same(visible[begin].name, name)) ++begin;
      return begin;
    };
    size_t left = find(left_begin, right_begin);
    if (left == right_begin) {
      if (!Learn(block, name, left_begin, right_begin, left)) continue;
      ++right_begin;
    }
    size_t right = find(right_begin, visible.size());
    if (right == visible.size() && !Learn(block, name, right_begin, visible.size(), right)) continue;
    pairs.push_back({visible[left], visible[right]});
    for (const size_t side : {left, right}) {
      for (const auto& [source, index] : visible[side].sides) {
        Use(source, index, name);
        block.scope->join_columns.emplace_back(source, index);
      }
    }
    VisibleColumn merged{name, visible[left].sides, visible[left].any_side || join->op == Op::kFull};
    if (!filters) {
      const auto at = join->op == Op::kRight ? merged.sides.begin() : merged.sides.end();
      merged.sides.insert(at, visible[right].sides.begin(), visible[right].sides.end());
      visible.erase(visible.begin() + static_cast<std::ptrdiff_t>(right));
    }
    if (in_place) {
      visible[left] = std::move(merged);
      continue;
    }
    visible.erase(visible.begin() + static_cast<std::ptrdiff_t>(left));
    --right_begin;
    first.push_back(std::move(merged));
  }
  const auto known = [](const VisibleColumn& column) { return !column.name.empty(); };
  const bool all_known = std::all_of(visible.begin() + static_cast<std::ptrdiff_t>(left_begin), visible.end(), known);
  if (!names.empty() && names.size() == pairs.size() && (all_known || !join->Has(kNatural))) out_.pairs_[join] = std::move(pairs);
  visible.insert(visible.begin() + static_cast<std::ptrdiff_t>(left_begin), first.begin(), first.end());
}

}  // namespace dvt::sql
