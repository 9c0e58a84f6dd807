#include "dvt/run/tasks/row_difference.h"

#include <gtest/gtest.h>

namespace dvt::run {
namespace {

TEST(RowDifference, OrderDoesNotMatterAndRepetitionsDo) {
  EXPECT_EQ(DescribeDifference({"a"}, {{"1"}, {"2"}}, {{"2"}, {"1"}}), "");
  EXPECT_EQ(DescribeDifference({"a"}, {}, {}), "");
  EXPECT_EQ(DescribeDifference({"a"}, {{"1"}, {"1"}}, {{"1"}}),
            "@@  | a\n"
            "    | 1\n"
            "+++ | 1\n"
            "\n+++ not expected: 1");
}

TEST(RowDifference, LikeRowsAreToldCellByCell) {
  EXPECT_EQ(DescribeDifference({"id", "name", "größe"}, {{"1", "Ada", "x"}, {"2", "Bob", std::nullopt}, {"3", "", "z"}},
                               {{"1", "Ada", "x"}, {"2", "Bobb", std::nullopt}, {"5", "Zoe", " y"}}),
            "@@  | id | name     | größe\n"
            "    | 1  | Ada      | x\n"
            "→   | 2  | Bobb→Bob | NULL\n"
            "+++ | 3  | ''       | z\n"
            "--- | 5  | Zoe      | ' y'\n"
            "\n+++ not expected: 1; --- expected and missing: 1; → expected→actual: 1");
}

TEST(RowDifference, LongResultsAreShortened) {
  std::vector<TextRow> actual, expected{{"x"}};
  for (int i = 0; i < 150; ++i) actual.push_back({std::to_string(i)});
  const std::string text = DescribeDifference({"n"}, actual, expected);
  EXPECT_NE(text.find("+++ | 99\n"), std::string::npos);
  EXPECT_EQ(text.find("+++ | 100\n"), std::string::npos);
  EXPECT_NE(text.find("+++ not expected: 150; --- expected and missing: 1; the first 100 of a kind are shown"),
            std::string::npos);
}

}  // namespace
}  // namespace dvt::run
