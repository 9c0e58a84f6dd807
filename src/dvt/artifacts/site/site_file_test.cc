#include "dvt/artifacts/site/site_file.h"

#include <gtest/gtest.h>

#include "dvt/base/text/secrets.h"

namespace dvt::artifacts {
namespace {

// The data of a page, as its script reads it.
Value DataOf(const std::string& page) {
  constexpr std::string_view kBegin = R"(<script id="data" type="application/json">)";
  const size_t begin = page.find(kBegin) + kBegin.size();
  auto data = ParseJson(page.substr(begin, page.find("</script>", begin) - begin));
  EXPECT_TRUE(data) << data.error().ToString();
  return data ? *data : Value();
}

model::Node Model(const std::string& name) {
  model::Node node;
  node.unique_id = "model.shop." + name;
  node.package = "shop";
  node.name = node.alias = name;
  node.schema = "main";
  node.connection = "lake";
  node.config = *ParseJson(R"({"materialized": "table"})");
  return node;
}

TEST(SiteFile, HoldsColumnsLineageAndNothingThatEndsItsScript) {
  SecretRegistry::Clear();
  SecretRegistry::Register("hunter2");
  model::Manifest manifest;
  manifest.project.name = "shop";
  manifest.target = "lake";
  model::Node orders = Model("orders"), hidden = Model("hidden");
  orders.raw_code = "select '</script><b>' as x, 'hunter2' as y";
  orders.columns.push_back({.name = "X", .description = "a <text>"});
  orders.columns.push_back({.name = "only_described"});
  hidden.config = *ParseJson(R"({"docs": {"show": false}})");
  manifest.nodes = {{orders.unique_id, orders}, {hidden.unique_id, hidden}};
  model::Catalog catalog;
  catalog.nodes.push_back({.unique_id = orders.unique_id, .columns = {{"y", "text"}, {"x", "varchar"}}, .estimated_rows = 7});
  model::Documentation documentation;
  documentation.columns[orders.unique_id] = {{"x", {{"source.shop.crm.t", "a"}}}, {"y", {}}};
  documentation.ways[orders.unique_id] = "federated";
  documentation.connections["lake"] = "duckdb";
  const std::string page = SiteHtml(manifest, catalog, documentation, {"1", "now"});
  SecretRegistry::Clear();
  EXPECT_EQ(page.find("hunter2"), std::string::npos);
  EXPECT_EQ(page.find("/*@"), std::string::npos);  // every part of the page is put in
  EXPECT_EQ(page.find("src=\"http"), std::string::npos);
  const Value data = DataOf(page);
  ASSERT_EQ(data["things"].list().size(), 1u);
  const Value& thing = data["things"].list()[0];
  EXPECT_EQ(thing["raw"].as_string(), "select '</script><b>' as x, '*****' as y");
  EXPECT_EQ(thing["relation"].as_string(), "main.orders");
  EXPECT_EQ(thing["way"].as_string(), "federated");
  EXPECT_EQ(thing["rows"].as_int(), 7);
  EXPECT_EQ(ToJson(thing["columns"]),
            R"([{"name": "y", "type": "text"}, {"name": "x", "type": "varchar", "from": [["source.shop.crm.t", "a"]], )"
            R"("description": "a <text>"}, {"name": "only_described"}])");
}

}  // namespace
}  // namespace dvt::artifacts
