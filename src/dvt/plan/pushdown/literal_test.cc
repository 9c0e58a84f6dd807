#include "dvt/plan/pushdown/literal.h"

#include <gtest/gtest.h>

#include "dvt/sql/sql.h"

namespace dvt::plan {
namespace {

std::string Fold(const std::string& text) {
  auto ast = sql::ParseExpression(text, sql::Postgres());
  if (!ast) return ast.error().ToString();
  const auto literal = FoldConstant(ast->root());
  if (!literal) return "-";
  switch (literal->kind) {
    case Literal::Kind::kNumber: return NumberText(*literal);
    case Literal::Kind::kString: return "'" + literal->text + "'";
    case Literal::Kind::kDate: return DateText(literal->ticks);
    case Literal::Kind::kTimestamp: return TimestampText(literal->ticks);
    case Literal::Kind::kBool: return literal->ticks != 0 ? "true" : "false";
  }
  return "?";
}

TEST(Literal, FoldsExactly) {
  EXPECT_EQ(Fold("0.06 - 0.01"), "0.05");
  EXPECT_EQ(Fold("1 + 10"), "11");
  EXPECT_EQ(Fold("-(2 * 1.50)"), "-3.00");
  EXPECT_EQ(Fold("date '1998-12-01' - interval '90' day"), "1998-09-02 00:00:00");
  EXPECT_EQ(Fold("date '1996-02-29' + interval '1 year'"), "1997-02-28 00:00:00");
  EXPECT_EQ(Fold("date '1995-01-31' + interval '1' month"), "1995-02-28 00:00:00");
  EXPECT_EQ(Fold("cast('1995-01-31' as date)"), "1995-01-31");
  EXPECT_EQ(Fold("timestamp '1969-12-31 23:59:59.5'"), "1969-12-31 23:59:59.500000");
}

TEST(Literal, LeavesTheRest) {
  EXPECT_EQ(Fold("7 / 2"), "-");
  EXPECT_EQ(Fold("1e3"), "-");
  EXPECT_EQ(Fold("now()"), "-");
  EXPECT_EQ(Fold("date '1995-13-01'"), "-");
  EXPECT_EQ(Fold("date 'yesterday'"), "-");
  EXPECT_EQ(Fold("cast('1995-01-31 10:00' as date)"), "-");
  EXPECT_EQ(Fold("null"), "-");
  EXPECT_EQ(Fold("date '9999-12-31' + interval '1' day"), "-");
}

}  // namespace
}  // namespace dvt::plan
