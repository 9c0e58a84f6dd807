#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "dvt/connectors/api/row_hasher.h"

namespace dvt::connectors {

namespace {

constexpr size_t kShortestRun = 4;  // neighbours that are worth a BETWEEN
constexpr size_t kMostRuns = 200;   // a longer chain of ORs is too deep for some

// "k BETWEEN 5 AND 90 OR k IN (1, 3)"; false if a key is no 64-bit integer.
bool IntegerPredicate(const std::string& column, const std::vector<std::string>& keys, std::string& out) {
  std::vector<int64_t> numbers;
  numbers.reserve(keys.size());
  for (const auto& key : keys) {
    int64_t number = 0;
    const auto parsed = std::from_chars(key.data(), key.data() + key.size(), number);
    if (parsed.ec != std::errc() || parsed.ptr != key.data() + key.size()) return false;
    numbers.push_back(number);
  }
  std::sort(numbers.begin(), numbers.end());
  struct Run {
    size_t from, to;
  };
  std::vector<Run> found;
  for (size_t from = 0, to = 0; from < numbers.size(); from = to) {
    for (to = from + 1; to < numbers.size() && numbers[to] == numbers[to - 1] + 1;) ++to;
    found.push_back({from, to});
  }
  std::stable_sort(found.begin(), found.end(), [](const Run& a, const Run& b) { return a.to - a.from > b.to - b.from; });
  std::string single, runs;
  for (size_t i = 0; i < found.size(); ++i) {
    const auto [from, to] = found[i];
    if (i < kMostRuns && to - from >= kShortestRun) {
      runs += fmt::format("{}{} BETWEEN {} AND {}", runs.empty() ? "" : " OR ", column, numbers[from], numbers[to - 1]);
    } else {
      for (size_t n = from; n < to; ++n) single += (single.empty() ? "" : ", ") + std::to_string(numbers[n]);
    }
  }
  if (!single.empty()) runs += fmt::format("{}{} IN ({})", runs.empty() ? "" : " OR ", column, single);
  out = "(" + runs + ")";
  return true;
}

std::string Alternatives(const std::vector<HashedColumn>& key, const std::vector<std::string>& keys, KeyLiteral literal) {
  std::string out = "(";
  for (size_t row = 0; row < keys.size(); ++row) {
    const auto parts = columnar::SplitKey(keys[row]);
    out += row == 0 ? "(" : " OR (";
    for (size_t i = 0; i < key.size(); ++i)
      out += fmt::format("{}{} = {}", i == 0 ? "" : " AND ", key[i].sql, literal(key[i].field.type, parts[i].text));
    out += ')';
  }
  return out + ")";
}

}  // namespace

std::string KeyListPredicate(const std::vector<HashedColumn>& key, const std::vector<std::string>& keys, KeyLiteral literal,
                             KeyRows rows) {
  std::string out;
  if (key.size() == 1 && key[0].field.type.is_integer() && IntegerPredicate(key[0].sql, keys, out)) return out;
  const bool several = key.size() > 1;
  if (several && rows == KeyRows::kAlternatives) return Alternatives(key, keys, literal);
  for (size_t i = 0; i < key.size(); ++i) out += (i == 0 ? (several ? "(" : "") : ", ") + key[i].sql;
  out += several ? ") IN (" : " IN (";
  if (several && rows == KeyRows::kValues) out += "VALUES ";
  for (size_t row = 0; row < keys.size(); ++row) {
    if (row > 0) out += ", ";
    const auto parts = columnar::SplitKey(keys[row]);
    if (several) out += '(';
    for (size_t i = 0; i < key.size(); ++i) out += (i == 0 ? "" : ", ") + literal(key[i].field.type, parts[i].text);
    if (several) out += ')';
  }
  return out + ")";
}

std::string WithinGroups(const GroupedRows& rows, const std::string& number) {
  const auto& grouping = rows.grouping;
  return fmt::format("CASE WHEN {} BETWEEN {} AND {} THEN {} END", rows.key[0].sql, grouping.LowestKey(grouping.first),
                     grouping.HighestKey(grouping.last), number);
}

std::string KeyRangePredicate(const GroupedRows& rows, const std::vector<int64_t>& groups, bool outside) {
  const std::string& key = rows.key[0].sql;
  const auto& grouping = rows.grouping;
  std::string text;
  for (size_t from = 0, to = 0; from < groups.size(); from = to) {
    for (to = from + 1; to < groups.size() && groups[to] == groups[to - 1] + 1;) ++to;
    text += fmt::format("{}{} BETWEEN {} AND {}", text.empty() ? "" : " OR ", key, grouping.LowestKey(groups[from]),
                        grouping.HighestKey(groups[to - 1]));
  }
  if (outside) {
    text += fmt::format("{0}{1} < {2} OR {1} > {3} OR {1} IS NULL", text.empty() ? "" : " OR ", key,
                        grouping.LowestKey(grouping.first), grouping.HighestKey(grouping.last));
  }
  return "(" + text + ")";
}

std::string SummingRowHasher::GroupNumber(const GroupedRows& rows) const {
  if (rows.grouping.by == columnar::RowGrouping::By::kKey) return KeyGroup(rows);
  return HashGroup(rows.grouping, SummedHash(rows.columns));
}

GroupSumsSql SummingRowHasher::GroupSums(const GroupedRows& rows) const {
  const bool by_key = rows.grouping.by == columnar::RowGrouping::By::kKey;
  const std::string hash = "dvt_hash";
  GroupSumsSql sql;
  if (by_key) sql.list.push_back(KeyGroup(rows) + " AS dvt_group");
  sql.list.push_back(SummedHash(rows.columns) + " AS " + hash);
  sql.before = "SELECT " + (by_key ? "dvt_group" : HashGroup(rows.grouping, hash)) + ", COUNT(*), " + HalfSum(hash, true) + ", " +
               HalfSum(hash, false) + " FROM ";
  sql.fence = Fence();
  sql.after = " GROUP BY 1";
  return sql;
}

std::string RowHasher::GroupPredicate(const GroupedRows& rows, const std::vector<int64_t>& groups) const {
  std::string text = GroupNumber(rows) + " IN (";
  for (size_t i = 0; i < groups.size(); ++i) text += (i == 0 ? "" : ", ") + std::to_string(groups[i]);
  return text + ")";
}

}  // namespace dvt::connectors
