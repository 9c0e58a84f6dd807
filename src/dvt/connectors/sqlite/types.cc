#include "dvt/connectors/sqlite/types.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "dvt/base/text/text.h"

namespace dvt::connectors::sqlite {
namespace {

using columnar::DataType;
using columnar::TypeKind;

/// Numbers in the parentheses of "DECIMAL(15, 2)".
std::pair<int, int> Arguments(std::string_view declared) {
  const size_t open = declared.find('('), close = declared.find(')');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) return {0, 0};
  int numbers[2] = {0, 0};
  size_t index = 0;
  for (const std::string& part : Split(declared.substr(open + 1, close - open - 1), ',')) {
    const std::string_view text = TrimView(part);
    if (index < 2) std::from_chars(text.data(), text.data() + text.size(), numbers[index++]);
  }
  return {numbers[0], numbers[1]};
}

DataType DecimalType(std::string_view declared) {
  auto [precision, scale] = Arguments(declared);
  if (precision <= 0) return DataType::Decimal(0, 0);
  precision = std::min(precision, 38);
  return DataType::Decimal(precision, std::clamp(scale, 0, precision));
}

}  // namespace

std::optional<DataType> TypeFromDeclaration(std::string_view declared) {
  const std::string upper = ToUpper(TrimView(declared));
  if (upper.empty()) return std::nullopt;
  const std::string base(TrimView(std::string_view(upper).substr(0, upper.find('('))));
  const auto has = [&](std::string_view part) { return upper.find(part) != std::string::npos; };
  const auto is = [&](std::initializer_list<std::string_view> names) {
    return std::find(names.begin(), names.end(), base) != names.end();
  };
  if (is({"BOOL", "BOOLEAN"})) return DataType(TypeKind::kBool);
  if (is({"DATE"})) return DataType(TypeKind::kDate);
  if (is({"TIME"})) return DataType(TypeKind::kTime);
  if (is({"TIMESTAMPTZ", "TIMESTAMP_TZ"}) || (has("TIMESTAMP") && has("WITH TIME ZONE"))) return DataType(TypeKind::kTimestampTz);
  if (base.starts_with("TIMESTAMP") || is({"DATETIME", "SMALLDATETIME"})) return DataType(TypeKind::kTimestamp);
  if (is({"DECIMAL", "DEC", "NUMERIC", "NUMBER", "MONEY"})) return DecimalType(upper);
  if (is({"UUID", "GUID"})) return DataType(TypeKind::kUuid);
  if (base.starts_with("JSON")) return DataType(TypeKind::kJson);
  if (has("INT") && !has("POINT") && !has("INTERVAL")) return DataType(TypeKind::kInt64);
  if (has("CHAR") || has("CLOB") || has("TEXT")) return DataType::String();
  if (has("BLOB") || has("BINARY")) return DataType(TypeKind::kBinary);
  if (has("REAL") || has("FLOA") || has("DOUB")) return DataType(TypeKind::kFloat64);
  return DataType::String();
}

std::string TypeNameOf(const DataType& type, std::string* loss) {
  const auto lose = [&](std::string sentence) {
    if (loss != nullptr) *loss = std::move(sentence);
  };
  switch (type.kind) {
    case TypeKind::kBool: return "BOOLEAN";
    case TypeKind::kInt8:
    case TypeKind::kInt16:
    case TypeKind::kInt32:
    case TypeKind::kInt64:
    case TypeKind::kUInt8:
    case TypeKind::kUInt16:
    case TypeKind::kUInt32: return "INTEGER";
    case TypeKind::kUInt64:
      lose("SQLite's integers have 63 bits: values of uint64 above 9223372036854775807 are refused");
      return "INTEGER";
    case TypeKind::kFloat32:
    case TypeKind::kFloat64: return "REAL";
    case TypeKind::kDecimal: {
      const auto shape = columnar::ArrowDecimal(type);
      if (shape.precision > (shape.scale == 0 ? 18 : 15))
        lose(fmt::format("SQLite keeps {} as a floating-point number: only 15 significant digits survive", type.ToString()));
      return type.precision == 0 ? "NUMERIC" : fmt::format("DECIMAL({},{})", shape.precision, shape.scale);
    }
    case TypeKind::kNull:
    case TypeKind::kUnknown: return "TEXT";
    case TypeKind::kString:
      if (type.length == 0) return "TEXT";
      return fmt::format("{}({})", type.fixed ? "CHAR" : "VARCHAR", type.length);
    case TypeKind::kBinary: return "BLOB";
    case TypeKind::kDate: return "DATE";
    case TypeKind::kTime: return "TIME";
    case TypeKind::kTimestamp: return "TIMESTAMP";
    case TypeKind::kTimestampTz: return "TIMESTAMP WITH TIME ZONE";
    case TypeKind::kInterval: lose("SQLite has no interval: it is stored as text"); return "TEXT";
    case TypeKind::kUuid: return "UUID";
    case TypeKind::kJson: return "JSON TEXT";  // "TEXT" keeps SQLite from turning the JSON text 1.0 into a number
    case TypeKind::kList:
    case TypeKind::kStruct: lose(fmt::format("SQLite has no {}: it is stored as JSON text", type.ToString())); return "JSON TEXT";
  }
  return "TEXT";
}

}  // namespace dvt::connectors::sqlite
