#include <gtest/gtest.h>

#include "dvt/columnar/c_abi/column_view.h"
#include "dvt/columnar/c_abi/stream.h"
#include "dvt/columnar/ipc/normalize.h"

namespace dvt::columnar {
namespace {

Fields AllFields() {
  Fields fields;
  auto add = [&](DataType type) { fields.push_back({"c" + std::to_string(fields.size()), std::move(type), true, {}}); };
  add(TypeKind::kBool);
  add(TypeKind::kInt32);
  add(DataType::Decimal(15, 2));
  add(TypeKind::kString);
  add(TypeKind::kUuid);
  add(TypeKind::kInterval);
  add(DataType::List(TypeKind::kInt64));
  add(DataType::Struct({{"x", TypeKind::kString, true, {}}, {"y", TypeKind::kDate, true, {}}}));
  add(TypeKind::kTimestampTz);
  add(TypeKind::kNull);
  return fields;
}

void AppendRow(BatchBuilder& builder, int i) {
  const uint8_t uuid[16] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, static_cast<uint8_t>(i)};
  builder.column(0).AppendBool(i % 2 == 0);
  builder.column(1).AppendFixed<int32_t>(-i);
  builder.column(2).AppendDecimal(Int128{-i} * 100 - 5);
  builder.column(3).AppendBytes("row " + std::to_string(i));
  builder.column(4).AppendUuid(uuid);
  builder.column(5).AppendInterval(14, i, 1'500'000'000);
  builder.column(6).child(0).AppendFixed<int64_t>(i);
  builder.column(6).child(0).AppendNull();
  builder.column(6).AppendNested();
  builder.column(7).child(0).AppendBytes("x");
  builder.column(7).child(1).AppendFixed<int32_t>(19782);
  builder.column(7).AppendNested();
  builder.column(8).AppendFixed<int64_t>(-1);
  builder.column(9).AppendNull();
}

TEST(BatchBuilder, BuildsEveryLayoutWithNullsAnywhere) {
  BatchBuilder builder(AllFields());
  for (int i = 0; i < 40; ++i) {
    if (i % 7 == 3) {
      for (int c = 0; c < builder.columns(); ++c) builder.column(c).AppendNull();
    } else {
      AppendRow(builder, i);
    }
  }
  Array batch = builder.Finish();
  ASSERT_EQ(batch.length(), 40);
  const auto columns = BatchColumns(batch.get(), builder.fields());
  for (int i = 0; i < 40; ++i) {
    for (size_t c = 0; c < columns.size(); ++c) EXPECT_EQ(columns[c].IsNull(i), i % 7 == 3 || c == 9) << i << " " << c;
  }
  std::string text;
  for (size_t c = 0; c < 9; ++c) {
    AppendText(text, columns[c], 37);
    text += '|';
  }
  EXPECT_EQ(text,
            "false|-37|-37.05|row 37|01020304-0506-0708-090a-0b0c0d0e0f25|1 year 2 months 37 days 00:00:01.5|[37, null]|"
            "{\"x\": \"x\", \"y\": \"2024-02-29\"}|1969-12-31 23:59:59.999999+00|");
  EXPECT_EQ(builder.rows(), 0);  // reusable
}

TEST(Schema, ExportImportRoundTripKeepsExtensions) {
  const Fields fields = AllFields();
  const Schema schema = ExportSchema(fields);
  EXPECT_EQ(ImportSchema(schema.get()), fields);
}

TEST(Stream, KeepsTheFullErrorOfItsSource) {
  int calls = 0;
  Stream stream = MakeStream({{"a", TypeKind::kInt32, true, {}}}, [&]() -> Result<Array> {
    if (++calls == 2) return Error(ErrorCode::kDeadlock, "lost").WithVendorCode("40P01");
    BatchBuilder builder({{"a", TypeKind::kInt32, true, {}}});
    builder.column(0).AppendFixed<int32_t>(7);
    return builder.Finish();
  });
  EXPECT_TRUE(stream.Next().has_value());
  auto failed = stream.Next();
  ASSERT_FALSE(failed.has_value());
  EXPECT_EQ(failed.error().code(), ErrorCode::kDeadlock);
  EXPECT_EQ(failed.error().vendor_code(), "40P01");
}

TEST(Normalize, CastsForeignLayouts) {
  BatchBuilder builder({{"a", TypeKind::kInt16, true, {}}});
  builder.column(0).AppendFixed<int16_t>(7);
  builder.column(0).AppendNull();
  std::vector<Array> batches;
  batches.push_back(builder.Finish());
  auto stream = NormalizeStream(MakeStream(builder.fields(), std::move(batches)), {{"a", TypeKind::kInt64, true, {}}});
  ASSERT_TRUE(stream.has_value());
  auto batch = stream->Next();
  ASSERT_TRUE(batch.has_value()) << batch.error().ToString();
  const Fields wide = {{"a", TypeKind::kInt64, true, {}}};
  const auto columns = BatchColumns(batch->get(), wide);
  EXPECT_EQ(columns[0].Fixed<int64_t>(0), 7);
  EXPECT_TRUE(columns[0].IsNull(1));
}

TEST(ValueText, ParsesWhatItWrites) {
  for (const char* text : {"0001-01-01 00:00:00", "1969-12-31 23:59:59.999999", "2024-02-29 12:00:00", "9999-12-31 23:59:59.5"}) {
    int64_t micros;
    ASSERT_TRUE(ParseTimestamp(text, micros)) << text;
    std::string back;
    AppendTimestamp(back, micros);
    EXPECT_EQ(back, text);
  }
  int32_t days;
  EXPECT_FALSE(ParseDate("2023-02-29", days));
  int64_t micros;
  ASSERT_TRUE(ParseTimestamp("2024-01-01T02:00:00+02:00", micros));
  std::string text;
  AppendTimestamp(text, micros);
  EXPECT_EQ(text, "2024-01-01 00:00:00");
}

TEST(ValueText, DecimalsAreExactOrRefused) {
  Int128 value;
  ASSERT_TRUE(ParseDecimal("-99999999999999999999999999999999999.999", 38, 3, value));
  std::string text;
  AppendDecimalText(text, value, 3);
  EXPECT_EQ(text, "-99999999999999999999999999999999999.999");
  EXPECT_TRUE(ParseDecimal("1.500", 5, 1, value));
  EXPECT_FALSE(ParseDecimal("1.55", 5, 1, value));
  EXPECT_FALSE(ParseDecimal("100000", 5, 0, value));
  EXPECT_FALSE(ParseDecimal("", 5, 0, value));
  EXPECT_TRUE(ParseDecimal("0.00", 2, 2, value));
}

}  // namespace
}  // namespace dvt::columnar
