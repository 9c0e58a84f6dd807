// PIVOT, UNPIVOT, MATCH_RECOGNIZE and ARRAY JOIN: tables made of another table's columns.
#include <algorithm>

#include "dvt/sql/analyze/analyzer_internal.h"
#include "dvt/sql/print/printer.h"

namespace dvt::sql {

namespace {

constexpr uint32_t kPivotTable = 1, kPivotValues = 2, kPivotFor = 3, kPivotGroup = 5;

// What a value of IN (…) is called: its alias, its text, or the column's name.
std::string ValueName(const Node* value, const Dialect& dialect) {
  if (value->Is(Kind::kAlias)) {
    const Node* name = value->Child(1);
    if (name->Is(Kind::kIdentifier)) return FoldIdentifier(dialect, name->text, name->Has(kQuoted));
    return std::string(name->text);
  }
  if (value->Is(Kind::kString)) return std::string(value->text);
  return std::string(AliasOrName(value).empty() ? Print(value, dialect) : AliasOrName(value));
}

}  // namespace

// The inner table, whose columns the clause alone sees.
std::vector<VisibleColumn> Analyzer::TakeInner(Node* table, Block& block, bool nullable, size_t& first) {
  const size_t begin = block.visible.size();
  first = block.scope->sources.size();
  BuildFrom(table, block, nullable);
  return {block.visible.begin() + static_cast<std::ptrdiff_t>(begin), block.visible.end()};
}

Source* Analyzer::HideInner(Node* table, Block& block, bool nullable, size_t first, size_t columns) {
  const auto& sources = block.scope->sources;
  const std::string inner_name = first < sources.size() ? sources[first]->name : std::string();
  block.hidden.insert(block.hidden.end(), sources.begin() + static_cast<std::ptrdiff_t>(first), sources.end());
  block.visible.resize(block.visible.size() - columns);
  Source* source = AddSource(block, SourceKind::kPivot, table, nullable);
  source->name = inner_name;
  return source;
}

void Analyzer::AddPivot(Node* pivot, Block& block, bool nullable) {
  size_t first = 0;
  const std::vector<VisibleColumn> inner = TakeInner(pivot->Child(kPivotTable), block, nullable, first);
  const bool unpivot = pivot->Has(kUnpivot);
  if (!unpivot) Resolve(pivot->Child(kPivotValues), block, Aliases::kNone);
  ResolvePivotKeys(pivot, block);
  Resolve(pivot->Child(kPivotGroup), block, Aliases::kNone);
  std::vector<std::pair<Source*, int>> consumed;
  for (uint32_t slot = unpivot ? kPivotFor : kPivotValues; slot <= kPivotFor; ++slot) {
    for (const Node* column : FindAll(pivot->Child(slot), Kind::kColumn)) {
      const ColumnBinding* binding = out_.Find(column);
      if (binding != nullptr && binding->source != nullptr) consumed.emplace_back(binding->source, binding->index);
    }
  }
  Source* source = HideInner(pivot, block, nullable, first, inner.size());
  source->columns_known = true;
  for (const VisibleColumn& column : inner) {
    if (column.name.empty()) source->columns_known = false;
    const bool used = std::any_of(column.sides.begin(), column.sides.end(), [&](const auto& side) {
      return std::find(consumed.begin(), consumed.end(), side) != consumed.end();
    });
    if (column.name.empty() || used || !InPivotGroup(pivot, column.name)) continue;
    const auto& [side, index] = column.sides.front();
    source->columns.push_back(side->columns[static_cast<size_t>(index)]);
    source->columns.back().name = column.name;
    source->joined.push_back(column);
    source->made_of.emplace_back();
    // It passes on what it does not take, and PIVOT groups by it.
    for (const auto& [inner_source, at] : column.sides)
      Use(inner_source, at, inner_source->columns[static_cast<size_t>(at)].name);
  }
  unpivot ? AddUnpivoted(*pivot, *source) : AddPivoted(*pivot, *source);
  NameSource(*source, pivot->Child(0), source->name);
  Show(block, source);
}

// FOR column IN (…): of PIVOT the column, of UNPIVOT the columns in the list are the table's own.
void Analyzer::ResolvePivotKeys(Node* pivot, Block& block) {
  Node* keys = pivot->Child(kPivotFor);
  if (keys == nullptr) return;
  for (Node* key : keys->Children()) {
    if (!pivot->Has(kUnpivot)) {
      Resolve(key->Is(Kind::kIn) ? key->Child(0) : key, block, Aliases::kNone);
      if (key->Is(Kind::kIn) && key->Child(1) != nullptr && key->Child(1)->IsQuery())
        Resolve(key->Child(1), block, Aliases::kNone);
      continue;
    }
    Node* list = key->Is(Kind::kIn) ? key->Child(1) : nullptr;
    if (list == nullptr) continue;
    for (Node* each : list->Children()) Resolve(each->Is(Kind::kAlias) ? each->Child(0) : each, block, Aliases::kNone);
  }
}

// Without GROUP BY all columns that are not aggregated stay.
bool Analyzer::InPivotGroup(const Node* pivot, const std::string& name) const {
  const Node* group = pivot->Child(kPivotGroup);
  if (group == nullptr) return true;
  return Contains(group,
                  [&](const Node* node) { return node->Is(Kind::kColumn) && Same(Fold(node->Child(node->count - 1)), name); });
}

// One column a value and aggregate, made of the aggregate and the key.
void Analyzer::AddPivoted(const Node& pivot, Source& source) {
  const Node *aggregates = pivot.Child(kPivotValues), *keys = pivot.Child(kPivotFor);
  std::vector<std::pair<std::string, std::vector<const Node*>>> names{{"", {}}};
  for (uint32_t i = 0; keys != nullptr && i < keys->count; ++i) {
    const Node* key = keys->Child(i);
    const Node* list = key->Is(Kind::kIn) ? key->Child(1) : nullptr;
    if (list == nullptr || !list->Is(Kind::kList)) {
      source.columns_known = false;  // any value there is
      return;
    }
    std::vector<std::pair<std::string, std::vector<const Node*>>> longer;
    for (const auto& [prefix, made_of] : names) {
      for (const Node* value : list->Children()) {
        if (value->Is(Kind::kColumn) || value->Is(Kind::kOrderItem)) source.columns_known = false;  // ANY
        auto more = made_of;
        more.push_back(key->Child(0));
        longer.emplace_back(prefix.empty() ? ValueName(value, dialect_) : prefix + "_" + ValueName(value, dialect_),
                            std::move(more));
      }
    }
    names = std::move(longer);
  }
  if (!source.columns_known && source.joined.empty() && keys == nullptr) return;
  for (const auto& [name, made_of] : names) {
    for (const Node* aggregate : aggregates->Children()) {
      const bool named = aggregate->Is(Kind::kAlias);
      std::string full = name;
      if (named) full += "_" + ValueName(aggregate, dialect_);
      if (!named && aggregates->count > 1) full += "_" + Print(aggregate, dialect_);
      source.columns.push_back({std::move(full), TypeOf(aggregate), true, {}});
      source.joined.emplace_back();
      source.made_of.push_back(made_of);
      source.made_of.back().push_back(named ? aggregate->Child(0) : aggregate);
    }
  }
}

// A column for the names and one for the values (or one for each value of a row).
void Analyzer::AddUnpivoted(const Node& pivot, Source& source) {
  const Node *values = pivot.Child(kPivotValues), *keys = pivot.Child(kPivotFor);
  auto name_of = [&](const Node* node) {
    return node->Is(Kind::kColumn) ? Fold(node->Child(node->count - 1)) : std::string(AliasOrName(node));
  };
  auto add = [&](std::string name, columnar::DataType type, std::vector<const Node*> made_of) {
    source.columns.push_back({std::move(name), std::move(type), true, {}});
    source.joined.emplace_back();
    source.made_of.push_back(std::move(made_of));
  };
  std::vector<const Node*> taken;
  columnar::DataType type = columnar::TypeKind::kNull;
  for (uint32_t i = 0; keys != nullptr && i < keys->count; ++i) {
    const Node* key = keys->Child(i);
    if (!key->Is(Kind::kIn)) continue;
    add(name_of(key->Child(0)), columnar::DataType::String(), {});
    if (key->Child(1) == nullptr) continue;
    for (const Node* each : key->Child(1)->Children()) {
      taken.push_back(each->Is(Kind::kAlias) ? each->Child(0) : each);
      type = CommonType(type, TypeOf(taken.back()));
    }
  }
  for (uint32_t i = 0; values != nullptr && i < values->count; ++i) {
    const Node* value = values->Child(i);
    if (value->Is(Kind::kRow)) {
      for (uint32_t at = 0; at < value->count; ++at) {
        std::vector<const Node*> part;
        for (const Node* row : taken) part.push_back(row->Is(Kind::kRow) ? row->Child(at) : row);
        add(name_of(value->Child(at)), {}, std::move(part));
      }
      continue;
    }
    add(name_of(value), type, taken);
  }
}

// Each alias is a column of the elements of an array; without one the array's own name means them.
void Analyzer::AddArrayJoin(Node* join, Block& block, bool nullable) {
  BuildFrom(join->Child(0), block, nullable);
  for (Node* item : join->Child(1)->Children()) {
    Node* value = item->Is(Kind::kAlias) ? item->Child(0) : item;
    Resolve(value, block, Aliases::kNone);
    if (!item->Is(Kind::kAlias)) continue;
    const columnar::DataType list = TypeOf(value);
    Source* source = AddSource(block, SourceKind::kPivot, item, nullable);
    source->columns_known = true;
    source->columns.push_back(
        {OutputName(item, dialect_), list.children.empty() ? columnar::DataType() : list.children[0].type, true, {}});
    source->joined.emplace_back();
    source->made_of.push_back({value});
    Show(block, source);
  }
}

// Its columns are those of PARTITION BY and MEASURES, or with ALL ROWS the table's too.
void Analyzer::AddMatchRecognize(Node* match, Block& block, bool nullable) {
  size_t first = 0;
  const std::vector<VisibleColumn> inner = TakeInner(match->Child(kMatchTable), block, nullable, first);
  Resolve(match->Child(kMatchPartition), block, Aliases::kNone);
  Resolve(match->Child(kMatchOrder), block, Aliases::kNone);
  Source* source = HideInner(match, block, nullable, first, inner.size());
  const Node* rows = match->Child(kMatchRows);
  source->columns_known = rows == nullptr || rows->text.find("ALL") == std::string_view::npos;
  auto add = [&](const Node* list) {
    if (list == nullptr) return;
    for (const Node* each : list->Children()) {
      const Node* value = each->Is(Kind::kAlias) ? each->Child(0) : each;
      source->columns.push_back({OutputName(each, dialect_), {}, true, {}});
      source->joined.emplace_back();
      source->made_of.push_back({value});
    }
  };
  add(match->Child(kMatchPartition));
  add(match->Child(kMatchMeasures));
  NameSource(*source, match->Child(kMatchAlias), source->name);
  Show(block, source);
}

}  // namespace dvt::sql
