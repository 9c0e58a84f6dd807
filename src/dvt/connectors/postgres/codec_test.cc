#include <gtest/gtest.h>

#include <algorithm>

#include "dvt/columnar/c_abi/column_view.h"
#include "dvt/connectors/postgres/connector.h"
#include "dvt/connectors/postgres/error_map.h"
#include "dvt/connectors/postgres/numeric_wire.h"
#include "dvt/connectors/postgres/settings.h"
#include "dvt/connectors/postgres/statement_split.h"
#include "dvt/connectors/postgres/types.h"

namespace dvt::connectors::postgres {
namespace {

using columnar::DataType;
using columnar::Int128;
using columnar::TypeKind;

TEST(NumericWire, ValuesSurviveBothWays) {
  for (int scale = 0; scale <= 38; ++scale) {
    for (Int128 value : {Int128{0}, Int128{1}, Int128{-1}, Int128{9999}, Int128{10000}, Int128{-123456789012345678},
                         PowerOfTen(37), PowerOfTen(38) - 1, 1 - PowerOfTen(38), PowerOfTen(20) * 7, Int128{100000001}}) {
      uint8_t bytes[kMaxNumericBytes];
      const int size = EncodeNumeric(value, scale, bytes);
      ASSERT_LE(size, kMaxNumericBytes);
      Int128 back = -7;
      ASSERT_EQ(DecodeNumeric(bytes, size, 38, scale, back), NumericFault::kNone) << scale;
      std::string want, got;
      columnar::AppendDecimalText(want, value, scale);
      columnar::AppendDecimalText(got, back, scale);
      EXPECT_EQ(got, want);
      uint8_t wide[32];
      ASSERT_EQ(DecodeNumeric256(bytes, size, 76, scale, wide), NumericFault::kNone);
      Int128 low;
      std::memcpy(&low, wide, 16);
      EXPECT_TRUE(low == value);
    }
  }
}

TEST(NumericWire, LostDigitsAreFaults) {
  uint8_t bytes[kMaxNumericBytes];
  Int128 out;
  int size = EncodeNumeric(12345, 3, bytes);  // 12.345
  EXPECT_EQ(DecodeNumeric(bytes, size, 10, 2, out), NumericFault::kTooFine);
  EXPECT_EQ(DecodeNumeric(bytes, size, 4, 3, out), NumericFault::kTooLarge);
  size = EncodeNumeric(12340, 3, bytes);
  EXPECT_EQ(DecodeNumeric(bytes, size, 10, 2, out), NumericFault::kNone);
  EXPECT_TRUE(out == 1234);
  size = EncodeNumeric(1, 20, bytes);
  EXPECT_EQ(DecodeNumeric(bytes, size, 38, 18, out), NumericFault::kTooFine);
  EXPECT_EQ(DecodeNumeric(bytes, 5, 38, 18, out), NumericFault::kMalformed);
}

TEST(StatementSplit, UnderstandsQuotesAndComments) {
  EXPECT_EQ(
      SplitStatements("select ';'; -- a;b\n select \"x;\" /* ; /* ; */ */ ;; select $a$ ; $b$ ; $a$, E'\\';', $1; -- end"),
      (std::vector<std::string>{"select ';'", "-- a;b\n select \"x;\" /* ; /* ; */ */", "select $a$ ; $b$ ; $a$, E'\\';', $1"}));
  EXPECT_TRUE(SplitStatements(" ; -- nothing").empty());
  EXPECT_EQ(FirstWord("/* x */ ( ( SeLeCt 1))"), "select");
}

TEST(ErrorMap, StatesHaveClasses) {
  EXPECT_EQ(ClassifySqlState("28P01"), ErrorCode::kAuthentication);
  EXPECT_EQ(ClassifySqlState("42P01"), ErrorCode::kNotFound);
  EXPECT_EQ(ClassifySqlState("42601"), ErrorCode::kSyntax);
  EXPECT_EQ(ClassifySqlState("42501"), ErrorCode::kPermission);
  EXPECT_EQ(ClassifySqlState("40P01"), ErrorCode::kDeadlock);
  EXPECT_EQ(ClassifySqlState("53300"), ErrorCode::kThrottled);
  EXPECT_EQ(ClassifySqlState("53100"), ErrorCode::kDisk);
  EXPECT_EQ(ClassifySqlState("57P01"), ErrorCode::kConnection);
  EXPECT_EQ(ClassifySqlState("57P03"), ErrorCode::kThrottled);
  EXPECT_EQ(ClassifySqlState("23505"), ErrorCode::kConstraint);
  EXPECT_EQ(ClassifySqlState("ZZZZZ"), ErrorCode::kUnknown);
}

TEST(TypeName, CoversTheNeutralTypes) {
  const auto name = [](const DataType& type, std::string* loss = nullptr) { return *PostgresTypeName(type, loss); };
  EXPECT_EQ(name(TypeKind::kUInt64), "numeric(20,0)");
  EXPECT_EQ(name(TypeKind::kInt8), "smallint");
  EXPECT_EQ(name(DataType::Decimal(15, 2)), "numeric(15,2)");
  EXPECT_EQ(name(DataType::Decimal(0, 0)), "numeric");
  EXPECT_EQ(name(DataType::String(25)), "character varying(25)");
  EXPECT_EQ(name(DataType::String(3, true)), "character(3)");
  EXPECT_EQ(name(DataType::List(TypeKind::kInt32)), "integer[]");
  std::string loss;
  DataType nanoseconds = TypeKind::kTimestamp;
  nanoseconds.precision = 9;
  EXPECT_EQ(name(nanoseconds, &loss), "timestamp without time zone");
  EXPECT_NE(loss, "");
  loss.clear();
  EXPECT_EQ(name(DataType::List(DataType::List(TypeKind::kInt32)), &loss), "jsonb");
  EXPECT_NE(loss, "");
}

TEST(BuiltinType, ReadsModifiers) {
  EXPECT_EQ(BuiltinType(1700, ((15 << 16) | 2) + 4).native, "numeric(15,2)");
  EXPECT_EQ(BuiltinType(1700, ((5 << 16) | (-2 & 0x7FF)) + 4).type, DataType::Decimal(7, 0));
  EXPECT_EQ(BuiltinType(1700, ((3 << 16) | 5) + 4).type, DataType::Decimal(5, 5));
  EXPECT_EQ(BuiltinType(1114, 3).native, "timestamp(3) without time zone");
  EXPECT_EQ(BuiltinType(1043, 29).native, "character varying(25)");
  EXPECT_EQ(BuiltinType(3904, -1).wire, Wire::kOther);
}

TEST(Numeric, TextKeepsEveryDigit) {
  for (const std::string text : {"0", "0.000", "1", "-12.340", "10000", "100000000.0001", "0.00000000000000000000000001", "-0.5",
                                 "123456789012345678901234567890123456789012345678901234567890.1234567"}) {
    const std::string bytes = EncodeNumericText(text);
    std::string out = ">";
    ASSERT_TRUE(AppendNumericText(reinterpret_cast<const uint8_t*>(bytes.data()), static_cast<int32_t>(bytes.size()), out))
        << text;
    EXPECT_EQ(out, ">" + text);
  }
  std::string out;
  const uint8_t nan[] = {0, 0, 0, 0, 0xC0, 0, 0, 0}, minus[] = {0, 0, 0, 0, 0xF0, 0, 0, 0}, damaged[] = {0, 2, 0, 0, 0, 0, 0, 0};
  EXPECT_TRUE(AppendNumericText(nan, 8, out));
  EXPECT_TRUE(AppendNumericText(minus, 8, out));
  EXPECT_EQ(out, "NaN-Infinity");
  EXPECT_FALSE(AppendNumericText(damaged, 8, out));
  EXPECT_FALSE(AppendNumericText(damaged, 4, out));
}

TEST(Settings, AreChecked) {
  ConnectionConfig config{"shop", "postgres", Value::MakeMap(), "profiles.yml", "."};
  auto missing = ReadSettings(config);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code(), ErrorCode::kConfig);
  config.settings.Set("user", "u");
  config.settings.Set("pass", "hidden-one");
  config.settings.Set("dbname", "d");
  config.settings.Set("port", "nope");
  EXPECT_FALSE(ReadSettings(config));
  config.settings.Set("port", 5433);
  config.settings.Set("sslmode", "maybe");
  EXPECT_FALSE(ReadSettings(config));
  config.settings.Set("sslmode", "prefer");
  auto settings = ReadSettings(config);
  ASSERT_TRUE(settings) << settings.error().ToString();
  EXPECT_EQ(settings->port, "5433");
  EXPECT_EQ(settings->Redact("it is hidden-one."), "it is ***.");
}

}  // namespace
}  // namespace dvt::connectors::postgres
