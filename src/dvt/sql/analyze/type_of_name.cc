// What type names in the tree mean.
#include "dvt/base/text/text.h"
#include "dvt/sql/analyze/infer_internal.h"
#include "dvt/sql/analyze/schema.h"
#include "dvt/sql/parse/parser.h"
#include "dvt/sql/print/printer.h"

namespace dvt::sql {

using columnar::DataType;
using columnar::Field;
using columnar::TypeKind;

namespace {

// Names that nearly all systems share, for dialects whose own table lacks one.
DataType SharedName(std::string_view name) {
  struct Entry {
    std::string_view name;
    TypeKind kind;
  };
  static constexpr Entry kEntries[] = {{"BOOL", TypeKind::kBool},
                                       {"BOOLEAN", TypeKind::kBool},
                                       {"TINYINT", TypeKind::kInt8},
                                       {"BYTEINT", TypeKind::kInt8},
                                       {"SMALLINT", TypeKind::kInt16},
                                       {"INT", TypeKind::kInt32},
                                       {"INTEGER", TypeKind::kInt32},
                                       {"INT32", TypeKind::kInt32},
                                       {"BIGINT", TypeKind::kInt64},
                                       {"INT64", TypeKind::kInt64},
                                       {"REAL", TypeKind::kFloat32},
                                       {"FLOAT", TypeKind::kFloat32},
                                       {"FLOAT32", TypeKind::kFloat32},
                                       {"DOUBLE", TypeKind::kFloat64},
                                       {"DOUBLE PRECISION", TypeKind::kFloat64},
                                       {"FLOAT64", TypeKind::kFloat64},
                                       {"VARCHAR", TypeKind::kString},
                                       {"STRING", TypeKind::kString},
                                       {"TEXT", TypeKind::kString},
                                       {"NVARCHAR", TypeKind::kString},
                                       {"VARCHAR2", TypeKind::kString},
                                       {"BINARY", TypeKind::kBinary},
                                       {"VARBINARY", TypeKind::kBinary},
                                       {"BYTES", TypeKind::kBinary},
                                       {"BLOB", TypeKind::kBinary},
                                       {"BYTEA", TypeKind::kBinary},
                                       {"DATE", TypeKind::kDate},
                                       {"TIME", TypeKind::kTime},
                                       {"DATETIME", TypeKind::kTimestamp},
                                       {"TIMESTAMP", TypeKind::kTimestamp},
                                       {"TIMESTAMPNTZ", TypeKind::kTimestamp},
                                       {"TIMESTAMP_NTZ", TypeKind::kTimestamp},
                                       {"TIMESTAMPTZ", TypeKind::kTimestampTz},
                                       {"TIMESTAMP_TZ", TypeKind::kTimestampTz},
                                       {"TIMESTAMPLTZ", TypeKind::kTimestampTz},
                                       {"TIMESTAMP_LTZ", TypeKind::kTimestampTz},
                                       {"INTERVAL", TypeKind::kInterval},
                                       {"JSON", TypeKind::kJson},
                                       {"UUID", TypeKind::kUuid},
                                       {"DECIMAL", TypeKind::kDecimal},
                                       {"NUMERIC", TypeKind::kDecimal},
                                       {"NUMBER", TypeKind::kDecimal},
                                       {"TIMESTAMP_S", TypeKind::kTimestamp},
                                       {"TIMESTAMP_MS", TypeKind::kTimestamp},
                                       {"TIMESTAMP_NS", TypeKind::kTimestamp},
                                       {"NULL", TypeKind::kNull},
                                       {"VOID", TypeKind::kNull}};
  for (const Entry& entry : kEntries) {
    if (entry.name == name) return entry.kind;
  }
  return {};
}

int64_t Parameter(const Node* type_name, uint32_t i) {
  const Node* parameter = type_name->Child(i);
  if (parameter == nullptr || !parameter->Is(Kind::kNumber)) return 0;
  return std::strtoll(std::string(parameter->text).c_str(), nullptr, 10);
}

DataType Scalar(const Node* type_name, const Dialect& dialect) {
  auto parsed = ParseTypeName(dialect, Print(type_name, dialect));
  if (parsed && parsed->kind != TypeKind::kUnknown) return *parsed;
  auto neutral = ParseTypeName(*FindDialect(""), Print(type_name, *FindDialect("")));
  if (neutral && neutral->kind == TypeKind::kBinary && type_name->count == 0) return TypeKind::kBinary;
  if (neutral && neutral->kind != TypeKind::kUnknown) return *neutral;
  if (type_name->text == "BIGNUMERIC" || type_name->text == "BIGDECIMAL") return DataType::Decimal(76, 38);
  DataType type = SharedName(type_name->text);
  const int64_t first = Parameter(type_name, 0);
  if (type.kind == TypeKind::kDecimal && first > 0 && first <= 76)
    return DataType::Decimal(static_cast<int>(first), static_cast<int>(Parameter(type_name, 1)));
  if (type.kind == TypeKind::kString || type.kind == TypeKind::kBinary) type.length = first;
  return type;
}

}  // namespace

DataType TypeOfName(const Node* type_name, const Dialect& dialect) {
  if (type_name == nullptr || !type_name->Is(Kind::kTypeName)) return {};
  if (type_name->op == Op::kArrayType) {
    const Node* element = type_name->Child(0);
    if (element == nullptr) return TypeKind::kList;
    DataType inner = TypeOfName(element, dialect);
    return inner.kind == TypeKind::kUnknown ? DataType() : DataType::List(std::move(inner));
  }
  if (type_name->op == Op::kStructType) {
    std::vector<Field> fields;
    for (const Node* each : type_name->Children()) {
      const bool named = each->Is(Kind::kColumnDef);
      DataType type = TypeOfName(named ? each->Child(1) : each, dialect);
      if (type.kind == TypeKind::kUnknown) return {};
      const Node* name = named ? each->Child(0) : nullptr;
      fields.push_back({name == nullptr ? std::string() : std::string(name->text), std::move(type), true, {}});
    }
    return DataType::Struct(std::move(fields));
  }
  if (type_name->op == Op::kMapType) return {};
  if (type_name->text == "ARRAY" && type_name->count == 0) return TypeKind::kList;
  return Scalar(type_name, dialect);
}

Result<DataType> ReadTypeName(std::string_view text, const Dialect& dialect) {
  std::string name(TrimView(text));
  constexpr std::string_view kNotNull = " NOT NULL";
  if (ToUpper(name).ends_with(kNotNull)) name.resize(name.size() - kNotNull.size());
  for (const Dialect* each : {&dialect, FindDialect("")}) {
    const auto cast = ParseExpression("CAST(NULL AS " + name + ")", *each);
    const bool read = cast && cast->root() != nullptr && cast->root()->Is(Kind::kCast);
    const DataType type = read ? TypeOfName(cast->root()->Child(1), *each) : DataType();
    if (type.kind != TypeKind::kUnknown) return type;
  }
  return ParseTypeName(dialect, name);
}

}  // namespace dvt::sql
