// Pipe syntax: FROM t |> WHERE … |> SELECT …, read as common table expressions that build on each other.
#include <string>

#include "dvt/base/text/text.h"
#include "dvt/sql/parse/parser_internal.h"

namespace dvt::sql {

// What the steps before this one have made.
struct Parser::Pipe {
  Node* with = nullptr;
  Node* query = nullptr;  ///< what follows the common table expressions
  int conditions = 0;
};

namespace {

bool IsPlain(const Node* items) {
  for (const Node* item : items->Children()) {
    if (!item->Is(Kind::kStar) && !item->Is(Kind::kColumn)) return false;
  }
  return true;
}

}  // namespace

// SELECT * FROM name
Node* Parser::SelectAll(Node* table) {
  Node* select = Slots(Kind::kSelect, kSelectSlots);
  select->children[kItemsSlot] = New(Kind::kList, {New(Kind::kStar)});
  select->children[kFromSlot] = New(Kind::kList, {table});
  return select;
}

// The query so far becomes a common table expression; what follows reads all of it.
void Parser::PipeStep(Pipe& pipe, Node* name) {
  if (name == nullptr) name = MakeIdentifier(arena_, "__tmp" + std::to_string(++pipe_steps_), false);
  Node* query = pipe.query;
  Node* cte = New(Kind::kCte, {New(Kind::kTableAlias, {name, nullptr}), query});
  Add(pipe.with, cte);
  pipe.query = SelectAll(New(Kind::kTable, {nullptr, New(Kind::kName, {name}), nullptr}));
}

// Where the query so far is no simple selection of everything, the next operator reads it as a derived table or a step.
void Parser::PipeSelectable(Pipe& pipe) {
  Node* query = pipe.query;
  if (!query->Is(Kind::kSelect)) {
    Node* sub = query;
    if (!query->Is(Kind::kSubquery)) {
      sub = Slots(Kind::kSubquery, kInnerSlots);
      sub->children[kInnerSlot] = query;
    }
    pipe.query = SelectAll(New(Kind::kDerivedTable, {nullptr, sub}));
  } else if (query->Child(kGroupSlot) != nullptr || !IsPlain(query->Child(kItemsSlot))) {
    PipeStep(pipe);
  }
}

void Parser::PipeWhere(Pipe& pipe) {
  Next();
  Node* condition = Expression();
  if (pipe.query->Child(kLimitSlot) != nullptr) PipeStep(pipe);
  auto wrapped = [&](Node* term) {
    const bool connector = term->Is(Kind::kBinary, Op::kAnd) || term->Is(Kind::kBinary, Op::kOr);
    return connector ? New(Kind::kParen, {term}) : term;
  };
  Node*& where = pipe.query->children[kWhereSlot];
  if (where == nullptr) {
    where = condition;
    pipe.conditions = 1;
    return;
  }
  if (pipe.conditions == 1) where = wrapped(where);
  ++pipe.conditions;
  where = MakeBinary(arena_, Op::kAnd, where, wrapped(condition));
}

// LIMIT 4 OFFSET 2 behind LIMIT 2 OFFSET 2 is LIMIT 2 OFFSET 4.
void Parser::PipeLimit(Pipe& pipe) {
  Node* tail = Slots(Kind::kSelect, kSelectSlots);
  QueryTail(tail);
  auto number = [](const Node* node, int64_t fallback) {
    return node == nullptr || !node->Is(Kind::kNumber) ? fallback : std::stoll("0" + std::string(node->text));
  };
  auto count = [](const Node* limit) -> const Node* { return limit == nullptr ? nullptr : limit->Child(0); };
  Node*& limit = pipe.query->children[kLimitSlot];
  Node*& offset = pipe.query->children[kOffsetSlot];
  if (limit == nullptr || number(count(tail->Child(kLimitSlot)), 0) < number(count(limit), 0)) limit = tail->Child(kLimitSlot);
  if (offset != nullptr && tail->Child(kOffsetSlot) != nullptr)
    offset = MakeNumber(arena_, number(offset, 0) + number(tail->Child(kOffsetSlot), 0));
  else if (offset == nullptr)
    offset = tail->Child(kOffsetSlot);
}

// One item of AGGREGATE or of its GROUP BY, perhaps with an order.
Node* Parser::PipeItem(Node* order) {
  Node* item = SelectItem();
  const bool nulls = Is(Kw::kNULLS);
  if (!Is(Kw::kASC) && !Is(Kw::kDESC) && !nulls) return item;
  Node* key = item->Is(Kind::kAlias) ? New(Kind::kColumn, {item->Child(1)}) : Clone(arena_, item);
  Node* by = New(Kind::kOrderItem, {key});
  OrderWords(by);
  Add(order, by);
  return item;
}

void Parser::PipeAggregate(Pipe& pipe) {
  Next();
  Node* aggregates = New(Kind::kList);
  Node* order = New(Kind::kList);
  if (!Is(Kw::kGROUP)) {
    do Add(aggregates, PipeItem(order));
    while (EatSymbol(",") && !Is(Kw::kGROUP));
  }
  PipeSelectable(pipe);
  Node* items = New(Kind::kList);
  if (Eat(Kw::kGROUP)) {
    const bool ordered = Is(Kw::kAND) && IsAhead(1, Kw::kORDER);
    if (ordered) at_ += 2;
    Expect(Kw::kBY, "BY");
    Node* group = New(Kind::kGroupBy);
    do {
      const size_t before = order->count;
      Node* item = PipeItem(order);
      Node* key = item->Is(Kind::kAlias) ? New(Kind::kColumn, {item->Child(1)}) : Clone(arena_, item);
      if (ordered && order->count == before) Add(order, New(Kind::kOrderItem, {Clone(arena_, key)}));
      Add(items, item);
      Add(group, key);
    } while (EatSymbol(","));
    pipe.query->children[kGroupSlot] = group;
  }
  for (Node* item : aggregates->Children()) Add(items, item);
  pipe.query->children[kItemsSlot] = items;
  if (order->count > 0) pipe.query->children[kOrderSlot] = order;
  PipeStep(pipe);
}

// UNION ALL (…), (…)
void Parser::PipeSet(Pipe& pipe) {
  std::vector<Node*> sets;
  const uint32_t side = Cur().begin;
  while (!Is(Kw::kUNION) && !Is(Kw::kEXCEPT) && !Is(Kw::kINTERSECT)) Next();
  const std::string_view words = SourceOf(side, Cur().begin);
  const Op op = Is(Kw::kUNION) ? Op::kUnion : Is(Kw::kEXCEPT) ? Op::kExcept : Op::kIntersect;
  Next();
  const bool all = Eat(Kw::kALL);
  if (!all) Eat(Kw::kDISTINCT);
  const bool by_name = Is(Kw::kBY) && IsAhead(1, Kw::kNAME);
  if (by_name) at_ += 2;
  do {
    Node* operand = Subquery();
    Node* inner = operand->Child(kInnerSlot);
    const bool piped = inner->Child(kWithSlot) != nullptr;
    sets.push_back(piped ? SelectAll(New(Kind::kDerivedTable, {nullptr, operand})) : inner);
  } while (EatSymbol(","));
  PipeStep(pipe);
  for (Node* right : sets) {
    Node* set = Slots(Kind::kSetOperation, kSetSlots);
    set->op = op;
    set->Set(kAll, all);
    set->Set(kByName, by_name);
    set->Set(kDistinctSet, !all && Has(Feature::kSetDistinctWord));
    set->text = arena_.Copy(TrimView(words));
    set->children[kLeftSlot] = pipe.query;
    set->children[kRightSlot] = right;
    pipe.query = set;
  }
  PipeStep(pipe);
}

void Parser::PipeJoin(Pipe& pipe) {
  if (!pipe.query->Is(Kind::kSelect) || !IsPlain(pipe.query->Child(kItemsSlot)) || pipe.query->Child(kWhereSlot) != nullptr)
    PipeSelectable(pipe);
  Node* from = pipe.query->Child(kFromSlot);
  from->children[from->count - 1] = Joins(from->children[from->count - 1]);
}

// The first table of the query so far.
Node*& Parser::PipeTable(Pipe& pipe) {
  PipeSelectable(pipe);
  Node** table = &pipe.query->Child(kFromSlot)->children[0];
  while ((*table)->Is(Kind::kJoin)) table = &(*table)->children[0];
  return *table;
}

void Parser::PipeOperator(Pipe& pipe) {
  if (Is(Kw::kWHERE)) {
    if (!pipe.query->Is(Kind::kSelect)) PipeSelectable(pipe);
    return PipeWhere(pipe);
  }
  if (Is(Kw::kSELECT) || IsWord("EXTEND")) {
    const bool extend = !Is(Kw::kSELECT);
    PipeSelectable(pipe);
    Next();
    const bool distinct = !extend && Eat(Kw::kDISTINCT);
    Node* items = New(Kind::kList);
    if (extend) Add(items, New(Kind::kStar));
    for (Node* item : SelectItems()->Children()) Add(items, item);
    pipe.query->children[kItemsSlot] = items;
    if (distinct) pipe.query->children[kDistinctSlot] = New(Kind::kDistinct);
    return PipeStep(pipe);
  }
  if (Is(Kw::kDISTINCT)) {
    Next();
    if (!pipe.query->Is(Kind::kSelect)) PipeSelectable(pipe);
    pipe.query->children[kDistinctSlot] = New(Kind::kDistinct);
    return;
  }
  if (Eat(Kw::kORDER, Kw::kBY)) {
    if (pipe.query->Child(kLimitSlot) != nullptr) PipeStep(pipe);
    pipe.query->children[kOrderSlot] = OrderList();
    return;
  }
  if (Is(Kw::kLIMIT)) return PipeLimit(pipe);
  if (Eat(Kw::kAS)) return PipeStep(pipe, Identifier("an alias"));
  if (IsWord("AGGREGATE")) return PipeAggregate(pipe);
  if (Is(Kw::kPIVOT) || Is(Kw::kUNPIVOT)) {
    Node*& table = PipeTable(pipe);
    table = Pivots(table);
    return PipeStep(pipe);
  }
  if (Is(Kw::kTABLESAMPLE)) {
    Sampled(PipeTable(pipe));
    return;
  }
  size_t n = 0;  // LEFT OUTER EXCEPT, FULL UNION: sides of set operations
  while (IsAhead(n, Kw::kLEFT) || IsAhead(n, Kw::kFULL) || IsAhead(n, Kw::kOUTER) || IsAhead(n, Kw::kINNER)) ++n;
  if (IsAhead(n, Kw::kUNION) || IsAhead(n, Kw::kEXCEPT) || IsAhead(n, Kw::kINTERSECT)) return PipeSet(pipe);
  const Kw kw = Cur().kw;
  const bool join = kw == Kw::kJOIN || kw == Kw::kINNER || kw == Kw::kLEFT || kw == Kw::kRIGHT || kw == Kw::kFULL ||
                    kw == Kw::kCROSS || kw == Kw::kNATURAL;
  if (!join) Unexpected("an operator of pipe syntax (SELECT, WHERE, AGGREGATE, JOIN, …)");
  PipeJoin(pipe);
}

// |> … |> … behind a query.
Node* Parser::PipeOperators(Node* query, bool from_first) {
  Pipe pipe;
  pipe.with = query->Child(kWithSlot) != nullptr ? query->Child(kWithSlot) : New(Kind::kWith);
  query->children[kWithSlot] = nullptr;
  const Node* from = query->Is(Kind::kSelect) ? query->Child(kFromSlot) : nullptr;
  const bool from_query = from != nullptr && from->count == 1 && from->Child(0)->Is(Kind::kDerivedTable) && from_first;
  pipe.query = query;
  while (EatSymbol("|>")) PipeOperator(pipe);
  Node* last = pipe.query;
  if (pipe.with->count > 0) last->children[kWithSlot] = pipe.with;
  if (!from_query) return last;
  Node* sub = Slots(Kind::kSubquery, kInnerSlots);
  sub->children[kInnerSlot] = last;
  return SelectAll(New(Kind::kDerivedTable, {nullptr, sub}));
}

}  // namespace dvt::sql
