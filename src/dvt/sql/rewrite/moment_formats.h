#pragma once

#include <string>
#include <string_view>

namespace dvt::sql {

/// An expression of DuckDB that writes `moment` (an expression of a date or timestamp) as MySQL's DATE_FORMAT does by `format`; empty: there is
/// a code in it whose text is not known to be the same.
std::string MysqlMomentText(std::string_view format, const std::string& moment);
/// The same for PostgreSQL's TO_CHAR.
std::string PostgresMomentText(std::string_view format, const std::string& moment);

/// What a text says by a format.
struct ReadMoment {
  bool has_date = false;
  bool has_time = false;
  std::string date;  ///< 2024-02-29
  std::string time;  ///< 23:59:59, perhaps with a fraction
};
/// Reads a text that follows the format letter by letter, as STR_TO_DATE or TO_DATE would; nothing where a system might be lenient.
ReadMoment ReadByMysqlFormat(std::string_view text, std::string_view format);
ReadMoment ReadByPostgresFormat(std::string_view text, std::string_view format);

}  // namespace dvt::sql
