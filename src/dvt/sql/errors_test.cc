// What syntax errors say, where they point, and that one text can have several.
#include <gtest/gtest.h>

#include "dvt/base/text/value.h"
#include "dvt/sql/parse/parser.h"
#include "dvt/sql/service/request.h"

namespace dvt::sql {
namespace {

// "line:column code: message" of every error.
std::vector<std::string> ErrorsOf(std::string_view sql, const Dialect& dialect = Postgres()) {
  Diagnostics found;
  ParseOptions options;
  options.diagnostics = &found;
  EXPECT_FALSE(ParseAny(sql, dialect, options).has_value()) << sql;
  std::vector<std::string> all;
  for (const auto& item : found.items())
    all.push_back(std::to_string(item.place.line) + ":" + std::to_string(item.place.column) + " " + item.code + ": " +
                  item.message);
  return all;
}

using Errors = std::vector<std::string>;

TEST(Errors, OneAStatement) {
  EXPECT_EQ(ErrorsOf("select 1; select from t where; select 2;\ninsert into;"),
            (Errors{"1:30 parse: unexpected ';'; expected an expression", "2:12 parse: unexpected ';'; expected a name"}));
}

TEST(Errors, OneAClause) {
  EXPECT_EQ(ErrorsOf("select a b c\nfrom t\nwhere = 1\norder by ,\nlimit 1"),
            (Errors{"1:12 parse: unexpected 'c'; expected the end of the statement or ';'"}));
  EXPECT_EQ(ErrorsOf("select (1\nfrom t\nwhere = 1\ngroup by +\nlimit 1"),
            (Errors{"2:1 parse: unexpected 'from'; expected ')'"}));
  EXPECT_EQ(ErrorsOf("select + from t where = 1 group by , having > 2"),
            (Errors{"1:10 parse: unexpected 'from'; expected an expression", "1:23 parse: unexpected '='; expected an expression",
                    "1:36 parse: unexpected ','; expected an expression", "1:45 parse: unexpected '>'; expected an expression"}));
  EXPECT_EQ(
      ErrorsOf("select * from (select * from a where =) t where t.x in (select + from b)"),
      (Errors{"1:38 parse: unexpected '='; expected an expression", "1:66 parse: unexpected 'from'; expected an expression"}));
}

TEST(Errors, UnfinishedStatements) {
  for (const std::string_view sql : {"create",
                                     "create table",
                                     "create table t (a int default)",
                                     "create table t (a int not)",
                                     "create table t (a int, constraint)",
                                     "create table t (a int) partition by",
                                     "create view",
                                     "create index i on",
                                     "create sequence",
                                     "drop table if t",
                                     "drop table if not exists t",
                                     "alter table",
                                     "alter table t rename to",
                                     "truncate table",
                                     "use",
                                     "kill",
                                     "comment on table t is",
                                     "copy into",
                                     "select a from t for",
                                     "select a from t for update of",
                                     "select a from t limit",
                                     "with a as (select 1), select 1",
                                     "select a::from t"})
    EXPECT_EQ(ErrorsOf(sql).size(), 1u) << sql;
}

TEST(Errors, AtMostTwenty) {
  std::string sql;
  for (int i = 0; i < 100; ++i) sql += "select from where;\n";
  EXPECT_EQ(ErrorsOf(sql).size(), 20u);
}

TEST(Errors, Misspellings) {
  EXPECT_EQ(ErrorsOf("selct 1"),
            (Errors{"1:7 parse: unexpected '1'; expected the end of the statement. Is 'selct' meant to be SELECT?"}));
  EXPECT_EQ(ErrorsOf("select a form t"),
            (Errors{"1:15 parse: unexpected 't'; expected the end of the statement or ';'. Is 'form' meant to be FROM?"}));
  EXPECT_EQ(ErrorsOf("select a from t were a = 1"),
            (Errors{"1:22 parse: unexpected 'a'; expected the end of the statement or ';'. Is 'were' meant to be WHERE?"}));
}

TEST(Errors, TokensAndStatements) {
  EXPECT_EQ(ErrorsOf("select from where; select ` 1; select 'abc"),
            (Errors{"1:13 parse: unexpected 'where'; expected a table", "1:27 token: unexpected character '`'",
                    "1:39 token: this quote is never closed; expected '"}));
  EXPECT_EQ(ErrorsOf("select /* 1"), (Errors{"1:8 token: this comment is never closed; expected */"}));
  EXPECT_EQ(ErrorsOf("select \"a"), (Errors{"1:8 token: this quote is never closed; expected \""}));
}

TEST(Errors, TheCaretStandsUnderThePlace) {
  auto hint = [](std::string_view sql) { return Parse(sql, Postgres()).error().hint(); };
  const std::string indent(8, ' ');
  EXPECT_EQ(hint("select 1\nfrom t where )"), "from t where )\n" + indent + "             ^");
  EXPECT_EQ(hint("select '名前' ) 1"), "select '名前' ) 1\n" + indent + "              ^");
  EXPECT_EQ(hint("select 'o\xcc\x88' )"), "select 'o\xcc\x88' )\n" + indent + "           ^");
  EXPECT_EQ(hint("select\t1\t)"), "select\t1\t)\n" + indent + "      \t \t^");
  EXPECT_EQ(hint("select 1 )\r\n"), "select 1 )\n" + indent + "         ^");
  EXPECT_EQ(Parse("select 'ü' )", Postgres()).error().place().column, 12);
}

TEST(Errors, OfWhatIsKeptAsWritten) {
  EXPECT_EQ(ErrorsOf("grant select, on t to u"), (Errors{"1:15 parse: unexpected 'on'; expected a privilege"}));
  EXPECT_EQ(ErrorsOf("create widget w (a, (b)"), (Errors{"1:24 parse: unexpected the end of the text; expected ')'"}));
  EXPECT_EQ(ErrorsOf("create function f() returns int called x as 'select 1'").size(), 1u);
  EXPECT_EQ(ErrorsOf("create table t (a number) storage (initial 8K size 2)", *FindDialect("oracle")),
            (Errors{"1:47 parse: this is no property of a table's storage"}));
  EXPECT_EQ(ErrorsOf("list @s pattern 'a'", *FindDialect("snowflake")).size(), 1u);
  EXPECT_EQ(ErrorsOf("select a::thing", *FindDialect("redshift")).size(), 1u);
  EXPECT_EQ(ErrorsOf("select if(a, b, c, d)").size(), 1u);
}

TEST(Errors, InAnswers) {
  Value request = Value::MakeMap();
  request.Set("read", "postgres");
  request.Set("write", "duckdb");
  request.Set("sql", "select + from t where = 1");
  Value answer = AnswerRequest("transpile", request);
  EXPECT_EQ(answer["error_kind"].as_string(), "parse");
  EXPECT_EQ(answer["errors"].list().size(), 2u);
  EXPECT_EQ(answer["errors"].list()[1]["column"].as_int(), 23);
  request.Set("sql", "select 'abc");
  for (const char* verb : {"transpile", "format", "parse", "analyze"})
    EXPECT_EQ(AnswerRequest(verb, request)["error_kind"].as_string(), "token") << verb;
}

}  // namespace
}  // namespace dvt::sql
