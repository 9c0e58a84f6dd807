#include "dvt/template/dbt/context.h"

#include <gtest/gtest.h>

#include "dvt/template/dbt/graph_additions.h"
#include "dvt/template/dbt/table_text.h"

namespace dvt::tmpl {
namespace {

class FakeAdapter : public AdapterApi {
 public:
  std::string type() const override { return "duckdb"; }
  std::vector<std::string> DispatchPrefixes() const override { return {"duckdb", "default"}; }
  std::string Quote(std::string_view identifier) const override { return "\"" + std::string(identifier) + "\""; }
  Result<QueryTable> Execute(const std::string& sql, bool, bool fetch) override {
    log.push_back(sql);
    QueryTable table;
    table.message = "SELECT 2";
    if (fetch) {
      table.columns = {"id", "name"};
      table.rows = {{Object(1), Object("a")}, {Object(2), Object("b")}};
    }
    return table;
  }
  Status Begin() override { return log.push_back("BEGIN"), Status(); }
  Status Commit() override { return log.push_back("COMMIT"), Status(); }
  Status Rollback() override { return {}; }
  Result<std::optional<RelationParts>> GetRelation(const std::string& d, const std::string& s, const std::string& i) override {
    if (i == "there") return std::optional<RelationParts>({d, s, i, "table"});
    return std::optional<RelationParts>();
  }
  Result<std::vector<RelationParts>> ListRelations(const std::string&, const std::string&) override {
    return std::vector<RelationParts>();
  }
  Result<std::vector<ColumnParts>> GetColumns(const RelationParts&) override {
    return std::vector<ColumnParts>{{"id", "integer"}, {"name", "varchar(20)"}};
  }
  Result<std::vector<std::string>> ListSchemas(const std::string&) override { return std::vector<std::string>{"main"}; }
  Status CreateSchema(const std::string&, const std::string&) override { return {}; }
  Status DropSchema(const std::string&, const std::string&) override { return {}; }
  void CacheAdded(const RelationParts&) override {}
  void CacheDropped(const RelationParts&) override {}
  void CacheRenamed(const RelationParts&, const RelationParts&) override {}
  Result<std::vector<ColumnParts>> GetQueryColumns(const std::string&) override { return std::vector<ColumnParts>(); }
  Result<Object> CallExtra(Context&, std::string_view name, const Arguments& a) override {
    if (name == "moves_data") return Object(false);
    if (name == "stale_relations") return Object::List();
    if (name == "temporary_name") return Object(a.positional[0].Str() + "__dvt_tmp_1");
    if (name == "cache_added" || name == "cache_renamed" || name == "store_watermarks" || name == "forget_watermarks")
      return Object();
    return Error(ErrorCode::kNotFound, "adapter has no method '" + std::string(name) + "'");
  }
  std::vector<std::string> log;
};

class FakeResolver : public NodeResolver {
 public:
  Result<Object> Ref(const model::RefCall& call) override {
    if (call.name == "missing") return Error(ErrorCode::kNotFound, "no model 'missing'").At(call.place);
    return MakeRelation({"db", "sch", call.name + call.version, "table"}, nullptr);
  }
  Result<Object> Source(const model::SourceCall& call) override {
    return MakeRelation({"db", call.source, call.table, ""}, nullptr);
  }
  Status Config(const Value& kwargs, const Place&) override { return config = kwargs, Status(); }
  std::optional<Value> ConfigGet(std::string_view name) override {
    const Value* value = config.Find(name);
    return value == nullptr ? std::nullopt : std::optional<Value>(*value);
  }
  Value config = Value::MakeMap();
};

class ContextTest : public ::testing::Test {
 protected:
  ContextTest() {
    params.macros = catalog;
    params.package = params.project_name = "shop";
    params.this_relation = RelationParts{"db", "sch", "orders", ""};
    params.node = [] { return *ParseJson(R"({"name": "orders", "schema": "sch", "config": {"materialized": "table"}})"); };
    params.target = *ParseJson(R"({"name": "dev", "type": "duckdb", "schema": "sch"})");
    params.vars["flag"] = Value(true);
    params.execute = true;
    params.invocation_id = "12345678-abcd";
    params.adapter = &adapter;
    params.resolver = &resolver;
    params.env = [](const std::string& name) -> std::optional<std::string> {
      if (name == "EMPTY") return "";
      if (name == "DBT_ENV_SECRET_X") return "hush";
      return std::nullopt;
    };
    params.log = [this](const std::string& message, bool) { logged = message; };
  }
  void AddMacros(const std::string& package, const std::string& text) {
    auto parsed = Parse(text, package + "/macros.sql");
    ASSERT_TRUE(parsed.has_value()) << parsed.error().ToString();
    ASSERT_TRUE(catalog->Add(package, *parsed).has_value());
  }
  std::string Text(const std::string& text) {
    auto context = MakeNodeContext(params);
    auto parsed = Parse(text, "models/orders.sql");
    if (!parsed) return "ERROR " + parsed.error().ToString();
    auto rendered = Render(*parsed, **context);
    return rendered ? *rendered : "ERROR " + rendered.error().ToString();
  }
  std::shared_ptr<MacroCatalog> catalog = std::make_shared<MacroCatalog>("shop");
  FakeAdapter adapter;
  FakeResolver resolver;
  ContextParams params;
  std::string logged;
};

TEST_F(ContextTest, RefsSourcesConfigVars) {
  EXPECT_EQ(Text("{{ ref('a') }} {{ ref('p', 'b', v=2) }} {{ source('s', 't') }} {{ this }}"),
            "\"db\".\"sch\".\"a\" \"db\".\"sch\".\"b2\" \"db\".\"s\".\"t\" \"db\".\"sch\".\"orders\"");
  EXPECT_EQ(Text("{{ config(materialized='view', pre_hook='x') }}{{ config.get('materialized') }}{{ config.get('nope', 3) }}"),
            "view3");
  EXPECT_EQ(resolver.config["pre-hook"].as_string(), "x");
  EXPECT_EQ(
      Text("{{ var('flag') }} {{ var('x', 'd') }} {{ var.has_var('x') }} {{ target.name }} {{ model.config.materialized }}"),
      "True d False dev table");
  EXPECT_NE(Text("\n {{ var('x') }}").find("models/orders.sql:2:5: Required var 'x' not found"), std::string::npos);
  EXPECT_NE(Text("{{ ref('missing') }}").find("models/orders.sql:1:4: no model 'missing'"), std::string::npos);
  EXPECT_EQ(Text("[{{ env_var('EMPTY', 'd') }}] {{ env_var('NOPE', 'd') }}"), "[] d");
  EXPECT_NE(Text("{{ env_var('NOPE') }}").find("Env var required but not provided: 'NOPE'"), std::string::npos);
  EXPECT_NE(Text("{{ env_var('DBT_ENV_SECRET_X') }}").find("allowed only in profiles.yml"), std::string::npos);
}

TEST_F(ContextTest, MacrosAndDispatch) {
  AddMacros(
      "dbt",
      "{% macro now() %}{{ return(adapter.dispatch('now', 'dbt')()) }}{% endmacro %}{% macro default__now() %}now(){% endmacro %}"
      "{% macro twice(x) %}{{ return([x, x]) }}{% endmacro %}");
  AddMacros("util", "{% macro pick(a, b=2) %}{{ a }}{{ b }}{{ varargs }}{{ kwargs }}{% endmacro %}");
  EXPECT_EQ(Text("{{ now() }} {{ dbt.now() }} {{ twice(1) | length }} {{ util.pick(1, b=3) }}"), "now() now() 2 13(){}");
  AddMacros(
      "shop",
      "{% macro duckdb__now() %}mine{% endmacro %}{% macro ref(name) %}<{{ builtins.ref(name).identifier }}>{% endmacro %}");
  EXPECT_EQ(Text("{{ now() }} {{ ref('a') }}"), "mine <a>");
  EXPECT_NE(Text("{{ adapter.dispatch('nope')() }}").find("No macro named 'nope' found"), std::string::npos);
  EXPECT_NE(Text("{{ util.pck() }}").find("did you mean 'pick'?"), std::string::npos);
  EXPECT_NE(Text("{{ exceptions.raise_compiler_error('bad thing') }}").find("models/orders.sql:1:15: bad thing"),
            std::string::npos);
}

TEST_F(ContextTest, StatementsAndTables) {
  EXPECT_EQ(Text("{% set t = run_query('select 1') %}{{ t.columns[0].values() }} {{ t.rows[1]['name'] }} {{ t.columns | "
                 "map(attribute='name') | list }}"
                 "{% for row in t %}{{ row.id }}{{ row[1] }}{% endfor %}"),
            "(1, 2) b ['id', 'name']1a2b");
  EXPECT_EQ(Text("{% call statement('x', fetch_result=True) %}select 2{% endcall %}{{ load_result('x').data }}{{ "
                 "load_result('x').response }}"),
            "[(1, 'a'), (2, 'b')]SELECT 2");
  EXPECT_EQ(adapter.log.back(), "select 2");
  EXPECT_EQ(Text("{{ adapter.get_relation('d', 's', 'none') }} {{ adapter.get_relation('d', 's', 'there').is_table }}"),
            "None True");
  EXPECT_EQ(
      Text("{% for c in adapter.get_columns_in_relation(this) %}{{ c.quoted }}:{{ c.dtype }}:{{ c.char_size }} {% endfor %}"),
      "\"id\":integer:None \"name\":varchar:20 ");
  EXPECT_EQ(Text("{{ this.include(database=false) }} {{ this.incorporate(path={'identifier': 'z'}, type='view').is_view }} {{ "
                 "api.Relation.create(schema='q', identifier='w') }}"),
            "\"sch\".\"orders\" True \"q\".\"w\"");
}

TEST_F(ContextTest, ValuesAndModules) {
  EXPECT_EQ(Text("{{ fromjson('{\"a\": [1]}').a }} {{ tojson({'a': none}) }} {{ set([1, 1]) | list }} {{ zip([1], [2]) | list }} "
                 "{{ fromyaml('a: yes') }}"),
            "[1] {\"a\": null} [1] [(1, 2)] {'a': True}");
  EXPECT_EQ(Text("{{ modules.datetime.datetime(2024, 2, 28).strftime('%Y/%m/%d %H:%M') }} {{ modules.datetime.date(2024, 2, 28) "
                 "+ modules.datetime.timedelta(days=2) }}"),
            "2024/02/28 00:00 2024-03-01");
  EXPECT_EQ(Text("{{ modules.re.sub('a(b)', '<\\\\1>', 'abab') }} {{ modules.re.match('(?P<x>a)', 'abc').group('x') }} {{ "
                 "modules.re.findall('b.', 'abacbd') }}"),
            "<b><b> a ['ba', 'bd']");
  EXPECT_EQ(Text("{{ modules.itertools.product([1, 2], ['a']) | list }} {{ run_started_at.strftime('%Y') }} {{ "
                 "flags.FULL_REFRESH }} {{ local_md5('a') }}"),
            "[(1, 'a'), (2, 'a')] 1970 None 0cc175b9c0f1b6a831c399e269772661");
  Text("{{ log('hello', info=true) }}");
  EXPECT_EQ(logged, "hello");
  EXPECT_EQ(Text("{{ context.get('nope') }} {{ context['target'].name }} {{ render('{{ 1 + 1 }}') }}"), "None dev 2");
}

TEST_F(ContextTest, TimeZonesOfPytz) {
  const std::string east = "{% set tz = modules.pytz.timezone('America/New_York') %}";
  EXPECT_EQ(Text(east + "{{ tz.localize(modules.datetime.datetime(2024, 7, 1, 12)) }} {{ tz }}"),
            "2024-07-01 12:00:00-04:00 America/New_York");
  EXPECT_EQ(Text(east + "{{ tz.localize(modules.datetime.datetime(2050, 1, 1)).strftime('%Z %z') }}"), "EST -0500");
  EXPECT_EQ(Text(east + "{{ modules.datetime.datetime.fromisoformat('2024-11-03T05:30:00+00:00').astimezone(tz) }}"),
            "2024-11-03 01:30:00-04:00");
  EXPECT_EQ(Text(east + "{{ tz.localize(modules.datetime.datetime(2024, 11, 3, 1, 30), is_dst=True).utcoffset() }}"),
            "-1 day, 20:00:00");
  EXPECT_EQ(Text(east + "{{ modules.datetime.datetime(2024, 1, 1, tzinfo=tz) }}"), "2024-01-01 00:00:00-04:56");
  EXPECT_EQ(Text("{{ modules.pytz.utc.localize(modules.datetime.datetime(2024, 1, 1)) }}"), "2024-01-01 00:00:00+00:00");
}

TEST_F(ContextTest, VerbosePatterns) {
  EXPECT_EQ(Text("{{ modules.re.findall('(?ix)\n  [a-z]+ # letters\n  [0-9]', 'ab1 C2') }}"), "['ab1', 'C2']");
}

TEST_F(ContextTest, PatternsOfPython) {
  EXPECT_EQ(Text("{{ modules.re.sub('x*', '-', 'abxd') }}"), "-a-b--d-");
  EXPECT_EQ(Text("{{ modules.re.findall('(?<!not )([a-z]+)(?=;)', 'not a; b;') }}"), "['b']");
  EXPECT_EQ(Text("{{ modules.re.findall('a{,2}\\\\Z', 'aaa') }}"), "['aa', '']");
  EXPECT_EQ(Text("{{ modules.re.sub('(?P<y>[0-9]+)-([0-9])', '\\\\g<2>/\\\\g<y>\\\\.', '2024-1') }}"), "1/2024\\.");
  EXPECT_EQ(Text("{{ modules.re.split('(,)', 'a,b') }} {{ modules.re.subn('a', 'b', 'aa') }}"), "['a', ',', 'b'] ('bb', 2)");
  EXPECT_EQ(Text("{{ modules.re.search('[[:a]', 'x[').span() }} {{ modules.re.findall('(?i)B', 'bB', modules.re.M) }}"),
            "(1, 2) ['b', 'B']");
}

TEST_F(ContextTest, WhatIsAddedToTheGraphStays) {
  params.graph = [] { return *ParseJson(R"({"nodes": {"model.shop.a": {"name": "a"}}})"); };
  EXPECT_EQ(Text("{% do graph.setdefault('seen', []) %}{{ graph.seen | length }}"), "0");
  EXPECT_EQ(Text("{{ graph.seen is defined }}"), "False");
  params.graph_additions = std::make_shared<GraphAdditions>();
  Text("{% do graph.setdefault('seen', {'x': [1], 'gone': 1, 'r': this}) %}");
  auto first = *MakeNodeContext(params);
  auto second = *MakeNodeContext(params);
  auto in = [](Context& context, const std::string& text) { return *Render(*Parse(text, "m.sql"), context); };
  EXPECT_EQ(in(*first, "{% do graph.seen.x.append(2) %}{{ graph.seen.x }}{% do graph.seen.update({'a': {'n': 1}}) %}"), "[1, 2]");
  EXPECT_EQ(in(*second, "{% do graph.seen.x.append(3) %}{{ graph.seen.x }}{% do graph.seen.pop('gone') %}"), "[1, 3]");
  first.reset();
  second.reset();
  EXPECT_EQ(
      Text("{{ graph.seen.x }} {{ graph.seen.a.n }} {{ 'gone' in graph.seen }} {{ graph.seen.r }} {{ graph.nodes | length }}"),
      "[1, 2, 3] 1 False \"db\".\"sch\".\"orders\" 1");
  Text("{% do graph.update({'self': graph, 'f': graph.get, 'n': 1}) %}");
  EXPECT_EQ(Text("{{ graph.n }} {{ 'f' in graph }}"), "1 False");
  Text("{% do graph.update({'seen': {'x': [9]}}) %}");
  EXPECT_EQ(Text("{{ graph.seen.x }}"), "[9]");
}

TEST_F(ContextTest, TablesAreTexts) {
  QueryTable table;
  table.columns = {"id", "name", "amount", "ok", "of_a_name_that_is_too_long"};
  table.rows = {{Object(1), Object("a"), Object(2.5), Object(), Object()},
                {Object(-1234), Object("of more than \"twenty\" characters"), Object(1234567.8912), Object(true), Object()}};
  EXPECT_EQ(TableText(table, {}),
            "|     id | name                 |         amount |   ok | of_a_name_that_is... |\n"
            "| ------ | -------------------- | -------------- | ---- | -------------------- |\n"
            "|      1 | a                    |         2.500… |      |                      |\n"
            "| -1,234 | of more than \"twe... | 1,234,567.891… | True |                      |\n");
  EXPECT_EQ(TableText(table, {1, 2, 5, -1}),
            "|  id | name | ... |\n| --- | ---- | --- |\n|   1 | a    | ... |\n| ... | ...  | ... |\n");
  EXPECT_EQ(TableCsv(table),
            "id,name,amount,ok,of_a_name_that_is_too_long\n1,a,2.5,,\n-1234,\"of more than \"\"twenty\"\" "
            "characters\",1234567.8912,True,\n");
  table.rows.pop_back();
  EXPECT_EQ(TableJson(table, -1), R"([{"id": 1, "name": "a", "amount": 2.5, "ok": null, "of_a_name_that_is_too_long": null}])");
  EXPECT_EQ(Text("{% set t = run_query('x') %}{{ t.group_by('name').keys() }} {{ t.group_by('name')['b'].rows[0].id }} "
                 "{{ t.group_by('id').get(2).columns[0].values() }} {{ t.group_by('name').get('z') }} {{ t.group_by('name') | "
                 "length }}"),
            "('a', 'b') 2 (2,) None 2");
  EXPECT_EQ(Text("{% set t = run_query('x') %}{{ t.columns['id'].data_type.jsonify(3) }} {{ "
                 "t.columns.get('name').data_type.jsonify('y') }} "
                 "{{ t.rows[0].get('name') }} {{ t.rows[0].get('q', 7) }} {{ t.rows[-1].dict() }} {{ t.columns.keys() }}"),
            "3.0 y a 7 {'id': 2, 'name': 'b'} ('id', 'name')");
  std::string printed;
  params.print = [&](const std::string& message) { printed = message; };
  EXPECT_EQ(Text("{% do run_query('x').print_table(max_rows=1) %}"), "");
  EXPECT_EQ(printed, "|  id | name |\n| --- | ---- |\n|   1 | a    |\n| ... | ...  |");
}

TEST_F(ContextTest, LenientWhileParsing) {
  params.execute = false;
  params.adapter = nullptr;
  params.lenient_undefined = true;
  EXPECT_EQ(
      Text("a{{ nothing.x }}{{ no_macro(1).y }}{{ adapter.get_relation('a', 'b', 'c') }}{% set t = run_query('x') %}{{ t }}"),
      "aNoneNone");
}

TEST_F(ContextTest, BuiltinMacrosBuildATable) {
  ASSERT_TRUE(catalog->AddBuiltins().has_value());
  const auto* table = catalog->FindMaterialization("table", adapter.DispatchPrefixes(), false);
  ASSERT_NE(table, nullptr);
  params.extra = {{"sql", Object("select 1 as id")}};
  auto context = MakeNodeContext(params);
  auto result = CallMacro(table->object, {}, {}, **context);
  ASSERT_TRUE(result.has_value()) << result.error().ToString();
  EXPECT_EQ(result->Repr().substr(0, 14), "{'relations': ");
  std::string all;
  for (const auto& sql : adapter.log) all += sql + "\n";
  EXPECT_NE(all.find("\"orders__dvt_tmp_1\""), std::string::npos) << all;
  EXPECT_NE(all.find("COMMIT"), std::string::npos) << all;
}

TEST_F(ContextTest, YamlValues) {
  auto context = MakeYamlContext(params);
  auto tree = ParseYaml("a: \"{{ var('flag') }}\"\nb: ['{{ env_var(\"NOPE\", \"5\") | int }}', plain]\n");
  ASSERT_TRUE(tree.has_value());
  auto rendered = RenderYaml(*tree, **context, "f.yml");
  ASSERT_TRUE(rendered.has_value()) << rendered.error().ToString();
  EXPECT_TRUE((*rendered)["a"].as_bool());
  EXPECT_EQ((*rendered)["b"].list()[0].as_int(), 5);
  auto broken = ParseYaml("x: 1\ny: \"{{ nope( }}\"\n");
  auto failed = RenderYaml(*broken, **context, "f.yml");
  ASSERT_FALSE(failed.has_value());
  EXPECT_EQ(failed.error().place().line, 2);
}

}  // namespace
}  // namespace dvt::tmpl
