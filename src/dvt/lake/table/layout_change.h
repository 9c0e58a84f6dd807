#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "dvt/lake/iceberg/column_change.h"
#include "dvt/lake/table/table.h"

namespace dvt::lake {

/// Changes columns, all in one commit of metadata: no file is written again. Where the table names the columns of files without ids
/// (schema.name-mapping.default), new names are added there.
Status ChangeColumns(Table& table, const std::vector<ColumnChange>& changes, std::stop_token stop);

/// How rows that are written from now on are dealt to files and ordered (as ParsePartitionSpec and ParseSortOrder read it); files that there are stay as
/// they are. Nothing of what is not given changes; an empty text ends the partitioning or the order.
Status ChangeLayout(Table& table, const std::optional<std::string>& partition_by, const std::optional<std::string>& sorted_by,
                    std::stop_token stop);

}  // namespace dvt::lake
