#include "dvt/connectors/postgres/partition.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "dvt/base/text/text.h"
#include "dvt/connectors/api/partition_choice.h"

namespace dvt::connectors::postgres {

using columnar::Field;
using columnar::TypeKind;

namespace {

constexpr int64_t kLeastPages = 64;    // a partition of half a megabyte is not worth splitting
constexpr int64_t kFewRows = 100'000;  // an indexed filter that leaves this much is read whole
constexpr int kServerWithTidRangeScan = 140'000;

class ReadPlanner {
 public:
  ReadPlanner(const Connector& connector, Connection& connection, const ReadRequest& request, std::stop_token stop)
      : connector_(connector), connection_(connection), request_(request), stop_(std::move(stop)) {
    plan_.options = request.options;
    plan_.method = "binary COPY";
    prefix_ = request.alias.empty() ? std::string() : request.alias + ".";
  }

  Result<ReadPlan> Make() {
    const std::string whole = CleanSql(SelectText(connector_, request_));
    DVT_ASSIGN(shape_, DescribeShape(connection_, whole, stop_));
    if (shape_.fields.empty()) {
      return Error(ErrorCode::kInvalidArgument, "the query returns no columns").Within("query: " + whole.substr(0, 200));
    }
    plan_.fields = shape_.fields;
    plan_.notes = shape_.notes;
    plan_.raw_format = shape_.raw_format;
    if (request_.relation.has_value()) {
      DVT_TRY(PlanRelation(whole));
    } else {
      plan_.estimated_rows = EstimateRows(connection_, whole, stop_).rows;
      Whole(whole, "none: whole query");
    }
    DVT_ASSIGN(const int bearable, BearableReaders());
    plan_.parallel = std::max(1, std::min(static_cast<int>(plan_.partitions.size()), bearable));
    return std::move(plan_);
  }

 private:
  // A trailing semicolon must not end up inside COPY (…).
  static std::string CleanSql(std::string sql) {
    while (!sql.empty() && (sql.back() == ';' || TrimView(sql).size() < sql.size())) {
      sql = std::string(TrimView(sql));
      if (!sql.empty() && sql.back() == ';') sql.pop_back();
    }
    return sql;
  }

  void Whole(const std::string& sql, std::string reason) {
    plan_.partitions.push_back({shape_.Wrap(sql), "whole query", plan_.estimated_rows});
    plan_.partitioned_by = std::move(reason);
  }

  Status PlanRelation(const std::string& whole) {
    DVT_ASSIGN(const RelationFacts facts, FindRelation(connection_, *request_.relation, stop_));
    plan_.estimated_rows = facts.rows;
    bool small = false;
    if (!request_.where.empty() || !facts.rows.has_value()) {
      ReadRequest rows = request_;
      rows.fold = {};
      const Estimate estimate = EstimateRows(connection_, SelectText(connector_, rows), stop_);
      plan_.estimated_rows = estimate.rows;
      small = !request_.where.empty() && estimate.uses_index && estimate.rows.value_or(kFewRows) < kFewRows;
    }
    if (!request_.options.prefer_column.empty()) return ByColumn(whole, facts);
    if (small) {
      Whole(whole, "none: the filter uses an index and leaves few rows");
      return {};
    }
    const bool heap = (facts.kind == 'r' || facts.kind == 'm') && !facts.has_children;
    if (heap && connection_.server_version() >= kServerWithTidRangeScan) {
      ByPages(facts);
      return {};
    }
    return ByColumn(whole, facts);
  }

  void ByPages(const RelationFacts& facts) {
    const int wanted = PartitionCount(plan_.estimated_rows, request_.options);
    const int count = static_cast<int>(std::clamp<int64_t>(facts.pages / kLeastPages, 1, wanted));
    for (int i = 0; i < count; ++i) {
      const int64_t begin = facts.pages * i / count, end = facts.pages * (i + 1) / count;
      std::string predicate = fmt::format("{}ctid >= '({},0)'::tid", prefix_, begin);
      std::string description = fmt::format("pages from {}", begin);
      if (i + 1 < count) {  // the last one is open: the table may have grown since its size was taken
        predicate += fmt::format(" AND {}ctid < '({},0)'::tid", prefix_, end);
        description = fmt::format("pages {}-{}", begin, end - 1);
      }
      Add(std::move(predicate), std::move(description), count);
    }
    plan_.partitioned_by = "ctid";
    plan_.repeatable = true;
  }

