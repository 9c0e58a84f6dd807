#include "dvt/model/manifest_codec.h"

#include <gtest/gtest.h>

#include "dvt/model/node_value.h"

namespace dvt::model {
namespace {

Manifest Shop() {
  Manifest manifest;
  const Value config =
      *ParseYaml("{materialized: table, tags: [a, 'b'], meta: {x: 1.5, y: no, z: null}, big: -9007199254740993}", "s.yml");
  for (const char* name : {"orders", "people"}) {
    Node node;
    node.unique_id = std::string("model.shop.") + name;
    node.name = name;
    node.package = "shop";
    node.config = config;
    node.raw_code = "select 'ü' \n";
    node.fqn = {"shop", name};
    node.refs = {{"", "people", "2", {"models/a.sql", 3, 7}}};
    node.columns = {{"id", "key", "int", config, {"pii"}, true, {}, config, {4, 5}}};
    node.extra_ctes = {{"model.shop.x", "select 1"}};
    manifest.nodes[node.unique_id] = node;
  }
  manifest.nodes["model.shop.orders"].test = TestMetadata{"unique", "", config, "id", "model.shop.people"};
  manifest.sources["source.shop.raw.t"].freshness = config;
  manifest.macros["macro.shop.m"].depends_on_macros = {"macro.shop.n"};
  manifest.exposures["exposure.shop.e"].metrics = {"revenue"};
  manifest.semantic_nodes["metric.shop.m"].kind = SemanticNode::Kind::kSavedQuery;
  manifest.groups["group.shop.g"].name = "g";
  manifest.selectors.Push(config);
  manifest.docs.Set("doc.shop.a", "text");
  manifest.diagnostics.Warn("Code", "message", {"models/a.sql", 1, 2}, "hint");
  return manifest;
}

TEST(ManifestCodec, GivesBackWhatItTook) {
  const Manifest manifest = Shop();
  const std::string bytes = EncodeManifest(manifest);
  Manifest back;
  ASSERT_TRUE(DecodeManifest(bytes, back));
  EXPECT_EQ(EncodeManifest(back), bytes);
  const Node &node = manifest.nodes.at("model.shop.orders"), &again = back.nodes.at("model.shop.orders");
  EXPECT_EQ(ToJson(NodeToValue(node)), ToJson(NodeToValue(again)));
  EXPECT_EQ(again.config["tags"].mark().column, node.config["tags"].mark().column);
  EXPECT_TRUE(again.config["tags"].list()[1].quoted());
  EXPECT_EQ(again.refs[0].place.ToString(), "models/a.sql:3:7");
  EXPECT_EQ(back.diagnostics.items().at(0).hint, "hint");
  // What two nodes shared they share again.
  EXPECT_EQ(&std::as_const(again.config).map(), &std::as_const(back.nodes.at("model.shop.people").config).map());
}

TEST(ManifestCodec, RefusesWhatIsCutOrTooLong) {
  const std::string bytes = EncodeManifest(Shop());
  for (size_t size = 0; size < bytes.size(); size += 7) {
    Manifest back;
    EXPECT_FALSE(DecodeManifest(bytes.substr(0, size), back)) << size;
  }
  Manifest back;
  EXPECT_FALSE(DecodeManifest(bytes + "x", back));
}

}  // namespace
}  // namespace dvt::model
