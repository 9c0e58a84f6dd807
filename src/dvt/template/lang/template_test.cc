#include "dvt/template/lang/template.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "dvt/template/lang/extract.h"

namespace dvt::tmpl {
namespace {

std::shared_ptr<const Environment> Plain() {
  static const auto environment = std::make_shared<const Environment>();
  return environment;
}

std::string RenderText(const std::string& text, const Value& variables = Value::MakeMap()) {
  auto parsed = Parse(text, "models/a.sql");
  if (!parsed) return "ERROR " + parsed.error().ToString();
  Context context(Plain());
  for (const auto& entry : variables.map()) context.Set(entry.key, Object::FromValue(entry.value));
  auto rendered = Render(*parsed, context);
  return rendered ? *rendered : "ERROR " + rendered.error().ToString();
}

// "=== context" (JSON) once, then "=== template" and "=== expected" in turn; tools/jinja_differential.py --write makes such files.
std::vector<std::pair<std::string, std::string>> Sections(const std::string& path) {
  std::ifstream file(path);
  std::vector<std::pair<std::string, std::string>> sections;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("=== ")) {
      sections.emplace_back(line.substr(4), "");
    } else if (!sections.empty()) {
      sections.back().second += line + "\n";
    }
  }
  for (auto& section : sections) {
    if (!section.second.empty()) section.second.pop_back();
  }
  return sections;
}

TEST(TemplateTest, CaseFiles) {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator("tests/template")) {
    Value variables = Value::MakeMap();
    std::string rendered;
    std::string shown;
    for (const auto& [name, text] : Sections(entry.path())) {
      if (name == "context") {
        auto parsed = ParseJson(text);
        ASSERT_TRUE(parsed.has_value()) << entry.path();
        variables = *parsed;
      } else if (name == "template") {
        shown = text;
        rendered = RenderText(text, variables);
      } else {
        ++count;
        EXPECT_EQ(rendered, text) << entry.path() << "\n" << shown;
      }
    }
  }
  EXPECT_GT(count, 100);
}

TEST(TemplateTest, UndefinedPrintsNothingButCannotBeUsed) {
  EXPECT_EQ(RenderText("select '{{ nothing }}' as a"), "select '' as a");
  EXPECT_EQ(RenderText("{% if nothing %}x{% endif %}"), "");
  EXPECT_EQ(RenderText("a\n {{ nothing.x }}"), "ERROR models/a.sql:2:13: 'nothing' is undefined");
  EXPECT_NE(RenderText("{{ rnge(3) }}").find("did you mean 'range'?"), std::string::npos);
}

TEST(TemplateTest, SyntaxErrorsHavePlaces) {
  EXPECT_EQ(RenderText("a\n{% if x %}").substr(0, 30), "ERROR models/a.sql:2:11: Unexp");
  EXPECT_NE(RenderText("{% endif %}").find("1:4: Encountered unknown tag 'endif'"), std::string::npos);
  EXPECT_NE(RenderText("{{ x | uper }}").find("did you mean 'upper'?"), std::string::npos);
  EXPECT_NE(RenderText("{{ x").find("models/a.sql:1:1"), std::string::npos);
}

TEST(TemplateTest, MacroStackIsInErrors) {
  std::string error =
      RenderText("{% macro inner() %}{{ 1 / 0 }}{% endmacro %}\n{% macro outer() %}{{ inner() }}{% endmacro %}\n{{ outer() }}");
  EXPECT_NE(error.find("models/a.sql:1:25: division by zero"), std::string::npos) << error;
  EXPECT_NE(error.find("in macro 'inner' (models/a.sql:1), called from models/a.sql:2"), std::string::npos) << error;
  EXPECT_NE(error.find("in macro 'outer' (models/a.sql:2), called from models/a.sql:3"), std::string::npos) << error;
}

TEST(TemplateTest, RunawayInputFailsCleanly) {
  EXPECT_NE(RenderText("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}").find("nested more than"), std::string::npos);
  EXPECT_NE(RenderText(std::string(100000, '(')).find("{"), 0u);
  EXPECT_NE(RenderText("{{ " + std::string(100000, '(') + " }}").find("ERROR"), std::string::npos);
  EXPECT_NE(RenderText("{{ " + std::string(100000, '[') + " }}").find("ERROR"), std::string::npos);
  EXPECT_NE(RenderText("{{ " + std::string(100000, '-') + "1 }}").find("ERROR"), std::string::npos);
  EXPECT_NE(RenderText("{{ 'x' * 10000000000 }}").find("ERROR"), std::string::npos);
  EXPECT_EQ(RenderText("{% set l = [] %}{% do l.append(l) %}{{ l }}{% do l.clear() %}"), "[[...]]");
  EXPECT_EQ(RenderText("{% set ns = namespace(x=[]) %}{% for i in range(90000) %}{% set ns.x = [ns.x] %}{% endfor %}ok"), "ok");
}

TEST(TemplateTest, LoopsCanBeLeftAndGoneOnWith) {
  EXPECT_EQ(RenderText("{% for i in range(9) %}{% if i == 2 %}{% continue %}{% endif %}{% if i > 4 %}{% break %}{% endif %}{{ i "
                       "}}{% endfor %}"),
            "0134");
  EXPECT_EQ(RenderText("{% for i in range(2) %}{% for j in range(9) %}{% if j == 1 %}{% break %}{% endif %}{{ i }}{{ j }} {% "
                       "endfor %}{% endfor %}"),
            "00 10 ");
  EXPECT_NE(RenderText("{% break %}").find("outside of a loop"), std::string::npos);
}

