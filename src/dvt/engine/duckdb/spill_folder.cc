#include "dvt/engine/duckdb/spill_folder.h"

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <charconv>
#include <filesystem>

#include "dvt/base/fs/files.h"

namespace dvt::engine {
namespace {

namespace fs = std::filesystem;
constexpr std::string_view kPrefix = "dvt_spill_";

/// The process id in "dvt_spill_<pid>_<n>", or 0.
pid_t OwnerOf(std::string_view name) {
  if (!name.starts_with(kPrefix)) return 0;
  name.remove_prefix(kPrefix.size());
  pid_t pid = 0;
  const auto parsed = std::from_chars(name.data(), name.data() + name.size(), pid);
  return parsed.ec == std::errc() && parsed.ptr != name.data() + name.size() && *parsed.ptr == '_' ? pid : 0;
}

void RemoveDead(const std::string& parent) {
  std::error_code ignored;
  for (auto entry = fs::directory_iterator(parent, ignored); entry != fs::directory_iterator(); entry.increment(ignored)) {
    if (ignored) return;
    const pid_t owner = OwnerOf(entry->path().filename().string());
    if (owner > 0 && kill(owner, 0) != 0 && errno == ESRCH) fs::remove_all(entry->path(), ignored);
  }
}

}  // namespace

Result<std::unique_ptr<SpillFolder>> SpillFolder::Make(const std::string& parent) {
  static std::atomic<int> counter{0};
  RemoveDead(parent);
  const std::string path = AbsolutePath(
      JoinPath(parent, std::string(kPrefix) + std::to_string(getpid()) + "_" + std::to_string(counter.fetch_add(1))));
  if (auto made = MakeFolders(path); !made)
    return std::move(made).error().Within("while making the spill folder under temp_directory " + parent);
  return std::unique_ptr<SpillFolder>(new SpillFolder(path));
}

SpillFolder::~SpillFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

}  // namespace dvt::engine
