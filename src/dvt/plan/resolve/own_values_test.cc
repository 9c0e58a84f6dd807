#include <gtest/gtest.h>

#include "dvt/base/text/text.h"
#include "dvt/plan/resolve/fake_catalog_test.h"

namespace dvt::plan {
namespace {

using columnar::DataType;
using columnar::TypeKind;

/// The model `wh.public.orders_new`, of the columns of TPC-H's orders, over crm: postgres with orders, shop: mysql with customer.
class OwnValuesTest : public testing::Test {
 protected:
  OwnValuesTest() {
    catalog_.connections["wh"] = {"postgres", "pg wh", 3, "public"};
    catalog_.connections["crm"] = {"postgres", "pg crm", 3, "public"};
    catalog_.connections["shop"] = {"mysql", "mysql shop", 3, "shop"};
    catalog_.tables["orders_new"] = catalog_.tables["orders"];
    Answer(TypeKind::kDate, "1995-03-04");
  }

  void Answer(DataType type, std::optional<std::string> text, std::string native = "") {
    catalog_.answer = SingleValue{{"value", std::move(type), true, std::move(native)}, std::move(text)};
  }

  /// o stands for orders, c for customer, `this` for the model's own table.
  ModelPlan Plan(std::string sql) {
    const sql::Dialect& dialect = catalog_.DialectOf("wh");
    PlanRequest request;
    request.node_id = "model.shop.orders_new";
    request.file = "models/orders_new.sql";
    request.target_connection = "wh";
    request.target_relation = {"", "public", "orders_new"};
    request.materialization = "incremental";
    request.upstreams = {catalog_.Upstream("crm", "orders", dialect), catalog_.Upstream("shop", "customer", dialect)};
    sql = ReplaceAll(std::move(sql), "{orders}", request.upstreams[0].marker);
    sql = ReplaceAll(std::move(sql), "{customer}", request.upstreams[1].marker);
    request.sql = ReplaceAll(std::move(sql), "{this}", R"("public"."orders_new")");
    auto plan = PlanModel(request, catalog_);
    EXPECT_TRUE(plan.has_value()) << (plan ? "" : plan.error().ToString()) << "\n" << request.sql;
    return plan ? std::move(*plan) : ModelPlan();
  }

  static std::string Where(const ModelPlan& plan, const std::string& table) {
    for (const auto& extract : plan.extracts) {
      if (!extract.sources.empty() && extract.sources[0].find(table) != std::string::npos) return extract.where;
    }
    return "no extract of " + table;
  }

