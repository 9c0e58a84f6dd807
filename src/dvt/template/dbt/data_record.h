#pragma once

#include <string>
#include <utility>
#include <vector>

#include "dvt/template/lang/object.h"

namespace dvt::tmpl {

/// An object with named members, as dbt hands results of nodes to on-run-end: result.node.config.materialized, result.to_dict().
struct DataRecordParts {
  std::string type_name;  ///< for messages
  std::vector<std::pair<std::string, Object>> members;
  bool none_if_missing = false;  ///< a configuration: a key that is not set is none, not undefined
};
Object MakeDataRecord(DataRecordParts parts);

/// A datetime without a zone.
Object MakeMoment(double seconds_since_epoch);

}  // namespace dvt::tmpl
