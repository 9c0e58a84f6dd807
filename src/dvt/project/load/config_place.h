#pragma once

#include <string>
#include <vector>

#include "dvt/base/result/result.h"
#include "dvt/model/project.h"

namespace dvt::project {

/// Where a node got what its config has at `path`, such as {"transfer", "parallel"}: from `config(…)` in its own file, from its
/// property file or from a project file. For what is told of a wrong one: the files are read again. The node's own file, without a
/// line, where it cannot be found.
Place PlaceOfConfig(const model::Manifest& manifest, const model::Node& node, const std::vector<std::string>& path);

}  // namespace dvt::project
