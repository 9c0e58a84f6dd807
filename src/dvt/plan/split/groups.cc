#include <fmt/format.h>

#include <algorithm>

#include "dvt/base/text/text.h"
#include "dvt/plan/pushdown/own_meaning.h"
#include "dvt/plan/split/top_rows.h"

namespace dvt::plan {
namespace {

using columnar::DataType;
using columnar::TypeKind;
using sql::Kind;
using sql::Node;
using sql::Source;

// Only what SELECT keys, aggregates FROM one table WHERE … GROUP BY keys needs.
bool HasGroupShape(const Node* select) {
  for (uint32_t slot = 0; slot < select->count; ++slot) {
    const bool allowed = slot == sql::kItemsSlot || slot == sql::kFromSlot || slot == sql::kWhereSlot ||
                         slot == sql::kGroupSlot || slot == sql::kHavingSlot;
    if (!allowed && select->Child(slot) != nullptr) return false;
  }
  const Node* group = select->Child(sql::kGroupSlot);
  if (group == nullptr && select->Child(sql::kHavingSlot) != nullptr) return false;
  return select->Child(sql::kItemsSlot) != nullptr && (group == nullptr || group->flags == 0);
}

const Node* ValueOf(const Node* item) { return sql::Unparen(item->Is(Kind::kAlias) ? item->Child(0) : item); }

}  // namespace

bool GroupsAlike(const columnar::Field& field, const SourceProfile& source) {
  const DataType& type = field.type;
  if (type.is_integer()) return true;
  if (type.kind == TypeKind::kBool) return source.dialect->Has(sql::Feature::kBooleanType);  // else several numbers are true
  if (type.kind == TypeKind::kDecimal) return type.precision > 0 && type.precision <= 38;
  if (type.kind == TypeKind::kDate || type.kind == TypeKind::kTimestamp) return !source.facts.odd_dates;
  if (type.kind != TypeKind::kString || type.fixed) return false;
  return source.facts.binary_collation && source.model_text_binary && IsPlainText(field);
}

bool OrdersAlike(const columnar::Field& field, const SourceProfile& source) {
  return field.type.kind != TypeKind::kString && field.type.kind != TypeKind::kBool && GroupsAlike(field, source);
}

void InputCollector::GroupTables() {
  for (const sql::Scope& scope : analysis_.scopes()) {
    auto group = TryGroup(scope);
    if (!group) continue;
    TakeOut(scope.sources.front());
    out_.groups.push_back(std::move(*group));
  }
}

// True if the source can evaluate the block's WHERE exactly; `text` also gets what outer blocks ask of the keys.
bool InputCollector::ExactWhere(const sql::Scope& scope, const SplitInput& input, std::string* text) const {
  Node* where = scope.query->Child(sql::kWhereSlot);
  std::vector<Predicate> all;
  if (where != nullptr) {
    const Source* own = scope.sources.front();
    Predicate read = ReadPredicate(where, [&](const Node* column) -> std::optional<ColumnRef> {
      const sql::ColumnBinding* binding = analysis_.Find(column);
      if (binding == nullptr || binding->source != own || binding->outer || binding->index < 0) return std::nullopt;
      return ColumnRef{own, binding->index};
    });
    if (!IsEvaluated(read, input)) return false;
    all.push_back(std::move(read));
  }
  if (auto wanted = filters_.FilterOf(scope.sources.front())) all.push_back(std::move(*wanted));
  if (all.empty()) return true;
  *text = RenderPredicate(AllOf(std::move(all)), input.info->columns, input.profile, "", nullptr).value_or("");
  return true;
}

std::optional<GroupedInput> InputCollector::TryGroup(const sql::Scope& scope) const {
  if (scope.kind == sql::ScopeKind::kRoot || scope.correlated || scope.recursive || scope.sources.size() != 1)
    return std::nullopt;
  if (!scope.query->Is(Kind::kSelect) || !HasGroupShape(scope.query)) return std::nullopt;
  const Source* source = scope.sources.front();
  const SplitInput* input = source->kind == sql::SourceKind::kTable ? InputOf(source) : nullptr;
  if (input == nullptr || !input->queries || input->profile.facts.loose_types || whole_.contains(source)) return std::nullopt;
  const Node* from = scope.query->Child(sql::kFromSlot);
  if (sql::Contains(from, [](const Node* node) { return node->Is(Kind::kSample) || node->Is(Kind::kJoin); })) return std::nullopt;

  GroupedInput out;
  out.input = Single(*input, source);
  out.scope = &scope;
  const Node* items = scope.query->Child(sql::kItemsSlot);
  std::set<int> keys;
  std::set<std::string> key_names;
  const Node* group = scope.query->Child(sql::kGroupSlot);
  for (uint32_t i = 0; group != nullptr && i < group->count; ++i) {
    const Node* key = sql::Unparen(group->Child(i));
    if (key->Is(Kind::kNumber)) {
      const int position = std::atoi(std::string(key->text).c_str());
      if (position < 1 || position > static_cast<int>(items->count)) return std::nullopt;
      key = ValueOf(items->Child(static_cast<uint32_t>(position - 1)));
    }
    const sql::ColumnBinding* binding = key->Is(Kind::kColumn) ? analysis_.Find(key) : nullptr;
    if (binding == nullptr || binding->source != source || binding->index < 0) return std::nullopt;
    const columnar::Field& field = input->info->columns[static_cast<size_t>(binding->index)];
    if (!GroupsAlike(field, input->profile)) return std::nullopt;
    keys.insert(binding->index);
    key_names.insert(field.name);
    out.keys.push_back(sql::QuoteIdentifier(*input->profile.dialect, field.name));
  }
  if (group != nullptr && IsUniqueKey(*input->info, key_names)) return std::nullopt;  // would not reduce the rows
  bool aggregates = false;
  for (const Node* item : items->Children()) {
    auto made = GroupItem(item, source, *input, keys);
    if (!made) return std::nullopt;
    aggregates = aggregates || !ValueOf(item)->Is(Kind::kColumn);
    out.items.push_back(std::move(*made));
  }
  if ((group == nullptr && !aggregates) || !ExactWhere(scope, out.input, &out.input.where)) return std::nullopt;
  if (!RenderHaving(scope.query->Child(sql::kHavingSlot), source, out)) return std::nullopt;
  out.input.pushed.push_back(group == nullptr ? "aggregates" : "group by " + Join(out.keys, ", "));
  if (!out.input.where.empty()) out.input.pushed.push_back("where " + out.input.where);
  if (!out.having.empty()) out.input.pushed.push_back("having " + out.having);
  return out;
}

// Comparisons of aggregates with numbers; false if there is anything else.
bool InputCollector::RenderHaving(const Node* having, const Source* source, GroupedInput& group) const {
  if (having == nullptr) return true;
  std::vector<Node*> terms;
  sql::SplitConjunction(const_cast<Node*>(having), terms);
  std::vector<std::string> texts;
  for (const Node* term : terms) {
    term = sql::Unparen(term);
    std::string_view op;
    switch (term->Is(Kind::kBinary) ? term->op : sql::Op::kNone) {
      case sql::Op::kEq: op = "="; break;
      case sql::Op::kNeq: op = "<>"; break;
      case sql::Op::kLt: op = "<"; break;
      case sql::Op::kLe: op = "<="; break;
      case sql::Op::kGt: op = ">"; break;
      case sql::Op::kGe: op = ">="; break;
      default: return false;
    }
    const auto left = Aggregate(sql::Unparen(term->Child(0)), source, group.input);
    const auto right = FoldConstant(term->Child(1));
    if (!left || !right || !left->field.type.is_numeric() || right->kind != Literal::Kind::kNumber) return false;
    texts.push_back(fmt::format("{} {} {}", left->sql, op, NumberText(*right)));
    group.having_part *= 0.1;
  }
  group.having = Join(texts, " AND ");
  return true;
}

int InputCollector::ColumnOf(const Node* node, const Source* source) const {
  node = sql::Unparen(node);
  const sql::ColumnBinding* binding = node != nullptr && node->Is(Kind::kColumn) ? analysis_.Find(node) : nullptr;
  return binding != nullptr && binding->source == source && !binding->outer ? binding->index : -1;
}

std::optional<GroupedInput::Item> InputCollector::GroupItem(const Node* item, const Source* source, const SplitInput& input,
                                                            const std::set<int>& keys) const {
  GroupedInput::Item out;
  out.name = std::string(sql::AliasOrName(item));
  const Node* value = ValueOf(item);
  if (out.name.empty()) return std::nullopt;
  const sql::Dialect& dialect = *input.profile.dialect;
  if (value->Is(Kind::kColumn)) {
    const int index = ColumnOf(value, source);
    if (index < 0 || !keys.contains(index)) return std::nullopt;
    const columnar::Field& field = input.info->columns[static_cast<size_t>(index)];
    out.field = field;
    out.field.name = out.name;
    out.sql = sql::QuoteIdentifier(dialect, field.name);
    return out;
  }
  auto made = Aggregate(value, source, input);
  if (made) made->name = made->field.name = out.name;
  return made;
}

std::optional<GroupedInput::Item> InputCollector::Aggregate(const Node* value, const Source* source,
                                                            const SplitInput& input) const {
  GroupedInput::Item out;
  out.field = {"", DataType(TypeKind::kInt64), true, {}};
  const sql::Dialect& dialect = *input.profile.dialect;
  if (!value->Is(Kind::kFunction) || value->flags != 0 || value->Child(sql::kArgsSlot) == nullptr) return std::nullopt;
  for (uint32_t slot = 1; slot < value->count; ++slot) {
    if (value->Child(slot) != nullptr) return std::nullopt;
  }
  const std::string name = ToUpper(value->text);
  const Node* args = value->Child(sql::kArgsSlot);
  if (name == "COUNT" && (args->count == 0 || (args->count == 1 && args->Child(0)->Is(Kind::kStar)))) {
    out.sql = "COUNT(*)";
    return out;
  }
  const int index = args->count == 1 ? ColumnOf(args->Child(0), source) : -1;
  if (index < 0) return std::nullopt;
  const columnar::Field& field = input.info->columns[static_cast<size_t>(index)];
  const std::string argument = sql::QuoteIdentifier(dialect, field.name);
  if (name == "COUNT" && (GroupsAlike(field, input.profile) || field.type.kind == TypeKind::kString)) {
    out.sql = fmt::format("COUNT({})", argument);
    return out;
  }
  if ((name == "MIN" || name == "MAX") && OrdersAlike(field, input.profile)) {
    out.sql = fmt::format("{}({})", name, argument);
    out.field.type = field.type;
    // The result of the function alone may have no precision there.
    if (field.type.kind == TypeKind::kDecimal)
      out.sql = fmt::format("CAST({} AS DECIMAL({}, {}))", out.sql, field.type.precision, field.type.scale);
    return out;
  }
  if (name != "SUM") return std::nullopt;
  if (field.type.kind == TypeKind::kInt32 || field.type.kind == TypeKind::kInt16 || field.type.kind == TypeKind::kInt8) {
    out.sql = fmt::format("CAST(SUM({}) AS DECIMAL(38, 0))", argument);
    out.field.type = DataType::Decimal(38, 0);
    out.cast = DataType(TypeKind::kInt64);
    return out;
  }
  if (field.type.kind != TypeKind::kDecimal || !GroupsAlike(field, input.profile)) return std::nullopt;
  out.sql = fmt::format("CAST(SUM({}) AS DECIMAL(38, {}))", argument, field.type.scale);
  out.field.type = DataType::Decimal(38, field.type.scale);
  out.cast = out.field.type;
  return out;
}

}  // namespace dvt::plan
