#include <fmt/format.h>

#include <algorithm>

#include "dvt/base/text/text.h"
#include "dvt/plan/split/inputs.h"

namespace dvt::plan {

using sql::Kind;
using sql::Node;
using sql::Op;
using sql::Source;

bool IsInnerOnly(const sql::Scope& scope) {
  if (!scope.query->Is(Kind::kSelect)) return false;
  const Node* from = scope.query->Child(sql::kFromSlot);
  bool inner = from != nullptr;
  sql::Visit(from, [&](const Node* node) {
    if (node->IsQuery()) return false;
    if (node->Is(Kind::kTableFunction) || node->Is(Kind::kSample)) inner = false;
    if (node->Is(Kind::kDerivedTable) && node->Has(sql::kLateral)) inner = false;
    if (node->Is(Kind::kJoin)) {
      const bool plain = node->op == Op::kInner || node->op == Op::kCross || node->op == Op::kComma;
      if (!plain || node->Child(3) != nullptr || node->flags != 0) inner = false;
    }
    return true;
  });
  return inner;
}

// Tables of one database that a block joins by keys come as one extract, as long as it stays small enough to be read in one piece;
// larger ones are read in partitions, each cut by the keys of the others (AddKeyFilters).
void InputCollector::JoinTables() {
  for (const sql::Scope& scope : analysis_.scopes()) {
    if (scope.sources.size() > 1 && IsInnerOnly(scope)) JoinScope(scope);
  }
}

void InputCollector::JoinScope(const sql::Scope& scope) {
  std::set<const Source*> free;
  for (const Source* source : scope.sources) {
    const SplitInput* input = InputOf(source);
    if (input == nullptr || !input->queries || whole_.contains(source) || !input->info->estimated_rows) continue;
    if (*input->info->estimated_rows <= request_.options.partition_above_rows) free.insert(source);
  }
  const BlockFacts& facts = filters_.Of(&scope);
  std::vector<const Source*> anchors(free.begin(), free.end());
  std::stable_sort(anchors.begin(), anchors.end(), [&](const Source* a, const Source* b) {
    const auto rows_a = *InputOf(a)->info->estimated_rows, rows_b = *InputOf(b)->info->estimated_rows;
    if (rows_a != rows_b) return rows_a > rows_b;
    return std::find(scope.sources.begin(), scope.sources.end(), a) < std::find(scope.sources.begin(), scope.sources.end(), b);
  });
  for (const Source* anchor : anchors) {
    if (!free.contains(anchor)) continue;
    JoinedInput group;
    group.members.push_back({Single(*InputOf(anchor), anchor), {}, {}, {}});
    group.members.front().alias = sql::QuoteIdentifier(*group.anchor().profile.dialect, anchor->name);
    while (Grow(facts, free, group)) {}
    if (group.members.size() < 2) continue;
    for (const auto& member : group.members) {
      free.erase(member.input.occurrences.front());
      TakeOut(member.input.occurrences.front());
    }
    out_.joins.push_back(std::move(group));
  }
}

bool InputCollector::Grow(const BlockFacts& facts, const std::set<const Source*>& free, JoinedInput& group) {
  for (const KeyPair& pair : facts.joins) {
    for (const Source* source : {pair.left.source, pair.right.source}) {
      const bool member = std::any_of(group.members.begin(), group.members.end(),
                                      [&](const auto& m) { return m.input.occurrences.front() == source; });
      if (!member && free.contains(source) && TryMember(facts, source, group)) return true;
    }
  }
  return false;
}

// Joins `source` if the equalities with the group's members cover one of its keys.
bool InputCollector::TryMember(const BlockFacts& facts, const Source* source, JoinedInput& group) {
  const SplitInput& input = *InputOf(source);
  if (input.table->identity != group.anchor().table->identity) return false;
  const sql::Dialect& dialect = *input.profile.dialect;
  JoinedInput::Member member;
  member.alias = sql::QuoteIdentifier(dialect, source->name);
  std::set<std::string> keys;
  for (const KeyPair& pair : facts.joins) {
    const bool left = pair.left.source == source;
    if (!left && pair.right.source != source) continue;
    const ColumnRef& own = left ? pair.left : pair.right;
    const ColumnRef& other = left ? pair.right : pair.left;
    const auto partner = std::find_if(group.members.begin(), group.members.end(),
                                      [&](const auto& m) { return m.input.occurrences.front() == other.source; });
    if (partner == group.members.end()) continue;
    const columnar::Field& own_field = input.info->columns[static_cast<size_t>(own.index)];
    const columnar::Field& other_field = partner->input.info->columns[static_cast<size_t>(other.index)];
    if (!SameKeyMeaning(own_field, other_field, input.profile.facts)) continue;
    keys.insert(own_field.name);
    member.on.push_back(fmt::format("{}.{} = {}.{}", partner->alias, sql::QuoteIdentifier(dialect, other_field.name),
                                    member.alias, sql::QuoteIdentifier(dialect, own_field.name)));
    member.keys.push_back(pair);
  }
  if (keys.empty() || !IsUniqueKey(*input.info, keys)) return false;
  member.input = Single(input, source);
  member.input.pushed.push_back(fmt::format("join with {} on {}", input.table->relation.name, Join(member.on, " AND ")));
  group.members.push_back(std::move(member));
  return true;
}

}  // namespace dvt::plan
