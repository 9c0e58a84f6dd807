#include "dvt/base/fs/files.h"

#include <dirent.h>
#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "dvt/base/result/retry.h"

namespace dvt {
namespace {

Error FileError(int number, const std::string& action, const std::string& path) {
  return Error(ClassifyErrno(number), "Cannot " + action + " " + path + ": " + std::generic_category().message(number))
      .WithVendorCode("errno " + std::to_string(number));
}

/// Closes a descriptor on every way out.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }
  int Close() {
    int fd = fd_;
    fd_ = -1;
    return ::close(fd);
  }

 private:
  int fd_;
};

Status WriteAll(int fd, std::string_view content, const std::string& path) {
  while (!content.empty()) {
    ssize_t written = ::write(fd, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return FileError(errno, "write", path);
    content.remove_prefix(static_cast<size_t>(written));
  }
  return {};
}

Status List(const std::string& folder, const std::string& prefix, std::vector<std::string>& files, int depth) {
  DIR* dir = ::opendir(folder.c_str());
  if (!dir) return errno == ENOENT && depth == 0 ? Status() : Status(FileError(errno, "list", folder));
  std::unique_ptr<DIR, int (*)(DIR*)> closer(dir, ::closedir);
  while (const dirent* entry = ::readdir(dir)) {
    if (entry->d_name[0] == '.') continue;
    std::string path = folder + "/" + entry->d_name;
    unsigned char type = entry->d_type;
    if (type == DT_LNK || type == DT_UNKNOWN) {
      struct stat info;
      if (::stat(path.c_str(), &info) != 0) continue;
      type = S_ISDIR(info.st_mode) ? DT_DIR : S_ISREG(info.st_mode) ? DT_REG : DT_UNKNOWN;
    }
    if (type == DT_DIR) {
      if (depth > 100) return Error(ErrorCode::kIo, "Folders are nested too deep (a link to itself?): " + path);
      DVT_TRY(List(path, prefix + entry->d_name + "/", files, depth + 1));
    } else if (type == DT_REG) {
      files.push_back(prefix + entry->d_name);
    }
  }
  return {};
}

bool MatchClass(std::string_view pattern, size_t& p, char c) {
  size_t end = pattern.find(']', p + 2);
  if (end == std::string_view::npos) return false;
  size_t i = p + 1;
  bool negate = pattern[i] == '!' || pattern[i] == '^';
  if (negate) ++i;
  bool hit = false;
  for (; i < end; ++i) {
    if (i + 2 < end && pattern[i + 1] == '-') {
      hit = hit || (c >= pattern[i] && c <= pattern[i + 2]);
      i += 2;
    } else {
      hit = hit || pattern[i] == c;
    }
  }
  p = end;
  return hit != negate;
}

bool Match(std::string_view pattern, std::string_view text) {
  for (size_t p = 0, t = 0;; ++p) {
    if (p == pattern.size()) return t == text.size();
    char c = pattern[p];
    if (c == '*') {
      bool deep = p + 1 < pattern.size() && pattern[p + 1] == '*';
      std::string_view rest = pattern.substr(p + (deep ? 2 : 1));
      // "**/" also matches no folder at all.
      if (deep && !rest.empty() && rest[0] == '/' && Match(rest.substr(1), text.substr(t))) return true;
      for (size_t k = t; k <= text.size(); ++k) {
        if (Match(rest, text.substr(k))) return true;
        if (k < text.size() && text[k] == '/' && !deep) return false;
      }
      return false;
    }
    if (t == text.size()) return false;
    if (c == '?') {
      if (text[t] == '/') return false;
    } else if (c == '[' && pattern.find(']', p + 2) != std::string_view::npos) {
      if (!MatchClass(pattern, p, text[t])) return false;
    } else if (c != text[t]) {
      return false;
    }
    ++t;
  }
}

}  // namespace

Result<std::string> ReadFile(const std::string& path) {
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return FileError(errno, "read", path);
  struct stat info;
  if (::fstat(file.get(), &info) != 0) return FileError(errno, "read", path);
  if (S_ISDIR(info.st_mode)) return FileError(EISDIR, "read", path);
  std::string content;
  size_t used = 0;
  content.resize(info.st_size > 0 ? static_cast<size_t>(info.st_size) + 1 : 4096);
  while (true) {
    ssize_t got = ::read(file.get(), content.data() + used, content.size() - used);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return FileError(errno, "read", path);
    used += static_cast<size_t>(got);
    if (got == 0) break;
    if (used == content.size()) content.resize(content.size() * 2);
  }
  content.resize(used);
  return content;
}

namespace {

/// Opens for writing, emptied; makes missing folders. Below zero: errno tells.
Result<int> OpenToWrite(const std::string& path, const std::string& named) {
  const auto open = [&] { return ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666); };
  int descriptor = open();
  size_t slash = path.rfind('/');
  if (descriptor < 0 && errno == ENOENT && slash != std::string::npos && slash > 0) {  // mostly the folder is there
    DVT_TRY(MakeFolders(path.substr(0, slash)));
    descriptor = open();
  }
  if (descriptor < 0) return FileError(errno, "write", named);
  return descriptor;
}

}  // namespace

