#include "dvt/connectors/sqlite/types.h"

#include <gtest/gtest.h>

namespace dvt::connectors::sqlite {
namespace {

using columnar::DataType;
using columnar::TypeKind;

TEST(SqliteTypes, Declarations) {
  const std::pair<const char*, DataType> cases[] = {
      {"INTEGER", TypeKind::kInt64},
      {"unsigned big int", TypeKind::kInt64},
      {"TINYINT(1)", TypeKind::kInt64},
      {"VARCHAR(20)", DataType::String()},
      {"NATIVE CHARACTER(70)", DataType::String()},
      {"DOUBLE PRECISION", TypeKind::kFloat64},
      {"FLOAT", TypeKind::kFloat64},
      {"BLOB", TypeKind::kBinary},
      {"DECIMAL(15, 2)", DataType::Decimal(15, 2)},
      {"numeric(10)", DataType::Decimal(10, 0)},
      {"NUMERIC", DataType::Decimal(0, 0)},
      {"DATE", TypeKind::kDate},
      {"datetime", TypeKind::kTimestamp},
      {"TIMESTAMP(3)", TypeKind::kTimestamp},
      {"timestamp with time zone", TypeKind::kTimestampTz},
      {"TIME", TypeKind::kTime},
      {"BOOLEAN", TypeKind::kBool},
      {"JSON", TypeKind::kJson},
      {"JSON TEXT", TypeKind::kJson},
      {"UUID", TypeKind::kUuid},
      {"POINT", DataType::String()},
      {"STRING", DataType::String()},
  };
  for (const auto& [declared, type] : cases) EXPECT_EQ(TypeFromDeclaration(declared), type) << declared;
  EXPECT_FALSE(TypeFromDeclaration("").has_value());
}

TEST(SqliteTypes, NamesReadBackAsTheSameType) {
  for (const DataType& type :
       {DataType(TypeKind::kBool), DataType(TypeKind::kInt64), DataType(TypeKind::kFloat64), DataType::Decimal(15, 2),
        DataType::Decimal(18, 0), DataType::String(), DataType(TypeKind::kBinary), DataType(TypeKind::kDate),
        DataType(TypeKind::kTime), DataType(TypeKind::kTimestamp), DataType(TypeKind::kTimestampTz), DataType(TypeKind::kUuid),
        DataType(TypeKind::kJson)}) {
    std::string loss;
    EXPECT_EQ(TypeFromDeclaration(TypeNameOf(type, &loss)), type) << type.ToString();
    EXPECT_TRUE(loss.empty()) << loss;
  }
}

TEST(SqliteTypes, LossesAreSaid) {
  for (const DataType& type : {DataType::Decimal(38, 2), DataType::Decimal(0, 0), DataType(TypeKind::kUInt64),
                               DataType(TypeKind::kInterval), DataType::List(TypeKind::kInt64)}) {
    std::string loss;
    TypeNameOf(type, &loss);
    EXPECT_FALSE(loss.empty()) << type.ToString();
  }
}

}  // namespace
}  // namespace dvt::connectors::sqlite
