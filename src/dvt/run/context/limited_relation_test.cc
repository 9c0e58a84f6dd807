#include "dvt/run/context/limited_relation.h"

#include <gtest/gtest.h>

namespace dvt::run {
namespace {

std::string Named(const std::string& before, const std::string& after) {
  return NameLimitedRelations(before + LimitedRelation("s.t", "1 = 0", "\"t\"") + after);
}

TEST(LimitedRelation, HasItsOwnNameWhereTheQueryGivesNone) {
  const std::string subquery = "(select * from s.t where 1 = 0)";
  for (const char* after : {"", ")", ", x", " where t.a = 1", "\njoin u on true", " -- as u\n group by 1", ";"})
    EXPECT_EQ(Named("select * from ", after), "select * from " + subquery + " as \"t\"" + after);
}

TEST(LimitedRelation, TakesTheNameThatTheQueryGives) {
  const std::string subquery = "(select * from s.t where 1 = 0)";
  for (const char* after : {" as x", " x where x.a = 1", " \"x y\"", "\n  AS x", " /* why */ x"})
    EXPECT_EQ(Named("select * from ", after), "select * from " + subquery + after);
  EXPECT_EQ(NameLimitedRelations("select 1"), "select 1");
}

TEST(LimitedRelation, SeveralInOneText) {
  const std::string one = LimitedRelation("a", "p", "\"a\""), two = LimitedRelation("b", "q", "\"b\"");
  EXPECT_EQ(NameLimitedRelations("from " + one + " x join " + two + " on x.i = b.i"),
            "from (select * from a where p) x join (select * from b where q) as \"b\" on x.i = b.i");
}

}  // namespace
}  // namespace dvt::run
