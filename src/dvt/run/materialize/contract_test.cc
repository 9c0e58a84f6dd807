#include "dvt/run/materialize/contract.h"

#include <gtest/gtest.h>

#include "dvt/connectors/registry/registry.h"

namespace dvt::run {
namespace {

using columnar::DataType;
using columnar::Fields;
using columnar::TypeKind;

std::shared_ptr<connectors::Connector> DuckDb() {
  connectors::ConnectionConfig config;
  config.name = "duck";
  config.type = "duckdb";
  config.settings = Value::MakeMap();
  config.settings.Set("path", ":memory:");
  return *connectors::MakeConnector(config);
}

TEST(Contract, NamesAndTypesAreComparedWhateverTheirOrder) {
  const auto target = DuckDb();
  const Fields definition = {{"b", DataType::String()}, {"a", TypeKind::kInt32}, {"extra", TypeKind::kDate}};
  const Fields contract = {{"a", TypeKind::kInt64}, {"b", DataType::String()}, {"missing", TypeKind::kDate}};
  const auto found = CompareContract(definition, contract, *target, {});
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0].column + ": " + found[0].reason, "a: data type mismatch");
  EXPECT_EQ(found[0].definition_type + "/" + found[0].contract_type, "INTEGER/BIGINT");
  EXPECT_EQ(found[1].column + ": " + found[1].reason, "extra: missing in contract");
  EXPECT_EQ(found[2].column + ": " + found[2].reason, "missing: missing in definition");
  const std::string text = ContractError(found).message();
  EXPECT_NE(text.find("| column_name | definition_type | contract_type | mismatch_reason       |"), std::string::npos) << text;
  EXPECT_NE(text.find("| missing     |                 | DATE          | missing in definition |"), std::string::npos) << text;
}

TEST(Contract, ModifiersCountOnlyWhereTheyAreAskedFor) {
  const auto target = DuckDb();
  const Fields definition = {{"a", DataType::Decimal(12, 2)}}, contract = {{"a", DataType::Decimal(10, 2)}};
  EXPECT_TRUE(CompareContract(definition, contract, *target, {}).empty());
  EXPECT_EQ(CompareContract(definition, contract, *target, {.modifiers = true}).size(), 1u);
}

TEST(Contract, RowsThatAreMovedAreComparedByKindButNeverRounded) {
  const auto target = DuckDb();
  EXPECT_TRUE(CompareContract({{"a", DataType::String()}}, {{"a", DataType::String(20)}}, *target, {.kinds = true}).empty());
  const auto compare = [&](DataType definition, DataType contract) {
    return CompareContract({{"a", std::move(definition)}}, {{"a", std::move(contract)}}, *target,
                           {.modifiers = true, .kinds = true})
        .size();
  };
  EXPECT_EQ(compare(DataType::Decimal(12, 2), DataType::Decimal(10, 2)), 0u);
  EXPECT_EQ(compare(DataType::Decimal(12, 4), DataType::Decimal(12, 2)), 1u);
  EXPECT_EQ(compare(TypeKind::kInt32, TypeKind::kInt64), 1u);
}

TEST(Contract, ColumnsOfUntypedQueriesPass) {
  const auto target = DuckDb();
  Fields definition = {{"a", DataType::String()}};
  const Fields contract = {{"a", TypeKind::kInt64}};
  EXPECT_TRUE(CompareContract(definition, contract, *target, {.typed_queries = false}).empty());
  definition[0].native_type = "TEXT";
  EXPECT_EQ(CompareContract(definition, contract, *target, {.typed_queries = false}).size(), 1u);
}

}  // namespace
}  // namespace dvt::run
