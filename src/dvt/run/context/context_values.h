#pragma once

#include <map>
#include <string>

#include "dvt/base/text/value.h"
#include "dvt/connectors/api/connector.h"
#include "dvt/run/context/run_context.h"

namespace dvt::run {

/// What templates see as `target`: the settings of an output without its secrets, and the names around it.
Value TargetValue(const model::Profile& profile, const std::string& name, const connectors::Connector& connector);
/// The variables that a package sees.
std::map<std::string, Value> VarsFor(const model::Manifest& manifest, const Value& cli_vars, const std::string& package);
/// `flags`
Value FlagsValue(const RunOptions& options);
/// What `ref.config` and `source.config` tell of the project and its packages.
Value ProjectValue(const model::Manifest& manifest, const RunOptions& options);
/// `graph`: every resource by its unique id.
Value GraphValue(const model::Manifest& manifest);

}  // namespace dvt::run
