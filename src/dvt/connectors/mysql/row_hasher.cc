#include "dvt/connectors/mysql/row_hasher.h"

#include <fmt/format.h>

#include "dvt/connectors/mysql/quoting.h"

namespace dvt::connectors::mysql {

namespace {

using columnar::DataType;
using columnar::RowGrouping;
using columnar::TypeKind;

// Bytes, so that no collation has a say.
std::string Escaped(const std::string& sql) {
  return fmt::format("REPLACE(REPLACE(CAST(CONVERT({} USING utf8mb4) AS BINARY), '~', '~~'), '|', '~|')", sql);
}

// Shortest digits in the middle of the range; elsewhere mantissa and exponent of two, found by exact divisions. LOG2 may be off by one
// next to a power of two. "+ 0e0" takes the fixed decimals of DOUBLE(m,d) away.
std::string DoubleText(const std::string& sql) {
  const std::string x = fmt::format("(({}) + 0e0)", sql);
  const std::string power = fmt::format("GREATEST(-1022, LEAST(1023, FLOOR(LOG2(ABS({})))))", x);
  const auto scaled = [&](int shift) { return fmt::format("ABS({}) / POW(2, {} - {})", x, power, shift); };
  const auto written = [&](int shift) {
    return fmt::format("CONCAT(CAST({} AS UNSIGNED), 'p', CAST({} - {} AS SIGNED))", scaled(shift), power, shift);
  };
  return fmt::format(
      "CASE WHEN ABS({0}) >= 1e-4 AND ABS({0}) < 1e15 THEN CAST({0} AS CHAR) WHEN {0} = 0 THEN '0' ELSE "
      "CONCAT(IF({0} < 0, '-', ''), CASE WHEN {1} >= 9007199254740992e0 THEN {2} "
      "WHEN {3} > -1022 AND {1} < 4503599627370496e0 THEN {4} ELSE {5} END) END",
      x, scaled(52), written(51), power, written(53), written(52));
}

std::string WithoutZeros(const std::string& text) {
  return fmt::format("TRIM(TRAILING '.' FROM TRIM(TRAILING '0' FROM {}))", text);
}

class MySqlRowHasher : public SummingRowHasher {
 public:
  explicit MySqlRowHasher(const ReadConventions& conventions) : conventions_(conventions) {}

  std::string WhyNot(const columnar::Field& field) const override {
    switch (field.type.kind) {
      case TypeKind::kInterval: return "the server writes spans of time in another way";
      case TypeKind::kBinary:
        if (field.native_type.find("blob") == std::string::npos && field.native_type.find("binary") == std::string::npos)
          return "geometries and vectors are hashed on our side";
        return {};
      case TypeKind::kString:
        return field.native_type.starts_with("time") ? "spans of time that are read as text are hashed on our side" : "";
      default: return {};
    }
  }

  std::string KeyExpression(const std::vector<HashedColumn>& columns) const override {
    std::string list;
    for (const auto& column : columns) list += ", " + NullableText(column);
    return fmt::format("CAST(CONCAT_WS('|'{}) AS BINARY)", list);
  }
  std::string HashExpression(const std::vector<HashedColumn>& columns) const override {
    return fmt::format("UNHEX({})", HashText(columns));
  }
  std::string KeyPredicate(const std::vector<HashedColumn>& key, const std::vector<std::string>& keys) const override {
    // MariaDB misses rows of a list of rows where a text must be converted to the column's character set.
    return KeyListPredicate(key, keys, &KeyText, KeyRows::kAlternatives);
  }

