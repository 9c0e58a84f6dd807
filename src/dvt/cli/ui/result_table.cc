#include "dvt/cli/ui/result_table.h"

#include <algorithm>

namespace dvt::cli {

namespace {

int CodePoints(const std::string& text) {
  return static_cast<int>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

// One line per cell: control characters as escapes, cut to the width.
std::string CellText(const std::string& text, int max_width) {
  std::string out;
  int columns = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if ((static_cast<unsigned char>(c) & 0xC0) != 0x80 && ++columns > max_width) return out + "…";
    if (c == '\n')
      out += "\\n";
    else if (c == '\t')
      out += "\\t";
    else if (static_cast<unsigned char>(c) < 32)
      out += '?';
    else
      out += c;
  }
  return out;
}

}  // namespace

std::string ResultTable(const std::vector<std::string>& header, const std::vector<std::vector<std::string>>& rows,
                        const std::vector<bool>& right_aligned, int max_width) {
  std::vector<std::vector<std::string>> cells{header};
  for (const auto& row : rows) {
    auto& line = cells.emplace_back();
    for (const auto& cell : row) line.push_back(CellText(cell, max_width));
  }
  std::vector<int> widths(header.size(), 1);
  for (const auto& line : cells) {
    for (size_t c = 0; c < line.size(); ++c) widths[c] = std::max(widths[c], CodePoints(line[c]));
  }
  std::string out;
  for (size_t r = 0; r < cells.size(); ++r) {
    for (size_t c = 0; c < cells[r].size(); ++c) {
      const std::string pad(static_cast<size_t>(widths[c] - CodePoints(cells[r][c])), ' ');
      out += c == 0 ? " " : " | ";
      out += right_aligned[c] && r > 0 ? pad + cells[r][c] : cells[r][c] + pad;
    }
    out.erase(out.find_last_not_of(' ') + 1);
    out += '\n';
    if (r > 0) continue;
    for (size_t c = 0; c < widths.size(); ++c) out += (c == 0 ? "-" : "-+-") + std::string(static_cast<size_t>(widths[c]), '-');
    out += "-\n";
  }
  return out;
}

}  // namespace dvt::cli
