#include "dvt/template/dbt/table_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "dvt/base/text/text.h"
#include "dvt/template/lang/unicode.h"

namespace dvt::tmpl {

namespace {

constexpr std::string_view kLeftOut = "...";

// Digits as they are written, split at the point.
struct Digits {
  std::string whole;
  std::string decimals;
};

Digits DigitsOf(const Object& value) {
  const std::string text = value.is_int() ? value.Str() : fmt::format("{}", value.as_float());
  if (text.find_first_not_of("-0123456789.") != std::string::npos) return {value.Str(), ""};  // nan, 1e+40
  const size_t point = text.find('.');
  return {text.substr(0, point), point == std::string::npos ? "" : text.substr(point + 1)};
}

std::string Grouped(const std::string& whole) {
  std::string out;
  const size_t first = whole.starts_with('-') ? 1 : 0;
  if (whole.find_first_not_of("0123456789", first) != std::string::npos) return whole;
  for (size_t i = 0; i < whole.size(); ++i) {
    if (i > first && (whole.size() - i) % 3 == 0) out += ',';
    out += whole[i];
  }
  return out;
}

bool IsNumber(const Object& value) { return value.is_number() && !value.is_bool(); }

struct TextColumn {
  std::vector<std::string> cells;  ///< the first is the head
  size_t width = 0;
  bool left = false;  ///< texts; all else is aligned to the right
};

class TextColumns {
 public:
  TextColumns(const QueryTable& table, const TableLimits& limits) : table_(table), limits_(limits) {
    const size_t shown = Shown(table.columns.size(), limits.columns);
    rows_ = Shown(table.rows.size(), limits.rows);
    for (size_t i = 0; i < shown; ++i) Add(i);
    if (shown < table.columns.size()) {
      TextColumn rest;
      rest.cells.assign(rows_ + 1, std::string(kLeftOut));
      columns_.push_back(std::move(rest));
    }
    for (auto& column : columns_) {
      if (rows_ < table.rows.size()) column.cells.emplace_back(kLeftOut);
      for (const auto& cell : column.cells) column.width = std::max(column.width, static_cast<size_t>(CodePoints(cell)));
    }
  }

  std::string Text() const {
    std::string out;
    for (size_t row = 0; !columns_.empty() && row < columns_[0].cells.size(); ++row) {
      for (const auto& column : columns_) {
        const std::string blanks(column.width - static_cast<size_t>(CodePoints(column.cells[row])), ' ');
        out += "| " + (column.left ? column.cells[row] + blanks : blanks + column.cells[row]) + " ";
      }
      out += "|\n";
      if (row > 0) continue;
      for (const auto& column : columns_) out += "| " + std::string(column.width, '-') + " ";
      out += "|\n";
    }
    return out;
  }

 private:
  static size_t Shown(size_t there, int64_t limit) { return limit < 0 ? there : std::min(there, static_cast<size_t>(limit)); }

  void Add(size_t index) {
    TextColumn column;
    size_t decimals = 0;
    for (size_t row = 0; row < rows_; ++row) {
      const Object& value = table_.rows[row][index];
      column.left = column.left || value.is_string();
      if (IsNumber(value)) decimals = std::max(decimals, DigitsOf(value).decimals.size());
    }
    column.left = column.left || rows_ == 0;
    column.cells.push_back(Cut(table_.columns[index]));
    for (size_t row = 0; row < rows_; ++row) column.cells.push_back(Cell(table_.rows[row][index], decimals));
    columns_.push_back(std::move(column));
  }

  std::string Cell(const Object& value, size_t decimals) const {
    if (value.is_none()) return "";
    if (!IsNumber(value)) return Cut(value.Str());
    Digits digits = DigitsOf(value);
    const bool cut = limits_.precision >= 0 && decimals > static_cast<size_t>(limits_.precision);
    digits.decimals.resize(cut ? static_cast<size_t>(limits_.precision) : decimals, '0');
    return Grouped(digits.whole) + (digits.decimals.empty() ? "" : "." + digits.decimals) + (cut ? "…" : "");
  }

  std::string Cut(const std::string& text) const {
    auto points = ToCodePoints(text);
    if (limits_.width < 0 || points.size() <= static_cast<size_t>(limits_.width)) return text;
    points.resize(static_cast<size_t>(std::max<int64_t>(limits_.width - static_cast<int64_t>(kLeftOut.size()), 0)));
    return FromCodePoints(points) + std::string(kLeftOut);
  }

  const QueryTable& table_;
  const TableLimits& limits_;
  size_t rows_ = 0;
  std::vector<TextColumn> columns_;
};

std::string CsvCell(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

}  // namespace

std::string TableText(const QueryTable& table, const TableLimits& limits) { return TextColumns(table, limits).Text(); }

std::string TableCsv(const QueryTable& table) {
  std::vector<std::string> cells;
  for (const auto& name : table.columns) cells.push_back(CsvCell(name));
  std::string out = Join(cells, ",") + "\n";
  for (const auto& row : table.rows) {
    cells.clear();
    for (const auto& value : row) cells.push_back(value.is_none() ? "" : CsvCell(value.Str()));
    out += Join(cells, ",") + "\n";
  }
  return out;
}

std::string TableJson(const QueryTable& table, int indent) {
  Value rows = Value::MakeList();
  for (const auto& row : table.rows) {
    Value entry = Value::MakeMap();
    for (size_t i = 0; i < row.size(); ++i) entry.Set(table.columns[i], row[i].ToValue());
    rows.Push(std::move(entry));
  }
  return ToJson(rows, indent);
}

}  // namespace dvt::tmpl
