#include "dvt/connectors/postgres/row_hasher.h"

#include <fmt/format.h>

#include "dvt/connectors/postgres/connection.h"
#include "dvt/connectors/postgres/types.h"

namespace dvt::connectors::postgres {

namespace {

using columnar::DataType;
using columnar::RowGrouping;
using columnar::TypeKind;

constexpr size_t kConcatArguments = 90;  // a function takes at most 100

std::string Escaped(const std::string& text) { return fmt::format("replace(replace({}, '~', '~~'), '|', '~|')", text); }

// Shortest digits in the middle of the range, where PostgreSQL writes no exponent; the number's own bits elsewhere.
std::string DoubleText(const std::string& sql) {
  const std::string x = fmt::format("({})::float8", sql);
  const std::string bits = fmt::format("('x' || encode(float8send(abs({})), 'hex'))::bit(64)::bigint", x);
  return fmt::format(
      "CASE WHEN abs({0}) >= 1e-4::float8 AND abs({0}) < 1e15::float8 THEN ({0})::text WHEN {0} = 0 THEN '0' "
      "WHEN {0} = 'NaN' OR abs({0}) = 'Infinity' THEN ({0})::text ELSE CASE WHEN {0} < 0 THEN '-' ELSE '' END || "
      "(CASE WHEN {1} >> 52 = 0 THEN {1} & 4503599627370495 ELSE {1} & 4503599627370495 | 4503599627370496 END) || 'p' || "
      "(greatest({1} >> 52, 1) - 1075) END",
      x, bits);
}

std::string DecimalText(const HashedColumn& column) {
  const DataType& type = column.field.type;
  const std::string text = fmt::format("({})::numeric::text", column.sql);
  if (type.precision > 0 && type.scale == 0) return text;
  const std::string trimmed = fmt::format("rtrim(rtrim({}, '0'), '.')", text);
  if (type.precision > 0) return trimmed;
  return fmt::format("CASE WHEN strpos({0}, '.') > 0 THEN {1} ELSE {0} END", text, trimmed);
}

std::string ValueText(const HashedColumn& column) {
  const std::string& x = column.sql;
  switch (column.field.type.kind) {
    case TypeKind::kBool: return fmt::format("CASE WHEN {} THEN '1' ELSE '0' END", x);
    case TypeKind::kInt8:
    case TypeKind::kInt16:
    case TypeKind::kInt32:
    case TypeKind::kInt64:
    case TypeKind::kUInt8:
    case TypeKind::kUInt16:
    case TypeKind::kUInt32:
    case TypeKind::kDate:
    case TypeKind::kTime:
    case TypeKind::kTimestamp:
    case TypeKind::kUuid: return fmt::format("({})::text", x);
    case TypeKind::kTimestampTz: return fmt::format("(({}) AT TIME ZONE 'UTC')::text", x);
    case TypeKind::kFloat32:
    case TypeKind::kFloat64: return DoubleText(x);
    case TypeKind::kDecimal: return DecimalText(column);
    case TypeKind::kBinary: return fmt::format("encode({}, 'hex')", x);
    case TypeKind::kInterval: return fmt::format("encode(interval_send({}), 'hex')", x);
    // The types' own output: a cast of inet would add the length of the network.
    default:
      return Escaped(column.field.native_type == "inet" || column.field.native_type == "cidr" ? fmt::format("format('%s', {})", x)
                                                                                              : fmt::format("({})::text", x));
  }
}

// CASE of NULL falls through to its ELSE: NULL is asked for by itself.
std::string NullableText(const HashedColumn& column) {
  const TypeKind kind = column.field.type.kind;
  const std::string text = ValueText(column);
  if (kind == TypeKind::kBool || kind == TypeKind::kFloat32 || kind == TypeKind::kFloat64 || kind == TypeKind::kDecimal ||
      text.find("format(") != std::string::npos)
    return fmt::format("CASE WHEN ({}) IS NULL THEN '~N' ELSE {} END", column.sql, text);
  return fmt::format("coalesce({}, '~N')", text);
}

std::string Joined(const std::vector<std::string>& texts) {
  if (texts.size() == 1) return texts[0];
  std::vector<std::string> groups;
  for (size_t from = 0; from < texts.size(); from += kConcatArguments) {
    std::string group = "concat_ws('|'";
    for (size_t i = from; i < std::min(texts.size(), from + kConcatArguments); ++i) group += ", " + texts[i];
    groups.push_back(group + ")");
  }
  return groups.size() == 1 ? groups[0] : Joined(groups);
}

std::string Literal(const DataType& type, std::string_view text) {
  if (type.is_numeric()) return std::string(text);
  if (type.kind == TypeKind::kBool) return text == "1" ? "true" : "false";
  if (type.kind == TypeKind::kBinary) return "decode('" + std::string(text) + "', 'hex')";
  return Connection::QuoteLiteral(type.kind == TypeKind::kTimestampTz ? std::string(text) + "+00" : std::string(text));
}

class PostgresRowHasher : public SummingRowHasher {
 public:
  std::string WhyNot(const columnar::Field& field) const override {
    const TypeKind kind = field.type.kind;
    return kind == TypeKind::kList || kind == TypeKind::kStruct ? "PostgreSQL writes nested values in another way" : "";
  }
  std::string KeyExpression(const std::vector<HashedColumn>& columns) const override {
    std::vector<std::string> texts;
    for (const auto& column : columns) texts.push_back(NullableText(column));
    return Joined(texts);
  }
  std::string HashExpression(const std::vector<HashedColumn>& columns) const override { return HashText(columns) + "::uuid"; }
  std::string KeyPredicate(const std::vector<HashedColumn>& key, const std::vector<std::string>& keys) const override {
    return KeyListPredicate(key, keys, &Literal);
  }

  // A list would be compared one by one for each row on servers before 14.
  std::string GroupPredicate(const GroupedRows& rows, const std::vector<int64_t>& groups) const override {
    std::string list;
    for (const int64_t group : groups) list += (list.empty() ? "" : ",") + std::to_string(group);
    return fmt::format("{} IN (SELECT pg_catalog.unnest('{{{}}}'::bigint[]))", GroupNumber(rows), list);
  }

 protected:
  std::string SummedHash(const std::vector<HashedColumn>& columns) const override { return HashText(columns); }
  std::string HalfSum(const std::string& hash, bool upper) const override {
    return fmt::format("sum(('x' || {}({}, 16))::bit(64)::bigint)::text", upper ? "left" : "right", hash);
  }
  std::string KeyGroup(const GroupedRows& rows) const override {
    return WithinGroups(rows, fmt::format("({})::bigint >> {}", rows.key[0].sql, rows.grouping.bits));
  }
  std::string HashGroup(const RowGrouping& grouping, const std::string& hash) const override {
    const int digits = (grouping.bits + 3) / 4;
    return fmt::format("(('x' || left({}, {}))::bit({})::bigint >> {})", hash, digits, digits * 4, digits * 4 - grouping.bits);
  }
  // Keeps the planner from writing the md5 into each of the sums.
  std::string Fence() const override { return " OFFSET 0"; }

 private:
  std::string HashText(const std::vector<HashedColumn>& columns) const {
    return fmt::format("md5(convert_to({}, 'UTF8'))", KeyExpression(columns));
  }
};

}  // namespace

std::shared_ptr<const RowHasher> MakeRowHasher() { return std::make_shared<PostgresRowHasher>(); }

}  // namespace dvt::connectors::postgres
