#include "dvt/run/changes/group_query.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "dvt/base/text/text.h"
#include "dvt/columnar/hash/value_encoder.h"

namespace dvt::run {

using columnar::Array;
using columnar::RowGrouping;
using connectors::GroupedRows;

namespace {

constexpr size_t kRangesAtATime = 100;  // a longer chain of ORs costs more to plan than it saves
constexpr size_t kMostRanges = 1'000;   // of more, one scan is cheaper
constexpr int64_t kScannedShare = 10;   // from 1/10 of the rows on, too
constexpr size_t kGroupsAtATime = 40'000;

GroupedRows RowsOf(const HashedQuery& query, const RowGrouping& grouping, bool& plain) {
  const auto columns = ColumnsOf(query, plain);
  return {grouping, ChosenColumns(columns, query.key), ChosenColumns(columns, columnar::HashOrder(query.fields))};
}

// Decimal digits, perhaps behind a minus and with a fraction of zeros, modulo 2^64.
bool ParseSum(std::string_view text, uint64_t& sum) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  sum = 0;
  if (text.empty()) return false;
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
    sum = sum * 10 + static_cast<uint64_t>(c - '0');
  }
  if (negative) sum = 0 - sum;
  return true;
}

// A row of the four columns of GroupSumsSql.
Status AddSums(const std::vector<columnar::ColumnView>& columns, int64_t row, GroupComparison& groups) {
  const Error wrong(ErrorCode::kInternal, "the source's sums of hashes cannot be read");
  std::string text[4];
  for (size_t i = 0; i < 4; ++i) {
    if (columns.size() != 4) return wrong;
    if (!columns[i].IsNull(row)) columnar::AppendHashText(text[i], columns[i], row);
  }
  RowSums sums;
  if (!ParseSum(text[1], sums.rows)) return wrong;
  // No sum: the source could not hash one of the rows. Reading them says more.
  if (!columns[2].IsNull(row) && !ParseSum(text[2], sums.upper)) return wrong;
  if (!columns[3].IsNull(row) && !ParseSum(text[3], sums.lower)) return wrong;
  if (columns[0].IsNull(row)) return groups.Add(std::nullopt, sums);
  int64_t number = 0;
  if (std::from_chars(text[0].data(), text[0].data() + text[0].size(), number).ec != std::errc()) return wrong;
  return groups.Add(number, sums);
}

size_t Ranges(const std::vector<int64_t>& groups) {
  size_t ranges = groups.empty() ? 0 : 1;
  for (size_t i = 1; i < groups.size(); ++i) ranges += groups[i] != groups[i - 1] + 1 ? 1 : 0;
  return ranges;
}

// Parts of at most so many ranges.
std::vector<std::vector<int64_t>> InParts(const std::vector<int64_t>& groups) {
  std::vector<std::vector<int64_t>> parts;
  size_t ranges = kRangesAtATime;
  for (size_t i = 0; i < groups.size(); ++i) {
    const bool begins = i == 0 || groups[i] != groups[i - 1] + 1;
    if (begins && ++ranges > kRangesAtATime) {
      parts.emplace_back();
      ranges = 1;
    }
    parts.back().push_back(groups[i]);
  }
  return parts;
}

}  // namespace

bool SumsGroups(const HashedQuery& query) { return query.connector->row_hasher()->SumsGroups(); }

connectors::ReadRequest GroupSumsRequest(const HashedQuery& query, const RowGrouping& grouping) {
  bool plain = false;
  const GroupedRows rows = RowsOf(query, grouping, plain);
  auto sql = query.connector->row_hasher()->GroupSums(rows);
  return RequestOf(query, plain, std::move(sql.list), {}, {std::move(sql.before), std::move(sql.fence), std::move(sql.after)});
}

Status ReadGroupSums(const HashedQuery& query, GroupComparison& groups, const TransferContext& context, FlowCounter& flow,
                     std::stop_token stop) {
  const auto taker = [&groups](const columnar::Fields& fields) -> TakeBatch {
    return [&groups, fields](const Array& batch) -> Status {
      const auto columns = columnar::BatchColumns(batch.get(), fields);
      for (int64_t row = 0; row < batch.length(); ++row) DVT_TRY(AddSums(columns, row, groups));
      return {};
    };
  };
  DVT_TRY(ReadPartitions(query, GroupSumsRequest(query, groups.known().grouping), context, flow, taker, std::move(stop)));
  groups.Decide();
  return {};
}

Status ReadDifferingGroups(const HashedQuery& query, const GroupComparison& groups, const TransferContext& context,
                           FlowCounter& flow, RowSorter& sorter, std::stop_token stop) {
  bool plain = false;
  const GroupedRows rows = RowsOf(query, groups.known().grouping, plain);
  const auto numbers = groups.ToRead();
  const bool by_key = rows.grouping.by == RowGrouping::By::kKey;
  const bool indexed = by_key && plain && query.keys_are_indexed && Ranges(numbers) <= kMostRanges &&
                       groups.rows_to_read() <= groups.rows_now() / kScannedShare;
  const std::string others = groups.outside() ? connectors::KeyRangePredicate(rows, {}, true) : "";
  if (indexed) {
    for (const auto& part : InParts(numbers)) {
      connectors::ReadRequest request = HashRequest(query, connectors::KeyRangePredicate(rows, part, false));
      request.sql = connectors::SelectText(*query.connector, request);
      request.relation.reset();  // a query is not cut into scans of parts of the table
      DVT_TRY(ReadHashes(query, request, context, flow, sorter, stop));
    }
    return others.empty() ? Status() : ReadHashes(query, HashRequest(query, others), context, flow, sorter, stop);
  }
  for (size_t from = 0; from < numbers.size() || (from == 0 && !others.empty()); from += kGroupsAtATime) {
    const size_t to = std::min(numbers.size(), from + kGroupsAtATime);
    const std::vector<int64_t> part(numbers.begin() + static_cast<ptrdiff_t>(from), numbers.begin() + static_cast<ptrdiff_t>(to));
    std::string where = part.empty() ? "" : query.connector->row_hasher()->GroupPredicate(rows, part);
    if (from == 0 && !others.empty()) where = where.empty() ? others : fmt::format("({} OR {})", where, others);
    DVT_TRY(ReadHashes(query, HashRequest(query, where), context, flow, sorter, stop));
  }
  return {};
}

}  // namespace dvt::run
