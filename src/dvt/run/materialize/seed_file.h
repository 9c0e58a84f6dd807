#pragma once

#include <functional>
#include <string>
#include <vector>

#include "dvt/base/text/csv.h"
#include "dvt/base/text/value.h"
#include "dvt/columnar/c_abi/stream.h"
#include "dvt/sql/dialects/dialect.h"

namespace dvt::run {

/// A CSV seed in memory: header and rows as text, with the line each row began on.
struct SeedFile {
  std::string path;
  std::vector<std::string> header;
  std::vector<std::vector<CsvCell>> rows;
  std::vector<int> lines;
};

/// Parses RFC 4180 CSV (also with LF line ends, and a UTF-8 byte order mark). Rows of another width than the header are errors
/// that name the line.
Result<SeedFile> ParseSeed(const std::string& path, std::string_view text, char delimiter);

/// Types of the columns: `column_types` (column → SQL type) first, parsed by `parse_type`; else from the values, as dbt does: integer,
/// double, boolean, date, timestamp, else text. An empty cell is NULL.
Result<columnar::Fields> SeedFields(const SeedFile& seed, const Value& column_types,
                                    const std::function<Result<columnar::DataType>(const std::string&)>& parse_type);

/// The names as the system takes names without quotes (`quote_columns: false`). An error for one that needs quotes.
Status UnquoteNames(columnar::Fields& fields, const std::string& path, const sql::Dialect& dialect);

/// The rows as typed batches. A cell that does not fit its column's type is an error with file, line and column name.
Result<columnar::Stream> SeedStream(const SeedFile& seed, const columnar::Fields& fields);

}  // namespace dvt::run
