#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dvt {

/// One cell of a CSV record.
struct CsvCell {
  std::string text;
  bool quoted = false;
};

/// Records of CSV text one by one (RFC 4180, also with LF line ends; a UTF-8 byte order mark is passed over). The text must outlive
/// it.
class CsvScanner {
 public:
  CsvScanner(std::string_view text, char delimiter);

  bool done() const { return at_ >= text_.size(); }
  /// The line that the next record begins on, counted from 1.
  int line() const { return line_; }
  /// The next record's cells; false if a quoted cell never ends.
  bool Next(std::vector<CsvCell>& cells);

 private:
  bool Quoted(CsvCell& cell);

  std::string_view text_;
  char delimiter_;
  size_t at_ = 0;
  int line_ = 1;
};

}  // namespace dvt
