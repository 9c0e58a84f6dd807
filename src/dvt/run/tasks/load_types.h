#pragma once

#include <stop_token>
#include <string>

#include "dvt/base/result/diagnostics.h"
#include "dvt/columnar/types/data_type.h"
#include "dvt/connectors/api/connector.h"
#include "dvt/model/node.h"
#include "dvt/run/context/run_context.h"

namespace dvt::run {

/// DVT002 before any row moves: columns and types of the rows that the existing table, to which they are added, does not hold as they are.
/// Says nothing of tables that are built anew. `materialization` is that of the plan.
Status WarnExistingTable(const RunContext& run, const model::Node& node, const std::string& materialization,
                         const columnar::Fields& rows, connectors::Connector& target, Diagnostics& warnings,
                         std::stop_token stop);

/// What the types lose that a new table of the target gets for these columns, as clauses with the column's name and type.
std::vector<std::string> LossesOf(const columnar::Fields& rows, const connectors::Connector& target);

/// Both, for `dvt plan`.
Status WarnLoad(const RunContext& run, const model::Node& node, const std::string& materialization, const columnar::Fields& rows,
                connectors::Connector& target, Diagnostics& warnings, std::stop_token stop);

}  // namespace dvt::run