  void Add(std::string predicate, std::string description, int count) {
    std::optional<int64_t> rows;
    if (plan_.estimated_rows.has_value()) rows = *plan_.estimated_rows / count;
    plan_.partitions.push_back({shape_.Wrap(SelectText(connector_, request_, predicate)), std::move(description), rows});
  }

  Status ByColumn(const std::string& whole, const RelationFacts& facts) {
    const std::string& preferred = request_.options.prefer_column;
    if (preferred.empty() && (facts.kind == 'v' || facts.kind == 'f')) {
      Whole(whole, facts.kind == 'v' ? "none: a view has no keys (prefer_column would split it)"
                                     : "none: a foreign table has no keys (prefer_column would split it)");
      return {};
    }
    DVT_ASSIGN(const columnar::TableInfo table, DescribeRelation(connection_, *request_.relation, stop_));
    DVT_ASSIGN(const auto choice, ChoosePartitionColumn(table, preferred));
    if (choice) return ByRange(whole, facts, *choice);
    Whole(whole, "none: no column is a number or an audit column");
    return {};
  }

  Status ByRange(const std::string& whole, const RelationFacts& facts, const PartitionChoice& choice) {
    const Field& column = *choice.column;
    int wanted = PartitionCount(plan_.estimated_rows, request_.options);
    if (const int readers = WantedReaders(); !choice.indexed && request_.options.prefer_column.empty() && wanted > readers) {
      // Each range of such a column costs a scan of the table: no more of them than readers.
      wanted = readers;
      plan_.notes.push_back(
          fmt::format("split by {} ({}), which no index begins with: at most {} ranges", column.name, choice.why, readers));
    }
    DVT_ASSIGN(const std::vector<std::string> bounds, Bounds(facts, column, wanted));
    if (bounds.empty()) {
      Whole(whole, fmt::format("none: {} has too few values", column.name));
      return {};
    }
    const std::string name = prefix_ + Connection::Quote(column.name);
    const auto literal = [&](const std::string& bound) { return Connection::QuoteLiteral(bound) + "::" + column.native_type; };
    const int count = static_cast<int>(bounds.size()) + 1;
    for (int i = 0; i < count; ++i) {
      const bool first = i == 0, last = i + 1 == count;
      const std::string below = last ? std::string() : fmt::format("{} < {}", name, literal(bounds[static_cast<size_t>(i)]));
      const std::string from = first ? std::string() : fmt::format("{} >= {}", name, literal(bounds[static_cast<size_t>(i) - 1]));
      if (first) {
        Add(column.nullable ? fmt::format("({} OR {} IS NULL)", below, name) : below,
            fmt::format("{} < {}{}", column.name, bounds.front(), column.nullable ? " or null" : ""), count);
      } else if (last) {
        Add(from, fmt::format("{} >= {}", column.name, bounds.back()), count);
      } else {
        Add(from + " AND " + below,
            fmt::format("{} in [{}, {})", column.name, bounds[static_cast<size_t>(i) - 1], bounds[static_cast<size_t>(i)]),
            count);
      }
    }
    plan_.partitioned_by = "key range " + column.name;
    return {};
  }

