#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "dvt/columnar/types/relation.h"
#include "dvt/connectors/api/statistics.h"
#include "dvt/connectors/mysql/connection.h"

namespace dvt::connectors::mysql {

/// A relation as the server describes it, with what readers and writers need besides.
struct TableFacts {
  columnar::TableInfo info;
  bool innodb = false;                         ///< snapshots cover it
  std::vector<std::string> clustered_key;      ///< columns whose order the rows are stored in; empty if unknown
  std::vector<std::string> generated_columns;  ///< cannot be written
  std::vector<std::string> notes;              ///< of reading its columns
};

/// User schemas (databases); the server's own ones are left out.
Result<std::vector<std::string>> ListSchemas(Connection& connection, std::stop_token stop);
Result<std::vector<columnar::RelationInfo>> ListRelations(Connection& connection, const std::string& schema,
                                                          std::stop_token stop);
/// kNotFound with the nearest existing name if there is no such relation.
Result<TableFacts> DescribeTable(Connection& connection, const std::string& schema, const std::string& name,
                                 const ReadConventions& conventions, std::stop_token stop);

/// Numbers of different values of columns that an index begins with.
Result<columnar::TableStatistics> ReadStatistics(Connection& connection, const std::string& schema,
                                                 const columnar::TableInfo& table, std::stop_token stop);

}  // namespace dvt::connectors::mysql
