#include "dvt/connectors/postgres/types.h"

#include <fmt/format.h>

#include <algorithm>

#include "dvt/base/text/text.h"

namespace dvt::connectors::postgres {

using columnar::DataType;
using columnar::Field;
using columnar::TypeKind;

namespace {

constexpr int kMaxDecimalPrecision = 76;  // of Arrow's decimal256
constexpr int kMaxNesting = 8;

struct Scalar {
  unsigned oid;
  std::string_view native;
  Wire wire;
  TypeKind kind;
};

// Source: pg_type.dat of PostgreSQL; the oids of built-in types never change.
constexpr Scalar kScalars[] = {
    {16, "boolean", Wire::kBool, TypeKind::kBool},
    {17, "bytea", Wire::kBytes, TypeKind::kBinary},
    {18, "\"char\"", Wire::kText, TypeKind::kString},
    {19, "name", Wire::kText, TypeKind::kString},
    {20, "bigint", Wire::kInt8, TypeKind::kInt64},
    {21, "smallint", Wire::kInt2, TypeKind::kInt16},
    {23, "integer", Wire::kInt4, TypeKind::kInt32},
    {25, "text", Wire::kText, TypeKind::kString},
    {26, "oid", Wire::kOid, TypeKind::kUInt32},
    {114, "json", Wire::kText, TypeKind::kJson},
    {142, "xml", Wire::kText, TypeKind::kString},
    {650, "cidr", Wire::kInet, TypeKind::kString},
    {700, "real", Wire::kFloat4, TypeKind::kFloat32},
    {701, "double precision", Wire::kFloat8, TypeKind::kFloat64},
    {790, "money", Wire::kMoney, TypeKind::kDecimal},
    {869, "inet", Wire::kInet, TypeKind::kString},
    {1042, "character", Wire::kPaddedText, TypeKind::kString},
    {1043, "character varying", Wire::kText, TypeKind::kString},
    {1082, "date", Wire::kDate, TypeKind::kDate},
    {1083, "time without time zone", Wire::kTime, TypeKind::kTime},
    {1114, "timestamp without time zone", Wire::kTimestamp, TypeKind::kTimestamp},
    {1184, "timestamp with time zone", Wire::kTimestampTz, TypeKind::kTimestampTz},
    {1186, "interval", Wire::kInterval, TypeKind::kInterval},
    {1700, "numeric", Wire::kNumeric, TypeKind::kDecimal},
    {2950, "uuid", Wire::kUuid, TypeKind::kUuid},
    {3802, "jsonb", Wire::kJsonb, TypeKind::kJson},
};

void SetNumeric(PgType& type, int modifier) {
  if (modifier < 4) return;
  const int precision = ((modifier - 4) >> 16) & 0xFFFF;
  const int scale = (((modifier - 4) & 0x7FF) ^ 1024) - 1024;
  type.native = fmt::format("numeric({},{})", precision, scale);
  int digits = precision, places = scale;
  if (scale < 0) {
    digits = precision - scale;
    places = 0;
  }
  digits = std::max(digits, places);
  if (digits > kMaxDecimalPrecision) {
    type.wire = Wire::kOther;
    type.type = TypeKind::kUnknown;
    return;
  }
  type.type.precision = digits;
  type.type.scale = places;
}

void SetModifier(PgType& type, int modifier) {
  switch (type.wire) {
    case Wire::kNumeric: SetNumeric(type, modifier); return;
    case Wire::kMoney: type.type = DataType::Decimal(19, 2); return;
    case Wire::kText:
      if (type.oid != 1043 || modifier < 5) return;
      type.type.length = modifier - 4;
      type.native += fmt::format("({})", modifier - 4);
      return;
    case Wire::kPaddedText:
      type.type.fixed = true;
      if (modifier < 5) {
        type.native = "bpchar";
        return;
      }
      type.type.length = modifier - 4;
      type.native += fmt::format("({})", modifier - 4);
      return;
    case Wire::kTime:
    case Wire::kTimestamp:
    case Wire::kTimestampTz:
      if (modifier < 0 || modifier > 6) return;
      if (modifier > 0) type.type.precision = modifier;  // 0 means the default in the neutral type
      type.native.insert(type.native.find(' '), fmt::format("({})", modifier));
      return;
    default: return;
  }
}

}  // namespace

PgType BuiltinType(unsigned oid, int modifier) {
  PgType type;
  type.oid = oid;
  type.modifier = modifier;
  for (const auto& row : kScalars) {
    if (row.oid != oid) continue;
    type.wire = row.wire;
    type.type = row.kind;
    type.native = row.native;
    SetModifier(type, modifier);
    return type;
  }
  return type;
}

Status TypeResolver::Load(std::vector<unsigned> oids, std::stop_token stop) {
  for (int depth = 0; depth < kMaxNesting && !oids.empty(); ++depth) {
    std::string list;
    for (const unsigned oid : oids) list += (list.empty() ? "" : ",") + std::to_string(oid);
    DVT_ASSIGN(PgResult rows,
               connection_.Run("SELECT t.oid, pg_catalog.format_type(t.oid, NULL), t.typtype, t.typcategory, "
                               "CASE WHEN t.typcategory = 'A' THEN t.typelem ELSE 0 END, t.typbasetype, t.typtypmod, t.typrelid, "
                               "a.attname, a.atttypid, a.atttypmod FROM pg_catalog.pg_type t "
                               "LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = t.typrelid AND t.typtype = 'c' "
                               "AND a.attnum > 0 AND NOT a.attisdropped WHERE t.oid IN (" +
                                   list + ") ORDER BY t.oid, a.attnum",
                               stop));
    const auto number = [&](int row, int column) { return std::atoll(PQgetvalue(rows.get(), row, column)); };
    std::vector<unsigned> next;
    const auto want = [&](unsigned oid) {
      if (oid != 0 && BuiltinType(oid, -1).wire == Wire::kOther && !rows_.contains(oid)) next.push_back(oid);
    };
    for (int i = 0; i < PQntuples(rows.get()); ++i) {
      Row& row = rows_[static_cast<unsigned>(number(i, 0))];
      row.name = Cell(rows, i, 1);
      row.kind = *PQgetvalue(rows.get(), i, 2);
      row.category = *PQgetvalue(rows.get(), i, 3);
      row.element = static_cast<unsigned>(number(i, 4));
      row.base = static_cast<unsigned>(number(i, 5));
      row.base_modifier = static_cast<int>(number(i, 6));
      if (!PQgetisnull(rows.get(), i, 8)) {
        row.members.emplace_back(Cell(rows, i, 8), static_cast<unsigned>(number(i, 9)), static_cast<int>(number(i, 10)));
        want(static_cast<unsigned>(number(i, 9)));
      }
    }
    for (const unsigned oid : oids) {
      const auto& row = rows_[oid];  // an oid that is gone stays an empty row: kOther
      want(row.element);
      want(row.base);
    }
    std::sort(next.begin(), next.end());
    next.erase(std::unique(next.begin(), next.end()), next.end());
    oids = std::move(next);
  }
  return {};
}

PgType TypeResolver::Build(unsigned oid, int modifier, int depth) const {
  PgType type = BuiltinType(oid, modifier);
  if (type.wire != Wire::kOther || !type.native.empty()) return type;
  const auto found = rows_.find(oid);
  if (found == rows_.end() || depth > kMaxNesting) return type;
  const Row& row = found->second;
  type.native = row.name;
  type.portable = oid < 16'384;
  if (row.kind == 'd') {
    PgType base = Build(row.base, row.base_modifier, depth + 1);
    return base;
  }
  if (row.kind == 'e') {
    type.wire = Wire::kText;
    type.type = TypeKind::kString;
    type.portable = true;  // labels travel as text
    return type;
  }
  if (row.element != 0) {
    PgType element = Build(row.element, modifier, depth + 1);
    if (element.wire == Wire::kOther || element.wire == Wire::kMoney || element.wire == Wire::kArray) return type;
    type.wire = Wire::kArray;
    type.element = row.element;
    type.type = DataType::List(element.type);
    type.type.children[0].native_type = element.native;
    type.native = element.native + "[]";
    type.portable = element.portable && row.element < 16'384;
    type.children.push_back(std::move(element));
    return type;
  }
  if (row.kind != 'c' || row.members.empty()) return type;
  std::vector<Field> fields;
  std::vector<PgType> children;
  for (const auto& [name, member_oid, member_modifier] : row.members) {
    PgType member = Build(member_oid, member_modifier, depth + 1);
    if (member.wire == Wire::kOther || member.wire == Wire::kMoney) return type;
    fields.push_back({name, member.type, true, member.native});
    type.members.push_back(name);
    children.push_back(std::move(member));
  }
  type.wire = Wire::kComposite;
  type.type = DataType::Struct(std::move(fields));
  type.children = std::move(children);
  type.portable = false;
  return type;
}

Result<std::vector<PgType>> TypeResolver::Resolve(const std::vector<std::pair<unsigned, int>>& wanted, std::stop_token stop) {
  std::vector<unsigned> unknown;
  for (const auto& [oid, modifier] : wanted) {
    if (BuiltinType(oid, -1).wire == Wire::kOther && !rows_.contains(oid)) unknown.push_back(oid);
  }
  std::sort(unknown.begin(), unknown.end());
  unknown.erase(std::unique(unknown.begin(), unknown.end()), unknown.end());
  if (!unknown.empty()) DVT_TRY(Load(std::move(unknown), stop));
  std::vector<PgType> types;
  for (const auto& [oid, modifier] : wanted) types.push_back(Build(oid, modifier, 0));
  return types;
}

Wire WireOf(const Field& field) {
  switch (field.type.kind) {
    case TypeKind::kBool: return Wire::kBool;
    case TypeKind::kInt16: return Wire::kInt2;
    case TypeKind::kInt32: return Wire::kInt4;
    case TypeKind::kInt64: return Wire::kInt8;
    case TypeKind::kUInt32: return Wire::kOid;
    case TypeKind::kFloat32: return Wire::kFloat4;
    case TypeKind::kFloat64: return Wire::kFloat8;
    case TypeKind::kDecimal: return Wire::kNumeric;
    case TypeKind::kBinary: return Wire::kBytes;
    case TypeKind::kDate: return Wire::kDate;
    case TypeKind::kTime: return Wire::kTime;
    case TypeKind::kTimestamp: return Wire::kTimestamp;
    case TypeKind::kTimestampTz: return Wire::kTimestampTz;
    case TypeKind::kInterval: return Wire::kInterval;
    case TypeKind::kUuid: return Wire::kUuid;
    case TypeKind::kJson: return field.native_type == "jsonb" ? Wire::kJsonb : Wire::kText;
    case TypeKind::kList: return Wire::kArray;
    case TypeKind::kStruct: return Wire::kComposite;
    case TypeKind::kString:
      if (field.type.fixed) return Wire::kPaddedText;
      if (field.native_type == "numeric") return Wire::kNumericText;
      return field.native_type == "inet" || field.native_type == "cidr" ? Wire::kInet : Wire::kText;
    default: return Wire::kText;
  }
}

namespace {

std::string TimeName(const DataType& type, std::string_view before, std::string_view after, std::string* loss) {
  if (type.precision > 6 && loss != nullptr) *loss = fmt::format("{} digits of a second are cut to 6", type.precision);
  const std::string digits = type.precision > 0 && type.precision < 6 ? fmt::format("({})", type.precision) : std::string();
  return fmt::format("{}{}{}", before, digits, after);
}

std::string TextName(const DataType& type) {
  constexpr int64_t kLongestVarchar = 10'485'760;
  if (type.length <= 0 || type.length > kLongestVarchar) return "text";
  return fmt::format("{}({})", type.fixed ? "character" : "character varying", type.length);
}

}  // namespace

Result<std::string> PostgresTypeName(const DataType& type, std::string* loss) {
  switch (type.kind) {
    case TypeKind::kUnknown:
    case TypeKind::kNull: return "text";
    case TypeKind::kBool: return "boolean";
    case TypeKind::kInt8:
    case TypeKind::kInt16:
    case TypeKind::kUInt8: return "smallint";
    case TypeKind::kInt32:
    case TypeKind::kUInt16: return "integer";
    case TypeKind::kInt64:
    case TypeKind::kUInt32: return "bigint";
    case TypeKind::kUInt64: return "numeric(20,0)";
    case TypeKind::kFloat32: return "real";
    case TypeKind::kFloat64: return "double precision";
    case TypeKind::kDecimal:
      if (type.precision <= 0) return "numeric";
      if (type.precision <= 1000 && type.scale >= -1000 && type.scale <= 1000) {
        return fmt::format("numeric({},{})", type.precision, type.scale);
      }
      if (loss != nullptr)
        *loss = fmt::format("the precision of {} is not kept: numeric declares at most 1000 digits", type.ToString());
      return "numeric";
    case TypeKind::kString: return TextName(type);
    case TypeKind::kBinary: return "bytea";
    case TypeKind::kDate: return "date";
    case TypeKind::kTime: return TimeName(type, "time", "", loss);
    case TypeKind::kTimestamp: return TimeName(type, "timestamp", " without time zone", loss);
    case TypeKind::kTimestampTz: return TimeName(type, "timestamp", " with time zone", loss);
    case TypeKind::kInterval: return "interval";
    case TypeKind::kUuid: return "uuid";
    case TypeKind::kJson: return "jsonb";
    case TypeKind::kStruct:
      if (loss != nullptr) *loss = "a structure becomes a JSON object";
      return "jsonb";
    case TypeKind::kList: {
      const TypeKind element = type.children.empty() ? TypeKind::kUnknown : type.children[0].type.kind;
      if (element == TypeKind::kList || element == TypeKind::kStruct) {
        if (loss != nullptr) *loss = "a list of lists or structures becomes JSON";
        return "jsonb";
      }
      DVT_ASSIGN(std::string name, PostgresTypeName(type.children[0].type, loss));
      return name + "[]";
    }
  }
  return Error(ErrorCode::kType, fmt::format("PostgreSQL has no type for {}", type.ToString()));
}

}  // namespace dvt::connectors::postgres
