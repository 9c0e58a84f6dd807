#include <parquet/schema.h>
#include <parquet/statistics.h>

#include <cmath>
#include <cstring>

#include "dvt/lake/data/column_stats_internal.h"

namespace dvt::lake {

namespace {

template <class T>
std::optional<T> Raw(const std::string& bytes) {
  if (bytes.size() != sizeof(T)) return std::nullopt;
  T value;
  std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

bool IsMicros(const parquet::ColumnDescriptor& column) {
  const auto& logical = column.logical_type();
  if (logical != nullptr && logical->is_timestamp())
    return static_cast<const parquet::TimestampLogicalType&>(*logical).time_unit() == parquet::LogicalType::TimeUnit::MICROS;
  if (logical != nullptr && logical->is_time())
    return static_cast<const parquet::TimeLogicalType&>(*logical).time_unit() == parquet::LogicalType::TimeUnit::MICROS;
  return false;
}

// True if whole numbers of the file are whole numbers of the table.
bool SameUnit(const parquet::ColumnDescriptor& column, const Type& type) {
  switch (type.id) {
    case TypeId::kTime:
    case TypeId::kTimestamp:
    case TypeId::kTimestampTz: return IsMicros(column);
    case TypeId::kInt:
    case TypeId::kLong:
    case TypeId::kDate: return true;
    default: return false;
  }
}

std::optional<Literal> WholeNumber(int64_t value, const parquet::ColumnDescriptor& column, const Type& type) {
  if (type.id == TypeId::kDecimal && column.type_scale() == type.scale) return Literal::Decimal(value);
  if (SameUnit(column, type)) return Literal::Int(value);
  return std::nullopt;
}

std::optional<Literal> Floating(double value, const Type& type) {
  if (std::isnan(value) || (type.id != TypeId::kFloat && type.id != TypeId::kDouble)) return std::nullopt;
  return Literal::Float(value);
}

std::optional<Literal> BytesValue(const std::string& bytes, const parquet::ColumnDescriptor& column, const Type& type) {
  if (type.id == TypeId::kDecimal) {
    if (column.type_scale() != type.scale || bytes.empty() || bytes.size() > 16) return std::nullopt;
    return Literal::Decimal(DecimalFromBytes(bytes));
  }
  const bool texts =
      type.id == TypeId::kString || type.id == TypeId::kBinary || type.id == TypeId::kFixed || type.id == TypeId::kUuid;
  return texts ? std::optional(Literal::Bytes(bytes)) : std::nullopt;
}

std::optional<Literal> ValueOf(const std::string& bytes, const parquet::ColumnDescriptor& column, const Type& type) {
  switch (column.physical_type()) {
    case parquet::Type::BOOLEAN:
      if (type.id != TypeId::kBoolean || bytes.empty()) return std::nullopt;
      return Literal::Bool(bytes[0] != 0);
    case parquet::Type::INT32:
      if (const auto value = Raw<int32_t>(bytes)) return WholeNumber(*value, column, type);
      return std::nullopt;
    case parquet::Type::INT64:
      if (const auto value = Raw<int64_t>(bytes)) return WholeNumber(*value, column, type);
      return std::nullopt;
    case parquet::Type::FLOAT:
      if (const auto value = Raw<float>(bytes)) return Floating(*value, type);
      return std::nullopt;
    case parquet::Type::DOUBLE:
      if (const auto value = Raw<double>(bytes)) return Floating(*value, type);
      return std::nullopt;
    case parquet::Type::BYTE_ARRAY:
    case parquet::Type::FIXED_LEN_BYTE_ARRAY: return BytesValue(bytes, column, type);
    default: return std::nullopt;
  }
}

}  // namespace

ColumnStats StatsOf(const parquet::ColumnChunkMetaData& chunk, const parquet::ColumnDescriptor& column, const Type& type) {
  ColumnStats out;
  const auto stats = chunk.statistics();
  if (stats == nullptr) return out;
  if (stats->HasNullCount()) out.nulls = stats->null_count();
  if (!stats->HasMinMax()) return out;
  out.lower = ValueOf(stats->EncodeMin(), column, type);
  out.upper = ValueOf(stats->EncodeMax(), column, type);
  return out;
}

}  // namespace dvt::lake
