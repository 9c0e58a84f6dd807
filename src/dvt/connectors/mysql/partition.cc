#include "dvt/connectors/mysql/partition.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <thread>

#include "dvt/base/text/text.h"
#include "dvt/columnar/c_abi/column_view.h"
#include "dvt/connectors/api/partition_choice.h"
#include "dvt/connectors/mysql/quoting.h"

namespace dvt::connectors::mysql {

namespace {

using columnar::Field;
using columnar::Int128;
using columnar::TypeKind;

constexpr int64_t kSmallTable = 20'000;  // rows below which one reader is faster than several
constexpr int kMaxProbes = 160;

// ---- the column

struct Choice {
  const Field* column = nullptr;
  bool indexed = false;
  bool clustered = false;
  std::string why;
};

Result<Choice> ChooseColumn(const TableFacts& table, const std::string& preferred) {
  DVT_ASSIGN(const auto chosen, ChoosePartitionColumn(table.info, preferred));
  Choice choice;
  if (!chosen) return choice;
  choice.column = chosen->column;
  choice.indexed = chosen->indexed;
  choice.why = chosen->why;
  choice.clustered = !table.clustered_key.empty() && table.clustered_key.front() == chosen->column->name;
  return choice;
}

// How many values the column has, where the number of rows is not known: an index tells by a scan of itself alone.
Result<std::optional<int64_t>> CountValues(Connection& connection, const std::string& relation, const Choice& choice,
                                           std::stop_token stop) {
  if (!choice.indexed) return std::optional<int64_t>();
  DVT_ASSIGN(auto counted,
             connection.Rows(fmt::format("SELECT COUNT(DISTINCT {}) FROM {}", QuoteName(choice.column->name), relation), stop));
  if (counted.empty() || !counted[0][0].has_value()) return std::optional<int64_t>();
  return std::optional<int64_t>(std::strtoll(counted[0][0]->c_str(), nullptr, 10));
}

// ---- bounds: integers, days or seconds

bool ParseInteger(std::string_view text, Int128& out) {
  if (columnar::ParseDecimal(text, 38, 0, out)) return true;
  double value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (parsed.ec != std::errc() || !std::isfinite(value)) return false;
  out = static_cast<Int128>(std::clamp(std::floor(value), -1e30, 1e30));
  return true;
}

std::string BoundLiteral(const Field& column, Int128 bound) {
  std::string text;
  switch (column.type.kind) {
    case TypeKind::kDate: columnar::AppendDate(text, static_cast<int32_t>(bound)); return Literal(text);
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampTz: columnar::AppendTimestamp(text, static_cast<int64_t>(bound) * 1'000'000); return Literal(text);
    default: columnar::AppendDecimalText(text, bound, 0); return text;
  }
}

struct Bounds {
  Int128 low = 0;
  Int128 high = 0;
};

// The smallest and largest value, or nothing for an empty column.
Result<std::optional<Bounds>> ReadBounds(Connection& connection, const std::string& relation, const Field& column,
                                         std::stop_token stop) {
  const std::string name = QuoteName(column.name);
  std::string low = "MIN(" + name + ")", high = "MAX(" + name + ")", where;
  switch (column.type.kind) {
    case TypeKind::kDate:
      low = "TO_DAYS(" + low + ") - 719528";
      high = "TO_DAYS(" + high + ") - 719528";
      where = " WHERE " + name + " >= '1000-01-01'";  // zero dates have no place on the line; the first range reads them
      break;
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampTz:
      low = "TIMESTAMPDIFF(SECOND, '1970-01-01', " + low + ")";
      high = "TIMESTAMPDIFF(SECOND, '1970-01-01', " + high + ")";
      where = " WHERE " + name + (column.type.kind == TypeKind::kTimestamp ? " >= '1000-01-01'" : " >= '1970-01-02'");
      break;
    default:
      if (!column.type.is_integer()) {
        low = "FLOOR(" + low + ")";
        high = "FLOOR(" + high + ")";
      }
  }
  DVT_ASSIGN(auto rows, connection.Rows("SELECT " + low + ", " + high + " FROM " + relation + where, stop));
  Bounds bounds;
  if (rows.empty() || !rows[0][0].has_value() || !rows[0][1].has_value()) return std::optional<Bounds>();
  if (!ParseInteger(*rows[0][0], bounds.low) || !ParseInteger(*rows[0][1], bounds.high)) return std::optional<Bounds>();
  return std::optional<Bounds>(bounds);
}

// ---- the cut

class Cutter {
 public:
  Cutter(Connection& connection, const Connector& connector, const ReadRequest& request, const Field& column,
         std::stop_token stop)
      : connection_(connection), connector_(connector), request_(request), column_(column), stop_(std::move(stop)) {
    reference_ = (request.alias.empty() ? QuoteName(request.relation->name) : request.alias) + "." + QuoteName(column.name);
    request_.select_list = {"1"};
    request_.fold = {};
  }

