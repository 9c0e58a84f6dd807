#include "dvt/model/node_value.h"
#include "dvt/project/load/project_fixture.h"
#include "dvt/project/load/unit_test_rows.h"

namespace dvt::project {
namespace {

class UnitTestsTest : public ProjectTest {
 protected:
  void SetUp() override {
    ProjectTest::SetUp();
    File("models/names.sql", "select * from {{ ref('people') }}");
    File("seeds/people.csv", "id,name\n1,\"a, b\"\n2,\n");
  }
  // One unit test of `names` with this text below it.
  void Test(const std::string& text) { File("models/t.yml", "unit_tests:\n  - name: t\n    model: names\n" + text); }
};

TEST_F(UnitTestsTest, RowsOfEveryFormat) {
  File("tests/fixtures/deep/some.csv", "id,name\n\n7,x\n8\n");
  File("tests/fixtures/q.sql", "select 1 as id");
  Test(
      "    description: d\n    config: {tags: [a], meta: {b: 1}}\n    given:\n      - input: ref('people')\n        format: csv\n"
      "        fixture: some\n      - input: this\n        format: csv\n        rows: |\n          id,name\n          1,\n"
      "    overrides: {vars: {v: 1}}\n    expect: {format: sql, fixture: q}\n");
  const auto m = Load();
  EXPECT_EQ(Warnings(m), "");
  const auto& node = m.unit_tests.at("unit_test.shop.names.t");
  EXPECT_EQ(node.fqn, (std::vector<std::string>{"shop", "names", "t"}));
  EXPECT_EQ(node.tags, (std::vector<std::string>{"a"}));
  EXPECT_EQ(node.depends_on_nodes, (std::vector<std::string>{"model.shop.names"}));
  const auto& given = node.unit_test->given;
  EXPECT_EQ(given[0].input_id, "seed.shop.people");
  EXPECT_EQ(ToJson(given[0].rows), R"([{"id": "7", "name": "x"}, {"id": "8", "name": null}])");
  EXPECT_EQ(given[0].place.ToString(), "tests/fixtures/deep/some.csv:1");
  EXPECT_EQ(given[0].rows.list()[0].mark().line, 3);
  EXPECT_EQ(given[1].input_id, "model.shop.names");
  EXPECT_EQ(given[1].rows.list()[0].mark().line, 14);
  EXPECT_EQ(node.unit_test->expect.rows.as_string(), "select 1 as id");
  const Value value = model::UnitTestToValue(node);
  EXPECT_EQ(ToJson(value["overrides"]), R"({"macros": {}, "vars": {"v": 1}, "env_vars": {}})");
  EXPECT_EQ(ToJson(value["config"]), R"({"tags": ["a"], "meta": {"b": 1}, "enabled": true, "static_analysis": null})");
}

TEST_F(UnitTestsTest, SeedsHaveRowsOfTheirOwn) {
  Test("    given: [{input: ref('people')}]\n    expect: {rows: []}\n");
  const auto m = Load();
  EXPECT_EQ(ToJson(m.unit_tests.at("unit_test.shop.names.t").unit_test->given[0].rows),
            R"([{"id": "1", "name": "a, b"}, {"id": "2", "name": null}])");
}

TEST_F(UnitTestsTest, EveryVersionHasOne) {
  File("models/ver_v1.sql", "select 1 as id");
  File("models/ver_v2.sql", "select 2 as id");
  File("models/v.yml",
       "models:\n  - {name: ver, latest_version: 2, versions: [{v: 1}, {v: 2}]}\nunit_tests:\n"
       "  - {name: all, model: ver, given: [], expect: {rows: []}}\n"
       "  - {name: one, model: ver, versions: {include: [1]}, given: [], expect: {rows: []}}\n"
       "  - {name: two, model: ver, versions: {exclude: [1]}, given: [], expect: {rows: []}}\n");
  const auto m = Load();
  std::string ids;
  for (const auto& [id, node] : m.unit_tests) ids += id.substr(15) + " " + node.version + ",";
  EXPECT_EQ(ids, "ver.all_v1 1,ver.all_v2 2,ver.one_v1 1,ver.two_v2 2,");
}

TEST_F(UnitTestsTest, DisabledOnesAreKnown) {
  Test("    config: {enabled: false}\n    given: []\n    expect: {rows: []}\n");
  const auto m = Load();
  EXPECT_TRUE(m.unit_tests.empty());
  EXPECT_EQ(m.disabled.count("unit_test.shop.names.t"), 1u);
}

TEST_F(UnitTestsTest, ErrorsNamePlaceAndRemedy) {
  const std::string expect = "    expect: {rows: []}\n";
  Test("    given:\n      - {input: ref('people'), format: csv, fixture: sone}\n" + expect);
  File("tests/fixtures/some.csv", "id\n");
  EXPECT_NE(
      LoadError().find("models/t.yml:5:54: The fixture 'sone' of input ref('people') of unit test 't' was not found: there is no "
                       "tests/fixtures/sone.csv. Did you mean 'some'?"),
      std::string::npos)
      << LoadError();
  Test("    given:\n      - {input: ref('people'), format: csv, rows: [{id: 1}]}\n" + expect);
  EXPECT_NE(LoadError().find("must be text, as its format is csv, found a list"), std::string::npos) << LoadError();
  Test("    given:\n      - {input: ref('people'), rows: abc}\n" + expect);
  EXPECT_NE(LoadError().find("must be a list of mappings of columns to values, as its format is dict"), std::string::npos)
      << LoadError();
  Test("    given:\n      - {input: ref('people'), format: cvs, rows: abc}\n" + expect);
  EXPECT_NE(LoadError().find("must be dict, csv or sql, found 'cvs'. Did you mean 'csv'?"), std::string::npos) << LoadError();
  Test("    given:\n      - {input: this}\n" + expect);
  EXPECT_NE(LoadError().find("Input this of unit test 't' needs 'rows' or 'fixture'"), std::string::npos) << LoadError();
  Test("    given:\n      - input: ref('people')\n        format: csv\n        rows: |\n          id,name\n          1,a,b\n" +
       expect);
  EXPECT_NE(LoadError().find("models/t.yml:9: this row has 3 cells, the header has 2"), std::string::npos) << LoadError();
  Test(expect);
  EXPECT_NE(LoadError().find("unit test 't' needs 'given'"), std::string::npos) << LoadError();
  Test("    given: []\n    expekt: {rows: []}\n");
  EXPECT_NE(LoadError().find("Unknown key 'expekt' in unit test 't'. Did you mean 'expect'?"), std::string::npos) << LoadError();
  File("models/t.yml", "unit_tests:\n  - {name: t, model: namez, given: [], expect: {rows: []}}\n");
  EXPECT_NE(LoadError().find("is about a model named 'namez', which package 'shop' does not have. Did you mean 'names'?"),
            std::string::npos)
      << LoadError();
}

TEST_F(UnitTestsTest, IncrementalModelsMustSayWhichTextIsMeant) {
  File("models/names.sql", "{{ config(materialized='incremental') }} select 1 as id");
  Test("    given: []\n    expect: {rows: []}\n");
  EXPECT_NE(LoadError().find("must say whether incremental model 'names' builds on rows that are there"), std::string::npos);
  Test("    overrides: {macros: {is_incremental: true}}\n    given: []\n    expect: {rows: []}\n");
  EXPECT_NE(LoadError().find("must say which rows are there"), std::string::npos);
  Test("    overrides: {macros: {is_incremental: false}}\n    given: []\n    expect: {rows: []}\n");
  EXPECT_EQ(LoadError(), "no error");
}

}  // namespace
}  // namespace dvt::project
