#pragma once

#include <string>

#include "dvt/base/result/result.h"

namespace dvt {

/// A function of a shared library, by its name in the file. The library is loaded when it is first asked for and stays; it is
/// looked for as the dynamic linker does, along the program's run path. kConfig if it cannot be loaded or has no such function.
/// Thread-safe.
Result<void*> FindFunction(const std::string& library, const char* function);

/// The same of a library that is loaded already; nullptr if it is not.
void* FindLoadedFunction(const std::string& library, const char* function);

}  // namespace dvt
