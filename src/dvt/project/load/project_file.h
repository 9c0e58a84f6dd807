#pragma once

#include <string>

#include "dvt/base/result/diagnostics.h"
#include "dvt/base/result/result.h"
#include "dvt/model/project.h"
#include "dvt/project/load/template_frontend.h"

namespace dvt::project {

/// The project file at or above `folder` (dbt_project.yml first, then dvt_project.yml); kConfig if there is none.
Result<std::string> FindProjectFile(const std::string& folder);

/// The profile that a project file names; empty if it names none. What else it says is not looked at.
Result<std::string> ProfileNamed(const std::string& file, const YamlScope& scope, TemplateFrontend& frontend);

/// Reads and checks one project file; without a target in the scope, what may depend on one (the config trees and their like) is
/// left as written. Variables are always: they are rendered where they are read. Wrong keys and values go to `diagnostics`; broken YAML or templates are the error.
Result<model::ProjectConfig> ReadProjectFile(const std::string& file, const YamlScope& scope, TemplateFrontend& frontend,
                                             Diagnostics& diagnostics);

}  // namespace dvt::project
