#include "dvt/project/profiles/profiles.h"

#include "dvt/base/text/secrets.h"
#include "dvt/project/load/project_fixture.h"

namespace dvt::project {
namespace {

TEST_F(ProjectTest, SearchOrder) {
  ProfileSearch search{"", "/p", "/h", options_.env};
  env_["DVT_PROFILES_DIR"] = "/a";
  env_["DBT_PROFILES_DIR"] = "/b";
  EXPECT_EQ(ProfileFolders(search), (std::vector<std::string>{"/a", "/b", "/p", "/h/.dvt", "/h/.dbt"}));
  search.profiles_dir = "/x";
  EXPECT_EQ(ProfileFolders(search), (std::vector<std::string>{"/x"}));
  options_.profiles_dir = folder_ + "/none";
  EXPECT_EQ(LoadError().substr(0, 31), "No profiles.yml found in none\n ");
}

TEST_F(ProjectTest, HomeProfileIsFound) {
  std::filesystem::remove(folder_ + "/profiles.yml");
  File("home/.dbt/profiles.yml", "p: {outputs: {default: {type: duckdb, path: x}}}");
  EXPECT_EQ(Load().target, "default");
  File("home/.dvt/profiles.yml", "p: {target: other, outputs: {other: {type: duckdb, path: x, threads: 7}}}");
  auto m = Load();
  EXPECT_EQ(m.target, "other");
  EXPECT_EQ(m.profile.threads, 7);
  options_.threads = 3;
  EXPECT_EQ(Load().profile.threads, 3);
}

TEST_F(ProjectTest, SecretsAreRegisteredAndBrokenOutputsMatterOnlyWhenUsed) {
  SecretRegistry::Clear();
  env_["DBT_ENV_SECRET_PW"] = "s3cr3t!";
  File("profiles.yml",
       "p:\n  target: dev\n  outputs:\n    dev: {type: postgres, user: u, password: \"{{ env_var('DBT_ENV_SECRET_PW') }}\", "
       "dbname: d, schema: s}\n"
       "    local: {type: postgres, user: postgres, password: postgres}\n    gone: {type: mysql, password: \"{{ env_var('NOPE') "
       "}}\"}\n");
  auto m = Load();
  EXPECT_EQ(m.profile.outputs["dev"]["password"].as_string(), "s3cr3t!");
  EXPECT_EQ(SecretRegistry::Redact("pw s3cr3t! on postgres"), "pw ***** on postgres");
  Value target = TargetContext(m.profile, "dev", {"d", "s"});
  EXPECT_EQ(target.Find("password"), nullptr);
  EXPECT_EQ(target["schema"].as_string(), "s");
  options_.target = "gone";
  EXPECT_NE(
      LoadError().find("The connection 'gone' cannot be read: profiles.yml:6:35: Env var required but not provided: 'NOPE'"),
      std::string::npos)
      << LoadError();
  SecretRegistry::Clear();
}

TEST_F(ProjectTest, ProfileErrors) {
  options_.connection_types = {"duckdb", "postgres"};
  File("profiles.yml", "p:\n  outputs:\n    default: {type: postgre}\n");
  EXPECT_NE(
      LoadError().find("profiles.yml:3:21: Unknown connection type 'postgre' of output 'default'. Did you mean 'postgres'?"),
      std::string::npos)
      << LoadError();
  File("profiles.yml", "pp:\n  outputs: {}\n");
  EXPECT_NE(LoadError().find("Could not find profile named 'p' in profiles.yml. Did you mean 'pp'?"), std::string::npos);
  File("profiles.yml", "p:\n  target: dve\n  outputs:\n    dev: {type: duckdb}\n");
  EXPECT_NE(LoadError().find("The profile 'p' does not have a target named 'dve'. Did you mean 'dev'?"), std::string::npos);
  File("profiles.yml", "p:\n  outputs:\n");
  EXPECT_NE(LoadError().find("profile 'p' has no outputs"), std::string::npos);
}

TEST_F(ProjectTest, Computes) {
  File("computes.yml",
       "p:\n  target: big\n  computes:\n    big: {type: duckdb, memory_limit: 2GB, threads: 2}\n    s: {type: spark, remote: "
       "'sc://h:1'}\n");
  auto m = Load();
  EXPECT_EQ(m.computes.default_name, "big");
  EXPECT_EQ(m.computes.computes["big"]["memory_limit"].as_string(), "2GB");
  File("computes.yml", "target: big\ncomputes:\n  big: {type: duckdb, memroy_limit: 2GB}\n");
  EXPECT_NE(LoadError().find("computes.yml:3:23: Unknown key 'memroy_limit' in compute 'big'. Did you mean 'memory_limit'?"),
            std::string::npos)
      << LoadError();
  File("computes.yml", "target: bgi\ncomputes:\n  big: {type: duckdb}\n");
  EXPECT_NE(LoadError().find("There is no compute 'bgi'. Did you mean 'big'?"), std::string::npos);
}

}  // namespace
}  // namespace dvt::project
