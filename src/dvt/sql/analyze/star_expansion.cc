// What the select items put out, stars expanded over the columns that are known.
#include <algorithm>

#include "dvt/sql/analyze/analyzer_internal.h"
#include "dvt/sql/analyze/column_pattern.h"
#include "dvt/sql/analyze/text_name.h"

namespace dvt::sql {

using columnar::DataType;
using columnar::Field;

void Analyzer::SetOutput(Block& block, Node* items) {
  Scope* scope = block.scope;
  const bool system_names = options_.system_names && dialect_.Has(Feature::kNamesAfterText);
  for (Node* item : items->Children()) {
    if (HasColumnPattern(item, dialect_)) {  // any number of columns
      scope->output_known = false;
      continue;
    }
    if (item->Is(Kind::kStar)) {
      ExpandStar(block, item);
      continue;
    }
    if (item->Is(Kind::kAlias) && item->Child(1)->Is(Kind::kList)) {  // one function, several columns
      for (const Node* name : item->Child(1)->Children()) {
        scope->output.push_back({Fold(name), {}, true, {}});
        scope->origins.push_back({item, {}, {}, -1, -1});
      }
      continue;
    }
    std::string name = OutputName(item, dialect_);
    if (name.empty() && system_names) name = TextName(item, dialect_);
    scope->output.push_back({std::move(name), TypeOf(item), true, {}});
    scope->origins.push_back({item, {}, {}, -1, -1});
  }
  if (!system_names || !scope->output_known) return;
  NameNumbers numbers;
  for (Field& field : scope->output) field.name = numbers.Take(field.name);
}

// EXCEPT leaves a column out, REPLACE gives it another value, RENAME another name.
void Analyzer::TakeColumn(Scope& scope, Node* star, const VisibleColumn& column) {
  const auto& [source, index] = column.sides.front();
  if (index < 0) {
    scope.output_known = false;
    scope.open_stars.push_back(source);
    return;
  }
  Field field = source->columns[static_cast<size_t>(index)];
  field.name = column.name;
  auto names = [&](const Node* list, uint32_t slot, const Node*& found) {
    if (list == nullptr) return false;
    for (const Node* each : list->Children()) {
      const Node* name = each->Is(Kind::kAlias) ? each->Child(slot) : each;
      const Node* table = nullptr;
      if (name->Is(Kind::kColumn) && name->count > 0) {
        if (name->count > 1) table = name->Child(name->count - 2);
        name = name->Child(name->count - 1);
      }
      const auto of_table = [&](const auto& side) { return Same(side.first->name, Fold(table)); };
      if (table != nullptr && std::none_of(column.sides.begin(), column.sides.end(), of_table)) continue;
      if (!name->Is(Kind::kIdentifier) || !Same(Fold(name), column.name)) continue;
      found = each;
      return true;
    }
    return false;
  };
  const Node* found = nullptr;
  if (names(star->Child(1), 0, found)) return;
  OutputOrigin origin{star, {}, {}, -1, -1};
  if (names(star->Child(2), 1, found)) {
    origin.item = const_cast<Node*>(found);
    field.type = TypeOf(found->Child(0));
  } else {
    origin.columns = column.sides;
    for (const auto& [side, i] : column.sides) Use(side, i, side->columns[static_cast<size_t>(i)].name);
  }
  if (names(star->Child(3), 0, found)) field.name = Fold(found->Child(1));
  scope.output.push_back(std::move(field));
  scope.origins.push_back(std::move(origin));
}

void Analyzer::TakeSource(Scope& scope, Node* star, Source* source) {
  for (size_t i = 0; i < source->columns.size(); ++i)
    TakeColumn(scope, star, {source->columns[i].name, {{source, static_cast<int>(i)}}, false});
  if (!source->columns_known) TakeColumn(scope, star, {"", {{source, -1}}, false});
}

void Analyzer::ExpandStar(Block& block, Node* star) {
  Scope& scope = *block.scope;
  const Node* qualifier = star->Child(0);
  if (qualifier == nullptr) {
    for (const VisibleColumn& column : block.visible) TakeColumn(scope, star, column);
    return;
  }
  const std::string name = Fold(qualifier->Child(qualifier->count - 1));
  bool found = false;
  for (Source* source : scope.sources) {
    if (!Same(source->name, name)) continue;
    TakeSource(scope, star, source);
    found = true;
  }
  if (!found && !TakeFields(block, star)) scope.output_known = false;
}

// column.*: the fields of a struct.
bool Analyzer::TakeFields(Block& block, Node* star) {
  const Node* qualifier = star->Child(0);
  Node column = *qualifier;  // resolved as a column of that name
  column.kind = Kind::kColumn;
  if (!BindInBlock(&column, block, block, false)) return false;
  const ColumnBinding binding = out_.bindings_[&column];
  const DataType type = TypeOf(&column);
  out_.bindings_.erase(&column);
  if (binding.index < 0 || type.kind != columnar::TypeKind::kStruct) return false;
  std::vector<std::string> path;
  for (uint32_t i = column.count - static_cast<uint32_t>(binding.fields); i < column.count; ++i)
    path.push_back(Fold(column.Child(i)));
  for (const Field& field : type.children) {
    path.push_back(field.name);
    block.scope->output.push_back(field);
    block.scope->origins.push_back({star, {{binding.source, binding.index}}, path, -1, -1});
    path.pop_back();
  }
  return true;
}

}  // namespace dvt::sql
