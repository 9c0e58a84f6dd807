#pragma once

#include <string>

#include "dvt/base/result/result.h"
#include "dvt/model/project.h"

namespace dvt::run {

/// What run_results.json and the terminal say of a node that failed: "Database Error in model a (models/a.sql)", where a system
/// refused a statement, "Compilation Error …" or "Runtime Error …" otherwise, then the error itself, indented. Without secrets. What is
/// wrong with a config that the error names is told with the line where that is given.
std::string NodeErrorText(const model::Manifest& manifest, const model::Node& node, Error error);

}  // namespace dvt::run
