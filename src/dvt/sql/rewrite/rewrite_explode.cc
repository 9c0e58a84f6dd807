// Arrays that become rows in a select list, where only tables can be made of arrays.
#include <set>

#include "dvt/base/text/text.h"
#include "dvt/sql/rewrite/rewriter_internal.h"

namespace dvt::sql {

namespace {

// A call in a select list of which every element makes a row.
struct Exploded {
  Node** item;  ///< where the select list holds it
  Node* call;
  Node* array;
  Node* name;   ///< the output's
  Node* place;  ///< its position's column
  std::string table;
};

std::string Fresh(std::set<std::string>& taken, const std::string& base) {
  std::string name = base;
  for (int i = 2; !taken.insert(ToUpper(name)).second; ++i) name = base + "_" + std::to_string(i);
  return name;
}

}  // namespace

// SELECT UNNEST(x) FROM t as a join of t with the places of the longest array and with each array; at other places than its own an array
// gives nothing, or NULL behind its end.
void Rewriter::ArraysAsJoins(Node* select) {
  if (!customary_ || FindConcept(to_, "explode_value", 3) == nullptr) return;
  std::vector<Exploded> found;
  std::set<std::string> columns, tables;
  for (Node*& item : select->Child(kItemsSlot)->Children()) {
    if (!AliasOrName(item).empty()) columns.insert(ToUpper(AliasOrName(item)));
    for (Node* call : FindAll(item, Kind::kFunction, true)) {
      const FunctionSpec* spec = call->Child(kOverSlot) == nullptr && !made_.contains(call) ? SpecOf(call) : nullptr;
      const Node* args = call->Child(kArgsSlot);
      if (spec == nullptr || args == nullptr || args->count == 0) continue;
      if (spec->concept_ == "posexplode" || spec->concept_ == "inline") return;
      if ((spec->concept_ == "unnest" || spec->concept_ == "explode") && args->count == 1)
        found.push_back({&item, call, args->children[0], nullptr, nullptr, {}});
    }
  }
  for (size_t i = 1; i < found.size(); ++i) {
    if (found[i].item == found[i - 1].item) return;  // two in one expression
  }
  if (found.empty() || (*found[0].item)->Is(Kind::kStar)) return;
  for (const Node* table : FindAll(select, Kind::kTableAlias, true)) {
    if (table->Child(0) != nullptr) tables.insert(ToUpper(table->Child(0)->text));
  }
  Note(Verdict::kDifferent, select, "rows of arrays in a select list", "an array that is NULL or empty leaves no rows");
  const bool offsets = to_.Has(Feature::kUnnestOffset);  // aliases are columns
  const std::string first_table = offsets ? "" : Fresh(tables, "_u");
  const std::string first_place = Fresh(columns, "pos");
  const auto column = [&](const std::string& table, const std::string& name, bool quoted) {
    Node* path = NewNode(arena_, Kind::kColumn);
    if (!offsets) Append(arena_, path, MakeIdentifier(arena_, table, false));
    Append(arena_, path, MakeIdentifier(arena_, name, quoted));
    return Made(path);
  };
  const auto written = [&](std::string_view meaning, std::initializer_list<Node*> args) {
    Node blank;
    const std::vector<Node*> list(args);
    return Made(Call(&blank, *FindConcept(to_, meaning, static_cast<int>(list.size())), list));
  };
  const auto table_of = [&](Node* array, const std::string& table, Node* value, Node* place) {
    Node* alias = offsets ? NewNode(arena_, Kind::kTableAlias, {value, nullptr, place})
                          : NewNode(arena_, Kind::kTableAlias,
                                    {MakeIdentifier(arena_, table, false), NewNode(arena_, Kind::kList, {value})});
    if (!offsets && place != nullptr) Append(arena_, alias->children[1], place);
    Node* rows = NewNode(arena_, Kind::kTableFunction, {alias, Made(MakeFunction(arena_, "UNNEST", {array}))});
    if (place != nullptr) rows->Set(offsets ? kWithOffset : kWithOrdinality);
    return Made(rows);
  };
  Node* condition = nullptr;
  std::vector<Node*> sizes, rows;
  for (Exploded& each : found) {
    const bool named = (*each.item)->Is(Kind::kAlias) && (*each.item)->Child(1)->Is(Kind::kIdentifier);
    each.table = offsets ? "" : Fresh(tables, "_u");
    const std::string value_name = named ? std::string((*each.item)->Child(1)->text) : Fresh(columns, "col");
    const bool quoted = named && (*each.item)->Child(1)->Has(kQuoted);
    const std::string place_name = Fresh(columns, "pos");
    const auto here = [&] { return column(first_table, first_place, false); };
    const auto place = [&] { return column(each.table, place_name, false); };
    Node* chosen = written("explode_value", {here(), place(), column(each.table, value_name, quoted)});
    Node*& slot = named ? (*each.item)->children[0] : *each.item;
    if (Unparen(slot) == each.call) {
      slot = chosen;
    } else {
      const Node* call = each.call;
      Rewrite(slot, [&](Node* node) { return node == call ? chosen : node; });
    }
    if (!named) *each.item = Made(NewNode(arena_, Kind::kAlias, {*each.item, MakeIdentifier(arena_, value_name, false)}));
    const auto copy = [&] { return Clone(arena_, each.array); };
    sizes.push_back(written("explode_size", {copy()}));
    rows.push_back(
        table_of(each.array, each.table, MakeIdentifier(arena_, value_name, quoted), MakeIdentifier(arena_, place_name, false)));
    Node* same = Made(MakeBinary(arena_, Op::kEq, here(), place()));
    Node* beyond = Made(MakeBinary(arena_, Op::kGt, here(), written("explode_last", {copy()})));
    Node* last = Made(MakeBinary(arena_, Op::kEq, place(), written("explode_last", {copy()})));
    Node* after = Made(MakeParen(arena_, Made(MakeBinary(arena_, Op::kAnd, beyond, last))));
    Node* test = Made(MakeBinary(arena_, Op::kOr, same, after));
    const auto wrapped = [&](Node* part) {
      return part->Is(Kind::kBinary, Op::kAnd) || part->Is(Kind::kBinary, Op::kOr) ? Made(MakeParen(arena_, part)) : part;
    };
    condition = condition == nullptr ? select->children[kWhereSlot] : condition;
    condition = condition == nullptr ? test : MakeBinary(arena_, Op::kAnd, wrapped(condition), wrapped(test));
  }
  Node blank;
  Node* places = Made(Call(&blank, *FindConcept(to_, "explode_places", static_cast<int>(sizes.size())), sizes));
  rows.insert(rows.begin(), table_of(places, first_table, MakeIdentifier(arena_, first_place, false), nullptr));
  Node* from = select->Child(kFromSlot) == nullptr ? NewNode(arena_, Kind::kList) : select->children[kFromSlot];
  Node* tail = from->count == 0 ? nullptr : from->children[from->count - 1];
  for (Node* table : rows) {
    Node* join = tail == nullptr ? table : NewNode(arena_, Kind::kJoin, {tail, table, nullptr, nullptr}, {}, Op::kCross);
    tail = tail == nullptr ? table : Made(join);
  }
  if (from->count == 0)
    Append(arena_, from, tail);
  else
    from->children[from->count - 1] = tail;
  select->children[kFromSlot] = from;
  select->children[kWhereSlot] = condition;
}

}  // namespace dvt::sql
