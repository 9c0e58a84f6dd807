#include "dvt/connectors/mysql/value_encoder.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "dvt/connectors/mysql/quoting.h"

namespace dvt::connectors::mysql {

namespace {

using columnar::ColumnView;
using columnar::DataType;
using columnar::TypeKind;

constexpr int64_t kMicrosPerSecond = 1'000'000;
constexpr int64_t kMicrosPerDay = 86'400 * kMicrosPerSecond;
constexpr int32_t kMinDay = -719528;  // 0000-01-01
constexpr int32_t kMaxDay = 2932896;  // 9999-12-31

bool IsGeometryType(std::string_view native) {
  for (const char* name :
       {"geometry", "point", "linestring", "polygon", "multipoint", "multilinestring", "multipolygon", "geometrycollection"}) {
    if (native.starts_with(name)) return true;
  }
  return false;
}

bool IsBitType(std::string_view native) { return native.starts_with("bit(") || native == "bit"; }

// ---- numbers

template <class T>
bool AppendNumber(const ColumnView& view, int64_t row, int64_t, Spelling, std::string& out) {
  char text[24];
  const auto end = std::to_chars(text, text + sizeof(text), view.Fixed<T>(row));
  out.append(text, static_cast<size_t>(end.ptr - text));
  return true;
}

template <class T>
bool AppendFloat(const ColumnView& view, int64_t row, int64_t, Spelling, std::string& out) {
  const T value = view.Fixed<T>(row);
  if (!std::isfinite(value)) return false;
  char text[40];
  const auto end = std::to_chars(text, text + sizeof(text), value, std::chars_format::scientific);
  out.append(text, static_cast<size_t>(end.ptr - text));
  return true;
}

bool AppendBool(const ColumnView& view, int64_t row, int64_t, Spelling, std::string& out) {
  out += view.Bool(row) ? '1' : '0';
  return true;
}

bool AppendDecimal(const ColumnView& view, int64_t row, int64_t, Spelling, std::string& out) {
  const columnar::Int128 value = view.Decimal(row);
  const int scale = columnar::ArrowDecimal(view.type()).scale;
  const auto narrow = static_cast<int64_t>(value);
  if (narrow != value || scale > 18 || narrow == INT64_MIN) {
    columnar::AppendDecimalText(out, value, scale);
    return true;
  }
  // Digits from the right, with at least one before the point.
  char text[24];
  char* at = text + sizeof(text);
  auto rest = static_cast<uint64_t>(narrow < 0 ? -narrow : narrow);
  for (int digit = 0; rest != 0 || digit <= scale; ++digit) {
    if (digit == scale && scale > 0) *--at = '.';
    *--at = static_cast<char>('0' + rest % 10);
    rest /= 10;
  }
  if (narrow < 0) *--at = '-';
  out.append(at, static_cast<size_t>(text + sizeof(text) - at));
  return true;
}

bool AppendPlainText(const ColumnView& view, int64_t row, int64_t, Spelling, std::string& out) {
  columnar::AppendText(out, view, row);
  return true;
}

// ---- text and bytes

void AppendEscaped(std::string& out, std::string_view text, Spelling spelling) {
  if (spelling == Spelling::kLiterals) return AppendLiteral(out, text);
  size_t clean = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (static_cast<unsigned char>(c) > '\\' || (c != '\\' && c != '\t' && c != '\n' && c != '\0')) continue;
    out.append(text, clean, i - clean);
    out += '\\';
    out += c == '\0' ? '0' : c == '\t' ? 't' : c == '\n' ? 'n' : '\\';
    clean = i + 1;
  }
  out.append(text, clean, text.size() - clean);
}

bool AppendString(const ColumnView& view, int64_t row, int64_t, Spelling spelling, std::string& out) {
  AppendEscaped(out, view.Text(row), spelling);
  return true;
}

void AppendHex(std::string& out, std::string_view bytes, Spelling spelling) {
  if (spelling == Spelling::kLiterals) return AppendHexLiteral(out, bytes);
  static constexpr char kDigits[] = "0123456789abcdef";
  for (const char c : bytes) {
    out += kDigits[static_cast<unsigned char>(c) >> 4];
    out += kDigits[static_cast<unsigned char>(c) & 15];
  }
}

bool AppendBinary(const ColumnView& view, int64_t row, int64_t, Spelling spelling, std::string& out) {
  AppendHex(out, view.Text(row), spelling);
  return true;
}

bool AppendGeometry(const ColumnView& view, int64_t row, int64_t, Spelling spelling, std::string& out) {
  if (spelling == Spelling::kLiterals) out += "ST_GeomFromWKB(";
  AppendHex(out, view.Text(row), spelling);
  if (spelling == Spelling::kLiterals) out += ')';
  return true;
}

bool AppendUuidBytes(const ColumnView& view, int64_t row, int64_t, Spelling spelling, std::string& out) {
  AppendHex(out, {reinterpret_cast<const char*>(view.Bytes(row, 16)), 16}, spelling);
  return true;
}

// Any value as the text that SQL users write.
bool AppendAsString(const ColumnView& view, int64_t row, int64_t, Spelling spelling, std::string& out) {
  std::string text;
  columnar::AppendText(text, view, row);
  AppendEscaped(out, text, spelling);
  return true;
}

// ---- dates and times

void AppendTwoDigits(std::string& out, int64_t value) {
  out += static_cast<char>('0' + value / 10);
  out += static_cast<char>('0' + value % 10);
}

void AppendDay(std::string& out, int32_t days) {
  int64_t year;
  int month, day;
  columnar::CivilFromDays(days, year, month, day);
  AppendTwoDigits(out, year / 100);
  AppendTwoDigits(out, year % 100);
  out += '-';
  AppendTwoDigits(out, month);
  out += '-';
  AppendTwoDigits(out, day);
}

void AppendSpan(std::string& out, int64_t micros) {
  const int64_t seconds = micros / kMicrosPerSecond;
  const int64_t hours = seconds / 3600;
  if (hours >= 100) out += static_cast<char>('0' + hours / 100);
  AppendTwoDigits(out, hours % 100);
  out += ':';
  AppendTwoDigits(out, seconds / 60 % 60);
  out += ':';
  AppendTwoDigits(out, seconds % 60);
  int64_t fraction = micros % kMicrosPerSecond;
  if (fraction == 0) return;
  out += '.';
  for (int64_t unit = 100'000; unit > 0 && fraction > 0; unit /= 10) {
    out += static_cast<char>('0' + fraction / unit);
    fraction %= unit;
  }
}

// Literals are quoted; LOAD DATA fields are not.
template <class Body>
bool Quoted(Spelling spelling, std::string& out, const Body& body) {
  if (spelling == Spelling::kLiterals) out += '\'';
  body();
  if (spelling == Spelling::kLiterals) out += '\'';
  return true;
}

bool AppendDate(const ColumnView& view, int64_t row, int64_t, Spelling spelling, std::string& out) {
  const auto days = view.Fixed<int32_t>(row);
  if (days < kMinDay || days > kMaxDay) return false;
  return Quoted(spelling, out, [&] { AppendDay(out, days); });
}

bool AppendTimestamp(const ColumnView& view, int64_t row, int64_t unit, Spelling spelling, std::string& out) {
  const auto micros = view.Fixed<int64_t>(row);
  int64_t days = micros / kMicrosPerDay;
  if (micros % kMicrosPerDay < 0) --days;
  const int64_t rest = micros - days * kMicrosPerDay;
  if (days < kMinDay || days > kMaxDay || rest % unit != 0) return false;
  return Quoted(spelling, out, [&] {
    AppendDay(out, static_cast<int32_t>(days));
    out += ' ';
    AppendSpan(out, rest);
  });
}

bool AppendTime(const ColumnView& view, int64_t row, int64_t unit, Spelling spelling, std::string& out) {
  const auto micros = view.Fixed<int64_t>(row);
  if (micros < 0 || micros % unit != 0) return false;
  return Quoted(spelling, out, [&] { AppendSpan(out, micros); });
}

// An interval of days and time into a TIME column.
bool AppendInterval(const ColumnView& view, int64_t row, int64_t unit, Spelling spelling, std::string& out) {
  const auto value = view.Interval(row);
  if (value.months != 0 || value.nanoseconds % (1000 * unit) != 0) return false;
  const int64_t micros = value.days * kMicrosPerDay + value.nanoseconds / 1000;
  const int64_t magnitude = micros < 0 ? -micros : micros;
  if (magnitude / kMicrosPerSecond >= 839 * 3600) return false;
  return Quoted(spelling, out, [&] {
    if (micros < 0) out += '-';
    AppendSpan(out, magnitude);
  });
}

template <class Entry>
Entry IntegerAppend(TypeKind kind) {
  switch (kind) {
    case TypeKind::kInt8: return &AppendNumber<int8_t>;
    case TypeKind::kInt16: return &AppendNumber<int16_t>;
    case TypeKind::kInt32: return &AppendNumber<int32_t>;
    case TypeKind::kUInt8: return &AppendNumber<uint8_t>;
    case TypeKind::kUInt16: return &AppendNumber<uint16_t>;
    case TypeKind::kUInt32: return &AppendNumber<uint32_t>;
    case TypeKind::kUInt64: return &AppendNumber<uint64_t>;
    default: return &AppendNumber<int64_t>;
  }
}

int64_t UnitOf(const DataType& target, std::string_view native) {
  if (!native.starts_with("datetime") && !native.starts_with("timestamp") && !native.starts_with("time")) return 1;
  int64_t unit = 1;
  for (int i = target.precision; i < 6; ++i) unit *= 10;
  return unit;
}

}  // namespace

