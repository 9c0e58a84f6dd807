#include "dvt/base/fs/unnamed_file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

namespace dvt {

int OpenUnnamedFile(const std::string& folder) {
  const int unnamed = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (unnamed >= 0) return unnamed;
  std::string path = folder + "/dvt_spill_XXXXXX";  // mkostemp's pattern; for file systems without unnamed files
  const int named = ::mkostemp(path.data(), O_CLOEXEC);
  if (named >= 0) ::unlink(path.c_str());
  return named;
}

}  // namespace dvt
