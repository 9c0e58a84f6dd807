#include "dvt/run/watermarks/watermark_settings.h"

#include <gtest/gtest.h>

namespace dvt::run {
namespace {

/// Sources shop.orders and shop.lines, models customers, customers.v2 (of another package: shared) and the ephemeral recent, which reads
/// shop.lines; the model sales reads all of them but shop.lines.
class WatermarkSettingsTest : public ::testing::Test {
 protected:
  WatermarkSettingsTest() {
    for (const char* name : {"orders", "lines"}) {
      model::SourceNode& source = manifest_.sources[std::string("source.p.shop.") + name];
      source.source_name = "shop";
      source.name = name;
    }
    AddModel("customers", "p", "");
    AddModel("customers", "shared", "2");
    AddModel("recent", "p", "").config.Set("materialized", "ephemeral");
    manifest_.nodes["model.p.recent"].depends_on_nodes = {"source.p.shop.lines"};
    sales_.name = "sales";
    sales_.type = model::ResourceType::kModel;
    sales_.original_path = "models/sales.sql";
    sales_.config.Set("materialized", "incremental");
    sales_.depends_on_nodes = {"source.p.shop.orders", "model.p.customers", "model.shared.customers.v2", "model.p.recent",
                               "model.p.gone"};
  }

  model::Node& AddModel(const std::string& name, const std::string& package, const std::string& version) {
    model::Node& node = manifest_.nodes["model." + package + "." + name + (version.empty() ? "" : ".v" + version)];
    node.type = model::ResourceType::kModel;
    node.name = name;
    node.package = package;
    node.version = version;
    node.config.Set("materialized", "table");
    return node;
  }

  void Ask(const std::vector<std::pair<std::string, Value>>& entries) {
    Value asked = Value::MakeMap();
    for (const auto& [input, column] : entries) asked.Set(input, column);
    sales_.config.Set("watermarks", std::move(asked));
  }

  /// "input = node column" of each, or the error.
  std::string Settings() {
    const auto settings = WatermarkSettingsOf(manifest_, sales_);
    if (!settings) return settings.error().message() + " | " + settings.error().hint();
    std::string out;
    for (const auto& each : *settings) out += (out.empty() ? "" : "; ") + each.name + " = " + each.node_id + " " + each.column;
    return out;
  }

  model::Manifest manifest_;
  model::Node sales_;
};

TEST_F(WatermarkSettingsTest, InputsByAnyOfTheirNames) {
  EXPECT_EQ(Settings(), "");
  Ask({});
  EXPECT_EQ(Settings(), "");
  Ask({{"shop.orders", "id"}, {"customers", "at"}, {"customers.v2", "at"}, {"shop.lines", "id"}});
  EXPECT_EQ(
      Settings(),
      "shop.orders = source.p.shop.orders id; customers = model.p.customers at; customers.v2 = model.shared.customers.v2 at; "
      "shop.lines = source.p.shop.lines id");
  Ask({{"p.customers", "at"}, {"shared.customers.v2", "at"}});
  EXPECT_EQ(Settings(), "p.customers = model.p.customers at; shared.customers.v2 = model.shared.customers.v2 at");
}

TEST_F(WatermarkSettingsTest, WhatCannotBeSaysWhy) {
  const auto expect = [&](const std::vector<std::pair<std::string, Value>>& entries, const std::string& text) {
    Ask(entries);
    EXPECT_EQ(Settings(), text);
  };
  const std::string reads = "it reads: shop.orders, customers, customers.v2, shop.lines";
  expect({{"shop.order", "id"}}, "watermarks: the model reads no 'shop.order' Did you mean 'shop.orders'? | " + reads);
  expect(
      {{"recent", "id"}},
      "watermarks: 'recent' is an ephemeral model, which is never read by itself | name what it reads: shop.orders, customers, "
      "customers.v2, shop.lines");
  expect({{"customers", "at"}, {"p.customers", "id"}},
         "watermarks: 'customers' and 'p.customers' are the same input | an input has one watermark");
  expect({{"shop.orders", 7}},
         "watermarks: the column of 'shop.orders' must be a name, found 7 | such as watermarks={'shop.orders': 'changed_at'}");
  expect({{"shop.orders", ""}},
         "watermarks: the column of 'shop.orders' must be a name, found \"\" | such as watermarks={'shop.orders': 'changed_at'}");
}

TEST_F(WatermarkSettingsTest, NotWithOtherWaysToSayWhatIsRead) {
  Ask({{"shop.orders", "id"}});
  sales_.config.Set("change_detection", "hash");
  EXPECT_NE(Settings().find("do not go with change_detection"), std::string::npos) << Settings();
  sales_.config.Set("change_detection", false);
  EXPECT_EQ(Settings(), "shop.orders = source.p.shop.orders id");
  sales_.config.Set("incremental_strategy", "microbatch");
  EXPECT_NE(Settings().find("do not go with incremental_strategy 'microbatch'"), std::string::npos) << Settings();
  sales_.config.Set("incremental_strategy", "append");
  sales_.config.Set("materialized", "table");
  EXPECT_NE(Settings().find("this one is a table"), std::string::npos) << Settings();
}

TEST_F(WatermarkSettingsTest, StrategiesThatOnlyAdd) {
  const auto only_adds = [&](const Value& strategy, const Value& key) {
    model::Node node = sales_;
    node.config.Set("incremental_strategy", strategy);
    node.config.Set("unique_key", key);
    return OnlyAdds(node);
  };
  Value two = Value::MakeList();
  two.Push("a");
  EXPECT_TRUE(only_adds("append", "id"));
  EXPECT_TRUE(only_adds("merge", Value()));
  EXPECT_TRUE(only_adds(Value(), ""));
  EXPECT_FALSE(only_adds("merge", "id"));
  EXPECT_FALSE(only_adds("delete+insert", std::move(two)));
  EXPECT_FALSE(only_adds(Value(), "id"));
  EXPECT_FALSE(only_adds("insert_overwrite", Value()));
}

}  // namespace
}  // namespace dvt::run
