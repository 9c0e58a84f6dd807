#pragma once

#include <string>

namespace dvt::tmpl {

/// Takes x out of the flags at the pattern's head, "(?ix)…"; whether it was there.
bool TakeVerboseFlag(std::string& pattern);
/// A pattern of re.VERBOSE without its white space and comments, which only lay it out.
std::string WithoutLayout(const std::string& pattern);

}  // namespace dvt::tmpl
