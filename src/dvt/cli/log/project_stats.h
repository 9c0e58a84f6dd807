#pragma once

#include <string>

#include "dvt/model/project.h"
#include "dvt/run/observer.h"

namespace dvt::cli {

/// Tells how many of each kind of resource the project has ("Found 6 models, 6 data tests, 1 seed, 3 sources").
void TellFound(run::Observer& observer, const model::Manifest& manifest);

/// Tells of which type the default target is.
void TellAdapter(run::Observer& observer, const std::string& type);

}  // namespace dvt::cli
