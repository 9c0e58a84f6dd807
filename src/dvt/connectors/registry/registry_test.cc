#include "dvt/connectors/registry/registry.h"

#include <gtest/gtest.h>

namespace dvt::connectors {
namespace {

ConnectionConfig Config(std::string_view yaml) {
  ConnectionConfig config;
  config.name = "crm";
  config.file = "profiles.yml";
  config.base_folder = testing::TempDir();
  config.settings = ParseYaml(yaml).value();
  config.type = config.settings["type"].is_null() ? "" : config.settings["type"].ToText();
  return config;
}

TEST(Registry, MakesEveryKindWithoutConnecting) {
  auto sqlite = MakeConnector(Config("type: sqlite\npath: some/where.db\nthreads: 4\n"));
  ASSERT_TRUE(sqlite) << sqlite.error().ToString();
  EXPECT_EQ((*sqlite)->default_schema(), "main");
  EXPECT_TRUE(MakeConnector(Config("type: DuckDB\npath: ':memory:'\n")));
  EXPECT_TRUE(
      MakeConnector(Config("type: postgresql\nhost: localhost\nuser: u\npassword: p\nport: 5432\ndbname: d\nschema: s\n")));
  EXPECT_TRUE(
      MakeConnector(Config("type: mariadb\nhost: localhost\nuser: u\npassword: p\nport: 3306\ndatabase: d\nschema: d\n")));
}

TEST(Registry, UnknownTypeNamesTheNearest) {
  auto made = MakeConnector(Config("path: x\ntype: sqlit\n"));
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code(), ErrorCode::kConfig);
  EXPECT_NE(made.error().message().find("Did you mean 'sqlite'?"), std::string::npos) << made.error().message();
  EXPECT_EQ(made.error().place().line, 2);
  EXPECT_NE(MakeConnector(Config("path: x\n")).error().message().find("has no type"), std::string::npos);
}

TEST(Registry, UnknownSettingHasItsPlace) {
  auto made = MakeConnector(Config("type: sqlite\npath: x\n\nshema: main\n"));
  ASSERT_FALSE(made);
  EXPECT_NE(made.error().message().find("Did you mean 'schema'?"), std::string::npos) << made.error().message();
  EXPECT_EQ(made.error().place().ToString(), "profiles.yml:4:1");
}

TEST(Registry, EveryAliasIsUnique) {
  std::vector<std::string> names;
  for (const ConnectorKind& kind : ConnectorKinds()) {
    names.push_back(kind.type);
    names.insert(names.end(), kind.aliases.begin(), kind.aliases.end());
  }
  std::sort(names.begin(), names.end());
  EXPECT_EQ(std::adjacent_find(names.begin(), names.end()), names.end());
}

}  // namespace
}  // namespace dvt::connectors
