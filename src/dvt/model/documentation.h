#pragma once

#include <map>
#include <string>
#include <vector>

namespace dvt::model {

/// A column of another node or source that a column takes its values from.
struct ColumnOrigin {
  std::string node_id;
  std::string column;
};

/// The columns of a node's query in order, each with where it comes from.
struct DocumentedColumn {
  std::string name;
  std::vector<ColumnOrigin> from;
};

/// What the documentation page shows beyond the manifest and the catalog.
struct Documentation {
  std::map<std::string, std::vector<DocumentedColumn>>
      columns;                                     ///< by unique id; nodes whose SQL was not understood are left out
  std::map<std::string, std::string> ways;         ///< unique id → pushdown, direct or federated
  std::map<std::string, std::string> connections;  ///< name → system, such as "postgres"
};

}  // namespace dvt::model
