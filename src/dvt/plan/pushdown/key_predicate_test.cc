#include "dvt/plan/pushdown/key_predicate.h"

#include <gtest/gtest.h>

#include "dvt/base/text/text.h"
#include "dvt/sql/dialects/dialect.h"

namespace dvt::plan {
namespace {

using columnar::DataType;
using columnar::TypeKind;

struct Case {
  const char* name;
  DataType type;
  bool binary;  // texts compare by bytes
  std::vector<std::string> keys;
  const char* table;  // the keys that it gets; "-": none is made
};

const Case kCases[] = {
    {"integers that the column cannot hold", TypeKind::kInt16, true, {"1", "-32768", "32768", "5000000000"}, "1 -32768"},
    {"unsigned", TypeKind::kUInt64, true, {"18446744073709551615", "-1", "0"}, "18446744073709551615 0"},
    {"no integers", TypeKind::kInt32, true, {"1", "x"}, "-"},
    {"decimals get the column's scale",
     DataType::Decimal(6, 2),
     true,
     {"1.5", "2.500", "2.505", "-9999.99", "10000"},
     "1.50 2.50 -9999.99"},
    {"more digits than a constant may have", DataType::Decimal(38, 4), true, {"9999999999999999999999999999999999.0001"}, "-"},
    {"dates", TypeKind::kDate, true, {"2024-02-29", "0001-01-01"}, "2024-02-29 0001-01-01"},
    {"dates before our era", TypeKind::kDate, true, {"0044-03-15 (BC)"}, "-"},
    {"moments",
     TypeKind::kTimestamp,
     true,
     {"2024-02-29 10:00:00", "2024-02-29 10:00:00.000001"},
     "2024-02-29 10:00:00 2024-02-29 10:00:00.000001"},
    {"texts", DataType::String(3), true, {"abcd", "ä", ""}, "abcd ä "},
    {"texts by a collation", DataType::String(), false, {"abc", "B"}, "abc B"},
    {"wide texts by a collation", DataType::String(), false, {"abc", "ä"}, "-"},
    {"a zero byte", DataType::String(), true, {"abc", std::string("a\0b", 3)}, "-"},
};

SourceProfile Source(bool binary) {
  SourceProfile source;
  source.dialect = sql::FindDialect("postgres");
  source.facts.binary_collation = binary;
  return source;
}

TEST(KeyPredicate, KeysOfATable) {
  for (const Case& each : kCases) {
    SCOPED_TRACE(each.name);
    KeyFilter filter;
    filter.from = {{"few", "k"}};
    filter.column = {"k", each.type, true, {}};
    const auto keys = KeysOfTable(filter, Source(each.binary), each.keys);
    ASSERT_EQ(keys.has_value(), std::string_view(each.table) != "-");
    if (keys) EXPECT_EQ(Join(keys->values, " "), each.table);
  }
}

TEST(KeyPredicate, KeysOfTwoInputsAreDistinct) {
  KeyFilter filter;
  filter.from = {{"few", "k"}, {"more", "k"}};
  filter.column = {"k", DataType::Decimal(6, 2), true, {}};
  const auto keys = KeysOfTable(filter, Source(true), {"2.5", "1", "2.50", "1.00"});
  ASSERT_TRUE(keys.has_value());
  EXPECT_EQ(keys->values, (std::vector<std::string>{"1.00", "2.50"}));
}

TEST(KeyPredicate, TooManyKeysAreNoFilter) {
  KeyFilter filter;
  filter.column = {"k", TypeKind::kInt32, true, {}};
  filter.domain = 3;
  EXPECT_FALSE(KeysOfTable(filter, Source(true), {"1", "2", "3"}).has_value());
}

}  // namespace
}  // namespace dvt::plan
