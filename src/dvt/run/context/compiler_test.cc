#include "dvt/run/context/compiler.h"

#include <gtest/gtest.h>

namespace dvt::run {
namespace {

TEST(PrependCtes, JoinsAnExistingWith) {
  const std::vector<std::pair<std::string, std::string>> ctes = {{"a", "__dbt__cte__a as (\nselect 1\n)"},
                                                                 {"b", "__dbt__cte__b as (\nselect 2\n)"}};
  EXPECT_EQ(PrependCtes("select * from __dbt__cte__b", ctes),
            "with __dbt__cte__a as (\nselect 1\n), __dbt__cte__b as (\nselect 2\n) select * from __dbt__cte__b");
  EXPECT_EQ(PrependCtes("-- note\nwith x as (select 3) select * from x", {ctes[0]}),
            "-- note\nwith  __dbt__cte__a as (\nselect 1\n), x as (select 3) select * from x");
  EXPECT_EQ(PrependCtes("/* c */ WITH RECURSIVE t as (select 1) select * from t", {ctes[0]}),
            "/* c */ WITH RECURSIVE  __dbt__cte__a as (\nselect 1\n), t as (select 1) select * from t");
  EXPECT_EQ(PrependCtes("select 1", {}), "select 1");
  EXPECT_EQ(PrependCtes("-- note\nselect 1", {ctes[0]}), "with __dbt__cte__a as (\nselect 1\n) -- note\nselect 1");
}

}  // namespace
}  // namespace dvt::run
