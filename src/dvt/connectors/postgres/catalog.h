#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dvt/connectors/api/connector.h"
#include "dvt/connectors/api/statistics.h"
#include "dvt/connectors/postgres/types.h"

namespace dvt::connectors::postgres {

/// The result columns of a query: their types and how to read them.
struct QueryShape {
  columnar::Fields fields;
  std::vector<PgType> types;
  std::vector<std::string> casts;  ///< per column: "" or the type to cast to before reading
  std::vector<std::string> notes;
  bool has_casts = false;
  std::string raw_format;  ///< empty: its bytes mean nothing elsewhere

  /// The query with the casts around it.
  std::string Wrap(const std::string& sql) const;
};
/// Describes by preparing, without running. `sql` is one statement; no fields: it returns no rows.
Result<QueryShape> DescribeShape(Connection& connection, const std::string& sql, std::stop_token stop);

/// Facts about a relation that only this connector needs.
struct RelationFacts {
  unsigned oid = 0;
  char kind = 'r';
  bool has_children = false;
  int64_t pages = 0;  ///< now, by file size
  std::optional<int64_t> rows;
  columnar::RelationName name;  ///< all parts filled
  std::string owner;
  std::optional<std::string> comment;
};
Result<RelationFacts> FindRelation(Connection& connection, const columnar::RelationName& name, std::stop_token stop);
Result<columnar::TableInfo> DescribeRelation(Connection& connection, const columnar::RelationName& name, std::stop_token stop);
/// What ANALYZE has found, see pg_stats; values of texts longer than a key are left out.
Result<columnar::TableStatistics> ReadStatistics(Connection& connection, const columnar::TableInfo& table, std::stop_token stop);
/// Whether the database's LOWER, and UPPER as the dialect's ExactUpper says it, make of every letter what the engine makes of it. Its own
/// collation, library and encoding decide: the server is tried on all letters.
Result<bool> PairsLettersAsEngine(Connection& connection, std::stop_token stop);
/// Whether a column of one of them has another collation than the database.
Result<bool> HaveOwnCollations(Connection& connection, const std::vector<columnar::RelationName>& relations,
                               std::stop_token stop);
Result<std::vector<columnar::RelationInfo>> ListRelationsOf(Connection& connection, const std::string& schema,
                                                            std::stop_token stop);
Result<std::vector<columnar::IndexInfo>> ListIndexes(Connection& connection, unsigned oid, std::stop_token stop);

/// The query planner's guess; nullopt if it has none. `uses_index`: no whole-table scan is in its plan.
struct Estimate {
  std::optional<int64_t> rows;
  bool uses_index = false;
};
Estimate EstimateRows(Connection& connection, const std::string& sql, std::stop_token stop);

/// Runs a query that may fail without hurting the transaction around it.
Result<PgResult> Attempt(Connection& connection, const std::string& sql, std::stop_token stop);

/// The signature of binary COPY bytes of these types ("" if none), see ReadPlan::raw_format.
std::string RawSignature(const std::vector<PgType>& types, const std::vector<std::string>& casts);

}  // namespace dvt::connectors::postgres
