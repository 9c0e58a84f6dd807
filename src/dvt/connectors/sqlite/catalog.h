#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dvt/connectors/sqlite/handle.h"

namespace dvt::connectors::sqlite {

Result<std::vector<std::string>> ReadSchemas(Handle& handle);
Result<std::vector<columnar::RelationInfo>> ReadRelations(Handle& handle, const std::string& database, const std::string& schema);
/// `name` has a schema. Names compare without case, as SQLite's own do.
Result<columnar::TableInfo> ReadTable(Handle& handle, const columnar::RelationName& name);

/// How a table can be cut by rowid.
struct RowidRange {
  std::string column;  ///< the name under which rowid can be reached: rowid, _rowid_ or oid
  int64_t first = 0;
  int64_t last = -1;
};
/// nullopt for views, WITHOUT ROWID and virtual tables, and tables whose columns hide all three names.
Result<std::optional<RowidRange>> ReadRowids(Handle& handle, const columnar::TableInfo& table);

/// Schema and name in double quotes.
std::string QuotedRelation(const columnar::RelationName& name);

}  // namespace dvt::connectors::sqlite