  // The inner cut points, ascending, for `count` ranges of about equal work.
  Result<std::vector<Int128>> Cut(const Bounds& bounds, int count, bool indexed) {
    std::vector<Int128> even = EvenCuts(bounds.low, bounds.high + 1, count);
    if (!indexed || count < 2) return even;
    std::vector<Bucket> buckets;
    std::vector<Int128> edges = EvenCuts(bounds.low, bounds.high + 1, std::clamp(count * 2, 8, 64));
    edges.insert(edges.begin(), bounds.low);
    edges.push_back(bounds.high + 1);
    for (size_t i = 0; i + 1 < edges.size(); ++i) {
      DVT_ASSIGN(const double rows, Estimate(edges[i], edges[i + 1]));
      buckets.push_back({edges[i], edges[i + 1], rows});
    }
    DVT_TRY(Refine(buckets, count));
    double total = 0;
    for (const auto& bucket : buckets) total += bucket.rows;
    if (total <= 0) return even;
    return Merge(buckets, total, count);
  }

 private:
  struct Bucket {
    Int128 low, high;
    double rows;
  };

  static std::vector<Int128> EvenCuts(Int128 low, Int128 high, int count) {
    std::vector<Int128> cuts;
    for (int i = 1; i < count; ++i) {
      const Int128 cut = low + (high - low) * i / count;
      if (cut > low && cut < high && (cuts.empty() || cut > cuts.back())) cuts.push_back(cut);
    }
    return cuts;
  }

  // The optimizer's guess from index dives; costs no scan.
  Result<double> Estimate(Int128 low, Int128 high) {
    ++probes_;
    const std::string range =
        reference_ + " >= " + BoundLiteral(column_, low) + " AND " + reference_ + " < " + BoundLiteral(column_, high);
    DVT_ASSIGN(auto rows, connection_.Rows("EXPLAIN " + SelectText(connector_, request_, range), stop_));
    const size_t column = connection_.server().mariadb ? 8 : 9;
    if (rows.empty() || rows[0].size() <= column || !rows[0][column].has_value()) return 0.0;
    return std::strtod(rows[0][column]->c_str(), nullptr);
  }

  // Halves buckets that hold more than half of a partition's share, so that skewed keys get narrow ranges.
  Status Refine(std::vector<Bucket>& buckets, int count) {
    while (probes_ + 2 <= kMaxProbes) {
      double total = 0;
      for (const auto& bucket : buckets) total += bucket.rows;
      auto largest = std::max_element(buckets.begin(), buckets.end(), [](auto& a, auto& b) { return a.rows < b.rows; });
      if (largest->rows <= total / count / 2 || largest->high - largest->low < 2) break;
      const Bucket whole = *largest;
      const Int128 middle = whole.low + (whole.high - whole.low) / 2;
      DVT_ASSIGN(const double left, Estimate(whole.low, middle));
      DVT_ASSIGN(const double right, Estimate(middle, whole.high));
      if (left + right <= 0) break;
      *largest = {whole.low, middle, left};
      buckets.insert(largest + 1, {middle, whole.high, right});
    }
    return {};
  }

