#include "dvt/base/process/shared_library.h"

#include <dlfcn.h>

#include <map>
#include <mutex>

namespace dvt {

Result<void*> FindFunction(const std::string& library, const char* function) {
  static std::mutex mutex;
  static std::map<std::string, void*> loaded;
  std::lock_guard lock(mutex);
  void*& handle = loaded[library];
  if (handle == nullptr) handle = ::dlopen(library.c_str(), RTLD_LAZY | RTLD_LOCAL);
  void* const found = handle == nullptr ? nullptr : ::dlsym(handle, function);
  if (found != nullptr) return found;
  const char* const why = ::dlerror();
  return Error(ErrorCode::kConfig, "cannot load a part of the program: " + std::string(why == nullptr ? library.c_str() : why))
      .WithHint("put " + library + " back beside the program, or into a folder that LD_LIBRARY_PATH names");
}

void* FindLoadedFunction(const std::string& library, const char* function) {
  void* const handle = ::dlopen(library.c_str(), RTLD_LAZY | RTLD_LOCAL | RTLD_NOLOAD);
  return handle == nullptr ? nullptr : ::dlsym(handle, function);
}

}  // namespace dvt
