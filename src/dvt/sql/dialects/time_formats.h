#pragma once

#include <span>
#include <string>
#include <string_view>

namespace dvt::sql {

/// One directive of a format alphabet and what it is in strftime's, which all dialects meet in. Beyond C's letters there are "%-d" (not padded),
/// "%f" (microseconds), "%g" (milliseconds), "%n" (nanoseconds) and "%dstrict" (exactly so many digits when parsing).
struct FormatCode {
  std::string_view own;
  std::string_view strftime;
  bool read_only = false;  ///< an alias that is never written
};

/// How a system writes formats of dates and times.
struct TimeFormat {
  std::string_view name;
  std::span<const FormatCode> codes;
  bool ignore_case = false;     ///< YYYY is yyyy
  bool counts_letters = false;  ///< yyyy-MM-dd: when parsing, MM takes two digits and M one or two
  char literal = '\0';          ///< text between these marks stands for itself
  bool keeps_spelling = false;  ///< a format read and written by the same dialect stays as it is
};

/// The alphabet of that name ("java", "mysql", "postgres", …), or nullptr: strftime itself.
const TimeFormat* FindTimeFormat(std::string_view name);
/// A format in strftime's letters. What the alphabet does not know stays as it is.
std::string ToStrftime(const TimeFormat& alphabet, std::string_view format);
/// A format of the alphabet with every directive as the table spells it.
std::string Respell(const TimeFormat& alphabet, std::string_view format);
/// A format in the alphabet's own letters; `parsing` where it reads texts instead of writing them.
std::string FromStrftime(const TimeFormat* alphabet, std::string_view format, bool parsing);

}  // namespace dvt::sql