TEST(TemplateTest, StepLimitAndCancel) {
  auto parsed = Parse("{% for i in range(1000) %}{% for j in range(1000) %}{{ j }}{% endfor %}{% endfor %}");
  ASSERT_TRUE(parsed.has_value());
  Context context(Plain());
  context.set_limits({.max_steps = 10000});
  EXPECT_FALSE(Render(*parsed, context).has_value());
  context.set_limits({});
  std::stop_source stop;
  stop.request_stop();
  context.set_stop_token(stop.get_token());
  auto rendered = Render(*parsed, context);
  ASSERT_FALSE(rendered.has_value());
  EXPECT_EQ(rendered.error().code(), ErrorCode::kCancelled);
}

TEST(TemplateTest, DefinitionsOfAFile) {
  std::string text =
      "{% macro cents(column, digits=2) %}({{ column }} / 100){% endmacro %}\n"
      "{% materialization fancy, adapter='duckdb' %}{{ return({'relations': []}) }}{% endmaterialization %}\n"
      "{% test positive(model, column_name) %}select 1{% endtest %}\n"
      "{% snapshot people %}select * from x{% endsnapshot %}\n"
      "{% docs about %}Some {{ prose }}{% enddocs %}";
  auto parsed = Parse(text, "macros/m.sql");
  ASSERT_TRUE(parsed.has_value()) << parsed.error().ToString();
  const auto& definitions = (*parsed)->definitions();
  ASSERT_EQ(definitions.size(), 5u);
  EXPECT_EQ(definitions[0].macro_name, "cents");
  EXPECT_EQ(definitions[0].parameters, (std::vector<std::string>{"column", "digits"}));
  EXPECT_EQ(definitions[1].macro_name, "materialization_fancy_duckdb");
  EXPECT_EQ(definitions[2].macro_name, "test_positive");
  EXPECT_EQ(definitions[2].place.line, 3);
  EXPECT_EQ(text.substr(definitions[3].body_begin, definitions[3].body_end - definitions[3].body_begin), "select * from x");
  EXPECT_EQ(text.substr(definitions[4].body_begin, definitions[4].body_end - definitions[4].body_begin), "Some {{ prose }}");
  EXPECT_EQ(text.substr(definitions[0].begin, 8), "{% macro");
  EXPECT_EQ(text.substr(definitions[0].begin, definitions[0].end - definitions[0].begin).substr(55), "{% endmacro %}");
  auto docs = ParseDocs("# Title {% nonsense %}\n{% docs a %}x{% enddocs %} {{ y", "d.md");
  ASSERT_TRUE(docs.has_value()) << docs.error().ToString();
  ASSERT_EQ(docs->size(), 1u);
  EXPECT_EQ((*docs)[0].place.line, 2);
}

TEST(TemplateTest, NativeRenderingOfYamlValues) {
  auto native = [](const std::string& text) {
    Context context(Plain());
    context.Set("five", Object("5"));
    context.Set("flag", Object("False"));
    context.Set("list", Object::List({Object(1)}));
    auto result = RenderNative(*Parse(text), context);
    return result ? result->Repr() : "ERROR";
  };
  EXPECT_EQ(native("{{ five }}"), "'5'");
  EXPECT_EQ(native("{{ five | int }}"), "5");
  EXPECT_EQ(native("{{ [1,2] }}"), "'[1, 2]'");
  EXPECT_EQ(native("{{ 5 }}x"), "'5x'");
  EXPECT_EQ(native("{{ list }}"), "[1]");
}

TEST(ExtractTest, ConstantCalls) {
  auto parsed = Parse(
      "{{ config(materialized='table', tags=['a', 'b'], meta={'x': 1}) }}\nselect * from {{ ref('orders') }} join {{ "
      "source('crm', 'people') }}\n"
      "{{ ref('pkg', 'm', v=2) }} {{ cents('a') }} {{ dbt_utils.star(x) }}",
      "m.sql");
  ASSERT_TRUE(parsed.has_value());
  auto calls = ExtractCalls(**parsed);
  EXPECT_TRUE(calls.constant);
  ASSERT_EQ(calls.calls.size(), 4u);
  EXPECT_EQ(calls.Of("config")[0]->kwargs["tags"].list().size(), 2u);
  EXPECT_EQ(calls.Of("ref")[0]->args.list()[0].as_string(), "orders");
  EXPECT_EQ(calls.Of("ref")[0]->place.line, 2);
  ASSERT_EQ(calls.macros.size(), 2u);
  EXPECT_EQ(calls.macros[1].package, "dbt_utils");
  EXPECT_FALSE(ExtractCalls(**Parse("{{ ref(var('x')) }}")).constant);
  EXPECT_FALSE(ExtractCalls(**Parse("{% if execute %}{{ ref('x') }}{% endif %}")).constant);
  EXPECT_FALSE(ExtractCalls(**Parse("{% for m in ['a'] %}{{ ref(m) }}{% endfor %}")).constant);
  EXPECT_FALSE(ExtractCalls(**Parse("{% set r = ref %}")).constant);
  EXPECT_TRUE(ExtractCalls(**Parse("{% if is_incremental() %} where x > (select max(x) from {{ this }}) {% endif %}")).constant);
}

}  // namespace
}  // namespace dvt::tmpl