std::string LoadExpression(const TargetColumn& column, int index) {
  const std::string variable = fmt::format("@dvt{}", index);
  const bool hex = column.target.kind == TypeKind::kBinary &&
                   (column.source.kind == TypeKind::kBinary || column.source.kind == TypeKind::kUuid || column.source.is_text());
  if (IsGeometryType(column.native_type)) return "ST_GeomFromWKB(UNHEX(" + variable + "))";
  if (hex) return "UNHEX(" + variable + ")";
  if (IsBitType(column.native_type)) return "CAST(" + variable + " AS UNSIGNED)";
  return {};
}

Result<RowEncoder> RowEncoder::Make(std::vector<TargetColumn> columns, Spelling spelling) {
  RowEncoder encoder;
  for (const auto& column : columns) {
    DVT_ASSIGN(auto plan, PlanOf(column));
    encoder.plans_.push_back(plan);
  }
  encoder.columns_ = std::move(columns);
  encoder.spelling_ = spelling;
  return encoder;
}

Result<RowEncoder::Plan> RowEncoder::PlanOf(const TargetColumn& column) {
  const TypeKind from = column.source.kind, to = column.target.kind;
  const int64_t unit = UnitOf(column.target, column.native_type);
  const Error mismatch = Error(ErrorCode::kType, fmt::format("column '{}' of type {} cannot take values of type {}", column.name,
                                                             column.native_type, column.source.ToString()));
  const bool to_bytes = to == TypeKind::kBinary;
  if (IsGeometryType(column.native_type)) {
    if (from != TypeKind::kBinary) return mismatch;
    return Plan{&AppendGeometry, 1};
  }
  switch (from) {
    case TypeKind::kBool: return Plan{&AppendBool, 1};
    case TypeKind::kFloat32: return Plan{&AppendFloat<float>, 1};
    case TypeKind::kFloat64: return Plan{&AppendFloat<double>, 1};
    case TypeKind::kDecimal:
      return Plan{columnar::ArrowDecimal(column.source).bits == 128 ? &AppendDecimal : &AppendPlainText, 1};
    case TypeKind::kNull: return Plan{&AppendPlainText, 1};
    case TypeKind::kBinary:
      if (!to_bytes) return Error(mismatch).WithHint("Make the column a blob or varbinary.");
      return Plan{&AppendBinary, 1};
    case TypeKind::kUuid: return Plan{to_bytes ? &AppendUuidBytes : &AppendAsString, 1};
    case TypeKind::kString:
    case TypeKind::kJson:
    case TypeKind::kUnknown: return Plan{to_bytes ? &AppendBinary : &AppendString, 1};
    case TypeKind::kDate: return Plan{&AppendDate, 1};
    case TypeKind::kTime: return Plan{&AppendTime, unit};
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampTz: return Plan{&AppendTimestamp, unit};
    case TypeKind::kInterval: return Plan{column.native_type.starts_with("time") ? &AppendInterval : &AppendAsString, unit};
    case TypeKind::kList:
    case TypeKind::kStruct: return Plan{&AppendAsString, 1};
    default: return Plan{IntegerAppend<Append>(from), 1};
  }
}

Status RowEncoder::AppendRow(const std::vector<ColumnView>& views, int64_t row, std::string& out) const {
  const bool load = spelling_ == Spelling::kLoadData;
  if (!load) out += '(';
  for (size_t i = 0; i < plans_.size(); ++i) {
    if (i > 0) out += load ? '\t' : ',';
    const ColumnView& view = views[i];
    if (view.type().kind == TypeKind::kNull || view.IsNull(row)) {
      out += load ? "\\N" : "NULL";
    } else if (!plans_[i].append(view, row, plans_[i].unit, spelling_, out)) {
      return Refuse(view, row, i);
    }
  }
  out += load ? '\n' : ')';
  return {};
}

Error RowEncoder::Refuse(const ColumnView& view, int64_t row, size_t column) const {
  std::string value;
  columnar::AppendText(value, view, row);
  return Error(ErrorCode::kData, fmt::format("column '{}' of type {} cannot hold {} exactly", columns_[column].name,
                                             columns_[column].native_type, value))
      .WithHint("Change the column's type, or cast or round the value in the model.");
}

}  // namespace dvt::connectors::mysql