  static std::vector<Int128> Merge(const std::vector<Bucket>& buckets, double total, int count) {
    std::vector<Int128> cuts;
    double seen = 0;
    for (const auto& bucket : buckets) {
      const double goal = total * static_cast<double>(cuts.size() + 1) / count;
      if (static_cast<int>(cuts.size()) + 1 < count && bucket.low > buckets.front().low && seen + bucket.rows / 2 >= goal) {
        cuts.push_back(bucket.low);
      }
      seen += bucket.rows;
    }
    return cuts;
  }

  Connection& connection_;
  const Connector& connector_;
  ReadRequest request_;
  const Field& column_;
  std::stop_token stop_;
  std::string reference_;
  int probes_ = 0;
};

// ---- estimates

std::optional<int64_t> EstimatedRows(const std::vector<TextRow>& explained, bool mariadb) {
  const size_t column = mariadb ? 8 : 9;
  if (explained.size() != 1 || explained[0].size() <= column || !explained[0][column].has_value()) return std::nullopt;
  double rows = std::strtod(explained[0][column]->c_str(), nullptr);
  if (!mariadb && explained[0][10].has_value()) rows *= std::strtod(explained[0][10]->c_str(), nullptr) / 100;
  return static_cast<int64_t>(rows);
}

Result<std::optional<int64_t>> EstimateRequest(Connection& connection, const Connector& connector, const ReadRequest& request,
                                               const TableFacts& table, std::stop_token stop) {
  std::optional<int64_t> rows = table.info.estimated_rows;
  if (!request.where.empty()) {
    ReadRequest whole = request;
    whole.fold = {};
    DVT_ASSIGN(auto explained, connection.Rows("EXPLAIN " + SelectText(connector, whole), stop));
    const auto filtered = EstimatedRows(explained, connection.server().mariadb);
    if (filtered.has_value()) rows = rows.has_value() ? std::min(*rows, *filtered) : filtered;
  } else if (rows.has_value() && *rows < kSmallTable && table.info.kind == columnar::RelationKind::kTable) {
    // Statistics lag behind fresh loads; a bounded count does not.
    DVT_ASSIGN(auto counted, connection.Rows(fmt::format("SELECT COUNT(*) FROM (SELECT 1 FROM {} LIMIT {}) AS dvt_sample",
                                                         connector.QuoteRelation(*request.relation), kSmallTable + 1),
                                             stop));
    const int64_t count = counted.empty() || !counted[0][0].has_value() ? 0 : std::strtoll(counted[0][0]->c_str(), nullptr, 10);
    if (count <= kSmallTable) return std::optional<int64_t>(count);
    return std::optional<int64_t>();  // larger than the statistics say: unknown
  }
  return rows;
}

std::string OrderBy(const ReadRequest& request, const TableFacts& table) {
  std::string text;
  for (const auto& column : table.clustered_key) {
    text += (text.empty() ? " ORDER BY " : ", ") + (request.alias.empty() ? QuoteName(request.relation->name) : request.alias) +
            "." + QuoteName(column);
  }
  return text;
}

// Rows in key order come for free from a clustered index; the order makes a second reading of a partition repeat the first.
Status MakeRepeatable(Connection& connection, const ReadRequest& request, const TableFacts& table, bool exact, ReadPlan& plan,
                      std::stop_token stop) {
  // Where keys are looked up, the server may begin with the keys.
  const bool ordered = request.fold.before.empty() && request.key_tables.empty();
  if (!exact || !table.innodb || table.clustered_key.empty() || !ordered) return {};
  const std::string order = OrderBy(request, table);
  DVT_ASSIGN(auto explained, connection.Rows("EXPLAIN " + plan.partitions.front().sql + order, stop));
  for (const TextRow& row : explained) {
    if (!row.empty() && row.back().has_value() && row.back()->find("filesort") != std::string::npos) return {};
  }
  for (auto& partition : plan.partitions) partition.sql += order;
  plan.repeatable = true;
  return {};
}

void OnePartition(const Connector& connector, const ReadRequest& request, std::string why, ReadPlan& plan) {
  plan.partitions.push_back({SelectText(connector, request), "whole relation", plan.estimated_rows});
  plan.partitioned_by = "none: " + std::move(why);
  plan.parallel = 1;
}

// `cuts`: SQL.
void RangePartitions(const Connector& connector, const ReadRequest& request, const Field& column, const std::string& reference,
                     const std::vector<std::string>& cuts, ReadPlan& plan) {
  const auto count = static_cast<int64_t>(cuts.size()) + 1;
  for (size_t i = 0; i <= cuts.size(); ++i) {
    std::string low, high, predicate, description;
    if (i > 0) low = cuts[i - 1];
    if (i < cuts.size()) high = cuts[i];
    if (i == 0) {
      predicate = reference + " < " + high;
      // Zero dates satisfy IS NULL on NOT NULL columns and sort first anyway; NULLs belong to the first range.
      if (column.nullable) predicate = "(" + predicate + " OR " + reference + " IS NULL)";
      description = fmt::format("{} below {}{}", column.name, high, column.nullable ? " or null" : "");
    } else if (i == cuts.size()) {
      predicate = reference + " >= " + low;
      description = fmt::format("{} from {}", column.name, low);
    } else {
      predicate = reference + " >= " + low + " AND " + reference + " < " + high;
      description = fmt::format("{} in [{}, {})", column.name, low, high);
    }
    std::optional<int64_t> rows;
    if (plan.estimated_rows.has_value()) rows = *plan.estimated_rows / count;
    plan.partitions.push_back({SelectText(connector, request, predicate), std::move(description), rows});
  }
}

}  // namespace

std::optional<int64_t> EstimateQuery(Connection& connection, std::string_view sql, std::stop_token stop) {
  auto explained = connection.Rows("EXPLAIN " + std::string(sql), std::move(stop));
  if (!explained) return std::nullopt;
  return EstimatedRows(*explained, connection.server().mariadb);
}

Result<int> ParallelReaders(Connection& connection, const ReadOptions& options, std::stop_token stop) {
  int wanted = options.parallel > 0 ? options.parallel : static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  DVT_ASSIGN(auto limits, connection.Rows("SELECT @@max_connections, @@max_user_connections", stop));
  DVT_ASSIGN(auto connected, connection.Rows("SHOW GLOBAL STATUS LIKE 'Threads_connected'", stop));
  if (limits.empty() || connected.empty()) return wanted;
  auto number = [](const std::optional<std::string>& text) { return text ? std::strtol(text->c_str(), nullptr, 10) : 0L; };
  const long used = number(connected[0][1]);
  long most = number(limits[0][0]);
  if (number(limits[0][1]) > 0) most = std::min(most, number(limits[0][1]));
  const long free = std::max(2L, most - used);
  return static_cast<int>(std::clamp<long>(wanted, 1, std::max(1L, free / 2)));
}

namespace {

// ---- keys of text

// The first column of the key that the rows are stored by, if its texts are compared as they are sorted. An ENUM's are not.
const Field* StoredTextKey(const TableFacts& table) {
  if (!table.innodb || table.clustered_key.empty()) return nullptr;
  const Field* field = table.info.FindColumn(table.clustered_key.front());
  const bool text = field != nullptr && (field->native_type.starts_with("varchar") || field->native_type.starts_with("char"));
  return text ? field : nullptr;
}

// The key's values at every so many rows: one walk through the key, whatever their number.
Result<std::vector<std::string>> CutByRowNumbers(Connection& connection, const std::string& relation, const Field& key,
                                                 int64_t step, int count, std::stop_token stop) {
  const std::string name = QuoteName(key.name);
  std::vector<std::string> cuts;
  std::string where;
  while (static_cast<int>(cuts.size()) + 1 < count) {
    DVT_ASSIGN(auto rows, connection.Rows(fmt::format("SELECT {0} FROM {1}{2} ORDER BY {0} LIMIT 1 OFFSET {3}", name, relation,
                                                      where, std::max<int64_t>(step, 1)),
                                          stop));
    if (rows.empty() || !rows[0][0].has_value()) break;
    std::string cut = Literal(*rows[0][0]);
    const bool again = !cuts.empty() && cut == cuts.back();  // more rows of one value than a partition has
    where = fmt::format(" WHERE {} {} {}", name, again ? ">" : ">=", cut);
    if (!again) cuts.push_back(std::move(cut));
  }
  return cuts;
}

Result<std::vector<std::string>> CutByNumbers(Connection& connection, const Connector& connector, const ReadRequest& request,
                                              const Choice& choice, ReadPlan& plan, std::stop_token stop) {
  const std::string relation = connector.QuoteRelation(*request.relation);
  std::optional<int64_t> values;
  if (!plan.estimated_rows.has_value()) {
    DVT_ASSIGN(values, CountValues(connection, relation, choice, stop));
  }
  int count = PartitionCount(plan.estimated_rows, request.options, values);
  if (!choice.clustered && count > plan.parallel) {
    // Each range of another column costs a scan of the table, so no more of them than readers.
    count = plan.parallel;
    plan.notes.push_back(fmt::format("split by {} ({}), which the rows are not stored by: at most {} ranges", choice.column->name,
                                     choice.why, count));
  }
  std::vector<std::string> literals;
  DVT_ASSIGN(auto bounds, ReadBounds(connection, relation, *choice.column, stop));
  if (!bounds.has_value()) return literals;
  DVT_ASSIGN(const auto cuts, Cutter(connection, connector, request, *choice.column, stop).Cut(*bounds, count, choice.indexed));
  for (const Int128 cut : cuts) literals.push_back(BoundLiteral(*choice.column, cut));
  return literals;
}

}  // namespace

Status PlanPartitions(Connection& connection, const Connector& connector, const ReadRequest& request, const TableFacts& table,
                      bool exact, ReadPlan& plan, std::stop_token stop) {
  DVT_ASSIGN(const Choice choice, ChooseColumn(table, request.options.prefer_column));
  DVT_ASSIGN(plan.estimated_rows, EstimateRequest(connection, connector, request, table, stop));
  const Field* text_key = choice.column == nullptr ? StoredTextKey(table) : nullptr;
  const Field* column = text_key != nullptr ? text_key : choice.column;
  std::string whole_because;
  if (table.info.kind != columnar::RelationKind::kTable)
    whole_because = "a view";
  else if (plan.estimated_rows.has_value() && *plan.estimated_rows <= kSmallTable)
    whole_because = "few rows";
  else if (column == nullptr || (text_key != nullptr && !table.info.estimated_rows.has_value()))
    whole_because = "no column to split by";
  std::vector<std::string> cuts;
  if (whole_because.empty()) {
    DVT_ASSIGN(plan.parallel, ParallelReaders(connection, request.options, stop));
    if (text_key != nullptr) {
      const int count = PartitionCount(plan.estimated_rows, request.options);
      DVT_ASSIGN(cuts, CutByRowNumbers(connection, connector.QuoteRelation(*request.relation), *text_key,
                                       *table.info.estimated_rows / count, count, stop));
    } else {
      DVT_ASSIGN(cuts, CutByNumbers(connection, connector, request, choice, plan, stop));
    }
    if (cuts.empty()) whole_because = fmt::format("column {} has no range to split", column->name);
  }
  if (!whole_because.empty()) {
    OnePartition(connector, request, std::move(whole_because), plan);
  } else {
    const std::string of = request.alias.empty() ? QuoteName(request.relation->name) : request.alias;
    RangePartitions(connector, request, *column, of + "." + QuoteName(column->name), cuts, plan);
    plan.partitioned_by = (text_key != nullptr ? "row numbers in the order of " : "key range ") + column->name;
  }
  plan.parallel = std::min<int>(plan.parallel, static_cast<int>(plan.partitions.size()));
  if (cuts.empty() || choice.clustered || text_key != nullptr)
    DVT_TRY(MakeRepeatable(connection, request, table, exact, plan, stop));
  return {};
}

}  // namespace dvt::connectors::mysql
