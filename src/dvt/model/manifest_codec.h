#pragma once

#include <string>
#include <string_view>

#include "dvt/model/project.h"

namespace dvt::model {

/// What loading finds out about a project (nodes, sources, macros, exposures, …, warnings) as bytes, for a later run of the same
/// program. The configuration (project, profile, computes, packages, variables) is left out: it is read anew each time.
std::string EncodeManifest(const Manifest& manifest);

/// Fills what EncodeManifest wrote. False if the bytes are none of its own; `manifest` is then partly filled.
bool DecodeManifest(std::string_view bytes, Manifest& manifest);

}  // namespace dvt::model
