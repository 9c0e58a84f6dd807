#include "dvt/plan/resolve/planner.h"

#include <gtest/gtest.h>

#include "dvt/base/text/text.h"
#include "dvt/plan/resolve/fake_catalog_test.h"

namespace dvt::plan {
namespace {

/// crm: postgres with customer and nation; shop: mysql with orders; box: sqlite; wh: the postgres target.
class PlannerTest : public testing::Test {
 protected:
  PlannerTest() {
    catalog_.connections["wh"] = {"postgres", "pg wh", 3, "public"};
    catalog_.connections["wh2"] = {"postgres", "pg wh", 3, "public"};
    catalog_.connections["crm"] = {"postgres", "pg crm", 3, "public"};
    catalog_.connections["shop"] = {"mysql", "mysql shop", 3, "shop"};
    catalog_.connections["box"] = {"sqlite", "sqlite box", 3, "main"};
    catalog_.connections["duck"] = {"duckdb", "duck", 3, "main"};
    catalog_.connections["files"] = {"duckdb", "files", 0, ""};
  }

  /// {crm.customer} in `sql` stands for the rendered upstream.
  PlanRequest Request(std::string sql, std::string target = "wh") {
    PlanRequest request;
    request.node_id = "model.shop.m";
    request.file = "models/m.sql";
    request.target_connection = std::move(target);
    request.target_relation = {"", "public", "m"};
    request.materialization = "table";
    const sql::Dialect& dialect = catalog_.DialectOf(request.target_connection);
    for (size_t at = sql.find('{'); at != std::string::npos; at = sql.find('{')) {
      const size_t end = sql.find('}', at);
      const std::vector<std::string> parts = Split(sql.substr(at + 1, end - at - 1), '.');
      const auto upstream = catalog_.Upstream(parts[0], parts[1], dialect);
      sql.replace(at, end - at + 1, upstream.marker);
      bool known = false;
      for (const auto& have : request.upstreams) known = known || have.marker == upstream.marker;
      if (!known) request.upstreams.push_back(upstream);
    }
    request.sql = std::move(sql);
    return request;
  }

  ModelPlan Plan(const PlanRequest& request) {
    auto plan = PlanModel(request, catalog_);
    EXPECT_TRUE(plan.has_value()) << (plan ? "" : plan.error().ToString()) << "\n" << request.sql;
    return plan ? std::move(*plan) : ModelPlan();
  }
  ModelPlan Plan(const std::string& sql, const std::string& target = "wh") { return Plan(Request(sql, target)); }

  static const ExtractFragment& Extract(const ModelPlan& plan, std::string_view input) {
    for (const auto& extract : plan.extracts) {
      if (extract.input_name == input) return extract;
    }
    static const ExtractFragment none;
    ADD_FAILURE() << "no extract " << input << "\n" << RenderPlanText(plan);
    return none;
  }
  static int Count(const ModelPlan& plan, std::string_view code) {
    int n = 0;
    for (const auto& item : plan.warnings.items()) n += item.code == code ? 1 : 0;
    return n;
  }