  // Inner bounds of up to `count` ranges, ascending: quantiles of the statistics, else equal steps from minimum to maximum.
  Result<std::vector<std::string>> Bounds(const RelationFacts& facts, const Field& column, int count) {
    std::vector<std::string> bounds;
    if (count < 2) return bounds;
    DVT_ASSIGN(
        PgResult histogram,
        connection_.RunParams(
            "SELECT pg_catalog.unnest(histogram_bounds::text::text[]) FROM pg_catalog.pg_stats "
            "WHERE schemaname = $1 AND tablename = $2 AND attname = $3 AND inherited = $4::bool",
            {facts.name.schema, facts.name.name, column.name, facts.kind == 'p' || facts.has_children ? "t" : "f"}, stop_));
    const int quantiles = PQntuples(histogram.get());
    if (quantiles > 2) {
      for (int i = 1; i < count; ++i) {
        const int at = static_cast<int>(int64_t{i} * (quantiles - 1) / count);
        if (at > 0) AddBound(bounds, std::string(Cell(histogram, at, 0)));
      }
      return bounds;
    }
    auto steps = Attempt(connection_, StepsSql(column, count), stop_);
    if (!steps) {
      if (steps.error().code() == ErrorCode::kCancelled || !connection_.usable()) return std::move(steps).error();
      return bounds;  // infinite bounds and the like: read whole
    }
    for (int i = 0; i < PQntuples(steps->get()); ++i) {
      if (!PQgetisnull(steps->get(), i, 0)) AddBound(bounds, std::string(Cell(*steps, i, 0)));
    }
    return bounds;
  }

  static void AddBound(std::vector<std::string>& bounds, std::string bound) {
    if (bounds.empty() || bounds.back() != bound) bounds.push_back(std::move(bound));
  }

  std::string StepsSql(const Field& column, int count) const {
    std::string step = fmt::format("(lo::numeric + (hi::numeric - lo::numeric) * i / {})::{}", count, column.native_type);
    if (column.type.is_integer()) {
      step = fmt::format("pg_catalog.ceil(lo::numeric + (hi::numeric - lo::numeric) * i / {})::{}", count, column.native_type);
    } else if (column.type.kind == TypeKind::kDate) {
      step = fmt::format("lo + ((hi - lo)::bigint * i / {})::int", count);
    } else if (column.type.kind == TypeKind::kTimestamp || column.type.kind == TypeKind::kTimestampTz) {
      step = fmt::format("lo + (hi - lo) * (i::float8 / {})", count);
    }
    const std::string name = Connection::Quote(column.name);
    return fmt::format(
        "SELECT ({})::text FROM (SELECT pg_catalog.min({}) AS lo, pg_catalog.max({}) AS hi FROM {}) AS m, "
        "pg_catalog.generate_series(1, {}) AS i WHERE lo < hi ORDER BY i",
        step, name, name, connector_.QuoteRelation(*request_.relation), count - 1);
  }

  int WantedReaders() const {
    return request_.options.parallel > 0 ? request_.options.parallel
                                         : static_cast<int>(std::max(2u, std::thread::hardware_concurrency()));
  }

  // What this machine and the server's free connections bear.
  Result<int> BearableReaders() {
    if (plan_.partitions.size() == 1) return 1;
    const int most = WantedReaders();
    auto free = Attempt(connection_,
                        "SELECT pg_catalog.current_setting('max_connections')::int "
                        "- pg_catalog.current_setting('superuser_reserved_connections')::int - count(*) "
                        "FROM pg_catalog.pg_stat_activity WHERE backend_type = 'client backend'",
                        stop_);
    if (!free) {
      if (free.error().code() == ErrorCode::kCancelled || !connection_.usable()) return std::move(free).error();
      return most;
    }
    const int spare = std::atoi(PQgetvalue(free->get(), 0, 0)) / 2;  // the other half is for writers and other models
    if (spare < most) {
      plan_.notes.push_back(
          fmt::format("only {} connections are free on the server: at most {} readers", spare * 2, std::max(1, spare)));
    }
    return std::max(1, std::min(most, spare));
  }

  const Connector& connector_;
  Connection& connection_;
  const ReadRequest& request_;
  std::stop_token stop_;
  ReadPlan plan_;
  QueryShape shape_;
  std::string prefix_;
};

}  // namespace

Result<ReadPlan> PlanPostgresRead(const Connector& connector, Connection& connection, const ReadRequest& request,
                                  std::stop_token stop) {
  return ReadPlanner(connector, connection, request, std::move(stop)).Make();
}

}  // namespace dvt::connectors::postgres
