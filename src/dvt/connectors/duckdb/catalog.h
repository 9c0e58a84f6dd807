#pragma once

#include <string>
#include <vector>

#include "dvt/connectors/api/statistics.h"
#include "dvt/connectors/duckdb/instance.h"

namespace dvt::connectors::duckdb {

Result<std::vector<columnar::RelationInfo>> ReadRelations(const std::shared_ptr<duck::Connection>& connection,
                                                          const std::string& database, const std::string& schema,
                                                          std::stop_token stop);
Result<std::vector<std::string>> ReadSchemas(const std::shared_ptr<duck::Connection>& connection, const std::string& database,
                                             std::stop_token stop);
/// `name` has all parts.
Result<columnar::TableInfo> ReadTable(const std::shared_ptr<duck::Connection>& connection, const columnar::RelationName& name,
                                      std::stop_token stop);

/// Smallest and largest values and numbers of different ones, as the table's row groups keep them.
Result<columnar::TableStatistics> ReadStatistics(const std::shared_ptr<duck::Connection>& connection,
                                                 const columnar::TableInfo& table, std::stop_token stop);

/// The relation in double quotes, absent parts left out.
std::string QuotedRelation(const columnar::RelationName& name);

}  // namespace dvt::connectors::duckdb
