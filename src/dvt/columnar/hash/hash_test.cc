#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "dvt/base/text/text.h"
#include "dvt/columnar/hash/row_hash.h"
#include "dvt/columnar/hash/value_encoder.h"

namespace dvt::columnar {
namespace {

std::string Encoded(const DataType& type, const std::function<void(ColumnBuilder&)>& append) {
  BatchBuilder builder({{"c", type, true, {}}});
  append(builder.column(0));
  const Array batch = builder.Finish();
  std::string out;
  AppendHashText(out, BatchColumns(batch.get(), builder.fields())[0], 0);
  return out;
}

std::string OfDouble(double value) {
  return Encoded(TypeKind::kFloat64, [&](auto& c) { c.AppendFixed(value); });
}
std::string OfText(std::string_view text) {
  return Encoded(TypeKind::kString, [&](auto& c) { c.AppendBytes(text); });
}
std::string OfDecimal(Int128 unscaled, int precision, int scale) {
  return Encoded(DataType::Decimal(precision, scale), [&](auto& c) { c.AppendDecimal(unscaled); });
}
std::string OfMicros(TypeKind kind, int64_t micros) {
  return Encoded(kind, [&](auto& c) { c.AppendFixed(micros); });
}

TEST(ValueEncoder, NumbersOfEqualValueAreSpelledAlike) {
  EXPECT_EQ(OfDecimal(500, 10, 2), "5");
  EXPECT_EQ(OfDouble(5), "5");
  EXPECT_EQ(Encoded(TypeKind::kInt8, [](auto& c) { c.template AppendFixed<int8_t>(5); }), "5");
  EXPECT_EQ(Encoded(TypeKind::kUInt64, [](auto& c) { c.template AppendFixed<uint64_t>(UINT64_MAX); }), "18446744073709551615");
  EXPECT_EQ(OfDecimal(-150, 10, 2), "-1.5");
  EXPECT_EQ(OfDouble(-1.5), "-1.5");
  EXPECT_EQ(OfDecimal(0, 10, 2), "0");
  EXPECT_EQ(OfDecimal(-5, 10, 2), "-0.05");
  EXPECT_EQ(OfDecimal(1000, 10, 0), "1000");
  EXPECT_EQ(Encoded(TypeKind::kBool, [](auto& c) { c.AppendBool(true); }), "1");
}

TEST(ValueEncoder, FloatingPointAtItsEnds) {
  EXPECT_EQ(OfDouble(0.0), "0");
  EXPECT_EQ(OfDouble(-0.0), "0");
  EXPECT_EQ(OfDouble(0.1), "0.1");
  EXPECT_EQ(OfDouble(999999999999999.9), "999999999999999.9");
  EXPECT_EQ(OfDouble(1e-4), "0.0001");
  EXPECT_EQ(OfDouble(1e15), "8000000000000000p-3");
  EXPECT_EQ(OfDouble(-1e23), "-5960464477539062p24");
  EXPECT_EQ(OfDouble(5e-324), "1p-1074");
  EXPECT_EQ(OfDouble(std::numeric_limits<double>::max()), "9007199254740991p971");
  EXPECT_EQ(OfDouble(std::nan("")), "NaN");
  EXPECT_EQ(OfDouble(-INFINITY), "-Infinity");
  EXPECT_EQ(Encoded(TypeKind::kFloat32, [](auto& c) { c.AppendFixed(0.1f); }), "0.10000000149011612");
}

TEST(ValueEncoder, TextsAreEscaped) {
  EXPECT_EQ(OfText("a|b~c"), "a~|b~~c");
  EXPECT_EQ(OfText("~N"), "~~N");
  EXPECT_EQ(OfText(""), "");
  EXPECT_EQ(OfText("día ☂"), "día ☂");
  EXPECT_EQ(Encoded(TypeKind::kString, [](auto& c) { c.AppendNull(); }), "~N");
  EXPECT_EQ(Encoded(TypeKind::kBinary, [](auto& c) { c.AppendBytes("\x01\xff|"); }), "01ff7c");
}

TEST(ValueEncoder, DatesAndTimes) {
  EXPECT_EQ(Encoded(TypeKind::kDate, [](auto& c) { c.template AppendFixed<int32_t>(19782); }), "2024-02-29");
  EXPECT_EQ(Encoded(TypeKind::kDate, [](auto& c) { c.template AppendFixed<int32_t>(-719529); }), "0002-12-31 BC");
  EXPECT_EQ(OfMicros(TypeKind::kTimestamp, 1'500'000), "1970-01-01 00:00:01.5");
  EXPECT_EQ(OfMicros(TypeKind::kTimestampTz, -1), "1969-12-31 23:59:59.999999");
  EXPECT_EQ(OfMicros(TypeKind::kTime, 86'399'000'000), "23:59:59");
  EXPECT_EQ(Encoded(TypeKind::kInterval, [](auto& c) { c.AppendInterval(14, -1, 1'500'000'000); }),
            "000000000016e360ffffffff0000000e");
}

TEST(ValueEncoder, NestedValuesOfDifferentShapeDiffer) {
  const DataType list = DataType::List(TypeKind::kString);
  const auto none = Encoded(list, [](auto& c) { c.AppendNested(); });
  const auto empty = Encoded(list, [](auto& c) {
    c.child(0).AppendBytes("");
    c.AppendNested();
  });
  const auto null = Encoded(list, [](auto& c) {
    c.child(0).AppendNull();
    c.AppendNested();
  });
  EXPECT_EQ(none, "[]");
  EXPECT_EQ(empty, "[~|]");
  EXPECT_EQ(null, "[~~N~|]");
}

TEST(RowHash, ColumnsAreTakenInTheOrderOfTheirNames) {
  const Fields fields = {
      {"b", TypeKind::kInt64, true, {}}, {"B", TypeKind::kInt64, true, {}}, {"a", TypeKind::kString, true, {}}};
  EXPECT_EQ(HashOrder(fields), (std::vector<size_t>{1, 2, 0}));
  BatchBuilder builder(fields);
  builder.column(0).AppendFixed<int64_t>(1);
  builder.column(1).AppendNull();
  builder.column(2).AppendBytes("x|y");
  const Array batch = builder.Finish();
  std::string text;
  AppendHashRow(text, BatchColumns(batch.get(), fields), HashOrder(fields), 0);
  EXPECT_EQ(text, "~N|x~|y|1");
  Digester digester;
  std::string hex;
  for (const uint8_t byte : digester.Of(text)) hex += "0123456789abcdef"[byte >> 4], hex += "0123456789abcdef"[byte & 15];
  EXPECT_EQ(hex, Md5Hex(text));
}

TEST(RowHash, KeysComeApartAsTheyWent) {
  const auto parts = SplitKey("a~|b|~N|~~N|");
  ASSERT_EQ(parts.size(), 4u);
  EXPECT_EQ(parts[0].text, "a|b");
  EXPECT_TRUE(parts[1].null);
  EXPECT_EQ(parts[2].text, "~N");
  EXPECT_FALSE(parts[2].null);
  EXPECT_EQ(parts[3].text, "");
}

}  // namespace
}  // namespace dvt::columnar
