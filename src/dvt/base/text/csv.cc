#include "dvt/base/text/csv.h"

namespace dvt {

CsvScanner::CsvScanner(std::string_view text, char delimiter) : text_(text), delimiter_(delimiter) {
  if (text_.substr(0, 3) == "\xEF\xBB\xBF") at_ = 3;
}

bool CsvScanner::Next(std::vector<CsvCell>& cells) {
  cells.clear();
  for (;;) {
    CsvCell cell;
    if (at_ < text_.size() && text_[at_] == '"') {
      if (!Quoted(cell)) return false;
    }
    while (at_ < text_.size() && text_[at_] != delimiter_ && text_[at_] != '\n' && text_[at_] != '\r') cell.text += text_[at_++];
    cells.push_back(std::move(cell));
    if (at_ < text_.size() && text_[at_] == delimiter_) {
      ++at_;
      continue;
    }
    if (at_ < text_.size() && text_[at_] == '\r') ++at_;
    if (at_ < text_.size() && text_[at_] == '\n') ++at_;
    ++line_;
    return true;
  }
}

bool CsvScanner::Quoted(CsvCell& cell) {
  cell.quoted = true;
  for (++at_; at_ < text_.size(); ++at_) {
    if (text_[at_] == '"') {
      if (at_ + 1 < text_.size() && text_[at_ + 1] == '"') {
        ++at_;
      } else {
        ++at_;
        return true;
      }
    }
    if (text_[at_] == '\n') ++line_;
    cell.text += text_[at_];
  }
  return false;
}

}  // namespace dvt
