#include <fmt/format.h>

#include <cstdio>

#include "dvt/base/fs/files.h"
#include "dvt/cli/commands/command.h"

namespace dvt::cli {

namespace {

constexpr const char* kProject = R"(name: {0}
version: "1.0.0"
profile: {0}

model-paths: [models]
seed-paths: [seeds]
test-paths: [tests]
macro-paths: [macros]

models:
  {0}:
    +materialized: table
)";

constexpr const char* kProfiles = R"({0}:
  target: lake
  outputs:
    # Every output is a connection. Models are built in `target`; sources may live on any of them.
    lake:
      type: duckdb
      path: {0}.duckdb
      schema: main
      threads: 4
    # shop:
    #   type: postgres
    #   host: 127.0.0.1
    #   port: 5432
    #   user: "{{{{ env_var('PGUSER') }}}}"
    #   password: "{{{{ env_var('DBT_ENV_SECRET_PGPASSWORD') }}}}"
    #   dbname: shop
    #   schema: public
)";

constexpr const char* kSeed = "id,name,city\n1,Ada,London\n2,Grace,New York\n3,Edsger,Rotterdam\n";

constexpr const char* kModel = R"(select city, count(*) as people
from {{ ref('people') }}
group by city
order by city
)";

constexpr const char* kProperties = R"(version: 2

models:
  - name: people_by_city
    description: How many people live in each city.
    columns:
      - name: city
        data_tests: [unique, not_null]

# A source on another connection:
# sources:
#   - name: shop
#     connection: shop
#     schema: public
#     tables:
#       - name: orders
)";

}  // namespace

Result<int> InitCommand(const Options& options, std::stop_token) {
  const std::string name = options.init_name.empty() ? "my_project" : options.init_name;
  const bool valid =
      name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == std::string::npos &&
      (name[0] < '0' || name[0] > '9');
  if (!valid)
    return Error(ErrorCode::kInvalidArgument, fmt::format("'{}' cannot be a project's name", name))
        .WithHint("use letters, digits and _");
  const std::string folder = JoinPath(options.project_dir.empty() ? "." : options.project_dir, name);
  if (FileExists(folder) || IsFolder(folder)) {
    return Error(ErrorCode::kAlreadyExists, fmt::format("'{}' exists already", folder)).WithHint("choose another name");
  }
  DVT_TRY(WriteFileAtomic(JoinPath(folder, "dbt_project.yml"), fmt::format(fmt::runtime(kProject), name)));
  DVT_TRY(WriteFileAtomic(JoinPath(folder, "profiles.yml"), fmt::format(fmt::runtime(kProfiles), name)));
  DVT_TRY(WriteFileAtomic(JoinPath(folder, "seeds/people.csv"), kSeed));
  DVT_TRY(WriteFileAtomic(JoinPath(folder, "models/people_by_city.sql"), kModel));
  DVT_TRY(WriteFileAtomic(JoinPath(folder, "models/properties.yml"), kProperties));
  DVT_TRY(WriteFileAtomic(JoinPath(folder, ".gitignore"), "target/\nlogs/\n*.duckdb\n"));
  std::printf("Wrote the project %s. Next:\n\n  cd %s\n  dvt build\n  dvt show --select people_by_city\n", name.c_str(),
              folder.c_str());
  return 0;
}

}  // namespace dvt::cli
