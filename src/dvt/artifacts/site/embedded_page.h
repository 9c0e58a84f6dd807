#pragma once

#include <string>
#include <string_view>

#include "dvt/base/text/value.h"

namespace dvt::artifacts {

/// A page made from site/ with its data put in where the text "/*@data*/" stands: as JSON inside of a script element, in which no tag may
/// begin or end. Secrets are masked.
std::string PageWithData(std::string_view page, const Value& data);

}  // namespace dvt::artifacts
