#pragma once

#include <optional>
#include <string>

#include "dvt/columnar/types/relation.h"
#include "dvt/connectors/api/connector.h"

namespace dvt::connectors {

/// The column by whose ranges a table is read in parts.
struct PartitionChoice {
  const columnar::Field* column = nullptr;  ///< of the table that was looked at
  bool indexed = false;                     ///< it leads an index: a range of it is found without reading the table
  std::string why;                          ///< "the primary key", "an audit column" …
};

/// In this order: the user's `prefer_column`; a primary key of one number, date or time; a unique index of one such column; an
/// audit column (created_at, updated_at …); a number that leads an index; any number. nullopt: there is none. kConfig with the
/// nearest name if `preferred` is no column of the table, or cannot be split. The table must outlive the choice.
Result<std::optional<PartitionChoice>> ChoosePartitionColumn(const columnar::TableInfo& table, const std::string& preferred);

/// Numbers, dates and times; no year (MySQL), which has too few values.
bool CanBeSplit(const columnar::Field& field);

}  // namespace dvt::connectors
