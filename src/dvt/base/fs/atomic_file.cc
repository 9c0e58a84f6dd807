#include "dvt/base/fs/atomic_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

#include "dvt/base/fs/files.h"
#include "dvt/base/result/retry.h"

namespace dvt {

namespace {

constexpr size_t kBuffer = size_t{256} << 10;

Error WriteError(int number, const std::string& path) {
  return Error(ClassifyErrno(number), "Cannot write " + path + ": " + std::generic_category().message(number))
      .WithVendorCode("errno " + std::to_string(number));
}

}  // namespace

Result<AtomicFile> AtomicFile::Open(const std::string& path) {
  static std::atomic<unsigned> counter{0};
  const size_t slash = path.rfind('/');
  if (slash != std::string::npos && slash > 0) DVT_TRY(MakeFolders(path.substr(0, slash)));
  std::string beside = path + ".tmp" + std::to_string(::getpid()) + "_s" + std::to_string(counter++);
  const int descriptor = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (descriptor < 0) return WriteError(errno, path);
  return AtomicFile(path, std::move(beside), descriptor);
}

AtomicFile::AtomicFile(std::string path, std::string beside, int descriptor)
    : path_(std::move(path)), beside_(std::move(beside)), descriptor_(descriptor) {}

AtomicFile::AtomicFile(AtomicFile&& other) noexcept
    : path_(std::move(other.path_)),
      beside_(std::move(other.beside_)),
      buffer_(std::move(other.buffer_)),
      descriptor_(std::exchange(other.descriptor_, -1)) {}

AtomicFile::~AtomicFile() {
  if (descriptor_ < 0) return;
  ::close(descriptor_);
  ::unlink(beside_.c_str());
}

Status AtomicFile::Append(std::string_view text) {
  if (text.size() < kBuffer) {
    buffer_ += text;
    return buffer_.size() < kBuffer ? Status() : Flush();
  }
  DVT_TRY(Flush());
  return Write(text);
}

Status AtomicFile::Flush() {
  DVT_TRY(Write(buffer_));
  buffer_.clear();
  return {};
}

Status AtomicFile::Write(std::string_view rest) {
  while (!rest.empty()) {
    const ssize_t written = ::write(descriptor_, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return WriteError(errno, path_);
    rest.remove_prefix(static_cast<size_t>(written));
  }
  return {};
}

Status AtomicFile::Commit() {
  DVT_TRY(Flush());
  const int descriptor = std::exchange(descriptor_, -1);
  const int closed = ::close(descriptor);
  if (closed != 0 || ::rename(beside_.c_str(), path_.c_str()) != 0) {
    const int number = errno;
    ::unlink(beside_.c_str());
    return WriteError(number, path_);
  }
  return {};
}

}  // namespace dvt
