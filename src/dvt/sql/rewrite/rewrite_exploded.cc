// Calls that give rows where items of a SELECT stand, for systems that make rows of arrays only in FROM: the arrays are read in step.
#include <unordered_set>

#include "dvt/base/text/text.h"
#include "dvt/sql/rewrite/function_template.h"
#include "dvt/sql/rewrite/rewriter_internal.h"

namespace dvt::sql {

namespace {

// Names that are free in one query.
class FreshNames {
 public:
  explicit FreshNames(Node* select) {
    for (const Node* column : FindAll(select, Kind::kColumn, true)) {
      if (column->count > 0) taken_.insert(ToLower(column->Child(column->count - 1)->text));
    }
  }
  std::string Next(const std::string& name) {
    std::string fresh = name;
    for (int i = 2; !taken_.insert(fresh).second; ++i) fresh = name + "_" + std::to_string(i);
    return fresh;
  }
  void Take(std::string_view name) { taken_.insert(ToLower(name)); }

 private:
  std::unordered_set<std::string> taken_;
};

Node* CrossJoin(Arena& arena, Node* left, Node* right) {
  if (left == nullptr) return right;
  Node* join = NewSlots(arena, Kind::kJoin, 4);
  join->op = Op::kCross;
  join->children[0] = left;
  join->children[1] = right;
  return join;
}

}  // namespace

// A text of the target over source nodes.
Node* Rewriter::Said(std::string_view text, std::span<Node* const> args) {
  std::vector<Node*> fresh;
  Node* made = Instantiate(arena_, FunctionTemplate(to_, text), args, fresh, {.dialect = &to_});
  made_.insert(fresh.begin(), fresh.end());
  return made;
}

// The first call in an item that gives rows: EXPLODE(x), POSEXPLODE(x), UNNEST(x).
Node* Rewriter::RowsCall(Node* item) const {
  for (Node* call : FindAll(item, Kind::kFunction, true)) {
    const FunctionSpec* spec = SpecOf(call);
    if (spec == nullptr || call->Child(kArgsSlot) == nullptr || call->Child(kArgsSlot)->count != 1) continue;
    const std::string_view family = spec->family_name();
    if (family == "unnest" || family.starts_with("explode") || family.starts_with("posexplode")) return call;
  }
  return nullptr;
}

// The tables of the arrays join those of the query; the places of all go up together, each to its last.
void Rewriter::ReadInStep(Node* select, Node* series, std::span<Node* const> lengths, std::span<Node* const> tables,
                          std::span<Node* const> conditions) {
  Node* from = nullptr;
  if (Node* given = select->Child(kFromSlot)) {
    for (Node* each : given->Children()) from = CrossJoin(arena_, from, each);
  }
  Node* alias = NewNode(arena_, Kind::kTableAlias, {Clone(arena_, series), nullptr, nullptr});
  Node* places = NewNode(arena_, Kind::kTableFunction, {alias, Said("UNNEST(GENERATE_ARRAY(0, GREATEST(ARGS) - 1))", lengths)});
  from = CrossJoin(arena_, from, places);
  for (Node* table : tables) from = CrossJoin(arena_, from, table);
  select->children[kFromSlot] = NewNode(arena_, Kind::kList, {from});
  Node*& where = select->children[kWhereSlot];
  const auto apart = [&](Node* condition) {
    const bool joined = condition->Is(Kind::kBinary, Op::kAnd) || condition->Is(Kind::kBinary, Op::kOr);
    return joined ? MakeParen(arena_, condition) : condition;
  };
  for (Node* condition : conditions)
    where = where == nullptr ? condition : MakeBinary(arena_, Op::kAnd, apart(where), apart(condition));
}

// SELECT EXPLODE(x) AS a FROM t
void Rewriter::ItemsInStep(Node* select) {
  Node* items = NewNode(arena_, Kind::kList);
  std::vector<Node*> tables, lengths, conditions;
  FreshNames names(select);
  Node* series = nullptr;
  for (Node* item : select->Child(kItemsSlot)->Children()) {
    Node* call = RowsCall(item);
    const bool alias = item->Is(Kind::kAlias);
    const bool list = alias && item->Child(1)->Is(Kind::kList);
    if (call == nullptr || (list && item->Child(1)->count != 2)) {
      Append(arena_, items, item);
      continue;
    }
    if (alias && !list) names.Take(item->Child(1)->text);
    if (series == nullptr) series = MakeIdentifier(arena_, names.Next("pos"), false);
    const auto column = [&](Node* name) { return NewNode(arena_, Kind::kColumn, {Clone(arena_, name)}); };
    const std::string_view family = SpecOf(call)->family_name();
    Node* array = call->Child(kArgsSlot)->children[0];
    if (family.ends_with("_outer")) {
      Node* given[] = {array};
      array = Said("IF(ARRAY_LENGTH(COALESCE(ARG1, [])) = 0, [ARG1[SAFE_ORDINAL(0)]], ARG1)", given);
    }
    Node* value = list    ? item->Child(1)->children[1]
                  : alias ? item->children[1]
                          : MakeIdentifier(arena_, names.Next("col"), false);
    Node* place = list ? item->Child(1)->children[0] : MakeIdentifier(arena_, names.Next("pos"), false);
    Node* table = NewNode(arena_, Kind::kTableAlias, {Clone(arena_, value), nullptr, Clone(arena_, place)});
    table = NewNode(arena_, Kind::kTableFunction, {table, Made(MakeFunction(arena_, "UNNEST", {Clone(arena_, array)}))});
    table->Set(kWithOffset);
    tables.push_back(table);
    Node* of[] = {Clone(arena_, array)};
    lengths.push_back(Said("ARRAY_LENGTH(ARG1)", of));
    Node* step[] = {column(series), column(place), array};
    conditions.push_back(Said("ARG1 = ARG2 OR (ARG1 > (ARRAY_LENGTH(ARG3) - 1) AND ARG2 = (ARRAY_LENGTH(ARG3) - 1))", step));
    const auto shown = [&](Node* name) {
      Node* parts[] = {column(series), column(place), column(name)};
      return Said("IF(ARG1 = ARG2, ARG3, NULL)", parts);
    };
    if (family.starts_with("posexplode")) Append(arena_, items, NewNode(arena_, Kind::kAlias, {shown(place), place}));
    Node* whole = alias ? item->children[0] : item;
    Rewrite(whole, [&](Node* node) { return node == call ? shown(value) : node; });
    Append(arena_, items, NewNode(arena_, Kind::kAlias, {whole, value}));
  }
  if (series == nullptr) return;
  Note(Verdict::kDifferent, select, "rows of items", "arrays of one SELECT are read in step");
  select->children[kItemsSlot] = items;
  ReadInStep(select, series, lengths, tables, conditions);
}

}  // namespace dvt::sql
