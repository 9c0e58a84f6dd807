#include "dvt/run/materialize/seed_file.h"

#include <gtest/gtest.h>

#include "dvt/columnar/c_abi/column_view.h"

namespace dvt::run {
namespace {

using columnar::TypeKind;

TypeKind Inferred(const std::string& cells) {
  std::string text = "c,z\n";
  std::string cell;
  for (const char c : cells + "|") {
    if (c == '|') {
      text += cell + ",x\n";
      cell.clear();
    } else {
      cell += c;
    }
  }
  auto seed = ParseSeed("s.csv", text, ',');
  EXPECT_TRUE(seed.has_value());
  auto fields = SeedFields(*seed, Value(),
                           [](const std::string&) -> Result<columnar::DataType> { return columnar::DataType(TypeKind::kInt64); });
  EXPECT_TRUE(fields.has_value());
  return (*fields)[0].type.kind;
}

TEST(SeedFile, InfersTypesFromValues) {
  EXPECT_EQ(Inferred("1|2"), TypeKind::kInt32);
  EXPECT_EQ(Inferred("007|010"), TypeKind::kInt32);
  EXPECT_EQ(Inferred("-1|+2"), TypeKind::kInt32);
  EXPECT_EQ(Inferred("1e5"), TypeKind::kInt32);
  EXPECT_EQ(Inferred("1|2.0|3"), TypeKind::kInt32);
  EXPECT_EQ(Inferred("12345678901"), TypeKind::kInt64);
  EXPECT_EQ(Inferred("1||3"), TypeKind::kInt32);
  EXPECT_EQ(Inferred("|"), TypeKind::kInt32);
  EXPECT_EQ(Inferred("1.5|2"), TypeKind::kFloat64);
  EXPECT_EQ(Inferred(".5|1."), TypeKind::kFloat64);
  EXPECT_EQ(Inferred("true|FALSE|"), TypeKind::kBool);
  EXPECT_EQ(Inferred("2020-01-02|2020-1-2"), TypeKind::kDate);
  EXPECT_EQ(Inferred("2020-01-02 03:04:05"), TypeKind::kTimestamp);
  EXPECT_EQ(Inferred("2020-01-02T03:04:05Z"), TypeKind::kTimestamp);
  for (const char* text : {"yes|no", "t|f", "01/02/2020", "12:30", "2020-01-02 03:04:05.5", "None", "N/A", "-", "1 day",
                           "true|1|0", "2020-01-02|2020-01-02 03:04:05", " x "}) {
    EXPECT_EQ(Inferred(text), TypeKind::kString) << text;
  }
}

TEST(SeedFile, KeepsQuotesNewlinesAndNamesTheBadLine) {
  auto seed = ParseSeed("s.csv",
                        "\xEF\xBB\xBF"
                        "a,b\r\n\"x, \"\"y\"\"\nz\",1\r\n,2\n",
                        ',');
  ASSERT_TRUE(seed.has_value());
  EXPECT_EQ(seed->header, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(seed->rows[0][0].text, "x, \"y\"\nz");
  EXPECT_EQ(seed->lines[1], 4);
  auto bad = ParseSeed("s.csv", "a,b\n1,2\n1,2,3\n", ',');
  ASSERT_FALSE(bad.has_value());
  EXPECT_EQ(bad.error().place().ToString(), "s.csv:3");
  EXPECT_FALSE(ParseSeed("s.csv", "a,b\n\"1,2\n", ',').has_value());
}

TEST(SeedFile, ACellThatDoesNotFitIsAnError) {
  auto seed = ParseSeed("s.csv", "a\n1\nx\n", ',');
  Value types;
  types.Set("a", "bigint");
  auto fields = SeedFields(*seed, types,
                           [](const std::string&) -> Result<columnar::DataType> { return columnar::DataType(TypeKind::kInt64); });
  auto stream = SeedStream(*seed, *fields);
  ASSERT_FALSE(stream.has_value());
  EXPECT_EQ(stream.error().place().line, 3);
}

}  // namespace
}  // namespace dvt::run