Status WriteFileAtomic(const std::string& path, std::string_view content) {
  static std::atomic<unsigned> counter{0};
  std::string beside = path + ".tmp" + std::to_string(::getpid()) + "_" + std::to_string(counter++);
  Status status = [&]() -> Status {
    DVT_ASSIGN(int descriptor, OpenToWrite(beside, path));
    Descriptor file(descriptor);
    DVT_TRY(WriteAll(file.get(), content, path));
    if (file.Close() != 0) return FileError(errno, "write", path);
    if (::rename(beside.c_str(), path.c_str()) != 0) return FileError(errno, "write", path);
    return {};
  }();
  if (!status) ::unlink(beside.c_str());
  return status;
}

Status WriteFileIfChanged(const std::string& path, std::string_view content) {
  struct stat info;
  if (::stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) && static_cast<size_t>(info.st_size) == content.size()) {
    const auto old = ReadFile(path);
    if (old && *old == content) return {};
  }
  DVT_ASSIGN(int descriptor, OpenToWrite(path, path));
  Descriptor file(descriptor);
  DVT_TRY(WriteAll(file.get(), content, path));
  if (file.Close() != 0) return FileError(errno, "write", path);
  return {};
}

Status MakeFolders(const std::string& path) {
  std::error_code code;
  std::filesystem::create_directories(path, code);
  if (code) return FileError(code.value(), "make folder", path);
  return {};
}

bool FileExists(const std::string& path) {
  struct stat info;
  return ::stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode);
}

bool IsFolder(const std::string& path) {
  struct stat info;
  return ::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

Result<std::vector<std::string>> ListFiles(const std::string& folder) {
  std::vector<std::string> files;
  DVT_TRY(List(folder, "", files, 0));
  std::sort(files.begin(), files.end());
  return files;
}

std::string JoinPath(std::string_view a, std::string_view b) {
  if (a.empty() || (!b.empty() && b[0] == '/')) return std::string(b);
  if (b.empty()) return std::string(a);
  std::string out(a);
  if (out.back() != '/') out += '/';
  return out.append(b);
}

std::string AbsolutePath(const std::string& path) {
  std::error_code code;
  auto absolute = std::filesystem::absolute(path, code);
  if (code) return path;
  std::string text = absolute.lexically_normal().string();
  if (text.size() > 1 && text.back() == '/') text.pop_back();
  return text;
}

bool GlobMatch(std::string_view pattern, std::string_view text) { return Match(pattern, text); }

std::string HomeFolder() {
  const char* home = std::getenv("HOME");
  return home ? home : "";
}

}  // namespace dvt
