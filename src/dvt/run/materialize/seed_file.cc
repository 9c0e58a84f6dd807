#include "dvt/run/materialize/seed_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>

#include "dvt/base/text/text.h"
#include "dvt/columnar/c_abi/column_view.h"

namespace dvt::run {

using columnar::DataType;
using columnar::Field;
using columnar::Fields;
using columnar::TypeKind;

namespace {

bool ParseInteger(std::string_view text, int64_t& out) {
  std::string digits;
  for (const char c : text) {
    if (c != '_') digits += c;
  }
  std::string_view view = digits;
  if (!view.empty() && view[0] == '+') view.remove_prefix(1);
  const auto result = std::from_chars(view.data(), view.data() + view.size(), out);
  return !view.empty() && result.ec == std::errc() && result.ptr == view.data() + view.size();
}

bool ParseFloat(std::string_view text, double& out) {
  if (!text.empty() && text[0] == '+') text.remove_prefix(1);
  if (text.empty() || text.find_first_not_of("0123456789.eE+-") != std::string_view::npos) return false;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), out);
  return result.ec == std::errc() && result.ptr == text.data() + text.size() && std::isfinite(out);
}

bool ParseBool(std::string_view text, bool& out) {
  out = EqualsIgnoreCase(text, "true");
  return out || EqualsIgnoreCase(text, "false");
}

// Whole seconds only, as dbt infers timestamps; a fraction stays text.
bool ParseSeedTimestamp(std::string_view text, int64_t& micros) {
  if (text.size() < 16 || text.find('.') != std::string_view::npos) return false;
  if (text.find('+') != std::string_view::npos || text.find('-', 11) != std::string_view::npos) return false;
  return columnar::ParseTimestamp(text, micros);
}

// Which types every cell of a column so far allows.
struct Candidates {
  bool integer = true, floating = true, boolean = true, date = true, timestamp = true;
  bool small = true;  // fits a 32-bit integer
  bool any = false;

  void See(std::string_view text) {
    any = true;
    int64_t integer_value = 0, micros;
    double float_value;
    bool bool_value;
    int32_t days;
    const bool is_integer = ParseInteger(text, integer_value);
    const bool is_float = is_integer || ParseFloat(text, float_value);
    if (!is_integer && is_float && std::floor(float_value) == float_value && std::fabs(float_value) < 9e15) {
      // "2.0" and "1e5" are whole numbers to dbt.
      integer_value = static_cast<int64_t>(float_value);
    } else if (!is_integer) {
      integer = false;
    }
    small = small && integer_value >= INT32_MIN && integer_value <= INT32_MAX;
    floating = floating && is_float;
    boolean = boolean && ParseBool(text, bool_value);
    date = date && columnar::ParseDate(text, days);
    timestamp = timestamp && ParseSeedTimestamp(text, micros);
  }

  DataType Choose() const {
    if (!any) return TypeKind::kInt32;
    if (floating && integer) return small ? TypeKind::kInt32 : TypeKind::kInt64;
    if (floating) return TypeKind::kFloat64;
    if (boolean) return TypeKind::kBool;
    if (date) return TypeKind::kDate;
    if (timestamp) return TypeKind::kTimestamp;
    return DataType::String();
  }
};

bool AppendInteger(columnar::ColumnBuilder& column, std::string_view text) {
  int64_t value;
  if (double real; !ParseInteger(text, value)) {
    if (!ParseFloat(text, real) || std::floor(real) != real || std::fabs(real) > 9e15) return false;
    value = static_cast<int64_t>(real);
  }
  switch (column.type().kind) {
    case TypeKind::kInt8: column.AppendFixed(static_cast<int8_t>(value)); return value == static_cast<int8_t>(value);
    case TypeKind::kInt16: column.AppendFixed(static_cast<int16_t>(value)); return value == static_cast<int16_t>(value);
    case TypeKind::kInt32: column.AppendFixed(static_cast<int32_t>(value)); return value == static_cast<int32_t>(value);
    case TypeKind::kUInt8: column.AppendFixed(static_cast<uint8_t>(value)); return value == static_cast<uint8_t>(value);
    case TypeKind::kUInt16: column.AppendFixed(static_cast<uint16_t>(value)); return value == static_cast<uint16_t>(value);
    case TypeKind::kUInt32: column.AppendFixed(static_cast<uint32_t>(value)); return value == static_cast<uint32_t>(value);
    default: column.AppendFixed(value); return true;
  }
}

