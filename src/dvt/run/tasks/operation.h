#pragma once

#include <stop_token>
#include <string>

#include "dvt/run/context/compiler.h"
#include "dvt/run/context/run_context.h"

namespace dvt::run {

/// A node that stands for work outside of the graph: a hook, a macro called by name. It lives on the default target.
model::Node OperationNode(const RunContext& run, const std::string& name);

/// Calls the macro `name` or `package.name` with named arguments (`arguments` is a map), in a session on the default target that is
/// committed at the end and rolled back on failure. kNotFound if there is no such macro.
Status RunOperation(RunContext& run, const Compiler& compiler, const std::string& name, const Value& arguments,
                    std::stop_token stop);

}  // namespace dvt::run
