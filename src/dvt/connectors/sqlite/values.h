#pragma once

#include <sqlite3.h>

#include "dvt/columnar/c_abi/batch_builder.h"
#include "dvt/columnar/c_abi/column_view.h"
#include "dvt/columnar/hash/value_encoder.h"

namespace dvt::connectors::sqlite {

/// Appends the value of a result column (any storage class) to a builder of the neutral type; false if it does not fit, with
/// nothing appended. Numbers in date columns are what SQLite's date functions take them for: INTEGER seconds since 1970, REAL
/// Julian days.
bool AppendValue(columnar::ColumnBuilder& builder, sqlite3_stmt* statement, int column);
/// The same for an argument of an SQL function, spelled for hashing.
bool AppendValue(columnar::ValueEncoder& encoder, sqlite3_value* value);

/// Binds a value as the declared type of TypeNameOf keeps it: dates as ISO text, decimals as INTEGER or REAL, UUIDs, lists and
/// intervals as text. `scratch` holds bound texts until the next call. SQLITE_OK, or SQLITE_MISMATCH if the value has no home.
int BindValue(sqlite3_stmt* statement, int parameter, const columnar::ColumnView& column, int64_t row, std::string& scratch);

}  // namespace dvt::connectors::sqlite
