// Forms of calls: named arguments, folded filters, where an order stands, windows of values.
#include <algorithm>

#include "dvt/base/text/text.h"
#include "dvt/sql/rewrite/rewriter_internal.h"

namespace dvt::sql {

namespace {

struct Parameters {
  std::string_view function;
  std::string_view names[3];
  bool written = false;  ///< the names are always written
};

constexpr Parameters kParameters[] = {{"ROUND", {"EXPR", "SCALE", "ROUNDING_MODE"}},
                                      {"GENERATOR", {"ROWCOUNT", "TIMELIMIT", ""}, true}};

bool IsWholePartition(const Node* frame) {
  if (frame == nullptr || frame->op != Op::kRows || !frame->text.empty()) return false;
  const Node *begin = frame->Child(0), *end = frame->Child(1);
  return begin != nullptr && end != nullptr && begin->Is(Kind::kFrameBound, Op::kPreceding) && begin->Child(0) == nullptr &&
         end->Is(Kind::kFrameBound, Op::kFollowing) && end->Child(0) == nullptr;
}

}  // namespace

// f(b => 2, a => 1) as f(1, 2), and f(1) as f(a => 1) where names are the custom.
void Rewriter::PlainArguments(Node* call) {
  Node* args = call->Child(kArgsSlot);
  if (args == nullptr || args->count == 0) return;
  const auto* known = std::find_if(std::begin(kParameters), std::end(kParameters),
                                   [&](const Parameters& each) { return EqualsIgnoreCase(each.function, call->text); });
  if (known == std::end(kParameters)) return;
  const bool named = args->Child(0)->Is(Kind::kNamedArg);
  if (known->written) {
    for (uint32_t i = 0; !named && i < args->count && i < 3; ++i) {
      Node* name = MakeIdentifier(arena_, known->names[i], false);
      args->children[i] = NewNode(arena_, Kind::kNamedArg, {name, args->children[i]}, {}, Op::kArrowArg);
    }
    return;
  }
  if (!named) return;
  Node* plain = NewNode(arena_, Kind::kList);
  for (const std::string_view name : known->names) {
    for (Node* arg : args->Children()) {
      if (arg->Is(Kind::kNamedArg) && EqualsIgnoreCase(arg->Child(0)->text, name)) Append(arena_, plain, arg->Child(1));
    }
  }
  if (plain->count == args->count) call->children[kArgsSlot] = plain;
}

// COUNT(DISTINCT a, b) counts rows without NULLs: COUNT(DISTINCT CASE WHEN a IS NULL THEN NULL … ELSE (a, b) END).
void Rewriter::DistinctRow(Node* call) {
  Node* args = call->Child(kArgsSlot);
  if (!customary_ || !to_.Has(Feature::kDistinctOneValue) || from_.Has(Feature::kDistinctOneValue) || !call->Has(kDistinctArgs) ||
      args == nullptr || args->count < 2 || !EqualsIgnoreCase(call->text, "COUNT"))
    return;
  Node* row = NewNode(arena_, Kind::kRow);
  Node* choice = NewNode(arena_, Kind::kCase, {nullptr, row});
  for (Node* arg : args->Children()) {
    Append(arena_, row, arg);
    Node* test = NewNode(arena_, Kind::kIs, {Clone(arena_, arg), NewNode(arena_, Kind::kNull)});
    Append(arena_, choice, NewNode(arena_, Kind::kWhen, {test, NewNode(arena_, Kind::kNull)}));
  }
  args->children[0] = choice;
  args->count = 1;
}

// FIRST_VALUE and its kin over a window without a frame: the whole partition in some systems, up to the current row in others.
void Rewriter::ValueWindow(Node* call) {
  const bool value = EqualsIgnoreCase(call->text, "FIRST_VALUE") || EqualsIgnoreCase(call->text, "LAST_VALUE") ||
                     EqualsIgnoreCase(call->text, "NTH_VALUE");
  Node* window = value ? call->Child(kOverSlot) : nullptr;
  if (window == nullptr || !window->Is(Kind::kWindow)) return;
  const bool from_whole = from_.Has(Feature::kValueWindows), to_whole = to_.Has(Feature::kValueWindows);
  if (to_whole && IsWholePartition(window->Child(3))) {
    window->children[3] = nullptr;
  } else if (from_whole && !to_whole && window->Child(3) == nullptr) {
    Node* begin = NewNode(arena_, Kind::kFrameBound, {}, {}, Op::kPreceding);
    Node* end = NewNode(arena_, Kind::kFrameBound, {}, {}, Op::kFollowing);
    SetChild(arena_, window, 3, NewNode(arena_, Kind::kFrame, {begin, end}, {}, Op::kRows));
  }
}

// quantile(0.5)(x) is quantile(x, 0.5) where the table knows such a call.
void Rewriter::ParametersBehind(Node* call) {
  Node* parameters = call->Child(kParameterSlot);
  Node* args = call->Child(kArgsSlot);
  if (parameters == nullptr || args == nullptr || !from_.Has(Feature::kParametricCalls)) return;
  const int count = static_cast<int>(args->count + parameters->count);
  const auto rows = FindFunctions(from_, call->text, count);
  if (parameters->count != 1 || args->count != 1 || rows.empty() || (rows.front()->flags & kAggregate) == 0) return;
  for (Node* parameter : parameters->Children()) Append(arena_, args, parameter);
  call->children[kParameterSlot] = nullptr;
}

// SUM(x) FILTER(WHERE c) as SUM(IF(c, x, NULL)), COUNT(*) FILTER(WHERE c) as COUNT_IF(c).
Node* Rewriter::FoldFilter(Node* call) {
  Node* condition = call->Child(kFilterSlot);
  if (condition == nullptr || !to_.Has(Feature::kFilterFolded)) return call;
  const FunctionSpec *choice = FindConcept(to_, "if", 3), *count_if = FindConcept(to_, "count_if", 1);
  if (choice == nullptr) return call;
  const FunctionSpec* spec = SpecOf(call);
  if (to_.Has(Feature::kUnnestOffset) && spec != nullptr && spec->family_name() == "array_agg") call->Set(kIgnoreNulls);
  Node* args = call->Child(kArgsSlot);
  const bool count_rows = EqualsIgnoreCase(call->text, "COUNT") && args->count == 1 && args->Child(0)->Is(Kind::kStar);
  call->children[kFilterSlot] = nullptr;
  if (count_rows && count_if != nullptr) {
    call->text = count_if->name;
    args->children[0] = condition;
    return Made(call);
  }
  auto fold = [&](Node*& value) {
    Node* parts[] = {condition, value, NewNode(arena_, Kind::kNull)};
    Node bare;
    value = Call(&bare, *choice, parts);
  };
  Node* within = call->Child(kWithinSlot);
  const bool ordered_set = within != nullptr && (args->count == 0 || args->Child(0)->Is(Kind::kNumber));
  if (ordered_set)
    fold(within->children[0]->children[0]);
  else if (args->count > 0)
    fold(args->children[0]);
  return call;
}

// LISTAGG(x ORDER BY y) or LISTAGG(x) WITHIN GROUP (ORDER BY y).
Node* Rewriter::PlaceOrder(Node* call) {
  if (!call->Is(Kind::kFunction)) return call;
  if (EqualsIgnoreCase(call->text, "PERCENTILE_CONT") && call->Child(kWithinSlot) != nullptr && to_.Has(Feature::kOrderInside)) {
    if (const FunctionSpec* quantile = FindConcept(to_, "quantile_cont", 2)) {
      Node* key = call->Child(kWithinSlot)->Child(0)->Child(0);
      call->children[kArgsSlot] = NewNode(arena_, Kind::kList, {Clone(arena_, key), call->Child(kArgsSlot)->Child(0)});
      SetChild(arena_, call, kArgOrderSlot, call->Child(kWithinSlot));
      call->children[kWithinSlot] = nullptr;
      call->text = quantile->name;
      return Made(call);
    }
  }
  if (EqualsIgnoreCase(call->text, "MODE") && &from_ != &to_ && customary_ && call->Child(kWithinSlot) != nullptr &&
      call->Child(kArgsSlot)->count == 0 && FindConcept(to_, "mode", 0) == nullptr) {
    if (const FunctionSpec* mode = FindConcept(to_, "mode_of", 1)) {  // the value is the argument
      Append(arena_, call->children[kArgsSlot], call->Child(kWithinSlot)->Child(0)->Child(0));
      call->children[kWithinSlot] = nullptr;
      call->text = mode->name;
      return Made(call);
    }
  }
  static constexpr std::string_view kNames[] = {"LISTAGG", "STRING_AGG", "ARRAY_AGG", "GROUP_CONCAT", "LIST", "COLLECT_LIST"};
  const bool ordered = std::any_of(std::begin(kNames), std::end(kNames),
                                   [&](std::string_view name) { return EqualsIgnoreCase(name, call->text); });
  if (!ordered) return call;
  auto move = [&](uint32_t from, uint32_t to) {
    if (call->Child(from) == nullptr || call->Child(to) != nullptr) return;
    SetChild(arena_, call, to, call->Child(from));
    call->children[from] = nullptr;
  };
  if (to_.Has(Feature::kUnorderedLists) && EqualsIgnoreCase(call->text, "COLLECT_LIST") &&
      call->Child(kArgOrderSlot) != nullptr) {
    Note(Verdict::kDifferent, call, "COLLECT_LIST", "it takes no order");
    call->children[kArgOrderSlot] = nullptr;
    return call;
  }
  if (to_.Has(Feature::kOrderWithin)) {
    move(kArgOrderSlot, kWithinSlot);
    if (call->Child(kOverSlot) == nullptr) {  // NULLs are skipped without a word
      call->Set(kIgnoreNulls, false);
      call->Set(kRespectNulls, false);
    }
  } else if (to_.Has(Feature::kOrderInside)) {
    move(kWithinSlot, kArgOrderSlot);
  } else if (to_.Has(Feature::kListaggWithin) && EqualsIgnoreCase(call->text, "LISTAGG")) {
    move(kArgOrderSlot, kWithinSlot);
  }
  return call;
}

// Tables that are calls: TABLE(f(x)) is f(x), generators are ranges, FLATTEN names its columns.
void Rewriter::TableCall(Node* table) {
  if (FlattenRows(table)) return;
  Node* call = table->Child(1);
  if (call == nullptr || !call->Is(Kind::kFunction)) return;
  Node* args = call->Child(kArgsSlot);
  const FunctionSpec* series = customary_ && args != nullptr && args->count > 1 && args->count < 4 && !made_.contains(call)
                                   ? FindConcept(to_, "series_rows", static_cast<int>(args->count))
                                   : nullptr;
  const FunctionSpec* spec = series == nullptr ? nullptr : SpecOf(call);
  if (spec != nullptr && spec->concept_.starts_with("generate_series")) {
    table->children[1] = Made(Call(call, *series, args->Children()));
    if (Node* alias = table->Child(0); alias != nullptr && alias->Child(0) != nullptr && alias->Child(1) == nullptr)
      table->children[0] = NewNode(arena_, Kind::kTableAlias,
                                   {MakeIdentifier(arena_, "_u", false), NewNode(arena_, Kind::kList, {alias->Child(0)})});
    return;
  }
  if (from_.Has(Feature::kTableKeyword) && !to_.Has(Feature::kTableKeyword) && EqualsIgnoreCase(call->text, "TABLE") &&
      args != nullptr && args->count == 1 && args->Child(0)->Is(Kind::kFunction)) {
    call = table->children[1] = args->children[0];
    args = call->Child(kArgsSlot);
    const FunctionSpec* range = FindConcept(to_, "range_duckdb");
    if (EqualsIgnoreCase(call->text, "GENERATOR") && range != nullptr && !range->name.empty() && args != nullptr &&
        args->count > 0) {
      Node* rows = args->Child(0)->Is(Kind::kNamedArg) ? args->Child(0)->Child(1) : args->Child(0);
      table->children[1] = Made(MakeFunction(arena_, range->name, {rows}));
    }
    return;
  }
  if (customary_ && to_.Has(Feature::kLateralView) && !from_.Has(Feature::kLateralView)) {
    const FunctionSpec* spec = SpecOf(call);
    const bool numbers = spec != nullptr && (spec->family_name() == "generate_series" || spec->concept_ == "range_duckdb" ||
                                             spec->concept_ == "generate_date_array");
    if (numbers) table->children[1] = Made(MakeFunction(arena_, "EXPLODE", {call}));  // a list, and its rows
    return;
  }
  if (!to_.Has(Feature::kFlatten) || !table->Has(kLateral) || !EqualsIgnoreCase(call->text, "FLATTEN")) return;
  Node* alias = table->Child(0);
  if (alias == nullptr) {
    alias = NewNode(arena_, Kind::kTableAlias, {MakeIdentifier(arena_, "_flattened", false), nullptr});
    table->children[0] = alias;
  }
  if (alias->Child(1) != nullptr) return;
  Node* names = NewNode(arena_, Kind::kList);
  for (const std::string_view name : {"SEQ", "KEY", "PATH", "INDEX", "VALUE", "THIS"})
    Append(arena_, names, MakeIdentifier(arena_, name, false));
  SetChild(arena_, alias, 1, names);
}

// The columns that a pivot makes are called after its values, in one system with their quotes.
void Rewriter::PivotNames(Node* pivot) {
  if (to_.Has(Feature::kPivotBareColumns)) {
    for (Node* value : pivot->Child(2)->Children()) {
      for (Node* column : FindAll(value, Kind::kColumn)) {
        column->children += column->count - 1;
        column->count = 1;
      }
    }
  }
  if (!from_.Has(Feature::kPivotLiteralNames) || to_.Has(Feature::kPivotLiteralNames) || pivot->Has(kUnpivot)) return;
  for (Node* field : pivot->Child(3)->Children()) {
    Node* list = field->Child(1);
    if (!list->Is(Kind::kList)) continue;
    for (Node*& value : list->Children()) {
      if (value->Is(Kind::kString)) value = MakeAlias(arena_, value, "'" + std::string(value->text) + "'");
    }
  }
}

}  // namespace dvt::sql
