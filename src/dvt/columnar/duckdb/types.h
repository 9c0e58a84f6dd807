#pragma once

#include <duckdb.h>

#include <string>
#include <vector>

#include "dvt/base/result/result.h"
#include "dvt/columnar/duckdb/handles.h"
#include "dvt/columnar/types/data_type.h"

namespace dvt::columnar::duckdb {

/// How a DuckDB type reaches the neutral types.
struct MappedType {
  DataType type;
  bool direct = true;   ///< ChunkReader converts it as it is
  std::string cast_to;  ///< not direct: the DuckDB type to cast to first
  std::string note;     ///< what is lost or changed, one clause; empty: nothing
};

/// The neutral type of a DuckDB type. Maps travel as JSON; unions, bit strings, bignum, time with zone, enums and
/// geometries as text; arrays of fixed size as lists; hugeint as decimal(38,0).
MappedType MapType(duckdb_logical_type type);
/// The same from a type's name ("DECIMAL(10,2)", "STRUCT(a INTEGER)[]"), as the catalog functions spell it.
Result<MappedType> MapTypeName(duckdb_connection connection, const std::string& name);

/// DuckDB's type for a neutral type, as DDL text. Decimals of more than 38 digits become DECIMAL(38, s) and `loss` (may be
/// null) gets a sentence.
std::string TypeNameOf(const DataType& type, std::string* loss = nullptr);
/// The same as a handle.
OwnedType LogicalTypeOf(const DataType& type);
/// Precision and scale that a neutral decimal has in DuckDB.
DecimalShape DecimalOf(const DataType& type);

/// Columns of a prepared query.
struct QueryColumns {
  Fields fields;
  bool direct = true;      ///< every column is
  std::string cast_query;  ///< not direct: a query over the original whose columns are
  std::vector<std::string> notes;
};
QueryColumns ColumnsOf(duckdb_prepared_statement statement, const std::string& sql);

}  // namespace dvt::columnar::duckdb
