#pragma once

#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace dvt::cli {

struct Options;

/// What `dvt lake …` is asked.
struct LakeOptions {
  std::string uri;                      ///< of the catalog; else DVT_LAKE_URI
  std::string warehouse;                ///< else DVT_LAKE_WAREHOUSE
  std::vector<std::string> properties;  ///< NAME=VALUE
  std::string verb;                     ///< "table create", "scan", …
  std::string name;                     ///< namespace or table
  std::string other;                    ///< second argument: file, new name, location
  std::vector<std::string> settings;    ///< NAME=VALUE of namespaces and tables
  std::vector<std::string> removals;
  std::vector<std::string> columns;
  std::vector<std::string> keys;  ///< upsert --key
  std::string where;
  std::string snapshot;
  std::string as_of;
  std::string ref;
  std::string branch = "main";
  std::string like;  ///< file whose columns a new table gets
  std::string partition_by;
  std::string sort_by;
  std::string location;
  std::string output = "text";
  std::string file;  ///< scan --file
  long long limit = -1;
  int threads = 0;
  bool create = false;
  bool purge = false;
  bool no_evolution = false;
  std::string older_than;              ///< expire, orphans: a moment
  int keep_last = 1;                   ///< expire
  bool dry_run = false;                ///< orphans, rewrite-manifests
  std::optional<int64_t> target_size;  ///< rewrite-manifests: bytes
  bool tag = false;                    ///< ref set --tag
  bool partitions = false;             ///< overwrite --partitions
  bool if_missing = false;
  bool create_branch = false;          ///< --create-branch
  std::string column;                  ///< column …
  std::string doc;                     ///< column add --doc
  std::optional<std::string> new_doc;  ///< column set --doc
  bool nullable = false;               ///< column set --nullable
  bool unpartitioned = false;          ///< table layout
  bool unsorted = false;
};

void AddLakeCommand(CLI::App& app, Options& options);

}  // namespace dvt::cli
