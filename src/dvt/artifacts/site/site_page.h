#pragma once

#include <string_view>

namespace dvt::artifacts {

/// The documentation page with its styles and scripts; its data goes where the text "/*@data*/" stands. Made from site/ by the build.
std::string_view SitePage();

}  // namespace dvt::artifacts
