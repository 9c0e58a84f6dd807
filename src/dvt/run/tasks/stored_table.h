#pragma once

#include "dvt/connectors/api/connector.h"
#include "dvt/run/context/node_adapter.h"
#include "dvt/run/context/run_context.h"

namespace dvt::run {

/// What becomes of a node's table on a target that stores tables but runs no SQL: by its materialization, incremental strategy and whether the
/// table is there. Reads `partition_by`, `sorted_by` and `table_properties`. An error for settings that only SQL could follow; notes for hooks, which
/// are not run.
Result<connectors::TableWrite> StoredTableWrite(RunContext& run, const model::Node& node, NodeAdapter& adapter);

}  // namespace dvt::run
