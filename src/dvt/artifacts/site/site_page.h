#pragma once

#include <string_view>

namespace dvt::artifacts {

/// The documentation page with its styles and scripts; its data goes where the text "/*@data*/" stands. Made from site/ by the build.
std::string_view SitePage();
/// The page of `dvt plan --html`, likewise.
std::string_view PlanPageText();

}  // namespace dvt::artifacts
