#include <arrow/array.h>
#include <arrow/extension_type.h>
#include <arrow/scalar.h>
#include <arrow/util/decimal.h>
#include <arrow/util/key_value_metadata.h>
#include <fmt/format.h>

#include <charconv>
#include <cstring>
#include <set>

#include "dvt/lake/data/types_arrow.h"

namespace dvt::lake {

namespace {

constexpr const char* kFieldId = "PARQUET:field_id";

struct IdCounter {
  int next = 1;
};

Result<NestedField> FieldOfArrow(const arrow::Field& field, const std::string& path, IdCounter& ids);

Error NoHome(const std::string& path, const arrow::DataType& type) {
  return Error(ErrorCode::kUnsupported, fmt::format("the column '{}' of type {} has no Iceberg type", path, type.ToString()));
}

Type MomentType(const arrow::TimestampType& type) { return type.timezone().empty() ? TypeId::kTimestamp : TypeId::kTimestampTz; }

Result<Type> NestedOfArrow(const arrow::DataType& type, const std::string& path, IdCounter& ids) {
  if (type.id() == arrow::Type::STRUCT) {
    std::vector<NestedField> fields;
    for (const auto& child : type.fields()) {
      DVT_ASSIGN(auto field, FieldOfArrow(*child, path + "." + child->name(), ids));
      fields.push_back(std::move(field));
    }
    return Type::Struct(std::move(fields));
  }
  if (type.id() == arrow::Type::MAP) {
    const auto& map = static_cast<const arrow::MapType&>(type);
    DVT_ASSIGN(auto key, FieldOfArrow(*map.key_field(), path + ".key", ids));
    DVT_ASSIGN(auto value, FieldOfArrow(*map.item_field(), path + ".value", ids));
    return Type::Map(std::move(key), std::move(value));
  }
  DVT_ASSIGN(auto element, FieldOfArrow(*type.field(0), path + ".element", ids));
  return Type::List(std::move(element));
}

Result<Type> TypeOfArrow(const arrow::DataType& type, const std::string& path, IdCounter& ids) {
  switch (type.id()) {
    case arrow::Type::NA: return NoHome(path, type);
    case arrow::Type::BOOL: return Type(TypeId::kBoolean);
    case arrow::Type::INT8:
    case arrow::Type::INT16:
    case arrow::Type::INT32:
    case arrow::Type::UINT8:
    case arrow::Type::UINT16: return Type(TypeId::kInt);
    case arrow::Type::INT64:
    case arrow::Type::UINT32: return Type(TypeId::kLong);
    case arrow::Type::UINT64: return Type::Decimal(20, 0);
    case arrow::Type::HALF_FLOAT:
    case arrow::Type::FLOAT: return Type(TypeId::kFloat);
    case arrow::Type::DOUBLE: return Type(TypeId::kDouble);
    case arrow::Type::DECIMAL32:
    case arrow::Type::DECIMAL64:
    case arrow::Type::DECIMAL128:
    case arrow::Type::DECIMAL256: {
      const auto& decimal = static_cast<const arrow::DecimalType&>(type);
      if (decimal.precision() > 38 || decimal.scale() < 0) return NoHome(path, type);
      return Type::Decimal(decimal.precision(), decimal.scale());
    }
    case arrow::Type::DATE32:
    case arrow::Type::DATE64: return Type(TypeId::kDate);
    case arrow::Type::TIME32:
    case arrow::Type::TIME64: return Type(TypeId::kTime);
    case arrow::Type::TIMESTAMP: return MomentType(static_cast<const arrow::TimestampType&>(type));
    case arrow::Type::STRING:
    case arrow::Type::LARGE_STRING:
    case arrow::Type::STRING_VIEW: return Type(TypeId::kString);
    case arrow::Type::BINARY:
    case arrow::Type::LARGE_BINARY:
    case arrow::Type::BINARY_VIEW: return Type(TypeId::kBinary);
    case arrow::Type::FIXED_SIZE_BINARY: return Type::Fixed(static_cast<const arrow::FixedSizeBinaryType&>(type).byte_width());
    case arrow::Type::DICTIONARY: return TypeOfArrow(*static_cast<const arrow::DictionaryType&>(type).value_type(), path, ids);
    case arrow::Type::EXTENSION: {
      const auto& extension = static_cast<const arrow::ExtensionType&>(type);
      if (extension.extension_name() == "arrow.uuid") return Type(TypeId::kUuid);
      return TypeOfArrow(*extension.storage_type(), path, ids);
    }
    case arrow::Type::LIST:
    case arrow::Type::LARGE_LIST:
    case arrow::Type::LIST_VIEW:
    case arrow::Type::LARGE_LIST_VIEW:
    case arrow::Type::FIXED_SIZE_LIST:
    case arrow::Type::STRUCT:
    case arrow::Type::MAP: return NestedOfArrow(type, path, ids);
    default: return NoHome(path, type);
  }
}

bool IsUuid(const arrow::Field& field) {
  if (field.metadata() == nullptr || field.type()->id() != arrow::Type::FIXED_SIZE_BINARY) return false;
  const auto name = field.metadata()->Get("ARROW:extension:name");
  return name.ok() && *name == "arrow.uuid";
}

Result<NestedField> FieldOfArrow(const arrow::Field& field, const std::string& path, IdCounter& ids) {
  NestedField out;
  out.id = ids.next++;
  out.name = field.name();
  out.required = !field.nullable();
  if (IsUuid(field)) {
    out.type = TypeId::kUuid;
    return out;
  }
  DVT_ASSIGN(out.type, TypeOfArrow(*field.type(), path, ids));
  return out;
}

}  // namespace

std::shared_ptr<arrow::DataType> ArrowTypeOf(const Type& type) {
  switch (type.id) {
    case TypeId::kUnknown: return arrow::null();
    case TypeId::kBoolean: return arrow::boolean();
    case TypeId::kInt: return arrow::int32();
    case TypeId::kLong: return arrow::int64();
    case TypeId::kFloat: return arrow::float32();
    case TypeId::kDouble: return arrow::float64();
    case TypeId::kDecimal: return arrow::decimal128(type.precision, type.scale);
    case TypeId::kDate: return arrow::date32();
    case TypeId::kTime: return arrow::time64(arrow::TimeUnit::MICRO);
    case TypeId::kTimestamp: return arrow::timestamp(arrow::TimeUnit::MICRO);
    case TypeId::kTimestampTz: return arrow::timestamp(arrow::TimeUnit::MICRO, "UTC");
    case TypeId::kTimestampNs: return arrow::timestamp(arrow::TimeUnit::NANO);
    case TypeId::kTimestampTzNs: return arrow::timestamp(arrow::TimeUnit::NANO, "UTC");
    case TypeId::kString: return arrow::utf8();
    case TypeId::kUuid: return arrow::fixed_size_binary(16);
    case TypeId::kFixed: return arrow::fixed_size_binary(type.length);
    case TypeId::kBinary: return arrow::binary();
    case TypeId::kList: return arrow::list(ArrowFieldOf(type.fields[0]));
    case TypeId::kMap: return std::make_shared<arrow::MapType>(ArrowFieldOf(type.fields[0]), ArrowFieldOf(type.fields[1]));
    case TypeId::kStruct: {
      arrow::FieldVector fields;
      for (const auto& field : type.fields) fields.push_back(ArrowFieldOf(field));
      return arrow::struct_(std::move(fields));
    }
  }
  return arrow::null();
}

std::shared_ptr<arrow::Field> ArrowFieldOf(const NestedField& field) {
  std::vector<std::string> keys = {kFieldId}, values = {std::to_string(field.id)};
  if (field.type.id == TypeId::kUuid) {
    keys.insert(keys.end(), {"ARROW:extension:name", "ARROW:extension:metadata"});
    values.insert(values.end(), {"arrow.uuid", ""});
  }
  return arrow::field(field.name, ArrowTypeOf(field.type), !field.required,
                      arrow::key_value_metadata(std::move(keys), std::move(values)));
}

std::shared_ptr<arrow::Schema> ArrowSchemaOf(const std::vector<NestedField>& fields) {
  arrow::FieldVector out;
  for (const auto& field : fields) out.push_back(ArrowFieldOf(field));
  return arrow::schema(std::move(out));
}

int FieldIdOf(const arrow::Field& field) {
  if (field.metadata() == nullptr) return -1;
  const auto text = field.metadata()->Get(kFieldId);
  int id = -1;
  if (text.ok()) std::from_chars(text->data(), text->data() + text->size(), id);
  return id;
}

Status CheckNames(const arrow::FieldVector& fields, const std::string& above) {
  std::set<std::string> names;
  for (const auto& field : fields) {
    if (!names.insert(field->name()).second)
      return Error(ErrorCode::kInvalidArgument, fmt::format("the data have the column '{}{}' twice", above, field->name()))
          .WithHint("leave one out, or give it another name");
    if (field->type()->id() == arrow::Type::STRUCT) DVT_TRY(CheckNames(field->type()->fields(), above + field->name() + "."));
  }
  return {};
}

Result<std::vector<NestedField>> FieldsOfArrow(const arrow::Schema& schema) {
  IdCounter ids;
  std::vector<NestedField> fields;
  for (const auto& field : schema.fields()) {
    DVT_ASSIGN(auto out, FieldOfArrow(*field, field->name(), ids));
    fields.push_back(std::move(out));
  }
  AssignFreshIds(fields, 1);
  return fields;
}

std::shared_ptr<arrow::Scalar> ArrowScalarOf(const Type& type, const Literal& value) {
  const auto arrow_type = ArrowTypeOf(type);
  switch (type.id) {
    case TypeId::kBoolean: return std::make_shared<arrow::BooleanScalar>(value.as_bool());
    case TypeId::kInt: return std::make_shared<arrow::Int32Scalar>(static_cast<int32_t>(value.as_int()));
    case TypeId::kLong: return std::make_shared<arrow::Int64Scalar>(value.as_int());
    case TypeId::kFloat: return std::make_shared<arrow::FloatScalar>(static_cast<float>(value.as_float()));
    case TypeId::kDouble: return std::make_shared<arrow::DoubleScalar>(value.as_float());
    case TypeId::kDate: return std::make_shared<arrow::Date32Scalar>(static_cast<int32_t>(value.as_int()));
    case TypeId::kTime: return std::make_shared<arrow::Time64Scalar>(value.as_int(), arrow_type);
    case TypeId::kDecimal: {
      const Int128 number = value.as_decimal();
      const arrow::Decimal128 decimal(static_cast<int64_t>(number >> 64), static_cast<uint64_t>(number));
      return std::make_shared<arrow::Decimal128Scalar>(decimal, arrow_type);
    }
    case TypeId::kString: return std::make_shared<arrow::StringScalar>(value.as_bytes());
    case TypeId::kBinary: return std::make_shared<arrow::BinaryScalar>(arrow::Buffer::FromString(value.as_bytes()));
    case TypeId::kUuid:
    case TypeId::kFixed:
      return std::make_shared<arrow::FixedSizeBinaryScalar>(arrow::Buffer::FromString(value.as_bytes()), arrow_type);
    default: return std::make_shared<arrow::TimestampScalar>(value.as_int(), arrow_type);
  }
}

Literal LiteralAt(const Type& type, const arrow::Array& array, int64_t row) {
  if (array.IsNull(row)) return {};
  switch (type.id) {
    case TypeId::kBoolean: return Literal::Bool(static_cast<const arrow::BooleanArray&>(array).Value(row));
    case TypeId::kInt: return Literal::Int(static_cast<const arrow::Int32Array&>(array).Value(row));
    case TypeId::kDate: return Literal::Int(static_cast<const arrow::Date32Array&>(array).Value(row));
    case TypeId::kFloat: return Literal::Float(static_cast<const arrow::FloatArray&>(array).Value(row));
    case TypeId::kDouble: return Literal::Float(static_cast<const arrow::DoubleArray&>(array).Value(row));
    case TypeId::kDecimal: {
      const arrow::Decimal128 value(static_cast<const arrow::Decimal128Array&>(array).GetValue(row));
      return Literal::Decimal(
          static_cast<Int128>(static_cast<unsigned __int128>(static_cast<uint64_t>(value.high_bits())) << 64 | value.low_bits()));
    }
    case TypeId::kString:
    case TypeId::kBinary: return Literal::Bytes(std::string(static_cast<const arrow::BinaryArray&>(array).GetView(row)));
    case TypeId::kUuid:
    case TypeId::kFixed: return Literal::Bytes(std::string(static_cast<const arrow::FixedSizeBinaryArray&>(array).GetView(row)));
    case TypeId::kUnknown: return {};
    default: break;
  }
  // long, time and timestamps: 64 bits each.
  return Literal::Int(array.data()->GetValues<int64_t>(1)[row]);
}

}  // namespace dvt::lake