  FakeCatalog catalog_;
};

TEST_F(PlannerTest, OwnTablesRunInTheTarget) {
  const auto plan = Plan("select * from {wh2.orders} where weird @@@ syntax");
  EXPECT_EQ(plan.way, Way::kPushdown);
  EXPECT_EQ(plan.sql, R"(select * from "public"."orders" where weird @@@ syntax)");
  EXPECT_TRUE(plan.extracts.empty());
  EXPECT_EQ(catalog_.described, 0);
}

TEST_F(PlannerTest, OneOtherConnectionOfTheSameDialectKeepsTheText) {
  const auto plan = Plan("select o_custkey,\n  count(*) n -- how many\nfrom {crm.orders} group by 1");
  EXPECT_EQ(plan.way, Way::kDirect);
  ASSERT_EQ(plan.extracts.size(), 1u);
  EXPECT_EQ(plan.extracts[0].sql, "select o_custkey,\n  count(*) n -- how many\nfrom \"public\".\"orders\" group by 1");
  EXPECT_FALSE(plan.extracts[0].relation.has_value());
  EXPECT_TRUE(plan.transform.sql.empty());
}

TEST_F(PlannerTest, APlainDirectSelectionCanBeReadInPartitions) {
  const auto plan =
      Plan("select o_orderkey, o_totalprice * 2 as double_price from {crm.orders} where o_orderdate >= '1995-01-01'");
  EXPECT_EQ(plan.way, Way::kDirect);
  const auto& extract = plan.extracts.at(0);
  ASSERT_TRUE(extract.relation.has_value());
  EXPECT_EQ(extract.relation->name, "orders");
  EXPECT_EQ(extract.select_list.size(), 2u);
  EXPECT_NE(extract.where.find("1995-01-01"), std::string::npos);
}

TEST_F(PlannerTest, APlainDirectSelectionReadsTheTableOfItsFromClause) {
  const auto plan = Plan("select (select count(*) from {crm.orders}) as n, c_name from {crm.customer} where c_custkey = 1");
  EXPECT_EQ(plan.way, Way::kDirect);
  ASSERT_TRUE(plan.extracts.at(0).relation.has_value());
  EXPECT_EQ(plan.extracts.at(0).relation->name, "customer");
}

TEST_F(PlannerTest, ExtremesOfDecimalsKeepTheirPrecisionThroughDerivedTables) {
  const auto plan =
      Plan("select * from (select o_custkey as k, max(o_totalprice) as most from {shop.orders} group by o_custkey) as x");
  EXPECT_EQ(plan.way, Way::kDirect);
  EXPECT_NE(plan.extracts.at(0).sql.find("DECIMAL(15, 2)"), std::string::npos) << plan.extracts.at(0).sql;
}

TEST_F(PlannerTest, PartialAggregatesGoBelowJoins) {
  const auto plan = Plan(
      "select c_mktsegment, count(*) as n, sum(l_extendedprice * (1 - l_discount)) as revenue, avg(c_acctbal) as balance from "
      "{shop.lineitem} join {crm.customer} on c_custkey = l_suppkey where l_shipdate >= '1995-01-01' group by c_mktsegment");
  const auto& lines = Extract(plan, "shop__lineitem");
  EXPECT_FALSE(lines.relation.has_value());
  EXPECT_NE(lines.sql.find("CAST(SUM((`l_extendedprice` * (1 - `l_discount`))) AS DECIMAL(38, 4))"), std::string::npos)
      << lines.sql;
  EXPECT_NE(lines.sql.find("COUNT(*)"), std::string::npos) << lines.sql;
  EXPECT_NE(lines.sql.find("GROUP BY `l_suppkey`"), std::string::npos) << lines.sql;
  EXPECT_LT(*lines.estimated_rows, 2000);
  EXPECT_NE(plan.transform.sql.find("\"c_acctbal\" * CAST(\"lineitem\".\"dvt_part_"), std::string::npos) << plan.transform.sql;
}

TEST_F(PlannerTest, SumsOfCasesGoBelowJoins) {
  const std::string from = " from {shop.lineitem} join {crm.customer} on c_custkey = l_suppkey group by c_mktsegment";
  const std::vector<std::pair<std::string, std::string>> pushed = {
      {"sum(case when l_shipdate >= '1995-01-01' then l_quantity else 0 end)",
       "CAST(SUM(CASE WHEN `l_shipdate` >= DATE '1995-01-01' THEN `l_quantity` ELSE 0 END) AS DECIMAL(38, 2))"},
      {"sum(case when l_quantity > 5 or l_tax = 0 then 1.5 end * l_tax)",
       "CAST(SUM((CASE WHEN (`l_quantity` > 5 OR `l_tax` = 0) THEN 1.5 END * `l_tax`)) AS DECIMAL(38, 3))"},
      {"count(case when l_quantity > 5 then 1 end)", "COUNT(CASE WHEN `l_quantity` > 5 THEN 1 END)"},
      {"max(case when l_tax > 0 then l_discount end)",
       "CAST(MAX(CASE WHEN `l_tax` > 0 THEN `l_discount` END) AS DECIMAL(15, 2))"},
      {"sum(case when c_name like 'A%' then l_quantity else 0 end)", "CAST(SUM(`l_quantity`) AS DECIMAL(38, 2))"},
  };
  for (const auto& [call, sql] : pushed) {
    const auto plan = Plan("select c_mktsegment, " + call + from);
    const auto& lines = Extract(plan, "shop__lineitem");
    EXPECT_NE(lines.sql.find(sql), std::string::npos) << lines.sql;
    EXPECT_NE(lines.sql.find("GROUP BY `l_suppkey`"), std::string::npos) << lines.sql;
  }
}

TEST_F(PlannerTest, CasesThatASourceMayDecideOtherwiseAreNoPartialSums) {
  const std::string from = " from {crm.customer} left join {shop.lineitem} on c_custkey = l_suppkey group by c_mktsegment";
  for (const std::string call : {
           "sum(case when l_returnflag = 'a' then l_quantity else 0 end)",         // by a collation
           "sum(case when l_shipdate < '1995-01-01' then l_quantity else 0 end)",  // a zero date is less there
           "sum(case when l_tax + 1 > l_quantity then l_quantity else 0 end)",     // not understood
           "sum(case when l_orderkey is null then 1 else 0 end)",                  // of rows that are not there
       }) {
    const auto plan = Plan("select c_mktsegment, " + call + from);
    const auto& lines = Extract(plan, "shop__lineitem");
    EXPECT_EQ(lines.sql.find("CASE"), std::string::npos) << lines.sql;
  }
}

TEST_F(PlannerTest, PartialAggregatesStayWhereTheySaveNothing) {
  for (const std::string text : {"select c_mktsegment, sum(l_quantity) from {shop.lineitem} join {crm.orders} on l_orderkey = "
                                 "o_orderkey join {crm.customer} on "
                                 "l_linenumber = c_custkey group by 1",  // by its key
                                 "select c_mktsegment, stddev_pop(l_quantity) from {shop.lineitem} join {crm.customer} on "
                                 "c_custkey = l_suppkey group by 1",
                                 "select l_quantity from {shop.lineitem} join {crm.customer} on c_custkey = l_suppkey"}) {
    EXPECT_EQ(Extract(Plan(text), "shop__lineitem").sql.find("GROUP BY"), std::string::npos) << text;
  }
}

TEST_F(PlannerTest, ADirectStarNamesTheColumns) {
  const auto plan = Plan("select * from {shop.orders}");
  EXPECT_EQ(plan.way, Way::kDirect);
  ASSERT_TRUE(plan.extracts.at(0).relation.has_value());
  EXPECT_EQ(plan.extracts.at(0).select_list.size(), 9u);
  EXPECT_EQ(plan.extracts.at(0).sql.find('"'), std::string::npos) << plan.extracts.at(0).sql;
}

TEST_F(PlannerTest, ViewsBecomeTablesOffTheTarget) {
  auto request = Request("select * from {crm.orders}");
  request.materialization = "view";
  const auto plan = Plan(request);
  EXPECT_EQ(plan.load.materialization, "table");
  EXPECT_EQ(Count(plan, "DVT001"), 1);
}

TEST_F(PlannerTest, FilesAreAlwaysReadByTheEngine) {
  const auto plan = Plan("select o_orderkey from {files.orders} where o_custkey = 7");
  EXPECT_EQ(plan.way, Way::kFederated);
  EXPECT_EQ(plan.extracts.at(0).where, "");
  EXPECT_EQ(plan.extracts.at(0).select_list.size(), 2u);
  EXPECT_EQ(plan.extracts.at(0).not_pushed.size(), 1u);
}

TEST_F(PlannerTest, HardCodedNamesLiveOnTheTarget) {
  const auto plan = Plan("select c_name from {crm.customer} c where c_custkey in (select o_custkey from orders)");
  EXPECT_EQ(plan.way, Way::kFederated);
  EXPECT_EQ(Extract(plan, "wh__orders").connection, "wh");
  EXPECT_EQ(Extract(plan, "wh__orders").fields.size(), 1u);
}

TEST_F(PlannerTest, TheMainJobPushesColumnsAndFilters) {
  const auto plan = Plan(
      "select c_mktsegment, o_orderpriority, count(*) as n, sum(o_totalprice) as revenue from {shop.orders} join {crm.customer} "
      "on c_custkey = o_custkey where o_orderdate >= '1995-01-01' and c_acctbal > 0 group by 1, 2");
  EXPECT_EQ(plan.way, Way::kFederated);
  const auto& orders = Extract(plan, "shop__orders");
  EXPECT_EQ(orders.select_list, (std::vector<std::string>{"`o_custkey`", "`o_totalprice`", "`o_orderpriority`"}));
  EXPECT_EQ(orders.where, "`o_orderdate` >= DATE '1995-01-01'");
  EXPECT_EQ(Extract(plan, "crm__customer").where, "\"c_acctbal\" > 0");
  EXPECT_EQ(plan.transform.sql.find("WHERE"), std::string::npos) << plan.transform.sql;
  EXPECT_EQ(Count(plan, "DVT007"), 1);
  EXPECT_EQ(Count(plan, "DVT005"), 0);
}

// What a model with watermarks reads: each input is a query with its bounds, as the runner writes it.
constexpr const char* kNewOrders =
    "(select * from {shop.orders} where o_orderdate > date '1998-01-01' and o_orderdate <= date '1998-02-01') as orders";

TEST_F(PlannerTest, BoundsOfWatermarksReachTheReads) {
  const std::string bounds = "`o_orderdate` > DATE '1998-01-01' AND `o_orderdate` <= DATE '1998-02-01'";
  const std::string orders = kNewOrders;
  for (const std::string& text :
       {"select o_orderkey, c_name from " + orders + " join {crm.customer} on c_custkey = o_custkey",
        "select c_name, o_orderkey from {crm.customer} left join " + orders + " on c_custkey = o_custkey",
        "with o as (select o_custkey, sum(o_totalprice) as total from " + orders +
            " group by 1), named as (select * from o join {crm.customer} on c_custkey = o_custkey) select c_name, total from "
            "named",
        "select c_custkey from {crm.customer} union all select o_custkey from " + orders,
        "select c_custkey from {crm.customer} where exists (select 1 from " + orders + " where o_custkey = c_custkey)"}) {
    const auto plan = Plan(text);
    EXPECT_EQ(plan.way, Way::kFederated) << text;
    EXPECT_NE(Extract(plan, "shop__orders").sql.find(bounds), std::string::npos) << RenderPlanText(plan);
  }
  const auto direct = Plan("select o_orderkey, o_totalprice from " + orders);
  EXPECT_EQ(direct.way, Way::kDirect);
  EXPECT_EQ(direct.extracts.at(0).where,
            "`orders`.`o_orderdate` > CAST('1998-01-01' AS DATE) AND `orders`.`o_orderdate` <= CAST('1998-02-01' AS DATE)");
  const auto pushed =
      Plan("select o_orderkey from (select * from {wh.orders} where o_orderkey > 7 and o_orderkey <= 9) as orders");
  EXPECT_EQ(pushed.way, Way::kPushdown);
}

TEST_F(PlannerTest, FirstReadsTakeRowsWithoutAValue) {
  const auto where = [&](const std::string& connection, const std::string& condition) {
    const std::string other = connection == "crm" ? "shop" : "crm";
    const auto plan = Plan("select c_name, o_orderkey from (select * from {" + connection + ".orders} where (" + condition +
                           ")) as orders join {" + other + ".customer} on c_custkey = o_custkey");
    return Extract(plan, connection + "__orders").where;
  };
  EXPECT_EQ(where("shop", "o_orderkey <= 9 or o_orderkey is null"), "(`o_orderkey` <= 9 OR `o_orderkey` IS NULL)");
  EXPECT_EQ(where("crm", "o_orderdate <= date '1998-02-01' or o_orderdate is null"),
            "(\"o_orderdate\" <= DATE '1998-02-01' OR \"o_orderdate\" IS NULL)");
  // MySQL's zero dates arrive as NULL, which it does not take them for.
  EXPECT_EQ(where("shop", "o_orderdate <= date '1998-02-01' or o_orderdate is null"), "");
}

TEST_F(PlannerTest, InputsWithoutNewRowsAreNotRead) {
  const auto plan = Plan(
      "select c_name, o_orderkey from (select * from {shop.orders} where 1 = 0) as orders join {crm.customer} on c_custkey = "
      "o_custkey");
  const auto& orders = Extract(plan, "shop__orders");
  EXPECT_NE(orders.sql.find("WHERE 1 = 0"), std::string::npos) << orders.sql;
  EXPECT_LE(*orders.estimated_rows, 1);
}

TEST_F(PlannerTest, BoundsOfTextsStayInTheEngine) {
  const auto plan = Plan(
      "select c_name, o_orderkey from (select * from {shop.customer} where c_name > 'Customer#7' and c_name <= 'Customer#9') as "
      "customer join {crm.orders} on c_custkey = o_custkey");
  EXPECT_EQ(Extract(plan, "shop__customer").where, "");
  EXPECT_NE(plan.transform.sql.find("\"c_name\" > 'Customer#7'"), std::string::npos) << plan.transform.sql;
  EXPECT_NE(plan.transform.sql.find("\"c_name\" <= 'Customer#9'"), std::string::npos) << plan.transform.sql;
}

TEST_F(PlannerTest, ThePlanTellsTheBounds) {
  auto plan = Plan("select o_orderkey from {shop.orders}");
  plan.watermarks = {{"shop.orders", "o_orderkey", true, "7", "9"},
                     {"shop.parts", "p_partkey", false, std::nullopt, "9"},
                     {"shop.lines", "l_linekey", true, "7", std::nullopt}};
  const std::string text = RenderPlanText(plan);
  for (const char* line :
       {"watermark shop.orders.o_orderkey \xc2\xb7 above 7, up to 9\n",
        "watermark shop.parts.p_partkey \xc2\xb7 up to 9, first read\n", "watermark shop.lines.l_linekey \xc2\xb7"})
    EXPECT_NE(text.find(line), std::string::npos) << text;
}

TEST_F(PlannerTest, TextsUnderACollationAreDecidedInTheEngine) {
  const auto plan = Plan(
      "select c.c_name from {shop.customer} c join {crm.orders} o on c_custkey = o_custkey where c_mktsegment = 'A' "
      "and c_name <> 'b' and c_phone = '\xc3\xa9' and o_orderstatus = 'F'");
  EXPECT_EQ(Extract(plan, "shop__customer").where, "`c_mktsegment` = 'A'");
  EXPECT_NE(plan.transform.sql.find("\"c_mktsegment\" = 'A'"), std::string::npos);
  EXPECT_EQ(plan.transform.sql.find("\"o_orderstatus\""), std::string::npos);
  EXPECT_EQ(Extract(plan, "crm__orders").where, "\"o_orderstatus\" = 'F'");
  EXPECT_EQ(Count(plan, "DVT005"), 2);
}

TEST_F(PlannerTest, LettersOfTheSourceAreTheEnginesOrItDoesNotSayThem) {
  struct Case {
    std::string sql;
    sql::LetterCase letters;
    Way way;
    std::string in_extract;  ///< where it is direct
  };
  constexpr auto kOwn = sql::LetterCase::kOwn, kPaired = sql::LetterCase::kPaired;
  const std::string from = " from {crm.customer}";
  for (const Case& c : std::vector<Case>{
           {"select upper(c_name) as n" + from, kPaired, Way::kDirect,
            "REPLACE(UPPER(\"customer\".\"c_name\"), 'ß', 'ẞ') AS \"n\""},
           {"select c_custkey" + from + " where upper(c_name) = 'A' and c_phone ilike 'a%'", kPaired, Way::kDirect,
            "REPLACE(UPPER(\"customer\".\"c_name\"), 'ß', 'ẞ') = 'A'"},
           {"select lower(c_name) as n" + from + " where c_name ilike 'a%'", kPaired, Way::kDirect,
            "select lower(c_name) as n from"},
           {"select upper(c_name) as n" + from, kOwn, Way::kFederated, ""},
           {"select c_custkey" + from + " where c_name ilike 'a%'", kOwn, Way::kFederated, ""},
           {"select lower(c_name) as n" + from, kOwn, Way::kFederated, ""},
           {"select initcap(c_name) as n" + from, kPaired, Way::kFederated, ""},
           // What the engine may not be able to do stays with a source like the target.
           {"select c_custkey" + from + " where c_name ~* 'a.*'", kOwn, Way::kDirect, "where c_name ~* 'a.*'"},
           {"select upper(c_name collate \"C\") as n" + from, kPaired, Way::kDirect, "upper(c_name collate \"C\") as n"},
           {"select upper(odd(c_name)) as n" + from, kOwn, Way::kDirect, "upper(odd(c_name))"}}) {
    catalog_.connections["crm"].letters = c.letters;
    const auto plan = Plan(c.sql);
    EXPECT_EQ(plan.way, c.way) << c.sql << "\n" << RenderPlanText(plan);
    EXPECT_EQ(Count(plan, "DVT005") > 0, c.way != Way::kDirect) << c.sql;
    if (c.way == Way::kDirect) {
      EXPECT_NE(ReplaceAll(plan.extracts.at(0).sql, "\n", " ").find(c.in_extract), std::string::npos) << plan.extracts.at(0).sql;
    }
  }
  catalog_.connections["crm"].letters = kPaired;
  EXPECT_EQ(Plan("select upper(c_name) as n" + from, "duck").way, Way::kDirect);
  const auto unnamed = Plan("select c_custkey, upper(c_name), (upper(c_phone)) as p" + from, "duck");
  EXPECT_NE(unnamed.extracts.at(0).sql.find("\xe1\xba\x9e') AS \"upper(c_name)\""), std::string::npos)
      << unnamed.extracts.at(0).sql;
  EXPECT_EQ(Plan("select upper(c_name collate \"C\") as n" + from, "duck").way, Way::kFederated);
}

TEST_F(PlannerTest, KeysCarryFiltersAcrossSources) {
  const auto plan =
      Plan("select c.c_name from {crm.customer} c join {shop.orders} o on c_custkey = o_custkey where c_custkey between 5 and 9");
  EXPECT_EQ(Extract(plan, "shop__orders").where, "`o_custkey` >= 5 AND `o_custkey` <= 9");
}

TEST_F(PlannerTest, OuterJoinsKeepTheirRows) {
  const auto plan = Plan(
      "select c.c_name, o.o_orderkey from {crm.customer} c left join {shop.orders} o on c_custkey = o_custkey and o_shippriority "
      "= 0 "
      "and c_acctbal > 100 where o.o_orderdate is null and c_nationkey = 3");
  EXPECT_EQ(Extract(plan, "crm__customer").where, "\"c_nationkey\" = 3");
  EXPECT_EQ(Extract(plan, "shop__orders").where, "`o_shippriority` = 0");
}

TEST_F(PlannerTest, NullRejectingFiltersReachTheNullableSide) {
  const auto plan =
      Plan("select c.c_name from {crm.customer} c left join {shop.orders} o on c_custkey = o_custkey where o_shippriority = 0");
  EXPECT_EQ(Extract(plan, "shop__orders").where, "`o_shippriority` = 0");
}

TEST_F(PlannerTest, ImportCtesCarryOnlyWhatIsUsed) {
  const auto plan = Plan(
      "with customers as (select * from {crm.customer}), orders as (select * from {shop.orders}), big as (select * from orders "
      "where "
      "o_totalprice > 100.5) select customers.c_name, count(*) n from customers join big on big.o_custkey = customers.c_custkey "
      "where big.o_orderdate < '1996-01-01' group by 1");
  const auto& orders = Extract(plan, "shop__orders");
  EXPECT_EQ(orders.select_list.size(), 3u);
  EXPECT_NE(orders.where.find("`o_totalprice` > 100.5"), std::string::npos) << orders.where;
  EXPECT_NE(orders.where.find("`o_orderdate` < DATE '1996-01-01'"), std::string::npos) << orders.where;
  EXPECT_EQ(Extract(plan, "crm__customer").select_list.size(), 2u);
}

TEST_F(PlannerTest, LimitsStopFilters) {
  const auto plan = Plan(
      "select * from (select o_custkey, o_orderkey from {shop.orders} order by o_orderkey limit 5) x join {crm.customer} "
      "on c_custkey = o_custkey where o_orderkey > 10");
  EXPECT_EQ(Extract(plan, "shop__orders").where, "");
}

TEST_F(PlannerTest, FiltersOnPartitionsGoBelowWindows) {
  const auto plan = Plan(
      "select * from (select o_custkey, o_orderstatus, o_orderkey, row_number() over w as rn, sum(o_totalprice) over (partition "
      "by "
      "o_custkey, o_orderstatus) as s from {shop.orders} window w as (partition by o_custkey order by o_orderdate)) x join "
      "{crm.customer} on c_custkey = o_custkey where o_custkey < 9 and o_orderstatus = 'F' and rn = 1 and o_orderkey > 3");
  EXPECT_EQ(Extract(plan, "shop__orders").where, "`o_custkey` < 9");
}

TEST_F(PlannerTest, WindowsOverEverythingStopFilters) {
  const auto plan = Plan(
      "select * from (select o_custkey, rank() over (order by o_totalprice) as r, count(*) over (partition by o_custkey) as n "
      "from "
      "{shop.orders}) x join {crm.customer} on c_custkey = o_custkey where o_custkey < 9");
  EXPECT_EQ(Extract(plan, "shop__orders").where, "");
}

TEST_F(PlannerTest, LimitsGoBelowOuterJoins) {
  const auto plan = Plan(
      "select o_orderkey, c_name from {shop.orders} left join {crm.customer} on c_custkey = o_custkey where o_orderdate > date "
      "'1996-01-01' order by o_totalprice desc, 1 limit 10 offset 5");
  const auto& orders = Extract(plan, "shop__orders");
  EXPECT_FALSE(orders.relation.has_value());
  EXPECT_NE(orders.sql.find("ORDER BY `o_totalprice` IS NULL DESC, `o_totalprice` DESC, `o_orderkey`\nLIMIT 15"),
            std::string::npos)
      << orders.sql;
  EXPECT_EQ(orders.estimated_rows, 15);
}

TEST_F(PlannerTest, LimitsGoIntoBranchesOfUnions) {
  const auto plan = Plan(
      "select c_custkey as k, c_acctbal as a from {crm.customer} union all select s_suppkey, s_acctbal from {shop.supplier} "
      "order by a "
      "nulls last limit 3");
  EXPECT_NE(Extract(plan, "crm__customer").sql.find("ORDER BY \"c_acctbal\" IS NULL, \"c_acctbal\"\nLIMIT 3"), std::string::npos);
  EXPECT_NE(Extract(plan, "shop__supplier").sql.find("ORDER BY `s_acctbal` IS NULL, `s_acctbal`\nLIMIT 3"), std::string::npos);
}

TEST_F(PlannerTest, LimitsStayAboveWhatChoosesRows) {
  for (const std::string text :
       {"select o_orderkey from {shop.orders} join {crm.customer} on c_custkey = o_custkey limit 3",
        "select o_orderkey from {shop.orders} left join {crm.customer} on c_custkey = o_custkey where o_orderkey % 2 = 0 limit 3",
        "select o_orderkey from {shop.orders} left join {crm.customer} on c_custkey = o_custkey where c_name is null limit 3",
        "select o_orderkey from {shop.orders} left join {crm.customer} on c_custkey = o_custkey order by c_name limit 3",
        "select distinct o_custkey from {shop.orders} left join {crm.customer} on c_custkey = o_custkey limit 3",
        "select c_name from {crm.customer} left join {shop.orders} on c_custkey = o_custkey and o_orderkey > 3 order by "
        "o_orderkey limit 3",
        "select o_orderkey, sum(c_custkey) over () from {shop.orders} left join {crm.customer} on c_custkey = o_custkey limit "
        "3"}) {
    EXPECT_EQ(Extract(Plan(text), "shop__orders").sql.find("LIMIT"), std::string::npos) << text;
  }
}

TEST_F(PlannerTest, LimitsByTextsStayInTheEngine) {
  const auto plan =
      Plan("select * from (select o_orderkey, o_clerk from {shop.orders} order by o_clerk limit 3) x, {crm.customer}");
  EXPECT_EQ(Extract(plan, "shop__orders").sql.find("LIMIT"), std::string::npos);
  EXPECT_EQ(Count(plan, "DVT005"), 1);
}

TEST_F(PlannerTest, SqliteDatesAndDecimalsGetCoarserFilters) {
  const auto plan = Plan(
      "select o_orderkey from {box.orders} join {crm.customer} on o_custkey = c_custkey where o_orderdate < '1996-01-01' "
      "and o_totalprice >= 10");
  EXPECT_EQ(Extract(plan, "box__orders").where,
            "(\"o_orderdate\" < '1996-01-01' OR typeof(\"o_orderdate\") NOT IN ('text', 'null')) AND \"o_totalprice\" >= 9.99");
}

TEST_F(PlannerTest, FilteredTablesOfTheSameSourceCutEachOther) {
  catalog_.tables["orders"].estimated_rows = 5'000'000;
  const auto plan = Plan(
      "select o_orderkey, p_name from {crm.orders}, {crm.customer}, {shop.part} where o_custkey = c_custkey and "
      "c_nationkey = 4 and p_partkey = o_shippriority");
  const auto& orders = Extract(plan, "crm__orders");
  EXPECT_TRUE(orders.relation.has_value());
  EXPECT_EQ(orders.where, "\"o_custkey\" IN (SELECT \"c_custkey\" FROM \"public\".\"customer\" WHERE \"c_nationkey\" = 4)");
}

TEST_F(PlannerTest, ErrorsNameThePlace) {
  auto plan = PlanModel(Request("select o_nothing from {shop.orders} join {crm.customer} on o_custkey = c_custkey"), catalog_);
  ASSERT_FALSE(plan.has_value());
  EXPECT_EQ(plan.error().code(), ErrorCode::kNotFound);
  EXPECT_EQ(plan.error().place().file, "models/m.sql");
  plan = PlanModel(Request("select * from {shop.missing} join {crm.customer} on o_custkey = c_custkey"), catalog_);
  ASSERT_FALSE(plan.has_value());
  EXPECT_NE(plan.error().ToString().find("missing"), std::string::npos);
  plan = PlanModel(Request("select from from {shop.orders}"), catalog_);
  ASSERT_FALSE(plan.has_value());
  EXPECT_EQ(plan.error().code(), ErrorCode::kSyntax);
}

TEST_F(PlannerTest, TheTreeIsReadable) {
  const auto plan = Plan("select o_orderkey from {shop.orders} join {crm.customer} on o_custkey = c_custkey where c_acctbal > 0");
  RenderPlanOptions options;
  options.connection_types = {{"shop", "mysql"}, {"crm", "postgres"}, {"wh", "postgres"}};
  options.reads = {{"binary rows", 4, 2, "key range o_orderkey", 15000, {}}, {}};
  const std::string text = RenderPlanText(plan, options);
  EXPECT_NE(text.find("model.shop.m · federated\n├─ extract crm__customer · crm (postgres) · public.customer\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("├─ extract shop__orders · shop (mysql) · shop.orders\n"), std::string::npos) << text;
  EXPECT_NE(text.find("o_custkey in the keys of crm__customer.c_custkey, once those are read"), std::string::npos) << text;
  EXPECT_NE(text.find("4 partitions, key range o_orderkey, 2 at a time, binary rows"), std::string::npos) << text;
  EXPECT_NE(text.find("└─ load into wh (postgres) · public.m as table\n"), std::string::npos) << text;
  const Value json = PlanToJson(plan, options.reads);
  EXPECT_EQ(json["way"].as_string(), "federated");
  EXPECT_EQ(json["extracts"].list().size(), 2u);
  EXPECT_EQ(json["extracts"].list()[0]["read"]["partitions"].as_int(), 4);
}

}  // namespace
}  // namespace dvt::plan
