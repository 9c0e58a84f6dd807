#pragma once

#include <string>
#include <vector>

#include "dvt/base/result/diagnostics.h"
#include "dvt/model/previous_state.h"
#include "dvt/model/project.h"

namespace dvt::graph {

/// What of an earlier, enforced contract no longer holds, one sentence each; empty if all of it does. `before`: the node in the
/// manifest's shape.
std::vector<std::string> BrokenPromises(const model::Node& node, const Value& before);

/// Compares the contracts of all models with those of an earlier run. A versioned model that breaks one is an error, as others may
/// hold on to the version; an unversioned one a warning.
void CheckContractChanges(const model::Manifest& manifest, const model::PreviousState& previous, Diagnostics& diagnostics);

}  // namespace dvt::graph
