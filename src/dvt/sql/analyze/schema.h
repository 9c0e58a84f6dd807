#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "dvt/base/result/result.h"
#include "dvt/columnar/types/relation.h"
#include "dvt/sql/dialects/dialect.h"

namespace dvt::sql {

/// Tells the analysis what columns a table has.
class SchemaProvider {
 public:
  virtual ~SchemaProvider() = default;
  /// Columns of a table as named in the query (parts folded by the dialect, absent parts empty), valid while the provider lives; nullptr if
  /// the table, or only its columns, are not known.
  virtual const columnar::Fields* Columns(const columnar::RelationName& table) = 0;
};

/// A type as the dialect writes it, nested ones too ("INT", "STRUCT<a INT>[]", "VARCHAR(10) NOT NULL"); a name that it lacks is looked up in
/// the neutral dialect. kType if it cannot be read; kUnknown inside the result for a name that nobody knows.
Result<columnar::DataType> ReadTypeName(std::string_view text, const Dialect& dialect);

/// A provider over a plain map; names compare by their last part if fewer parts are given.
class MapSchema : public SchemaProvider {
 public:
  void Add(columnar::RelationName table, columnar::Fields columns);
  const columnar::Fields* Columns(const columnar::RelationName& table) override;

 private:
  std::vector<std::pair<columnar::RelationName, columnar::Fields>> tables_;
};

}  // namespace dvt::sql
