#include <gtest/gtest.h>

#include <cmath>

#include "dvt/base/text/value.h"

namespace dvt {
namespace {

Value Yaml(std::string_view text) {
  auto value = ParseYaml(text, "f.yml");
  EXPECT_TRUE(value) << value.error().ToString();
  return value ? *value : Value();
}

std::string ErrorOf(std::string_view text) {
  auto value = ParseYaml(text, "f.yml");
  return value ? "no error" : value.error().ToString();
}

TEST(Yaml, Structure) {
  Value value = Yaml("a: 1\nb:\n  - x\n  - {y: [1, 2]}\nc:\n");
  EXPECT_EQ(ToJson(value), R"({"a": 1, "b": ["x", {"y": [1, 2]}], "c": null})");
  EXPECT_TRUE(Yaml("").is_null());
  EXPECT_TRUE(Yaml("# only a comment\n").is_null());
}

TEST(Yaml, Marks) {
  Value value = Yaml("a: 1\nb:\n  - x\n  - y: 2\n");
  EXPECT_EQ(value.map()[1].key_mark.line, 2);
  const Value& y = value["b"].list()[1];
  EXPECT_EQ(y.mark().line, 4);
  EXPECT_EQ(y.mark().column, 5);
  EXPECT_EQ(y["y"].mark().column, 8);
}

TEST(Yaml, ScalarTypes) {
  // The expectations are what PyYAML's safe_load gives.
  EXPECT_EQ(ToJson(Yaml("[yes, No, ON, off, y, n, TRUE, true, tRue]")),
            R"([true, false, true, false, "y", "n", true, true, "tRue"])");
  EXPECT_EQ(ToJson(Yaml("[~, null, NULL, nULL, '']")), R"([null, null, null, "nULL", ""])");
  EXPECT_EQ(ToJson(Yaml("[1, -1, +2, 0, 010, 08, 0x1F, 0b101, 1_000, 1e5, 1.5e3, 1.5e+3, 1., .5, -.5, 190:20:30, 1:30, 0:30]")),
            R"([1, -1, 2, 0, 8, "08", 31, 5, 1000, "1e5", "1.5e3", 1500.0, 1.0, 0.5, "-.5", 685230, 90, "0:30"])");
  EXPECT_TRUE(std::isinf(Yaml("-.inf").as_float()));
  EXPECT_TRUE(std::isnan(Yaml(".nan").as_float()));
  EXPECT_TRUE(Yaml("'1'").is_string());
  EXPECT_TRUE(Yaml("!!str 1").is_string());
  EXPECT_TRUE(Yaml("2020-01-02").is_string());
  EXPECT_TRUE(Yaml("'x'").quoted());
  EXPECT_FALSE(Yaml("x").quoted());
}

TEST(Yaml, AnchorsAndMerge) {
  Value value = Yaml("base: &b {x: 1, y: 2}\nd:\n  <<: *b\n  y: 3\ne: {<<: [{p: 1}, {p: 2, q: 2}]}\nf: *b\n");
  EXPECT_EQ(value["d"], *ParseJson(R"({"x": 1, "y": 3})"));
  EXPECT_EQ(value["e"], *ParseJson(R"({"p": 1, "q": 2})"));
  EXPECT_EQ(value["f"], value["base"]);
}

TEST(Yaml, Errors) {
  EXPECT_EQ(ErrorOf("a: 1\nb: 2\na: 3\n"), "f.yml:3:1: Invalid YAML: the key 'a' is given twice in one mapping");
  EXPECT_EQ(ErrorOf("a: {{ x }}\n").substr(0, 15), "f.yml:1:5: Inva");
  EXPECT_EQ(ErrorOf("a: b: c\n").substr(0, 12), "f.yml:1:5: I");
  EXPECT_NE(ErrorOf("a: [1\nb: 2\n"), "no error");
  EXPECT_NE(ErrorOf("a: *nope\n"), "no error");
  EXPECT_NE(ErrorOf("a: !!python/object x\n"), "no error");
  EXPECT_NE(ErrorOf("a: 1\n---\nb: 2\n"), "no error");
  EXPECT_NE(ErrorOf("a: \xff\n"), "no error");
  EXPECT_NE(ErrorOf("a:\n\t- b\n"), "no error");
}

TEST(Yaml, AliasBombIsRefused) {
  std::string bomb = "a: &a [x,x,x,x,x,x,x,x,x,x]\n";
  for (char c = 'b'; c < 'k'; ++c) {
    bomb += std::string(1, c) + ": &" + c + " [";
    for (int i = 0; i < 10; ++i) bomb += std::string(i ? "," : "") + "*" + static_cast<char>(c - 1);
    bomb += "]\n";
  }
  EXPECT_NE(ErrorOf(bomb).find("5 million"), std::string::npos);
}

TEST(Yaml, PrintsWhatItReads) {
  for (auto text : {"a: 1\nb:\n  - x\n  - y: '2'\n    z: [ ]\nc: {}\n", "- - 1\n  - 2\n- a: {b: 'yes'}\n", "x: \"a: b # c\\n\"\n",
                    "t: '2020-01-01'\nn: 1.0e+20\ne: ''\ns: ' x'\nnull: ~\n"}) {
    Value value = Yaml(text);
    EXPECT_EQ(Yaml(ToYaml(value)), value) << ToYaml(value);
  }
}

}  // namespace
}  // namespace dvt
