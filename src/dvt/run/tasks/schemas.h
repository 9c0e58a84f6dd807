#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "dvt/run/context/compiler.h"
#include "dvt/run/context/run_context.h"

namespace dvt::run {

/// Tells the connections that the selected nodes are built on, or read from, that sessions will be needed: for the catalog, and for a node's
/// statements or the moment of its reads.
void ExpectSessions(RunContext& run, const std::vector<std::string>& selected);

/// Makes the schemas that the selected nodes are built in, before anything runs: hooks find them, and no transaction that is older than
/// a schema misses it. A connection that fails is left to the nodes on it, which say so.
void MakeSchemas(RunContext& run, const Compiler& compiler, const std::vector<std::string>& selected, std::stop_token stop);

}  // namespace dvt::run
