#include "dvt/project/load/load.h"

#include "dvt/base/text/secrets.h"
#include "dvt/project/load/project_fixture.h"

namespace dvt::project {
namespace {

TEST_F(ProjectTest, NodesHaveDbtsIdsNamesAndPlaces) {
  File("models/staging/stg_a.sql",
       "\n{{ config(materialized='table', tags=['x']) }}\nselect * from {{ source('crm', 'customers') }}\n\n");
  File("models/mart.sql", "select * from {{ ref('stg_a') }} join {{ ref('countries') }}");
  File("models/schema.yml",
       "version: 2\nsources:\n  - name: crm\n    connection: crm\n    tables:\n      - name: customers\n      - {name: t2, "
       "identifier: T_2, "
       "config: {connection: dev}}\nmodels:\n  - name: mart\n    description: The mart\n    columns:\n      - name: id\n");
  File("seeds/countries.csv", "id\n1\n");
  auto m = Load();
  EXPECT_EQ(Warnings(m), "");
  const auto& stg = m.nodes.at("model.shop.stg_a");
  EXPECT_EQ(stg.fqn, (std::vector<std::string>{"shop", "staging", "stg_a"}));
  EXPECT_EQ(stg.path, "staging/stg_a.sql");
  EXPECT_EQ(stg.original_path, "models/staging/stg_a.sql");
  EXPECT_EQ(stg.materialized(), "table");
  EXPECT_EQ(stg.schema, "q");
  EXPECT_EQ(stg.database, "wh");
  EXPECT_EQ(stg.alias, "stg_a");
  EXPECT_EQ(stg.connection, "dev");
  EXPECT_EQ(stg.depends_on_nodes, (std::vector<std::string>{"source.shop.crm.customers"}));
  EXPECT_EQ(stg.sources[0].place.ToString(), "models/staging/stg_a.sql:3:18");
  const auto& mart = m.nodes.at("model.shop.mart");
  EXPECT_EQ(mart.depends_on_nodes, (std::vector<std::string>{"model.shop.stg_a", "seed.shop.countries"}));
  EXPECT_EQ(mart.description, "The mart");
  EXPECT_EQ(mart.patch_path, "shop://models/schema.yml");
  EXPECT_EQ(mart.materialized(), "view");
  const auto& source = m.sources.at("source.shop.crm.customers");
  EXPECT_EQ(source.connection, "crm");
  EXPECT_EQ(source.schema, "crm");
  EXPECT_EQ(source.database, "main");
  EXPECT_EQ(m.sources.at("source.shop.crm.t2").connection, "dev");
  EXPECT_EQ(m.sources.at("source.shop.crm.t2").identifier, "T_2");
}

TEST_F(ProjectTest, ConfigOrderTagsAndMeta) {
  File("dbt_project.yml",
       "name: qp\nprofile: p\nmodels:\n  +meta: {z: 0}\n  qp:\n    +materialized: view\n    +tags: [proj]\n    +meta: {a: 1, b: "
       "1}\n"
       "    +post-hook: one\n    sub:\n      +tags: subtag\n      +meta: {b: 2}\n      +post-hook: [two]\n");
  File(
      "models/sub/m.sql",
      "{{ config(materialized='table', tags=['inl','proj'], meta={c: 3}, post_hook='four') }}{{ config(tags='inl2') }} select 1");
  File("models/sub/s.yml", "models:\n  - name: m\n    config: {materialized: view, tags: yml, meta: {b: 3}, post-hook: three}\n");
  auto m = Load();
  const auto& node = m.nodes.at("model.qp.m");
  EXPECT_EQ(node.materialized(), "table");
  EXPECT_EQ(node.tags, (std::vector<std::string>{"proj", "subtag", "inl", "inl2", "yml"}));
  EXPECT_EQ(ToJson(node.config["tags"]), R"(["proj", "subtag", "yml", "inl", "proj", "inl2"])");
  EXPECT_EQ(node.config["meta"], *ParseJson(R"({"z":0,"a":1,"b":3,"c":3})"));
  std::string hooks;
  for (const auto& hook : node.config["post-hook"].list()) hooks += hook["sql"].as_string() + " ";
  EXPECT_EQ(hooks, "one two three four ");
}

TEST_F(ProjectTest, GenericTests) {
  File("models/customers.sql", "select 1");
  File("models/orders.sql", "select 1");
  File("models/s.yml", R"(
models:
  - name: customers
    columns:
      - name: customer_id
        data_tests: [unique, not_null]
  - name: orders
    data_tests:
      - unique: {column_name: "a || b", config: {severity: warn, where: "x > 1"}}
    columns:
      - name: customer_id
        tests:
          - relationships: {to: ref('customers'), field: customer_id}
      - name: status
        tests:
          - accepted_values:
              arguments: {values: ['placed', 'shipped', 'completed', 'return_pending', 'returned']}
sources:
  - name: raw
    tables:
      - name: t0
        columns: [{name: id, tests: [not_null]}]
)");
  File("tests/singular.sql", "select * from {{ ref('orders') }} where 1 = 0");
  auto m = Load();
  std::vector<std::string> ids;
  for (const auto& [id, node] : m.nodes) {
    if (node.type == model::ResourceType::kTest) ids.push_back(id.substr(10));
  }
  // The ids that dbt gives the same files.
  EXPECT_EQ(ids, (std::vector<std::string>{
                     "accepted_values_orders_status__placed__shipped__completed__return_pending__returned.be6b5b5ec3",
                     "not_null_customers_customer_id.5c9bf9911d",
                     "relationships_orders_customer_id__customer_id__ref_customers_.c6ec7f58f2", "singular",
                     "source_not_null_raw_t0_id.4327f2e0f3", "unique_customers_customer_id.c5af1ff4b1",
                     "unique_orders_a_b.3ffb590525"}));
  const auto& accepted = m.nodes.at("test.shop." + ids[0]);
  EXPECT_EQ(accepted.alias, "accepted_values_orders_1ce6ab157c285f7cd2ac656013faf758");
  EXPECT_EQ(accepted.path, accepted.alias + ".sql");
  EXPECT_EQ(accepted.schema, "q_dbt_test__audit");
  const auto& relationships = m.nodes.at("test.shop." + ids[2]);
  EXPECT_EQ(relationships.depends_on_nodes.size(), 2u);
  EXPECT_EQ(relationships.test->attached_node, "model.shop.orders");
  EXPECT_EQ(relationships.test->column, "customer_id");
  EXPECT_EQ(relationships.raw_code, "{{ test_relationships(**_dbt_generic_test_kwargs) }}");
  EXPECT_EQ(relationships.depends_on_macros, (std::vector<std::string>{"macro.dvt.test_relationships"}));
  const auto& unique = m.nodes.at("test.shop." + ids[6]);
  EXPECT_EQ(unique.config["severity"].as_string(), "warn");
  EXPECT_EQ(unique.raw_code, "{{ test_unique(**_dbt_generic_test_kwargs) }}{{ config(severity=\"warn\",where=\"x > 1\") }}");
  EXPECT_EQ(m.nodes.at("test.shop." + ids[4]).depends_on_nodes, (std::vector<std::string>{"source.shop.raw.t0"}));
}

TEST_F(ProjectTest, GenericTestIdsHashValuesAsPythonDoes) {
  File("models/orders.sql", "select 1");
  File("models/dim_v1.sql", "select 1");
  File("models/s.yml", R"(
models:
  - name: orders
    columns:
      - name: customer_id
        data_tests:
          - positive: {name: mine}
      - name: status
        quote: true
        tags: [coltag]
        data_tests:
          - accepted_values:
              arguments: {values: ['placed', "ship'ped", 3, true, null, 1.5]}
  - name: dim
    versions: [{v: 1}]
    columns: [{name: id, data_tests: [unique]}]
)");
  auto m = Load();
  const auto& accepted = m.nodes.at("test.shop.accepted_values_orders__status___placed__ship_ped__3__True__None__1_5.c0316a3059");
  EXPECT_EQ(accepted.alias, "accepted_values_orders_1c89c075f1657ffb4ee22ece046d7ea9");
  EXPECT_EQ(accepted.raw_code,
            "{{ test_accepted_values(**_dbt_generic_test_kwargs) }}{{ "
            "config(alias=\"accepted_values_orders_1c89c075f1657ffb4ee22ece046d7ea9\") }}");
  EXPECT_EQ(accepted.tags, (std::vector<std::string>{"coltag"}));
  EXPECT_EQ(ToJson(accepted.config["tags"]), "[]");
  EXPECT_EQ(m.nodes.count("test.shop.mine.5364311b4c"), 1u);
  EXPECT_EQ(m.nodes.count("test.shop.unique_dim_v1_id.2f98b9f679"), 1u);
}

TEST_F(ProjectTest, TestsRunWhereTheirRelationLives) {
  File("models/m.sql", "{{ config(target='crm') }} select 1");
  File("models/s.yml",
       "models: [{name: m, columns: [{name: id, tests: [unique]}]}]\n"
       "sources: [{name: raw, connection: crm, tables: [{name: t, columns: [{name: id, tests: [unique]}]}]}]\n");
  auto m = Load();
  EXPECT_EQ(m.nodes.at("model.shop.m").connection, "crm");
  for (const auto& [id, node] : m.nodes) EXPECT_EQ(node.connection, "crm") << id;
  options_.target = "dev";
  m = Load();
  EXPECT_EQ(m.nodes.at("model.shop.m").connection, "dev");
}

TEST_F(ProjectTest, UnknownNamesAreReportedWithPlaceAndNearest) {
  File("models/x.sql", "select *\n\nfrom {{ source('crm', 'custmers') }}, {{ ref('yy') }}");
  File("models/yyy.sql", "select 1");
  File("models/s.yml", "sources: [{name: crm, tables: [{name: customers}]}]");
  std::string error = LoadError();
  EXPECT_NE(error.find("Model 'x' (models/x.sql:3:9) depends on a source named 'crm.custmers' which was not found. Did you mean "
                       "'crm.customers'?"),
            std::string::npos)
      << error;
  EXPECT_NE(error.find("depends on a node named 'yy' which was not found. Did you mean 'yyy'?"), std::string::npos) << error;
}

TEST_F(ProjectTest, DisabledNodes) {
  File("dbt_project.yml", "name: shop\nprofile: p\nmodels:\n  shop:\n    +enabled: \"{{ var('flag', true) }}\"\n");
  File("models/a.sql", "select 1");
  File("models/s.yml", "models: [{name: a, columns: [{name: id, tests: [unique]}]}]");
  EXPECT_EQ(Load().nodes.size(), 2u);
  options_.vars.Set("flag", false);
  auto m = Load();
  EXPECT_TRUE(m.nodes.empty());
  EXPECT_EQ(m.disabled.size(), 2u);
  options_.vars.Set("flag", "false");
  EXPECT_NE(LoadError().find("Config 'enabled' of model 'a' must be true or false, found 'false'"), std::string::npos);
}

TEST_F(ProjectTest, RefToDisabledIsAnErrorButATestOfItIsLeftOut) {
  File("models/a.sql", "{{ config(enabled=false) }} select 1");
  File("tests/t.sql", "select * from {{ ref('a') }}");
  auto m = Load();
  EXPECT_EQ(m.disabled.count("test.shop.t"), 1u);
  EXPECT_NE(Warnings(m).find("Test 't' (tests/t.sql:1:18) depends on a node named 'a' which is disabled"), std::string::npos)
      << Warnings(m);
  File("models/b.sql", "select * from {{ ref('a') }}");
  EXPECT_NE(LoadError().find("Model 'b' (models/b.sql:1:18) depends on a node named 'a' which is disabled (models/a.sql)"),
            std::string::npos);
}

TEST_F(ProjectTest, DuplicatesAreRefused) {
  File("models/a.sql", "select 1");
  File("models/sub/a.sql", "select 1");
  EXPECT_NE(LoadError().find("There are two models named 'a': models/a.sql and models/sub/a.sql"), std::string::npos);
  File("models/sub/a.sql", "{{ config(enabled=false) }} select 1");
  Load();
  File("models/sub/a.sql", "");
  std::filesystem::remove(folder_ + "/models/sub/a.sql");
  File("models/b.sql", "{{ config(alias='a') }} select 1");
  EXPECT_NE(LoadError().find("Two resources would be built as 'wh.q.a'"), std::string::npos);
  File("models/b.sql", "{{ config(alias='a', schema=' cust ') }} select 1");
  auto m = Load();
  EXPECT_EQ(m.nodes.at("model.shop.b").schema, "q_cust");
  EXPECT_EQ(m.nodes.at("model.shop.b").config["schema"].as_string(), " cust ");
  File("seeds/a.csv", "x\n");
  EXPECT_NE(LoadError().find("Two resources are named 'a'"), std::string::npos);
}

TEST_F(ProjectTest, SameTestTwiceNeedsAName) {
  File("models/a.sql", "select 1");
  File("models/s.yml", "models: [{name: a, columns: [{name: id, tests: [unique, {unique: {config: {where: 'x'}}}]}]}]");
  EXPECT_NE(LoadError().find("is defined twice"), std::string::npos);
  File("models/s.yml",
       "models: [{name: a, columns: [{name: id, tests: [unique, {unique: {name: mine, config: {where: 'x'}}}]}]}]");
  EXPECT_EQ(Load().nodes.size(), 3u);
}

TEST_F(ProjectTest, SchemaNameOverrideAlsoNamesTests) {
  frontend_.overrides_schema = true;
  File("dbt_project.yml", "name: shop\nprofile: p\ndata_tests: {+schema: proj}\n");
  File("models/a.sql", "select 1");
  File("tests/t.sql", "select * from {{ ref('a') }}");
  auto m = Load();
  EXPECT_EQ(m.nodes.at("model.shop.a").schema, "base");
  EXPECT_EQ(m.nodes.at("test.shop.t").schema, "proj");
}

TEST_F(ProjectTest, VersionedModels) {
  File("models/dim_v1.sql", "select 1");
  File("models/dim_v2.sql", "select 2");
  File("models/use.sql", "select * from {{ ref('dim') }}, {{ ref('shop', 'dim', v=1) }}");
  File("models/s.yml", "models: [{name: dim, latest_version: 2, versions: [{v: 1}, {v: 2, config: {materialized: table}}]}]");
  auto m = Load();
  EXPECT_EQ(Warnings(m), "");
  EXPECT_EQ(m.nodes.at("model.shop.use").depends_on_nodes, (std::vector<std::string>{"model.shop.dim.v2", "model.shop.dim.v1"}));
  EXPECT_EQ(m.nodes.at("model.shop.dim.v1").alias, "dim_v1");
  EXPECT_EQ(m.nodes.at("model.shop.dim.v2").materialized(), "table");
  EXPECT_EQ(m.nodes.at("model.shop.dim.v2").fqn, (std::vector<std::string>{"shop", "dim", "v2"}));
}

TEST_F(ProjectTest, RenderingDecidesWhereTheTreeCannot) {
  File("models/a.sql", "select 1 {% if false %}{{ ref('nope') }}{% endif %}");
  EXPECT_TRUE(Load().nodes.at("model.shop.a").refs.empty());
}

TEST_F(ProjectTest, DocsBlocksAndUnusedEntries) {
  File("models/d.md", "{% docs a_doc %}\n  Text **here**\n{% enddocs %}\n");
  File("models/a.sql", "select 1");
  File("models/s.yml", "models:\n  - name: a\n    description: \"See {{ doc('a_doc') }}!\"\n  - name: ab\n");
  auto m = Load();
  EXPECT_EQ(m.nodes.at("model.shop.a").description, "See Text **here**!");
  EXPECT_EQ(Warnings(m),
            "NoNodeForYamlKey models/s.yml:4:5: There is no model 'ab' for this entry of 'models'. Did you mean 'a'?\n");
  File("models/s.yml", "models:\n  - name: a\n    description: \"{{ doc('b_doc') }}\"\n");
  EXPECT_NE(LoadError().find("The docs block 'b_doc' was not found. Did you mean 'a_doc'?"), std::string::npos);
}

TEST_F(ProjectTest, SnapshotsExposuresAnalysesMacros) {
  File("models/a.sql", "select 1");
  File(
      "snapshots/s.sql",
      "{% snapshot snap_a %}{{ config(strategy='check', target_schema='snaps') }} select * from {{ ref('a') }}{% endsnapshot %}");
  File("analyses/q.sql", "select * from {{ ref('a') }}");
  File("macros/m.sql", "{% macro f(x) %}{{ x }}{% endmacro %}{% test positive(model) %}{% endtest %}");
  File("models/s.yml",
       "exposures: [{name: dash, type: dashboard, owner: {email: a@b.c}, depends_on: [\"ref('a')\"]}]\nmacros: [{name: f, "
       "description: F}]\n"
       "models: [{name: a, tests: [positive]}]\nsnapshots: [{name: snap_y, relation: ref('a'), config: {strategy: timestamp, "
       "updated_at: u}}]\n");
  auto m = Load();
  EXPECT_EQ(Warnings(m), "");
  EXPECT_EQ(m.nodes.at("snapshot.shop.snap_a").schema, "snaps");
  EXPECT_EQ(m.nodes.at("snapshot.shop.snap_a").depends_on_nodes.size(), 1u);
  EXPECT_EQ(m.nodes.at("snapshot.shop.snap_y").raw_code, "select * from {{ ref('a') }}");
  EXPECT_EQ(m.nodes.at("analysis.shop.q").depends_on_nodes.size(), 1u);
  EXPECT_EQ(m.exposures.at("exposure.shop.dash").depends_on_nodes, (std::vector<std::string>{"model.shop.a"}));
  EXPECT_EQ(m.macros.at("macro.shop.f").description, "F");
  EXPECT_EQ(m.macros.count("macro.shop.test_positive"), 1u);
}

TEST_F(ProjectTest, InstalledPackages) {
  File("dbt_packages/lib/dbt_project.yml", "name: lib\nmodels: {lib: {+materialized: table}}\nvars: {x: 1}\n");
  File("dbt_packages/lib/models/lm.sql", "select 1");
  File("dbt_packages/lib/models/lm2.sql", "select 1");
  File("dbt_project.yml", "name: shop\nprofile: p\nmodels: {lib: {lm2: {+materialized: ephemeral}}}\n");
  File("models/a.sql", "select * from {{ ref('lib', 'lm') }}, {{ ref('lm2') }}");
  auto m = Load();
  EXPECT_EQ(m.nodes.at("model.shop.a").depends_on_nodes, (std::vector<std::string>{"model.lib.lm", "model.lib.lm2"}));
  EXPECT_EQ(m.nodes.at("model.lib.lm").materialized(), "table");
  EXPECT_EQ(m.nodes.at("model.lib.lm2").materialized(), "ephemeral");
  EXPECT_EQ(m.packages.count("lib"), 1u);
}

TEST_F(ProjectTest, BadProjectFiles) {
  File("dbt_project.yml", "name: shop\nprofile: p\nmodel-pahts: [x]\n");
  EXPECT_NE(LoadError().find("dbt_project.yml:3:1: Unknown key 'model-pahts' in the project file. Did you mean 'model-paths'?"),
            std::string::npos)
      << LoadError();
  File("dbt_project.yml", "name: 'my shop'\nprofile: p\n");
  EXPECT_NE(LoadError().find("dbt_project.yml:1:7: 'my shop' is not a valid project name"), std::string::npos);
  File("dbt_project.yml", "name: [a\n");
  EXPECT_NE(LoadError().find("dbt_project.yml:2:1: Invalid YAML"), std::string::npos) << LoadError();
  File("dbt_project.yml", "");
  EXPECT_EQ(LoadError(), "dbt_project.yml: The project file is empty");
  std::filesystem::remove(folder_ + "/dbt_project.yml");
  EXPECT_NE(LoadError().find("No dbt_project.yml found"), std::string::npos);
  File("dvt_project.yml", "name: shop\nprofile: p\nmodels: {shop: {+materialzed: table}}\n");
  auto m = Load();
  EXPECT_NE(Warnings(m).find("dvt_project.yml:3:17: Unknown config 'materialzed' in 'models'. Did you mean 'materialized'?"),
            std::string::npos)
      << Warnings(m);
}

TEST_F(ProjectTest, BadPropertyFiles) {
  File("models/a.sql", "select 1");
  File("models/s.yml", "models:\n  - name: a\n    descripton: x\n    columns:\n      - name: id\n        testes: [unique]\n");
  auto m = Load();
  EXPECT_NE(Warnings(m).find("models/s.yml:3:5: Unknown key 'descripton' in model 'a'. Did you mean 'description'?"),
            std::string::npos);
  EXPECT_NE(Warnings(m).find("models/s.yml:6:9: Unknown key 'testes' in column 'id' of model 'a'. Did you mean 'tests'?"),
            std::string::npos);
  File("models/s.yml", "models:\n  name: a\n");
  EXPECT_NE(LoadError().find("models/s.yml:2:3: 'models' of the property file must be a list, found a mapping"),
            std::string::npos);
  File("models/s.yml", "models:\n  - description: a\n");
  EXPECT_NE(LoadError().find("models/s.yml:2:5: a model needs a 'name'"), std::string::npos) << LoadError();
  File("models/s.yml", "models:\n  - name: a\n  - name: a\n");
  EXPECT_NE(LoadError().find("There are two entries for model 'a'"), std::string::npos);
  File("models/s.yml", "models:\n  - name: a\n    tests: [{unique: 3}]\n");
  EXPECT_NE(LoadError().find("models/s.yml:3:22: The arguments of test 'unique' must be a mapping, found a integer"),
            std::string::npos)
      << LoadError();
  File("models/s.yml", "models: []\n");
  File("models/a.sql", "select {% broken %}");
  EXPECT_EQ(LoadError(), "models/a.sql:1:1: Unknown tag 'broken'");
}

TEST_F(ProjectTest, UnknownConnections) {
  File("models/a.sql", "{{ config(target='cmr') }} select 1");
  EXPECT_NE(LoadError().find("There is no connection 'cmr' in profile 'p'. Did you mean 'crm'?"), std::string::npos);
  File("models/a.sql", "select 1");
  File("models/s.yml", "sources:\n  - name: s\n    connection: cmr\n    tables: [{name: t}]\n");
  EXPECT_NE(LoadError().find("models/s.yml:3:17: There is no connection 'cmr'"), std::string::npos) << LoadError();
}

}  // namespace
}  // namespace dvt::project
