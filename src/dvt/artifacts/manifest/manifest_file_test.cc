#include "dvt/artifacts/manifest/manifest_file.h"

#include <gtest/gtest.h>

#include "dvt/artifacts/run_results/run_results_file.h"
#include "dvt/base/text/secrets.h"
#include "dvt/base/text/value.h"
#include "dvt/base/thread/thread_pool.h"

namespace dvt::artifacts {
namespace {

model::Manifest SmallManifest() {
  model::Manifest manifest;
  manifest.project.name = "shop";
  model::SourceNode source;
  source.unique_id = "source.shop.crm.customers";
  source.package = "shop";
  source.name = source.identifier = "customers";
  source.source_name = "crm";
  source.tags = {"src"};
  manifest.sources[source.unique_id] = source;
  model::Node node;
  node.unique_id = "model.shop.dim.v2";
  node.package = "shop";
  node.name = "dim";
  node.version = "2";
  node.raw_code = "select 'hunter2'";
  node.checksum = "ab";
  node.config = *ParseJson(R"({"tags": ["a", "a"], "meta": {"x": 1}, "docs": {"show": false}})");
  node.tags = {"a"};
  node.patch = *ParseJson(R"({"versions": [{"v": 1}, {"v": 2}]})");
  node.sources = {{"crm", "customers", {}}};
  node.depends_on_nodes = {source.unique_id};
  manifest.nodes[node.unique_id] = node;
  return manifest;
}

TEST(ManifestFile, HasDbtsShape) {
  SecretRegistry::Clear();
  SecretRegistry::Register("hunter2");
  Metadata metadata;
  metadata.adapter_type = "duckdb";
  auto json = ParseJson(ManifestJson(SmallManifest(), metadata));
  SecretRegistry::Clear();
  ASSERT_TRUE(json) << json.error().ToString();
  EXPECT_EQ((*json)["metadata"]["dbt_schema_version"].as_string(), "https://schemas.getdbt.com/dbt/manifest/v12.json");
  const Value& node = (*json)["nodes"]["model.shop.dim.v2"];
  EXPECT_EQ(node["raw_code"].as_string(), "select '*****'");
  EXPECT_EQ(ToJson(node["tags"]), R"(["a"])");
  EXPECT_EQ(ToJson(node["config"]["tags"]), R"(["a", "a"])");
  EXPECT_EQ(ToJson(node["docs"]), R"({"show": false, "node_color": null})");
  EXPECT_EQ(node["version"].as_int(), 2);
  EXPECT_EQ(node["latest_version"].as_int(), 2);
  EXPECT_EQ(node["access"].as_string(), "protected");
  EXPECT_EQ(ToJson((*json)["parent_map"]["model.shop.dim.v2"]), R"(["source.shop.crm.customers"])");
  EXPECT_EQ(ToJson((*json)["child_map"]["source.shop.crm.customers"]), R"(["model.shop.dim.v2"])");
  EXPECT_EQ(ToJson((*json)["sources"]["source.shop.crm.customers"]["tags"]), R"(["src"])");
}

TEST(ManifestFile, IsTheSameByManyThreads) {
  model::Manifest manifest = SmallManifest();
  const model::Node node = manifest.nodes.begin()->second;
  for (int i = 0; i < 3000; ++i) {
    model::Node& added = manifest.nodes["model.shop.n" + std::to_string(i)] = node;
    added.unique_id = "model.shop.n" + std::to_string(i);
    added.name = "n" + std::to_string(i);
  }
  Metadata metadata;
  metadata.generated_at = "2026-01-02T03:04:05.123456Z";
  ThreadPool pool(4);
  EXPECT_EQ(ManifestJson(manifest, metadata, &pool), ManifestJson(manifest, metadata));
}

TEST(RunResultsFile, KeepsDvtsFindingsInsideAdapterResponse) {
  model::RunResults results;
  model::NodeResult result;
  result.unique_id = "model.shop.dim";
  result.status = "success";
  result.way = "federated";
  result.warnings.push_back({Severity::kWarning, "DVT005", "not pushed", {"models/dim.sql", 3, 1}, ""});
  model::TransferStats read;
  read.connection = "crm", read.role = "extract", read.name = "customers", read.input = "crm__customers",
  read.path = "binary COPY";
  read.rows = 10, read.bytes = 200, read.seconds = 0.5, read.partitions = 4, read.retries = 1, read.estimated_rows = 12;
  result.transfers.push_back(read);
  results.results.push_back(result);
  auto json = ParseJson(RunResultsJson(results, {}));
  ASSERT_TRUE(json) << json.error().ToString();
  EXPECT_EQ((*json)["metadata"]["dbt_schema_version"].as_string(), "https://schemas.getdbt.com/dbt/run-results/v6.json");
  const Value& row = (*json)["results"].list().at(0);
  for (const char* key : {"status", "timing", "thread_id", "execution_time", "adapter_response", "message", "failures",
                          "unique_id", "compiled", "compiled_code", "relation_name"}) {
    EXPECT_NE(row.Find(key), nullptr) << key;
  }
  EXPECT_NE(ToJson(row["adapter_response"]).find("DVT005"), std::string::npos);
  EXPECT_NE(ToJson(row["adapter_response"]).find("binary COPY"), std::string::npos);
}

TEST(Timestamps, AreUtcWithMicroseconds) { EXPECT_EQ(UtcTimestamp(1.5), "1970-01-01T00:00:01.500000Z"); }

}  // namespace
}  // namespace dvt::artifacts