bool AppendDecimalCell(columnar::ColumnBuilder& column, std::string_view text) {
  const auto shape = columnar::ArrowDecimal(column.type());
  columnar::Int128 value;
  if (shape.bits != 128 || !columnar::ParseDecimal(text, shape.precision, shape.scale, value)) return false;
  column.AppendDecimal(value);
  return true;
}

bool AppendTemporal(columnar::ColumnBuilder& column, std::string_view text) {
  int64_t micros;
  if (column.type().kind == TypeKind::kDate) {
    int32_t days;
    if (!columnar::ParseDate(text, days)) {  // of a moment, its day
      if (!columnar::ParseTimestamp(text, micros)) return false;
      constexpr int64_t kMicrosOfDay = 86'400'000'000;
      days = static_cast<int32_t>((micros < 0 ? micros - kMicrosOfDay + 1 : micros) / kMicrosOfDay);
    }
    column.AppendFixed(days);
    return true;
  }
  const bool fits =
      column.type().kind == TypeKind::kTime ? columnar::ParseTime(text, micros) : columnar::ParseTimestamp(text, micros);
  if (fits) column.AppendFixed(micros);
  return fits;
}

bool AppendCell(columnar::ColumnBuilder& column, std::string_view cell) {
  const DataType& type = column.type();
  const bool is_text = type.kind == TypeKind::kString || type.kind == TypeKind::kJson || type.kind == TypeKind::kUnknown ||
                       type.kind == TypeKind::kBinary;
  const std::string_view text = is_text ? cell : TrimView(cell);
  if (type.is_integer()) return AppendInteger(column, text);
  double real;
  bool truth;
  switch (type.kind) {
    case TypeKind::kBool:
      if (text == "1" || text == "0")
        truth = text == "1";
      else if (!ParseBool(text, truth))
        return false;
      column.AppendBool(truth);
      return true;
    case TypeKind::kFloat32:
    case TypeKind::kFloat64:
      if (!ParseFloat(text, real)) return false;
      if (type.kind == TypeKind::kFloat32)
        column.AppendFixed(static_cast<float>(real));
      else
        column.AppendFixed(real);
      return true;
    case TypeKind::kDecimal: return AppendDecimalCell(column, text);
    case TypeKind::kDate:
    case TypeKind::kTime:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampTz: return AppendTemporal(column, text);
    case TypeKind::kString:
    case TypeKind::kJson:
    case TypeKind::kUnknown:
    case TypeKind::kBinary: column.AppendBytes(text); return true;
    default: return false;
  }
}

}  // namespace

namespace {

Status ReadHeader(const std::vector<CsvCell>& cells, SeedFile& seed) {
  for (const auto& cell : cells) {
    std::string name(TrimView(cell.text));
    if (std::find(seed.header.begin(), seed.header.end(), name) != seed.header.end())
      return Error(ErrorCode::kData, fmt::format("the header names the column '{}' twice", name)).At({seed.path, 1, 0});
    seed.header.push_back(std::move(name));
  }
  return {};
}

// The first line that is no UTF-8; 0: all are.
int BrokenLine(std::string_view text) {
  if (IsUtf8(text)) return 0;
  int line = 1;
  for (size_t begin = 0; begin < text.size(); ++line) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    if (!IsUtf8(text.substr(begin, end - begin))) return line;
    begin = end + 1;
  }
  return 1;
}

}  // namespace

