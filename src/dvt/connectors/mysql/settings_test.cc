// What needs no server: settings, quoting, error classes, DDL types, spelling of values.
#include "dvt/connectors/mysql/settings.h"

#include <gtest/gtest.h>

#include "dvt/base/result/retry.h"
#include "dvt/columnar/c_abi/batch_builder.h"
#include "dvt/connectors/mysql/connector.h"
#include "dvt/connectors/mysql/error_map.h"
#include "dvt/connectors/mysql/quoting.h"
#include "dvt/connectors/mysql/types.h"
#include "dvt/connectors/mysql/value_encoder.h"

namespace dvt::connectors::mysql {
namespace {

using columnar::DataType;
using columnar::Fields;
using columnar::TypeKind;

ConnectionConfig ConfigOf(const std::string& yaml) {
  ConnectionConfig config;
  config.name = "shop";
  config.type = "mysql";
  config.file = "profiles.yml";
  auto settings = ParseYaml(yaml, "profiles.yml");
  EXPECT_TRUE(settings.has_value());
  config.settings = *settings;
  return config;
}

TEST(MySqlSettings, DbtNamesAndDefaults) {
  auto settings = ParseSettings(ConfigOf("server: db.example\nusername: u\npassword: 0123\nschema: shop\nport: '3307'\n"));
  ASSERT_TRUE(settings.has_value()) << settings.error().ToString();
  EXPECT_EQ(settings->Address(), "db.example:3307");
  EXPECT_EQ(settings->user, "u");
  EXPECT_EQ(settings->tls, TlsMode::kPreferred);
  settings = ParseSettings(ConfigOf("host: localhost\nuser: u\ndatabase: shop\n"));
  ASSERT_TRUE(settings.has_value());
  EXPECT_EQ(settings->tls, TlsMode::kDisabled);
  EXPECT_EQ(settings->port, 3306);
  settings = ParseSettings(ConfigOf("host: localhost\nuser: u\ndatabase: shop\nssl_ca: /ca.pem\n"));
  ASSERT_TRUE(settings.has_value());
  EXPECT_EQ(settings->tls, TlsMode::kVerifyIdentity);
  settings = ParseSettings(ConfigOf("unix_socket: /run/my.sock\nuser: u\nschema: s\nssl_mode: required\nssl_disabled: true\n"));
  ASSERT_TRUE(settings.has_value());
  EXPECT_EQ(settings->tls, TlsMode::kDisabled);
  EXPECT_EQ(settings->Address(), "/run/my.sock");
}

TEST(MySqlSettings, BadOnesNamePlaceAndRemedy) {
  auto missing = ParseSettings(ConfigOf("user: u\n"));
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().code(), ErrorCode::kConfig);
  EXPECT_NE(missing.error().message().find("'schema'"), std::string::npos);
  auto port = ParseSettings(ConfigOf("user: u\nschema: s\nport: secret-in-the-wrong-place\n"));
  ASSERT_FALSE(port.has_value());
  EXPECT_EQ(port.error().place().line, 3);
  EXPECT_EQ(port.error().ToString().find("secret"), std::string::npos);
  auto choice = ParseSettings(ConfigOf("user: u\nschema: s\nzero_dates: nul\n"));
  ASSERT_FALSE(choice.has_value());
  EXPECT_NE(choice.error().message().find("'null'"), std::string::npos) << choice.error().ToString();
  EXPECT_FALSE(MakeMySqlConnector(ConfigOf("user: u\n")).has_value());
}

TEST(MySqlErrors, NumbersHaveClasses) {
  struct {
    unsigned number;
    const char* state;
    ErrorCode code;
    bool retried;
  } cases[] = {
      {1045, "28000", ErrorCode::kAuthentication, false}, {1044, "42000", ErrorCode::kPermission, false},
      {1146, "42S02", ErrorCode::kNotFound, false},       {1064, "42000", ErrorCode::kSyntax, false},
      {1213, "40001", ErrorCode::kDeadlock, true},        {1205, "HY000", ErrorCode::kTimeout, true},
      {1040, "08004", ErrorCode::kThrottled, true},       {2013, "HY000", ErrorCode::kConnection, true},
      {2006, "HY000", ErrorCode::kConnection, true},      {1836, "HY000", ErrorCode::kPermission, false},
      {1114, "HY000", ErrorCode::kDisk, false},           {1264, "22003", ErrorCode::kData, false},
      {1062, "23000", ErrorCode::kConstraint, false},     {9999, "22012", ErrorCode::kData, false},
      {9999, "08S01", ErrorCode::kConnection, true},      {1317, "70100", ErrorCode::kCancelled, false},
      {1969, "70100", ErrorCode::kTimeout, true},         {9999, "HY000", ErrorCode::kUnknown, true},
  };
  for (const auto& c : cases) {
    const Error error = MakeServerError(c.number, c.state, "text");
    EXPECT_EQ(error.code(), c.code) << c.number;
    EXPECT_EQ(RetryPolicy{}.IsRetryable(error), c.retried) << c.number;
    EXPECT_EQ(error.vendor_code(), std::to_string(c.number));
  }
}

TEST(MySqlQuoting, NamesAndLiterals) {
  EXPECT_EQ(QuoteName("a`b"), "`a``b`");
  EXPECT_EQ(QuoteName("\"; drop table x; --"), "`\"; drop table x; --`");
  EXPECT_EQ(Literal(std::string_view("a'b\\c\0d", 7)), "'a\\'b\\\\c\\0d'");
  auto connector = MakeMySqlConnector(ConfigOf("host: h\nuser: u\nschema: s\npassword: p\n"));
  ASSERT_TRUE(connector.has_value());
  EXPECT_EQ((*connector)->QuoteRelation({"db", "sc", "t"}), "`sc`.`t`");
  EXPECT_EQ((*connector)->QuoteRelation({"", "", "t`"}), "`t```");
  EXPECT_EQ((*connector)->identity(), "mysql://u@h:3306");
}

TEST(MySqlTypes, DdlFollowsTheServer) {
  ServerInfo mysql;
  mysql.mariadb = false;
  mysql.version = 80040;
  std::string loss;
  EXPECT_EQ(*TypeNameOf(TypeKind::kUuid, mysql, &loss), "char(36)");
  EXPECT_FALSE(loss.empty());
  EXPECT_EQ(*TypeNameOf(DataType::Decimal(60, 30), mysql, &loss), "decimal(60,30)");
  EXPECT_TRUE(loss.empty());
  EXPECT_EQ(*TypeNameOf(DataType::Decimal(60, 31), mysql, &loss), "varchar(128)");
  mysql.utf8_schema = false;
  EXPECT_EQ(*TypeNameOf(DataType::String(10, true), mysql, nullptr), "char(10) character set utf8mb4");
}

TEST(MySqlEncoder, SpellsRowsForBothWays) {
  columnar::BatchBuilder batch(Fields{{"i", TypeKind::kInt64},
                                      {"d", DataType::Decimal(10, 3)},
                                      {"s", DataType::String()},
                                      {"b", TypeKind::kBinary},
                                      {"t", TypeKind::kTimestamp}});
  batch.column(0).AppendFixed(INT64_MIN);
  batch.column(1).AppendDecimal(-5);
  batch.column(2).AppendBytes(std::string_view("a\tb\n\\'\0", 7));
  batch.column(3).AppendBytes("\xff\n");
  batch.column(4).AppendFixed(int64_t{-500'000});
  for (int i = 0; i < 5; ++i) batch.column(i).AppendNull();
  std::vector<TargetColumn> columns;
  for (const auto& field : batch.fields()) {
    columns.push_back({field.name, field.type, field.type, field.name == "t" ? "datetime(6)" : "x"});
  }
  columns[4].target.precision = 6;
  const columnar::Array array = batch.Finish();
  const auto views = columnar::BatchColumns(array.get(), batch.fields());
  std::string text;
  auto load = RowEncoder::Make(columns, Spelling::kLoadData);
  ASSERT_TRUE(load.has_value());
  for (int row = 0; row < 2; ++row) ASSERT_TRUE(load->AppendRow(views, row, text).has_value());
  EXPECT_EQ(text, "-9223372036854775808\t-0.005\ta\\tb\\n\\\\'\\0\tff0a\t1969-12-31 23:59:59.5\n\\N\t\\N\t\\N\t\\N\t\\N\n");
  text.clear();
  auto literals = RowEncoder::Make(columns, Spelling::kLiterals);
  ASSERT_TRUE(literals.has_value());
  for (int row = 0; row < 2; ++row) ASSERT_TRUE(literals->AppendRow(views, row, text).has_value());
  EXPECT_EQ(text, "(-9223372036854775808,-0.005,'a\tb\\n\\\\\\'\\0',X'ff0a','1969-12-31 23:59:59.5')(NULL,NULL,NULL,NULL,NULL)");
}

}  // namespace
}  // namespace dvt::connectors::mysql
