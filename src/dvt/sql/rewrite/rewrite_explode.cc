// Arrays that become rows in a select list, where only tables can be made of arrays.
#include <set>

#include "dvt/base/text/text.h"
#include "dvt/sql/rewrite/rewriter_internal.h"

namespace dvt::sql {

namespace {

std::string Fresh(std::set<std::string>& taken, const std::string& base) {
  std::string name = base;
  for (int i = 2; !taken.insert(ToUpper(name)).second; ++i) name = base + "_" + std::to_string(i);
  return name;
}

}  // namespace

// A call in a select list of which every element makes a row; its array becomes a table.
struct Rewriter::Exploded {
  Node** item = nullptr;  ///< where the select list holds it
  Node* call = nullptr;
  Node* array = nullptr;
  bool named = false;  ///< the select list names it
  bool quoted = false;
  std::string table;
  std::string value;  ///< the column of its elements, which is the output's name
  std::string place;  ///< the column of their positions
};

// At most one call in each item; none where rows would have several columns.
std::vector<Rewriter::Exploded> Rewriter::ExplodedCalls(Node* select) const {
  std::vector<Exploded> found;
  for (Node*& item : select->Child(kItemsSlot)->Children()) {
    for (Node* call : FindAll(item, Kind::kFunction, true)) {
      const FunctionSpec* spec = call->Child(kOverSlot) == nullptr && !made_.contains(call) ? SpecOf(call) : nullptr;
      const Node* args = call->Child(kArgsSlot);
      if (spec == nullptr || args == nullptr || args->count == 0) continue;
      if (spec->concept_ == "posexplode" || spec->concept_ == "inline") return {};
      if ((spec->concept_ == "unnest" || spec->concept_ == "explode") && args->count == 1)
        found.push_back({.item = &item, .call = call, .array = args->children[0], .table = {}, .value = {}, .place = {}});
    }
  }
  for (size_t i = 1; i < found.size(); ++i) {
    if (found[i].item == found[i - 1].item) return {};  // two in one expression
  }
  if (!found.empty() && (*found[0].item)->Is(Kind::kStar)) return {};
  return found;
}

// Names that the query does not have yet, for the table of places and the tables of arrays.
Rewriter::Exploded Rewriter::NameExploded(Node* select, std::span<Exploded> found) const {
  std::set<std::string> columns, tables;
  for (const Node* item : select->Child(kItemsSlot)->Children()) {
    if (!AliasOrName(item).empty()) columns.insert(ToUpper(AliasOrName(item)));
  }
  for (const Node* table : FindAll(select, Kind::kTableAlias, true)) {
    if (table->Child(0) != nullptr) tables.insert(ToUpper(table->Child(0)->text));
  }
  const bool offsets = to_.Has(Feature::kUnnestOffset);  // aliases are columns
  Exploded places;
  if (!offsets) places.table = Fresh(tables, "_u");
  places.value = Fresh(columns, "pos");
  for (Exploded& each : found) {
    const Node* item = *each.item;
    each.named = item->Is(Kind::kAlias) && item->Child(1)->Is(Kind::kIdentifier);
    each.quoted = each.named && item->Child(1)->Has(kQuoted);
    if (!offsets) each.table = Fresh(tables, "_u");
    each.value = each.named ? std::string(item->Child(1)->text) : Fresh(columns, "col");
    each.place = Fresh(columns, "pos");
  }
  return places;
}

Node* Rewriter::ExplodedColumn(const Exploded& rows, const std::string& name, bool quoted) {
  Node* path = NewNode(arena_, Kind::kColumn);
  if (!to_.Has(Feature::kUnnestOffset)) Append(arena_, path, MakeIdentifier(arena_, rows.table, false));
  Append(arena_, path, MakeIdentifier(arena_, name, quoted));
  return Made(path);
}

// UNNEST(array) AS table(value, place).
Node* Rewriter::ExplodedTable(Node* array, const Exploded& rows) {
  const bool offsets = to_.Has(Feature::kUnnestOffset);
  Node* value = MakeIdentifier(arena_, rows.value, rows.quoted);
  Node* place = rows.place.empty() ? nullptr : MakeIdentifier(arena_, rows.place, false);
  Node* alias = offsets ? NewNode(arena_, Kind::kTableAlias, {value, nullptr, place})
                        : NewNode(arena_, Kind::kTableAlias,
                                  {MakeIdentifier(arena_, rows.table, false), NewNode(arena_, Kind::kList, {value})});
  if (!offsets && place != nullptr) Append(arena_, alias->children[1], place);
  Node* table = NewNode(arena_, Kind::kTableFunction, {alias, Made(MakeFunction(arena_, "UNNEST", {array}))});
  if (place != nullptr) table->Set(offsets ? kWithOffset : kWithOrdinality);
  return Made(table);
}

Node* Rewriter::ExplodedPart(std::string_view meaning, const std::vector<Node*>& args) {
  Node blank;
  return Made(Call(&blank, *FindConcept(to_, meaning, static_cast<int>(args.size())), args));
}

// The element at the row's place stands where the call stood.
void Rewriter::ReplaceExploded(const Exploded& each, const Exploded& places) {
  Node* chosen =
      ExplodedPart("explode_value", {ExplodedColumn(places, places.value, false), ExplodedColumn(each, each.place, false),
                                     ExplodedColumn(each, each.value, each.quoted)});
  Node*& slot = each.named ? (*each.item)->children[0] : *each.item;
  if (Unparen(slot) == each.call) {
    slot = chosen;
  } else {
    const Node* call = each.call;
    Rewrite(slot, [&](Node* node) { return node == call ? chosen : node; });
  }
  if (!each.named) *each.item = Made(NewNode(arena_, Kind::kAlias, {*each.item, MakeIdentifier(arena_, each.value, false)}));
}

// An element joins the row of its place, the last one also the rows behind the end of its array.
Node* Rewriter::ExplodedCondition(const Exploded& each, const Exploded& places) {
  const auto here = [&] { return ExplodedColumn(places, places.value, false); };
  const auto place = [&] { return ExplodedColumn(each, each.place, false); };
  const auto end = [&] { return ExplodedPart("explode_last", {Clone(arena_, each.array)}); };
  Node* same = Made(MakeBinary(arena_, Op::kEq, here(), place()));
  Node* beyond = Made(MakeBinary(arena_, Op::kGt, here(), end()));
  Node* last = Made(MakeBinary(arena_, Op::kEq, place(), end()));
  Node* after = Made(MakeParen(arena_, Made(MakeBinary(arena_, Op::kAnd, beyond, last))));
  return Made(MakeBinary(arena_, Op::kOr, same, after));
}

// The tables behind the query's own FROM.
void Rewriter::CrossJoinTables(Node* select, std::span<Node* const> tables) {
  Node* from = select->Child(kFromSlot) == nullptr ? NewNode(arena_, Kind::kList) : select->children[kFromSlot];
  Node* tail = from->count == 0 ? nullptr : from->children[from->count - 1];
  for (Node* table : tables) {
    Node* join = tail == nullptr ? table : NewNode(arena_, Kind::kJoin, {tail, table, nullptr, nullptr}, {}, Op::kCross);
    tail = tail == nullptr ? table : Made(join);
  }
  if (from->count == 0)
    Append(arena_, from, tail);
  else
    from->children[from->count - 1] = tail;
  select->children[kFromSlot] = from;
}

// SELECT UNNEST(x) FROM t as a join of t with the places of the longest array and with each array; at other places than its own an array
// gives nothing, or NULL behind its end.
void Rewriter::ArraysAsJoins(Node* select) {
  if (!customary_ || FindConcept(to_, "explode_value", 3) == nullptr) return;
  std::vector<Exploded> found = ExplodedCalls(select);
  if (found.empty()) return;
  Note(Verdict::kDifferent, select, "rows of arrays in a select list", "an array that is NULL or empty leaves no rows");
  const Exploded places = NameExploded(select, found);
  Node* condition = select->Child(kWhereSlot);
  std::vector<Node*> sizes, rows;
  for (const Exploded& each : found) {
    ReplaceExploded(each, places);
    sizes.push_back(ExplodedPart("explode_size", {Clone(arena_, each.array)}));
    rows.push_back(ExplodedTable(each.array, each));
    const auto wrapped = [&](Node* part) {
      return part->Is(Kind::kBinary, Op::kAnd) || part->Is(Kind::kBinary, Op::kOr) ? Made(MakeParen(arena_, part)) : part;
    };
    Node* test = ExplodedCondition(each, places);
    condition = condition == nullptr ? test : MakeBinary(arena_, Op::kAnd, wrapped(condition), wrapped(test));
  }
  rows.insert(rows.begin(), ExplodedTable(ExplodedPart("explode_places", sizes), places));
  CrossJoinTables(select, rows);
  select->children[kWhereSlot] = condition;
}

}  // namespace dvt::sql