Result<SeedFile> ParseSeed(const std::string& path, std::string_view text, char delimiter) {
  SeedFile seed;
  seed.path = path;
  if (const int line = BrokenLine(text); line > 0) {
    return Error(ErrorCode::kData, "the seed is no UTF-8 text")
        .At({path, line, 0})
        .WithHint("save the file with the encoding UTF-8");
  }
  CsvScanner scanner(text, delimiter);
  std::vector<CsvCell> cells;
  while (!scanner.done()) {
    const int line = scanner.line();
    if (!scanner.Next(cells)) {
      return Error(ErrorCode::kData, "a quoted cell that begins here never ends")
          .At({path, line, 0})
          .WithHint("close it with a \" character");
    }
    if (seed.header.empty()) {
      DVT_TRY(ReadHeader(cells, seed));
      continue;
    }
    if (cells.size() == 1 && cells[0].text.empty() && seed.header.size() > 1) continue;  // a blank line
    if (cells.size() != seed.header.size()) {
      return Error(ErrorCode::kData, fmt::format("this row has {} cells, the header has {}", cells.size(), seed.header.size()))
          .At({path, line, 0});
    }
    seed.rows.push_back(cells);
    seed.lines.push_back(line);
  }
  if (seed.header.empty()) return Error(ErrorCode::kData, "the seed is empty; it needs a header line").At({path, 1, 0});
  return seed;
}

Result<Fields> SeedFields(const SeedFile& seed, const Value& column_types,
                          const std::function<Result<DataType>(const std::string&)>& parse_type) {
  Fields fields;
  for (size_t c = 0; c < seed.header.size(); ++c) {
    Field field{seed.header[c], {}, true, {}};
    if (const Value* wanted = column_types.Find(field.name); wanted != nullptr && wanted->is_string()) {
      field.native_type = wanted->as_string();
      auto type = parse_type(field.native_type);
      // A type that only the server knows is loaded as text and converted there.
      field.type = type ? *type : DataType::String();
    } else {
      Candidates candidates;
      for (const auto& row : seed.rows) {
        if (!row[c].text.empty()) candidates.See(row[c].text);
      }
      field.type = candidates.Choose();
    }
    fields.push_back(std::move(field));
  }
  return fields;
}

Status UnquoteNames(columnar::Fields& fields, const std::string& path, const sql::Dialect& dialect) {
  for (auto& field : fields) {
    std::string& name = field.name;
    // A header that says """from""" brings its own quotes.
    if (name.size() > 2 && name.front() == '"' && name.back() == '"') {
      name = ReplaceAll(name.substr(1, name.size() - 2), "\"\"", "\"");
      continue;
    }
    const bool plain = !name.empty() && !sql::IsReserved(dialect, name) &&
                       std::isdigit(static_cast<unsigned char>(name[0])) == 0 &&
                       std::all_of(name.begin(), name.end(),
                                   [](unsigned char c) { return std::isalnum(c) != 0 || c == '_' || c == '$' || c >= 0x80; });
    if (!plain) {
      return Error(ErrorCode::kSyntax, fmt::format("syntax error: the column name '{}' needs quotes", name))
          .At({path, 1, 1})
          .WithHint("quote_columns is false: set it to true, or check the seed's delimiter");
    }
    if (dialect.folding == sql::Folding::kLower) name = ToLower(name);
    if (dialect.folding == sql::Folding::kUpper) name = ToUpper(name);
  }
  return {};
}

Result<columnar::Stream> SeedStream(const SeedFile& seed, const Fields& fields) {
  constexpr int64_t kBatchRows = 10'000;
  columnar::BatchBuilder builder(fields);
  std::vector<columnar::Array> batches;
  for (size_t r = 0; r < seed.rows.size(); ++r) {
    for (size_t c = 0; c < fields.size(); ++c) {
      const std::string& text = seed.rows[r][c].text;
      auto& column = builder.column(static_cast<int>(c));
      if (text.empty()) {
        column.AppendNull();
      } else if (!AppendCell(column, text)) {
        return Error(ErrorCode::kData,
                     fmt::format("'{}' in column '{}' is no {}", text, fields[c].name, fields[c].type.ToString()))
            .At({seed.path, seed.lines[r], 0})
            .WithHint("correct the cell, or set column_types for the seed");
      }
    }
    if (builder.rows() == kBatchRows) batches.push_back(builder.Finish());
  }
  if (builder.rows() > 0) batches.push_back(builder.Finish());
  return columnar::MakeStream(fields, std::move(batches));
}

}  // namespace dvt::run
