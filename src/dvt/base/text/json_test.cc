#include <gtest/gtest.h>

#include <limits>

#include "dvt/base/text/value.h"

namespace dvt {
namespace {

std::string ErrorOf(std::string_view text) {
  auto value = ParseJson(text, "f.json");
  return value ? "no error" : value.error().ToString();
}

TEST(Json, RoundTrip) {
  std::string text = R"({"a": [1, -2, 2.5, 1e+300, true, null], "b": {"x": "é\"\\\n\u0001"}, "c": [], "d": {}})";
  auto value = ParseJson(text);
  ASSERT_TRUE(value) << value.error().ToString();
  EXPECT_EQ(ToJson(*value), text);
  EXPECT_EQ(*ParseJson(ToJson(*value, 2)), *value);
}

TEST(Json, Escapes) {
  EXPECT_EQ(ParseJson(R"("\u00e9\ud83d\ude00\/")")->as_string(), "é😀/");
  EXPECT_EQ(ErrorOf(R"("\ud83d")"), "f.json:1:8: Invalid JSON: a high surrogate without its low surrogate");
}

TEST(Json, Numbers) {
  EXPECT_EQ(ParseJson("9223372036854775807")->as_int(), std::numeric_limits<int64_t>::max());
  EXPECT_TRUE(ParseJson("9223372036854775808")->is_float());
  EXPECT_EQ(ToJson(Value(2.0)), "2.0");
  EXPECT_EQ(ToJson(Value(0.1)), "0.1");
  EXPECT_EQ(ToJson(Value(std::numeric_limits<double>::infinity())), "null");
}

TEST(Json, Marks) {
  auto value = ParseJson("{\n  \"a\": [1,\n   2]}");
  EXPECT_EQ((*value)["a"].list()[1].mark().line, 3);
  EXPECT_EQ((*value)["a"].list()[1].mark().column, 4);
  EXPECT_EQ(value->map()[0].key_mark.column, 3);
}

TEST(Json, ErrorsHavePlaces) {
  EXPECT_EQ(ErrorOf("{\"a\": 1,\n \"b\" 2}"), "f.json:2:6: Invalid JSON: found '2' where ':' was expected");
  EXPECT_EQ(ErrorOf("[1,]"), "f.json:1:4: Invalid JSON: found ']' where a value was expected");
  EXPECT_EQ(ErrorOf(""), "f.json:1:1: Invalid JSON: the text ends where a value was expected");
  EXPECT_EQ(ErrorOf("1 2"), "f.json:1:3: Invalid JSON: unexpected text after the end of the JSON document");
  EXPECT_NE(ErrorOf("01"), "no error");
  EXPECT_NE(ErrorOf("{\"a\":1,\"a\":2}"), "no error");
  EXPECT_NE(ErrorOf("\"a\nb\""), "no error");
  EXPECT_NE(ErrorOf(std::string(100'000, '[')), "no error");
}

TEST(Value, MembersAndEquality) {
  Value value;
  value.Set("a", 1).set_mark({3, 4});
  value.Set("b", Value::List{Value("x"), Value()});
  EXPECT_EQ(value["a"].as_int(), 1);
  EXPECT_TRUE(value["none"]["deeper"].is_null());
  EXPECT_TRUE(value.Erase("a"));
  EXPECT_FALSE(value.Erase("a"));
  EXPECT_EQ(Value(1), Value(1.0));
  EXPECT_FALSE(Value(1) == Value(true));
  EXPECT_FALSE(Value("1") == Value(1));
  EXPECT_EQ(*ParseJson(R"({"a":1,"b":2})"), *ParseJson(R"({"b":2,"a":1})"));
}

// What one copy changes no other sees, at any depth.
TEST(Value, CopiesShareUntilOneChanges) {
  Value first = *ParseJson(R"({"a": {"b": [1, 2]}, "c": "text"})");
  Value second = first;
  EXPECT_EQ(&std::as_const(first).map(), &std::as_const(second).map());
  second.Edit("a")->Edit("b")->Push(3);
  second.Set("d", first["c"]);
  EXPECT_EQ(ToJson(first), R"({"a": {"b": [1, 2]}, "c": "text"})");
  EXPECT_EQ(ToJson(second), R"({"a": {"b": [1, 2, 3]}, "c": "text", "d": "text"})");
  Value third = second;
  second = second["a"];  // a part of itself
  EXPECT_EQ(ToJson(second), R"({"b": [1, 2, 3]})");
  third = std::move(*third.Edit("a")->Edit("b"));
  EXPECT_EQ(ToJson(third), "[1, 2, 3]");
  EXPECT_TRUE(Value(std::move(third)).is_list());
  EXPECT_EQ(first.Edit("none"), nullptr);
}

}  // namespace
}  // namespace dvt