  FakeCatalog catalog_;
};

constexpr const char* kJoin =
    "select o.o_orderkey, c.c_name from {orders} o join {customer} c on c.c_custkey = o.o_custkey where ";

TEST_F(OwnValuesTest, AMaximumReachesTheExtract) {
  const auto plan = Plan(std::string(kJoin) + "o.o_orderdate > (select max(o_orderdate) from {this})");
  EXPECT_EQ(Where(plan, "orders"), R"("o_orderdate" > DATE '1995-03-04')");
  ASSERT_EQ(catalog_.asked.size(), 1u);
  EXPECT_EQ(catalog_.asked[0], R"(wh: SELECT (SELECT max(o_orderdate) FROM "public"."orders_new"))");
  ASSERT_EQ(plan.own_values.size(), 1u);
  EXPECT_EQ(plan.own_values[0].second, "1995-03-04");
  EXPECT_EQ(plan.extracts.size(), 2u);  // the own table is not read
}

TEST_F(OwnValuesTest, TheWholeConstantIsAskedFor) {
  for (const std::string constant :
       {"coalesce((select max(o_orderdate) from {this}), '1900-01-01')",
        "(select max(o_orderdate) from {this}) - interval '3 days'", "cast((select max(o_orderdate) from {this}) as date)",
        "(select o_orderdate from {this} order by 1 desc limit 1)",
        "(select coalesce(max(o_orderdate), '1900-01-01') from {this} where o_orderkey > 5)"}) {
    catalog_.asked.clear();
    EXPECT_EQ(Where(Plan(kJoin + ("o.o_orderdate >= " + constant)), "orders"), R"("o_orderdate" >= DATE '1995-03-04')")
        << constant;
    EXPECT_EQ(catalog_.asked.size(), 1u);
    EXPECT_EQ(Where(Plan(kJoin + (constant + " <= o.o_orderdate")), "orders"), R"("o_orderdate" >= DATE '1995-03-04')")
        << constant;
  }
}

TEST_F(OwnValuesTest, LettersAreTheEnginesOwn) {
  Answer(TypeKind::kString, "A");
  const std::string upper = std::string(kJoin) + "o.o_clerk = (select max(upper(o_clerk)) from {this})";
  EXPECT_TRUE(Plan(upper).own_values.empty());
  catalog_.connections["wh"].letters = sql::LetterCase::kEngine;
  EXPECT_EQ(Plan(upper).own_values.size(), 1u);
}

TEST_F(OwnValuesTest, ThroughCtesAndBetween) {
  EXPECT_EQ(
      Where(Plan("with recent as (select * from {orders}), named as (select * from recent r join {customer} c on c.c_custkey = "
                 "r.o_custkey) select o_orderkey, c_name from named where o_orderdate > (select max(o_orderdate) from {this})"),
            "orders"),
      R"("o_orderdate" > DATE '1995-03-04')");
  EXPECT_EQ(
      Where(Plan(std::string(kJoin) + "o.o_orderdate between (select min(o_orderdate) from {this}) and '1999-01-01'"), "orders"),
      R"("o_orderdate" >= DATE '1995-03-04' AND "o_orderdate" <= DATE '1999-01-01')");
}

TEST_F(OwnValuesTest, OneSourceIsReadDirectly) {
  const auto plan = Plan("select o_orderkey from {orders} where o_orderdate > (select max(o_orderdate) from {this})");
  EXPECT_EQ(plan.way, Way::kDirect);
  ASSERT_EQ(plan.extracts.size(), 1u);
  EXPECT_NE(plan.extracts[0].sql.find("'1995-03-04'"), std::string::npos) << plan.extracts[0].sql;
  EXPECT_EQ(plan.extracts[0].sql.find("orders_new"), std::string::npos) << plan.extracts[0].sql;
}

TEST_F(OwnValuesTest, TypesOfValues) {
  const auto with = [&](DataType type, const std::string& text, const std::string& column, const std::string& native = "") {
    Answer(std::move(type), text, native);
    return Where(Plan(kJoin + ("o." + column + " > (select max(" + column + ") from {this})")), "orders");
  };
  EXPECT_EQ(with(TypeKind::kInt64, "-7", "o_orderkey"), R"("o_orderkey" > -7)");
  EXPECT_EQ(with(DataType::Decimal(15, 2), "12.50", "o_totalprice"), R"("o_totalprice" > 12.50)");
  EXPECT_EQ(with(TypeKind::kString, "12.5", "o_totalprice", "numeric"), R"("o_totalprice" > 12.5)");
  EXPECT_EQ(with(TypeKind::kTimestamp, "1995-03-04 00:00:00", "o_orderdate"), R"("o_orderdate" > DATE '1995-03-04')");
  // The engine's own: what no literal says exactly, or what systems compare otherwise.
  EXPECT_EQ(with(TypeKind::kFloat64, "0.1", "o_totalprice"), "");
  EXPECT_EQ(with(TypeKind::kTimestampTz, "1995-03-04 00:00:00", "o_orderdate"), "");
  EXPECT_EQ(with(TypeKind::kString, "O'Hara", "o_clerk"), "");
  EXPECT_EQ(with(TypeKind::kDate, "infinity", "o_orderdate"), "");
}

TEST_F(OwnValuesTest, NothingIsMoreThanNull) {
  Answer(TypeKind::kDate, std::nullopt);
  EXPECT_EQ(Where(Plan(std::string(kJoin) + "o.o_orderdate > (select max(o_orderdate) from {this})"), "orders"), "1 = 0");
  EXPECT_EQ(Where(Plan(std::string(kJoin) + "not o.o_orderdate > (select max(o_orderdate) from {this})"), "orders"), "1 = 0");
  EXPECT_EQ(
      Where(Plan(std::string(kJoin) + "o.o_orderdate > (select max(o_orderdate) from {this}) or o.o_orderkey = 1"), "orders"),
      R"((1 = 0 OR "o_orderkey" = 1))");
}

TEST_F(OwnValuesTest, WhatIsNotOfTheOwnTableAloneStays) {
  for (const std::string condition :
       {"o.o_orderdate > (select max(x.o_orderdate) from {this} x where x.o_custkey = c.c_custkey and c.c_acctbal > 0 limit 1) + "
        "(o.o_orderkey)::int",                                      // with a column
        "o.o_orderdate > (select max(o_orderdate) from {orders})",  // of a source
        "o.o_orderdate > (select max(t.o_orderdate) from {this} t join {customer} d on d.c_custkey = t.o_custkey)",  // of both
        "o.o_orderkey > (select max(o_orderkey) from {this}) * random()",  // of the moment
        "o.o_orderkey in (select o_orderkey from {this})"}) {
    catalog_.asked.clear();
    const auto plan = Plan(kJoin + condition);
    EXPECT_TRUE(catalog_.asked.empty()) << condition << "\n" << catalog_.asked.front();
    EXPECT_TRUE(plan.own_values.empty());
  }
}

// A CTE of the model's name is no table of it.
TEST_F(OwnValuesTest, ACteOfTheSameName) {
  const auto plan = Plan(
      "with orders_new as (select * from {orders}) select n.o_orderkey, c.c_name from orders_new n join {customer} c "
      "on c.c_custkey = n.o_custkey where n.o_orderdate > (select max(o_orderdate) from orders_new)");
  EXPECT_TRUE(catalog_.asked.empty());
}

TEST_F(OwnValuesTest, ATargetThatDoesNotAnswerLeavesTheQueryAsItIs) {
  catalog_.answer.reset();
  const auto plan = Plan(std::string(kJoin) + "o.o_orderdate > (select max(o_orderdate) from {this})");
  EXPECT_EQ(catalog_.asked.size(), 1u);
  EXPECT_EQ(plan.extracts.size(), 3u);
}

// A plan keeps its name while the table moves on.
TEST_F(OwnValuesTest, TheNameOfThePlan) {
  const std::string sql = std::string(kJoin) + "o.o_orderdate > (select max(o_orderdate) from {this})";
  const auto before = PlanId(Plan(sql));
  Answer(TypeKind::kDate, "1996-11-30");
  EXPECT_EQ(PlanId(Plan(sql)), before);
  EXPECT_NE(PlanId(Plan(sql + " and o.o_orderkey > 5")), before);
}

}  // namespace
}  // namespace dvt::plan
