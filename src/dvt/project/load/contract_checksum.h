#pragma once

#include <string>
#include <vector>

#include "dvt/model/node.h"

namespace dvt::project {

/// Digest of a contract's columns, types and constraints, as dbt's manifest has it, so that either program's state compares with
/// the other's. Foreign keys must still be as written.
std::string ContractChecksum(const model::Node& node);

/// The columns of the primary_key constraint; without one, what `tests` (of this node) hold unique, with not_null where there is.
std::vector<std::string> PrimaryKeyOf(const model::Node& node, const std::vector<const model::Node*>& tests);

}  // namespace dvt::project
