#include "dvt/connectors/iceberg/types.h"

#include <fmt/format.h>

#include <algorithm>

namespace dvt::connectors::iceberg {

using columnar::DataType;
using columnar::TypeKind;
using lake::TypeId;

namespace {

DataType NeutralOf(const lake::Type& type) {
  switch (type.id) {
    case TypeId::kUnknown: return TypeKind::kNull;
    case TypeId::kBoolean: return TypeKind::kBool;
    case TypeId::kInt: return TypeKind::kInt32;
    case TypeId::kLong: return TypeKind::kInt64;
    case TypeId::kFloat: return TypeKind::kFloat32;
    case TypeId::kDouble: return TypeKind::kFloat64;
    case TypeId::kDecimal: return DataType::Decimal(type.precision, type.scale);
    case TypeId::kDate: return TypeKind::kDate;
    case TypeId::kTime: return TypeKind::kTime;
    case TypeId::kTimestamp:
    case TypeId::kTimestampNs: return TypeKind::kTimestamp;
    case TypeId::kTimestampTz:
    case TypeId::kTimestampTzNs: return TypeKind::kTimestampTz;
    case TypeId::kString: return TypeKind::kString;
    case TypeId::kUuid: return TypeKind::kUuid;
    case TypeId::kFixed: {
      DataType fixed(TypeKind::kBinary);
      fixed.length = type.length;
      return fixed;
    }
    case TypeId::kBinary: return TypeKind::kBinary;
    case TypeId::kList: return DataType::List(NeutralOf(type.fields[0].type));
    case TypeId::kStruct: return DataType::Struct(FieldsOf({0, type.fields, {}}));
    case TypeId::kMap: break;
  }
  return TypeKind::kUnknown;
}

void Lose(std::string* loss, std::string what) {
  if (loss != nullptr) *loss = std::move(what);
}

Result<lake::Type> NestedType(const DataType& type, std::string* loss) {
  std::vector<lake::NestedField> fields;
  for (const auto& child : type.children) {
    lake::NestedField field;
    field.name = type.kind == TypeKind::kList ? "element" : child.name;
    DVT_ASSIGN(field.type, StoredType(child.type, loss));
    fields.push_back(std::move(field));
  }
  if (type.kind == TypeKind::kList && fields.size() == 1) return lake::Type::List(std::move(fields[0]));
  return lake::Type::Struct(std::move(fields));
}

}  // namespace

columnar::Fields FieldsOf(const lake::Schema& schema) {
  columnar::Fields fields;
  for (const auto& field : schema.fields)
    fields.push_back({field.name, NeutralOf(field.type), !field.required, field.type.ToString()});
  return fields;
}

Result<lake::Type> StoredType(const DataType& type, std::string* loss) {
  switch (type.kind) {
    case TypeKind::kBool: return lake::Type(TypeId::kBoolean);
    case TypeKind::kInt8:
    case TypeKind::kInt16:
    case TypeKind::kInt32:
    case TypeKind::kUInt8:
    case TypeKind::kUInt16: return lake::Type(TypeId::kInt);
    case TypeKind::kInt64:
    case TypeKind::kUInt32: return lake::Type(TypeId::kLong);
    case TypeKind::kUInt64: return lake::Type::Decimal(20, 0);
    case TypeKind::kFloat32: return lake::Type(TypeId::kFloat);
    case TypeKind::kFloat64: return lake::Type(TypeId::kDouble);
    case TypeKind::kDecimal: {
      const auto shape = columnar::ArrowDecimal(type);
      if (shape.precision > 38)
        return Error(ErrorCode::kType, fmt::format("Iceberg's decimals have at most 38 digits, not {}", shape.precision))
            .WithHint("cast the column to decimal(38, …) or to text");
      if (type.precision == 0) Lose(loss, "a number without limits is stored as decimal(38, 18)");
      return lake::Type::Decimal(shape.precision, shape.scale);
    }
    case TypeKind::kDate: return lake::Type(TypeId::kDate);
    case TypeKind::kTime: return lake::Type(TypeId::kTime);
    case TypeKind::kTimestamp: return lake::Type(TypeId::kTimestamp);
    case TypeKind::kTimestampTz: return lake::Type(TypeId::kTimestampTz);
    case TypeKind::kString: return lake::Type(TypeId::kString);
    case TypeKind::kBinary: return lake::Type(TypeId::kBinary);
    case TypeKind::kUuid: return lake::Type(TypeId::kUuid);
    case TypeKind::kJson: Lose(loss, "JSON is stored as text"); return lake::Type(TypeId::kString);
    case TypeKind::kUnknown:
    case TypeKind::kNull: Lose(loss, "it is stored as text"); return lake::Type(TypeId::kString);
    case TypeKind::kList:
    case TypeKind::kStruct: return NestedType(type, loss);
    case TypeKind::kInterval: break;
  }
  return Error(ErrorCode::kType, fmt::format("Iceberg tables have no type for {}", type.ToString()))
      .WithHint("cast the column to text, or to a number of seconds or days");
}

Result<DataType> WrittenType(const DataType& type) {
  if (type.kind == TypeKind::kUInt64) return DataType::Decimal(20, 0);
  if (type.kind == TypeKind::kUnknown || type.kind == TypeKind::kNull) return DataType(TypeKind::kString);
  DVT_TRY(StoredType(type, nullptr));
  return type;
}

}  // namespace dvt::connectors::iceberg
