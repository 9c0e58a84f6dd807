#pragma once

#include <string>

namespace dvt {

/// A file of `folder` for reading and writing that has no name: its room is given back when the descriptor, which the caller closes, is
/// closed or the process ends. Below zero: it could not be made, errno says why.
int OpenUnnamedFile(const std::string& folder);

}  // namespace dvt
