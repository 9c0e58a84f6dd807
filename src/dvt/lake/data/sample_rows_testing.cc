#include "dvt/lake/data/sample_rows_testing_arrow.h"

#include <arrow/builder.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <limits>
#include <random>

#include "dvt/base/text/text.h"
#include "dvt/lake/data/types_arrow.h"

namespace dvt::lake {

namespace {

class Maker {
 public:
  Maker(SampleValues values, unsigned seed) : values_(values), random_(seed) {}

  void Append(arrow::ArrayBuilder& builder, bool nullable) {
    if (nullable && std::uniform_real_distribution<>()(random_) < values_.nulls) {
      ASSERT_TRUE(builder.AppendNull().ok());
      return;
    }
    if (!values_.in_runs || Next(20) == 0) last_ = Next(values_.different);
    switch (builder.type()->id()) {
      case arrow::Type::STRUCT: return AppendStruct(static_cast<arrow::StructBuilder&>(builder));
      case arrow::Type::LIST: {
        auto& list = static_cast<arrow::ListBuilder&>(builder);
        ASSERT_TRUE(list.Append().ok());
        for (int64_t i = Next(4); i > 0; --i) Append(*list.value_builder(), list.type()->field(0)->nullable());
        return;
      }
      case arrow::Type::MAP: {
        auto& map = static_cast<arrow::MapBuilder&>(builder);
        ASSERT_TRUE(map.Append().ok());
        for (int64_t i = Next(3); i > 0; --i) {
          Append(*map.key_builder(), false);
          Append(*map.item_builder(), true);
        }
        return;
      }
      default: AppendValue(builder, last_);
    }
  }

 private:
  int64_t Next(int64_t below) { return std::uniform_int_distribution<int64_t>(0, below - 1)(random_); }

  void AppendStruct(arrow::StructBuilder& builder) {
    ASSERT_TRUE(builder.Append().ok());
    for (int i = 0; i < builder.num_fields(); ++i) Append(*builder.field_builder(i), builder.type()->field(i)->nullable());
  }

  static void AppendValue(arrow::ArrayBuilder& builder, int64_t v) {
    const auto as = [&]<class B>(B* typed, auto value) { ASSERT_TRUE(typed->Append(value).ok()); };
    const int64_t spread = (v - 20) * 7'919;
    switch (builder.type()->id()) {
      case arrow::Type::BOOL: return as(static_cast<arrow::BooleanBuilder*>(&builder), v % 2 == 0);
      case arrow::Type::INT32: return as(static_cast<arrow::Int32Builder*>(&builder), static_cast<int32_t>(spread));
      case arrow::Type::DATE32: return as(static_cast<arrow::Date32Builder*>(&builder), static_cast<int32_t>(v));
      case arrow::Type::INT64: return as(static_cast<arrow::Int64Builder*>(&builder), spread << 20);
      case arrow::Type::TIME64: return as(static_cast<arrow::Time64Builder*>(&builder), v);
      case arrow::Type::TIMESTAMP: return as(static_cast<arrow::TimestampBuilder*>(&builder), spread);
      case arrow::Type::FLOAT:
        return as(static_cast<arrow::FloatBuilder*>(&builder), v % 9 == 3 ? std::nanf("") : static_cast<float>(v - 5) / 2);
      case arrow::Type::DOUBLE:
        return as(static_cast<arrow::DoubleBuilder*>(&builder), v % 9 == 4   ? std::numeric_limits<double>::infinity()
                                                                : v % 9 == 5 ? -0.0
                                                                             : static_cast<double>(spread) / 3);
      case arrow::Type::DECIMAL128: return as(static_cast<arrow::Decimal128Builder*>(&builder), Decimal(builder, spread));
      case arrow::Type::FIXED_SIZE_BINARY: {
        const auto width = static_cast<size_t>(static_cast<const arrow::FixedSizeBinaryType&>(*builder.type()).byte_width());
        return as(static_cast<arrow::FixedSizeBinaryBuilder*>(&builder), fmt::format("{:0>{}}", v, width).substr(0, width));
      }
      // Lengths of 0 to 40, equal at their ends and different between.
      case arrow::Type::STRING: return as(static_cast<arrow::StringBuilder*>(&builder), Text(v));
      default: return as(static_cast<arrow::BinaryBuilder*>(&builder), Text(v) + std::string(1, '\xff'));
    }
  }
  static std::string Text(int64_t v) {
    if (v % 41 < 12) return std::string(static_cast<size_t>(v % 41), 'a') + (v < 41 ? "" : std::to_string(v));
    return "begin___" + fmt::format("{:0>{}}", v, v % 25) + "____end";
  }
  static arrow::Decimal128 Decimal(const arrow::ArrayBuilder& builder, int64_t v) {
    const int digits = static_cast<const arrow::DecimalType&>(*builder.type()).precision();
    if (digits <= 9) return arrow::Decimal128(v / 100);
    return digits > 18 ? arrow::Decimal128(v) * arrow::Decimal128("1000000000000000000000000") : arrow::Decimal128(v * 100);
  }

