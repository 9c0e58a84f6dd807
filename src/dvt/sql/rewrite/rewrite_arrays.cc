// Arrays and structures as tables, values and subscripts; the forms that BigQuery insists on.
#include "dvt/base/text/text.h"
#include "dvt/sql/rewrite/rewriter_internal.h"

namespace dvt::sql {

namespace {

bool IsUnnest(const Node* node) {
  return node->Is(Kind::kTableFunction) && node->Child(1)->Is(Kind::kFunction) &&
         EqualsIgnoreCase(node->Child(1)->text, "UNNEST");
}

bool IsStructCall(const Node* node) {
  return node->Is(Kind::kStruct) || (node->Is(Kind::kFunction) && EqualsIgnoreCase(node->text, "STRUCT"));
}

// An array whose elements are structures.
bool OfStructures(const Node* node) {
  if (node->Is(Kind::kArray)) return node->count > 0 && IsStructCall(node->Child(0));
  if (!node->Is(Kind::kCast)) return false;
  const Node* type = node->Child(1);
  return type->op == Op::kArrayType && type->Child(0)->op == Op::kStructType;
}

// [STRUCT(1 AS a), STRUCT(2)]: all elements have the names of the first.
void NameFields(Arena& arena, Node* array) {
  const Node* first = array->count > 1 && array->Child(0)->Is(Kind::kFunction) && IsStructCall(array->Child(0))
                          ? array->Child(0)->Child(kArgsSlot)
                          : nullptr;
  if (first == nullptr) return;
  for (uint32_t i = 1; i < array->count; ++i) {
    Node* fields =
        array->Child(i)->Is(Kind::kFunction) && IsStructCall(array->Child(i)) ? array->Child(i)->children[kArgsSlot] : nullptr;
    for (uint32_t f = 0; fields != nullptr && f < fields->count && f < first->count; ++f) {
      if (first->Child(f)->Is(Kind::kAlias) && !fields->Child(f)->Is(Kind::kAlias))
        fields->children[f] = NewNode(arena, Kind::kAlias, {fields->children[f], Clone(arena, first->Child(f)->Child(1))});
    }
  }
}

}  // namespace

// Where an alias names the item, other systems name a table with a column.
Node* Rewriter::ReadUnnest(Node* table) {
  Node* alias = table->Child(0);
  const Node* args = table->Child(1)->Child(kArgsSlot);
  if (alias == nullptr) {
    if (!to_.Has(Feature::kStructBraces) || args->count != 1 || !OfStructures(args->Child(0))) return table;
    // The fields become columns.
    Node* depth =
        NewNode(arena_, Kind::kNamedArg, {MakeIdentifier(arena_, "max_depth", false), MakeNumber(arena_, 2)}, {}, Op::kArrowArg);
    Node* select = MakeSelect(arena_);
    Node* call = Made(MakeFunction(arena_, "UNNEST", {args->Child(0), Made(depth)}));
    Append(arena_, select->Child(kItemsSlot), call);
    Node* sub = NewSlots(arena_, Kind::kSubquery, kInnerSlots);
    sub->children[kInnerSlot] = select;
    return NewNode(arena_, Kind::kDerivedTable, {nullptr, sub});
  }
  if (alias->Child(1) != nullptr) return table;
  Node* columns = NewNode(arena_, Kind::kList);
  if (alias->Child(0) != nullptr) Append(arena_, columns, alias->Child(0));
  if (alias->Child(2) != nullptr) {
    if (columns->count == 0)
      Append(arena_, columns, MakeIdentifier(arena_, to_.Has(Feature::kFlatten) ? "value" : "item", false));
    Append(arena_, columns, alias->Child(2));
    table->Set(kWithOrdinality);
    Note(Verdict::kDifferent, table, "WITH OFFSET", "offsets count from 0, ordinals from 1");
  }
  table->Set(kWithOffset, false);
  Node* name = MakeIdentifier(arena_, "_t" + std::to_string(unnested_++), false);
  table->children[0] = NewNode(arena_, Kind::kTableAlias, {name, columns});
  return table;
}

// UNNEST(x) AS t(item) as UNNEST(x) AS item; what named t.item names item.
void Rewriter::WriteUnnest(Node* table, Node* root) {
  Node* alias = table->Child(0);
  if (alias == nullptr || alias->Child(1) == nullptr || alias->Child(1)->count == 0) return;
  Node* name = alias->Child(0);
  Node* columns = alias->Child(1);
  Node* place = columns->count > 1 && table->Has(kWithOrdinality) ? columns->Child(1) : nullptr;
  if (place != nullptr) {
    table->Set(kWithOffset);
    Note(Verdict::kDifferent, table, "WITH ORDINALITY", "ordinals count from 1, offsets from 0");
  }
  table->Set(kWithOrdinality, false);
  table->children[0] = NewNode(arena_, Kind::kTableAlias, {columns->Child(0), nullptr, place});
  if (name == nullptr) return;
  for (Node* column : FindAll(root, Kind::kColumn)) {
    if (column->count < 2 || !column->Child(0)->Is(Kind::kIdentifier) || !EqualsIgnoreCase(column->Child(0)->text, name->text))
      continue;
    column->children += 1;
    column->count -= 1;
    column->capacity -= 1;
  }
}

// (VALUES (1, 'a')) AS t(x, y) as UNNEST([STRUCT(1 AS x, 'a' AS y)]) AS t
Node* Rewriter::ValuesAsUnnest(Node* table) {
  const Node* alias = table->Child(0);
  const Node* values = InnerQuery(table->Child(1));
  const Node* names = alias == nullptr ? nullptr : alias->Child(1);
  Node* array = NewNode(arena_, Kind::kArray);
  for (const Node* row : values->Child(kInnerSlot)->Children()) {
    Node* call = MakeFunction(arena_, "STRUCT", {});
    for (uint32_t i = 0; i < row->count; ++i) {
      const bool named = names != nullptr && i < names->count && names->Child(i)->Is(Kind::kIdentifier);
      Node* name = named ? Clone(arena_, names->Child(i)) : MakeIdentifier(arena_, "_c" + std::to_string(i), false);
      Append(arena_, call->children[kArgsSlot], NewNode(arena_, Kind::kAlias, {row->children[i], name}));
    }
    Append(arena_, array, Made(call));
  }
  Node* name =
      alias == nullptr || alias->Child(0) == nullptr ? nullptr : NewNode(arena_, Kind::kTableAlias, {alias->Child(0), nullptr});
  return NewNode(arena_, Kind::kTableFunction, {name, Made(MakeFunction(arena_, "UNNEST", {Made(array)}))});
}

// WITH t(a, b) AS (SELECT 1, 2) as WITH t AS (SELECT 1 AS a, 2 AS b)
void Rewriter::CteColumns(Node* cte) {
  const Node* names = cte->Child(0)->Child(1);
  Node* select = cte->Child(1)->IsQuery() ? LeftmostSelect(cte->children[1]) : nullptr;
  if (names == nullptr || select == nullptr) return;
  Node* items = select->Child(kItemsSlot);
  for (uint32_t i = 0; i < names->count && i < items->count; ++i) {
    Node*& item = items->children[i];
    if (item->Is(Kind::kStar) || !names->Child(i)->Is(Kind::kIdentifier)) return;
    item = NewNode(arena_, Kind::kAlias, {item->Is(Kind::kAlias) ? item->Child(0) : item, names->Child(i)});
  }
  cte->children[0] = NewNode(arena_, Kind::kTableAlias, {cte->Child(0)->Child(0), nullptr});
}

// UNNEST(t.items) AS u(item) is t.items AS item where an array is a table as it stands.
void Rewriter::NavigateUnnest(Node* table, Node* root) {
  if (!table->Is(Kind::kTableFunction) || !table->Child(1)->Is(Kind::kFunction)) return;
  const Node* args = table->Child(1)->Child(kArgsSlot);
  if (args == nullptr || args->count != 1) return;
  WriteUnnest(table, root);
  table->Set(kWithOffset, false);
  if (Node* alias = table->Child(0); alias != nullptr && alias->Child(2) != nullptr) alias->text = "AT";
  table->children[1] = args->children[0];
}

// Before anything else is rewritten: tables made of arrays and of rows of values.
void Rewriter::ArrayTables(Node* root) {
  const bool from = from_.Has(Feature::kUnnestOffset), to = to_.Has(Feature::kUnnestOffset);
  const bool path = to_.Has(Feature::kUnnestNavigated);
  if (!from && !to && !path) return;
  Node* slot = root;
  Rewrite(slot, [&](Node* node) -> Node* {
    if (from && node->Is(Kind::kArray) && (to_.Has(Feature::kStructBraces) || to_.nested.structure == "OBJECT"))
      NameFields(arena_, node);
    if (from && IsUnnest(node)) {
      node = ReadUnnest(node);
      if (path) NavigateUnnest(node, root);
      return node;
    }
    if (path && IsUnnest(node)) NavigateUnnest(node, root);
    if (!to) return node;
    if (IsUnnest(node)) WriteUnnest(node, root);
    if (node->Is(Kind::kCte)) CteColumns(node);
    const bool values = node->Is(Kind::kDerivedTable) && InnerQuery(node->Child(1))->Is(Kind::kValues);
    return values ? ValuesAsUnnest(node) : node;
  });
  for (Node* select : to && !from ? FindAll(root, Kind::kSelect) : std::vector<Node*>()) ItemsInStep(select);
  if (!from || !to_.Has(Feature::kFlatten)) return;
  for (Node* select : FindAll(root, Kind::kSelect)) ItemFields(select);
}

// STRUCT(1 AS a), {'a': 1} and OBJECT_CONSTRUCT('a', 1).
Node* Rewriter::Structure(Node* node) {
  std::vector<Node*> values, names;
  const bool braces = node->Is(Kind::kStruct);
  const Node* fields = braces ? node : node->Child(kArgsSlot);
  for (Node* field : fields->Children()) {
    const bool named = field->Is(Kind::kAlias) || field->Is(Kind::kNamedArg);
    const bool value_first = field->Is(Kind::kAlias);
    values.push_back(named ? field->Child(value_first ? 0 : 1) : field);
    names.push_back(named ? field->Child(value_first ? 1 : 0) : nullptr);
  }
  // Fields without a name are called as their columns, or by their place.
  const bool columns = from_.Has(Feature::kFieldsAsColumns);
  const bool named_fields = to_.Has(Feature::kStructBraces) && (braces || !to_.Has(Feature::kCanonicalNames));
  for (size_t i = 0; i < values.size() && !braces && (columns || named_fields); ++i) {
    if (names[i] == nullptr && values[i]->Is(Kind::kColumn)) names[i] = values[i]->Child(values[i]->count - 1);
    if (names[i] == nullptr && columns) names[i] = MakeIdentifier(arena_, "col" + std::to_string(i + 1), false);
  }
  auto text = [&](size_t i) { return names[i] == nullptr ? "_" + std::to_string(i) : std::string(names[i]->text); };
  if (named_fields) {
    if (braces) return node;
    Node* out = NewNode(arena_, Kind::kStruct);
    for (size_t i = 0; i < values.size(); ++i)
      Append(arena_, out, NewNode(arena_, Kind::kAlias, {values[i], MakeIdentifier(arena_, text(i))}));
    return Made(out);
  }
  if (to_.nested.structure == "OBJECT") {
    Node* out = MakeFunction(arena_, "OBJECT_CONSTRUCT", {});
    for (size_t i = 0; i < values.size(); ++i) {
      Append(arena_, out->children[kArgsSlot], MakeString(arena_, text(i)));
      Append(arena_, out->children[kArgsSlot], values[i]);
    }
    return Made(out);
  }
  const bool rows = to_.nested.structure == "ROW", tuples = to_.nested.structure == "Tuple";
  Node* out = MakeFunction(arena_, rows ? "ROW" : tuples ? "tuple" : "STRUCT", {});
  for (size_t i = 0; i < values.size(); ++i) {
    Node* value = values[i];
    if (names[i] != nullptr && to_.Has(Feature::kPlainStructs)) {
      Note(Verdict::kDifferent, node, "structure", "its fields lose their names");
    } else if (names[i] != nullptr && !rows) {
      Node* name = Clone(arena_, names[i]);
      if (braces) name->Set(kQuoted, false);
      value = NewNode(arena_, Kind::kAlias, {value, name});
    }
    Append(arena_, out->children[kArgsSlot], value);
  }
  return rows ? NamedRow(Made(out), names) : Made(out);
}

// ROW(1) has names of its fields only as CAST(ROW(1) AS ROW(a INTEGER)), if the types are known.
Node* Rewriter::NamedRow(Node* row, std::span<Node* const> names) {
  Node* type = NewNode(arena_, Kind::kTypeName, {}, "ROW", Op::kStructType);
  const Node* values = row->Child(kArgsSlot);
  for (uint32_t i = 0; i < values->count; ++i) {
    if (names[i] == nullptr) return row;
    columnar::DataType field = TypeOf(values->Child(i));
    auto text = field.kind == columnar::TypeKind::kUnknown ? Error(ErrorCode::kType, "") : RenderTypeName(to_, field);
    if (!text) return Note(Verdict::kDifferent, row, "structure", "its fields lose their names"), row;
    Node* name = Clone(arena_, names[i]);
    if (names[i]->Is(Kind::kIdentifier)) name->Set(kQuoted, names[i]->Has(kQuoted) && !to_.Has(Feature::kRawCalls));
    Append(arena_, type, NewNode(arena_, Kind::kColumnDef, {name, Made(MakeTypeName(arena_, *text))}));
  }
  if (values->count == 0) return row;
  return Made(MakeCast(arena_, row, Made(type)));
}

// STRUCT(1, b) has the fields col1 and b, NAMED_STRUCT('a', 1) the field a: said where the target would call them otherwise.
Node* Rewriter::NamedFields(Node* node) {
  const Node* args = node->Child(kArgsSlot);
  const bool positions =
      from_.Has(Feature::kLateralView) && (to_.Has(Feature::kStructPositions) || !to_.Has(Feature::kLateralView) ||
                                           (to_.Has(Feature::kCanonicalNames) && &from_ != &to_));
  const bool rows = to_.nested.structure == "ROW";
  if (!positions || args == nullptr || (rows && !EqualsIgnoreCase(node->text, "NAMED_STRUCT"))) return node;
  auto named = [&](Node* value, std::string_view name) {
    return NewNode(arena_, Kind::kAlias, {value, MakeIdentifier(arena_, name, false)});
  };
  if (EqualsIgnoreCase(node->text, "NAMED_STRUCT") && args->count > 0 && args->count % 2 == 0) {
    std::vector<Node*> fields;
    for (uint32_t i = 0; i + 1 < args->count; i += 2) {
      if (!args->Child(i)->Is(Kind::kString, Op::kPlain)) return node;
      fields.push_back(named(args->children[i + 1], args->Child(i)->text));
    }
    Node* made = MakeFunction(arena_, "STRUCT", fields);
    made->begin = node->begin;
    made->comments = node->comments;
    return made;
  }
  if (!EqualsIgnoreCase(node->text, "STRUCT")) return node;
  for (uint32_t i = 0; i < args->count; ++i) {
    Node* field = args->children[i];
    if (field->Is(Kind::kAlias) || field->Is(Kind::kStar) || field->Is(Kind::kNamedArg)) continue;
    const bool column = field->Is(Kind::kColumn);
    args->children[i] = named(field, column ? field->Child(field->count - 1)->text : arena_.Copy("col" + std::to_string(i + 1)));
  }
  return node;
}

// a[OFFSET(0)], a[ORDINAL(1)] and a[0]: where counting begins.
Node* Rewriter::Subscript(Node* node) {
  if (&from_ == &to_ || !customary_ || node->Child(1)->Is(Kind::kSlice)) return node;
  Node* index = node->Child(1);
  const Node* value_of = Unparen(node->Child(0));
  if (to_.Has(Feature::kArrowsApart) && value_of->Is(Kind::kFunction) && EqualsIgnoreCase(value_of->text, "GET_PATH"))
    return node;  // places in JSON count from 0 everywhere
  int64_t base = from_.Has(Feature::kArraysFromOne) ? 1 : 0;
  bool safe = false;
  if (index->Is(Kind::kFunction) && from_.Has(Feature::kUnnestOffset) && index->Child(kArgsSlot)->count == 1) {
    const bool ordinal = EqualsIgnoreCase(index->text, "ORDINAL") || EqualsIgnoreCase(index->text, "SAFE_ORDINAL");
    const bool offset = EqualsIgnoreCase(index->text, "OFFSET") || EqualsIgnoreCase(index->text, "SAFE_OFFSET");
    if (!ordinal && !offset) return node;
    base = ordinal ? 1 : 0;
    safe = index->text.size() > 7;
    index = index->Child(kArgsSlot)->Child(0);
    node->children[1] = index;
  }
  const columnar::DataType of = TypeOf(node->Child(0)), place = TypeOf(index);
  if (of.kind == columnar::TypeKind::kUnknown && !place.is_integer() && !index->Is(Kind::kString) &&
      base == (from_.Has(Feature::kArraysFromOne) ? 1 : 0)) {
    Note(Verdict::kDifferent, node, "subscript", "it may be a key of a map, or count from another number");
    return node;
  }
  const int64_t shift = (to_.Has(Feature::kArraysFromOne) ? 1 : 0) - base;
  int64_t value = 0;
  if (index->Is(Kind::kString) || TypeOf(node->Child(0)).kind == columnar::TypeKind::kJson) return node;
  if (shift != 0) {
    if (IsNumber(index, &value) && value + shift >= 0)
      node->children[1] = MakeNumber(arena_, value + shift);
    else if (!index->Is(Kind::kNumber) && !index->Is(Kind::kUnary))
      node->children[1] = MakeBinary(arena_, shift > 0 ? Op::kAdd : Op::kSub,
                                     index->Is(Kind::kBinary) ? MakeParen(arena_, index) : index, MakeNumber(arena_, 1));
  }
  if (safe && to_.Has(Feature::kElementAt)) return Made(MakeFunction(arena_, "ELEMENT_AT", {node->Child(0), node->Child(1)}));
  return node;
}

// FILTER as a condition inside the call: SUM(IF(condition, x, NULL)).
Node* Rewriter::Filtered(Node* call) {
  Node* condition = call->Child(kFilterSlot);
  Node* args = call->Child(kArgsSlot);
  if (condition == nullptr || to_.Has(Feature::kFilterClause) || args == nullptr || args->count == 0) return call;
  call->children[kFilterSlot] = nullptr;
  Node* value = args->Child(0);
  if (value->Is(Kind::kStar)) value = MakeNumber(arena_, 1);
  args->children[0] = MakeFunction(arena_, "IF", {condition, value, NewNode(arena_, Kind::kNull)});
  if (to_.Has(Feature::kUnnestOffset) && EqualsIgnoreCase(call->text, "ARRAY_AGG")) call->Set(kIgnoreNulls);
  return call;
}

// No place for NULLs in the orders of aggregates, whether of their arguments or of their windows.
void Rewriter::PlainOrders(Node* root) {
  if (!to_.Has(Feature::kAliasKeysGrouping)) return;
  for (const Node* call : FindAll(root, Kind::kFunction)) {
    const FunctionSpec* spec = FindFunction(to_, call->text, -1);
    const bool aggregate = spec != nullptr && (spec->flags & kAggregate) != 0;
    const Node* window = call->Child(kOverSlot);
    const bool framed = window != nullptr && window->Is(Kind::kWindow);
    for (Node* order : {call->Child(kArgOrderSlot), framed && aggregate ? window->Child(2) : nullptr}) {
      if (order == nullptr) continue;
      for (Node* item : order->Children()) {
        if (!item->Has(kNullsFirst) && !item->Has(kNullsLast)) continue;
        Note(Verdict::kUnsupported, item, "NULLS FIRST or NULLS LAST", std::string(to_.name) + " does not say it here");
        item->Set(kNullsFirst, false);
        item->Set(kNullsLast, false);
      }
    }
  }
}

// LOWER(UPPER(HEX(x))): only the outer case counts; and HEX is upper case already, TO_HEX lower where it is.
void Rewriter::HexCase(Node*& root) {
  const bool lower_hex = to_.Has(Feature::kAliasKeysGrouping);
  auto call = [](const Node* node, std::string_view name) {
    return node->Is(Kind::kFunction) && EqualsIgnoreCase(node->text, name) && node->Child(kArgsSlot) != nullptr &&
           node->Child(kArgsSlot)->count == 1 && node->Child(kSchemaSlot) == nullptr;
  };
  auto argument = [](const Node* node) { return node->Child(kArgsSlot)->children[0]; };
  auto cased = [&](const Node* node) { return call(node, "LOWER") || call(node, "UPPER"); };
  auto hex = [&](const Node* node) { return call(node, "HEX") || call(node, "TO_HEX") || call(node, "HEX_ENCODE"); };
  Rewrite(root, [&](Node* node) -> Node* {
    if (!cased(node)) return node;
    if (cased(argument(node)) && hex(argument(argument(node)))) node->children[kArgsSlot]->children[0] = argument(argument(node));
    Node* inner = argument(node);
    if (!hex(inner)) return node;
    if (call(node, lower_hex ? "LOWER" : "UPPER")) return inner;
    // The digest of MD5 in hexadecimal digits is MD5 itself.
    if (!lower_hex && call(argument(inner), "MD5_BINARY") && FindConcept(to_, "md5", 1) != nullptr)
      return MakeFunction(arena_, FindConcept(to_, "md5", 1)->name, {argument(argument(inner))});
    const bool digest = !lower_hex && call(argument(inner), "UNHEX") && call(argument(argument(inner)), "MD5");
    return digest ? argument(argument(inner)) : node;
  });
}

// GROUP BY a + 1 ORDER BY x, where a + 1 AS x is an item: by its alias.
void Rewriter::AliasKeys(Node* select) {
  Node* group = select->Child(kGroupSlot);
  if (!to_.Has(Feature::kAliasKeysGrouping) || group == nullptr || select->Child(kOrderSlot) == nullptr) return;
  for (Node*& key : group->Children()) {
    if (key->Is(Kind::kColumn) || key->Is(Kind::kNumber)) continue;
    for (const Node* item : select->Child(kItemsSlot)->Children()) {
      if (item->Is(Kind::kAlias) && item->Child(1)->Is(Kind::kIdentifier) && Equal(item->Child(0), key)) {
        key = Made(NewNode(arena_, Kind::kColumn, {Clone(arena_, item->Child(1))}));
        break;
      }
    }
  }
}

// Types of casts without parameters; decimals too wide for NUMERIC are BIGNUMERIC.
void Rewriter::BareCast(Node* cast) {
  Node* type = cast->Child(1);
  if (!to_.Has(Feature::kBareCasts) || type->op != Op::kScalarType || type->count == 0 || type->Child(0)->Is(Kind::kTypeName))
    return;
  int64_t precision = 0, scale = 0;
  const TypeSpec* spec = FindType(from_, type->text);
  const bool decimal = &from_ != &to_ && spec != nullptr && spec->kind == columnar::TypeKind::kDecimal;
  if (decimal && IsNumber(type->Child(0), &precision)) {
    const bool known = type->count < 2 || IsNumber(type->Child(1), &scale);
    if (known && (scale > 9 || precision - scale > 29)) type->text = "BIGDECIMAL";
  }
  type->count = 0;
}

}  // namespace dvt::sql