 protected:
  std::string SummedHash(const std::vector<HashedColumn>& columns) const override { return HashText(columns); }
  std::string HalfSum(const std::string& hash, bool upper) const override {
    return fmt::format("CAST(SUM(CAST(CONV({}({}, 16), 16, 10) AS UNSIGNED)) AS CHAR)", upper ? "LEFT" : "RIGHT", hash);
  }
  // A shift takes its operand for unsigned: with the sign bit turned, the order of the numbers stays.
  std::string KeyGroup(const GroupedRows& rows) const override {
    const int bits = rows.grouping.bits;
    const std::string& key = rows.key[0].sql;
    if (rows.key[0].field.type.kind == TypeKind::kUInt64)
      return WithinGroups(rows, fmt::format("CAST(({}) >> {} AS SIGNED)", key, bits));
    return WithinGroups(
        rows, fmt::format("CAST((({}) ^ 9223372036854775808) >> {} AS SIGNED) - {}", key, bits, int64_t{1} << (63 - bits)));
  }
  std::string HashGroup(const RowGrouping& grouping, const std::string& hash) const override {
    const int digits = (grouping.bits + 3) / 4;
    return fmt::format("CAST(CAST(CONV(LEFT({}, {}), 16, 10) AS UNSIGNED) >> {} AS SIGNED)", hash, digits,
                       digits * 4 - grouping.bits);
  }
  // Without a fence: a derived table that is not merged would be written to the disk as a whole.

 private:
  std::string HashText(const std::vector<HashedColumn>& columns) const { return fmt::format("MD5({})", KeyExpression(columns)); }

  static std::string KeyText(const DataType& type, std::string_view text) {
    if (type.is_numeric() || type.kind == TypeKind::kBool) return std::string(text);
    if (type.kind == TypeKind::kBinary) return "X'" + std::string(text) + "'";
    return Literal(text);
  }

  // "2024-01-00" and the like, where they are read as NULL.
  std::string DateText(const std::string& x, bool fraction) const {
    const std::string text = fmt::format("CAST({} AS CHAR)", x);
    const std::string written = fraction ? WithoutZeros(text) : text;
    if (!conventions_.zero_dates_are_null) return written;
    return fmt::format("IF(MONTH({0}) = 0 OR DAYOFMONTH({0}) = 0, NULL, {1})", x, written);
  }

  std::string ValueText(const HashedColumn& column) const {
    const std::string& x = column.sql;
    const DataType& type = column.field.type;
    switch (type.kind) {
      case TypeKind::kBool: return fmt::format("IF({} + 0 = 0, '0', '1')", x);
      case TypeKind::kUInt64: return fmt::format("CAST(({}) + 0 AS CHAR)", x);  // BIT too
      case TypeKind::kFloat32:
      case TypeKind::kFloat64: return DoubleText(x);
      case TypeKind::kDecimal:
        if (columnar::ArrowDecimal(type).scale == 0) return fmt::format("CAST({} AS CHAR)", x);
        return fmt::format("IF({0} = 0, '0', {1})", x, WithoutZeros(x));
      case TypeKind::kBinary: return fmt::format("LOWER(HEX({}))", x);
      case TypeKind::kDate: return DateText(x, false);
      case TypeKind::kTime:
      case TypeKind::kTimestamp:
      case TypeKind::kTimestampTz: return DateText(x, type.precision > 0);
      case TypeKind::kUuid: return fmt::format("LOWER(CAST({} AS CHAR))", x);
      default: return type.is_integer() ? fmt::format("CAST({} AS CHAR)", x) : Escaped(x);
    }
  }

  std::string NullableText(const HashedColumn& column) const {
    if (column.field.type.kind == TypeKind::kBool || column.field.type.kind == TypeKind::kDecimal ||
        column.field.type.kind == TypeKind::kFloat32 || column.field.type.kind == TypeKind::kFloat64)
      return fmt::format("IF(({}) IS NULL, '~N', {})", column.sql, ValueText(column));
    return fmt::format("IFNULL({}, '~N')", ValueText(column));
  }

  const ReadConventions conventions_;
};

}  // namespace

std::shared_ptr<const RowHasher> MakeRowHasher(const ReadConventions& conventions) {
  return std::make_shared<MySqlRowHasher>(conventions);
}

}  // namespace dvt::connectors::mysql