  SampleValues values_;
  std::mt19937 random_;
  int64_t last_ = 0;
};

}  // namespace

Schema SampleSchema() {
  const std::vector<Type> types = {TypeId::kBoolean, TypeId::kInt,        TypeId::kLong,        TypeId::kFloat,
                                   TypeId::kDouble,  Type::Decimal(9, 2), Type::Decimal(18, 4), Type::Decimal(38, 10),
                                   TypeId::kDate,    TypeId::kTime,       TypeId::kTimestamp,   TypeId::kTimestampTz,
                                   TypeId::kString,  TypeId::kBinary,     TypeId::kUuid,        Type::Fixed(5)};
  Schema schema;
  for (const auto& type : types)
    for (const bool required : {false, true})
      schema.fields.push_back({0, fmt::format("{}{}", required ? "r" : "o", schema.fields.size()), type, required});
  const NestedField text{0, "text", TypeId::kString}, number{0, "number", TypeId::kDouble, true};
  schema.fields.push_back({0, "struct", Type::Struct({text, number, {0, "inner", Type::Struct({number})}})});
  schema.fields.push_back({0, "list", Type::List({0, "element", TypeId::kLong})});
  schema.fields.push_back({0, "required_list", Type::List({0, "element", TypeId::kInt, true}), true});
  schema.fields.push_back(
      {0, "lists", Type::List({0, "element", Type::Struct({{0, "days", Type::List({0, "element", TypeId::kDate})}, text})})});
  schema.fields.push_back({0, "map", Type::Map({0, "key", TypeId::kString, true}, {0, "value", Type::Decimal(12, 2)})});
  AssignFreshIds(schema.fields, 1);
  return schema;
}

Batches SampleRows(const Schema& schema, SampleValues values, const std::vector<int64_t>& sizes) {
  const auto arrow_schema = ArrowSchemaOf(schema.fields);
  Maker maker(values, 7);
  Batches batches;
  for (const int64_t size : sizes) {
    arrow::ArrayVector columns;
    for (const auto& field : arrow_schema->fields()) {
      std::unique_ptr<arrow::ArrayBuilder> builder;
      EXPECT_TRUE(arrow::MakeBuilder(arrow::default_memory_pool(), field->type(), &builder).ok());
      for (int64_t i = 0; i < size + 3; ++i) maker.Append(*builder, field->nullable());
      columns.push_back(*builder->Finish());
    }
    // Slices, so that arrays do not begin where their buffers do.
    batches.push_back(arrow::RecordBatch::Make(arrow_schema, size + 3, std::move(columns))->Slice(3));
  }
  return batches;
}

TestFolder::TestFolder() : path_((std::filesystem::temp_directory_path() / ("dvt-" + NewUuid())).string()) {
  std::filesystem::create_directories(path_);
}
TestFolder::~TestFolder() { std::filesystem::remove_all(path_); }
std::string TestFolder::File(const std::string& name) const { return path_ + "/" + name; }

}  // namespace dvt::lake
