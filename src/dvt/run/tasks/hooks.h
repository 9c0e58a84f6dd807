#pragma once

#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include "dvt/model/results.h"
#include "dvt/run/context/compiler.h"
#include "dvt/run/context/run_context.h"

namespace dvt::run {

/// Hooks of a configuration (texts, or {sql, transaction}) as templates see them: a list of {sql, transaction}.
std::vector<tmpl::Object> HookObjects(const Value& hooks);

/// Those statements as nodes, by unique id: operation.shop.shop-on-run-start-0.
std::map<std::string, model::Node> AllHookNodes(const RunContext& run);

/// Runs the statements of on-run-start or on-run-end (`phase`) of the project and its packages on the default target. Each is a result
/// of its own and is committed alone; after a failure the rest is skipped. At the end, templates see `results` (of `so_far`), `schemas`
/// and `database_schemas`. A hook whose template fails is an error of the whole run.
Result<std::vector<model::NodeResult>> RunHooks(RunContext& run, const Compiler& compiler, const std::string& phase,
                                                const std::vector<model::NodeResult>& so_far, std::stop_token stop);

}  // namespace dvt::run
