#include <fmt/format.h>

#include "dvt/lake/iceberg/manifest_schema_internal.h"

namespace dvt::lake {

namespace {

Value Object(std::initializer_list<std::pair<const char*, Value>> members) {
  Value json = Value::MakeMap();
  for (const auto& [key, value] : members) json.Set(key, value);
  return json;
}

Value ListOf(std::initializer_list<Value> items) {
  Value json = Value::MakeList();
  for (const auto& item : items) json.Push(item);
  return json;
}

Value Required(const char* name, int id, Value type) {
  return Object({{"name", name}, {"type", std::move(type)}, {"field-id", id}});
}

Value Optional(const char* name, int id, Value type) {
  return Object({{"name", name}, {"type", ListOf({"null", std::move(type)})}, {"default", Value()}, {"field-id", id}});
}

Value Record(const std::string& name, Value fields) {
  return Object({{"type", "record"}, {"name", name}, {"fields", std::move(fields)}});
}

// A map with whole numbers for keys: an array of pairs that says it is a map.
Value IntMap(int key_id, int value_id, const char* value_type) {
  Value pair = Record(fmt::format("k{}_v{}", key_id, value_id),
                      ListOf({Required("key", key_id, "int"), Required("value", value_id, value_type)}));
  return Object({{"type", "array"}, {"items", std::move(pair)}, {"logicalType", "map"}});
}

Value ListType(int element_id, const char* element) {
  return Object({{"type", "array"}, {"items", element}, {"element-id", element_id}});
}

int DecimalSize(int precision) {
  Int128 largest = 1;
  for (int i = 0; i < precision; ++i) largest *= 10;
  return static_cast<int>(DecimalBytes(largest - 1).size());
}

Value Moment(const char* logical, bool utc) {
  return Object({{"type", "long"}, {"logicalType", logical}, {"adjust-to-utc", utc}});
}

Value FixedType(const std::string& name, int size) { return Object({{"type", "fixed"}, {"size", size}, {"name", name}}); }

Value PartitionAvroType(const NestedField& field) {
  switch (field.type.id) {
    case TypeId::kBoolean: return "boolean";
    case TypeId::kInt: return "int";
    case TypeId::kLong: return "long";
    case TypeId::kFloat: return "float";
    case TypeId::kDouble: return "double";
    case TypeId::kDate: return Object({{"type", "int"}, {"logicalType", "date"}});
    case TypeId::kTime: return Object({{"type", "long"}, {"logicalType", "time-micros"}});
    case TypeId::kTimestamp: return Moment("timestamp-micros", false);
    case TypeId::kTimestampTz: return Moment("timestamp-micros", true);
    case TypeId::kTimestampNs: return Moment("timestamp-nanos", false);
    case TypeId::kTimestampTzNs: return Moment("timestamp-nanos", true);
    case TypeId::kFixed: return FixedType(fmt::format("fixed_{}_{}", field.type.length, field.id), field.type.length);
    case TypeId::kUuid: {
      Value json = FixedType(fmt::format("uuid_fixed_{}", field.id), 16);
      json.Set("logicalType", "uuid");
      return json;
    }
    case TypeId::kDecimal: {
      Value json = FixedType(fmt::format("decimal_{}_{}_{}", field.type.precision, field.type.scale, field.id),
                             DecimalSize(field.type.precision));
      json.Set("logicalType", "decimal");
      json.Set("precision", field.type.precision);
      json.Set("scale", field.type.scale);
      return json;
    }
    case TypeId::kBinary: return "bytes";
    default: return "string";
  }
}

// Avro's names have letters, digits and _ only.
std::string AvroName(const std::string& name) {
  std::string out;
  for (const char c : name) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    const bool digit = c >= '0' && c <= '9';
    if (letter || (digit && !out.empty())) {
      out += c;
    } else {
      out += digit ? fmt::format("_{}", c) : fmt::format("_x{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out.empty() ? "_" : out;
}

Value PartitionRecord(const Type& partition_type) {
  Value fields = Value::MakeList();
  for (const auto& field : partition_type.fields) {
    const std::string name = AvroName(field.name);
    Value json = Optional(name.c_str(), field.id, PartitionAvroType(field));
    if (name != field.name) json.Set("iceberg-field-name", field.name);
    fields.Push(std::move(json));
  }
  return Record("r102", std::move(fields));
}

Value DataFileRecord(int version, const Type& partition_type) {
  Value fields = Value::MakeList();
  if (version > 1) fields.Push(Required("content", 134, "int"));
  fields.Push(Required("file_path", 100, "string"));
  fields.Push(Required("file_format", 101, "string"));
  fields.Push(Required("partition", 102, PartitionRecord(partition_type)));
  fields.Push(Required("record_count", 103, "long"));
  fields.Push(Required("file_size_in_bytes", 104, "long"));
  if (version == 1) fields.Push(Required("block_size_in_bytes", 105, "long"));
  fields.Push(Optional("column_sizes", 108, IntMap(117, 118, "long")));
  fields.Push(Optional("value_counts", 109, IntMap(119, 120, "long")));
  fields.Push(Optional("null_value_counts", 110, IntMap(121, 122, "long")));
  fields.Push(Optional("nan_value_counts", 137, IntMap(138, 139, "long")));
  fields.Push(Optional("lower_bounds", 125, IntMap(126, 127, "bytes")));
  fields.Push(Optional("upper_bounds", 128, IntMap(129, 130, "bytes")));
  fields.Push(Optional("key_metadata", 131, "bytes"));
  fields.Push(Optional("split_offsets", 132, ListType(133, "long")));
  if (version > 1) fields.Push(Optional("equality_ids", 135, ListType(136, "int")));
  fields.Push(Optional("sort_order_id", 140, "int"));
  if (version > 2) fields.Push(Optional("first_row_id", 142, "long"));
  if (version > 1) fields.Push(Optional("referenced_data_file", 143, "string"));
  if (version > 2) {
    fields.Push(Optional("content_offset", 144, "long"));
    fields.Push(Optional("content_size_in_bytes", 145, "long"));
  }
  return Record("r2", std::move(fields));
}

}  // namespace

Value ManifestAvroSchema(int version, const Type& partition_type) {
  Value fields = Value::MakeList();
  fields.Push(Required("status", 0, "int"));
  fields.Push(version == 1 ? Required("snapshot_id", 1, "long") : Optional("snapshot_id", 1, "long"));
  if (version > 1) {
    fields.Push(Optional("sequence_number", 3, "long"));
    fields.Push(Optional("file_sequence_number", 4, "long"));
  }
  fields.Push(Required("data_file", 2, DataFileRecord(version, partition_type)));
  return Record("manifest_entry", std::move(fields));
}

Value ManifestListAvroSchema(int version) {
  const Value summary =
      Record("r508", ListOf({Required("contains_null", 509, "boolean"), Optional("contains_nan", 518, "boolean"),
                             Optional("lower_bound", 510, "bytes"), Optional("upper_bound", 511, "bytes")}));
  Value fields = Value::MakeList();
  fields.Push(Required("manifest_path", 500, "string"));
  fields.Push(Required("manifest_length", 501, "long"));
  fields.Push(Required("partition_spec_id", 502, "int"));
  if (version > 1) {
    fields.Push(Required("content", 517, "int"));
    fields.Push(Required("sequence_number", 515, "long"));
    fields.Push(Required("min_sequence_number", 516, "long"));
  }
  fields.Push(Required("added_snapshot_id", 503, "long"));
  fields.Push(Required("added_files_count", 504, "int"));
  fields.Push(Required("existing_files_count", 505, "int"));
  fields.Push(Required("deleted_files_count", 506, "int"));
  fields.Push(Required("added_rows_count", 512, "long"));
  fields.Push(Required("existing_rows_count", 513, "long"));
  fields.Push(Required("deleted_rows_count", 514, "long"));
  fields.Push(Optional("partitions", 507, Object({{"type", "array"}, {"items", summary}, {"element-id", 508}})));
  fields.Push(Optional("key_metadata", 519, "bytes"));
  if (version > 2) fields.Push(Optional("first_row_id", 520, "long"));
  return Record("manifest_file", std::move(fields));
}

avro::Datum PartitionDatum(const Type& type, const Literal& value) {
  using avro::Datum;
  if (value.is_null()) return {};
  switch (value.held.index()) {
    case 1: return Datum::Of(value.as_bool());
    case 2: return Datum::Of(value.as_int());
    case 3: return Datum::Of(value.as_float());
    case 5: return Datum::Of(value.as_bytes());
    default: break;
  }
  // A decimal fills its fixed size, with copies of its sign.
  std::string bytes = DecimalBytes(value.as_decimal());
  const auto size = static_cast<size_t>(DecimalSize(type.precision));
  if (bytes.size() < size) bytes.insert(0, size - bytes.size(), value.as_decimal() < 0 ? '\xff' : '\0');
  return Datum::Of(std::move(bytes));
}

Result<Literal> PartitionLiteral(const Type& type, const avro::Datum& datum) {
  if (datum.is_null()) return Literal();
  if (const auto* value = datum.boolean()) return Literal::Bool(*value);
  if (const auto* value = datum.integer()) return Literal::Int(*value);
  if (const auto* value = datum.number()) return Literal::Float(*value);
  const auto* bytes = datum.bytes();
  if (bytes == nullptr) return Error(ErrorCode::kData, "a partition value in a manifest is no single value");
  if (type.id == TypeId::kDecimal) return Literal::Decimal(DecimalFromBytes(*bytes));
  return Literal::Bytes(*bytes);
}

}  // namespace dvt::lake
