#pragma once

#include <string>
#include <string_view>

#include "dvt/base/result/result.h"

namespace dvt {

/// A file written beside its place piece by piece and renamed at the end, so that a reader sees the old content or the new. What is
/// not committed is removed. Thread-compatible.
class AtomicFile {
 public:
  /// Makes missing folders.
  static Result<AtomicFile> Open(const std::string& path);
  AtomicFile(AtomicFile&& other) noexcept;
  AtomicFile& operator=(AtomicFile&&) = delete;
  ~AtomicFile();

  /// Buffered; errors may show later.
  Status Append(std::string_view text);
  Status Commit();

 private:
  AtomicFile(std::string path, std::string beside, int descriptor);
  Status Flush();
  Status Write(std::string_view rest);

  std::string path_;
  std::string beside_;
  std::string buffer_;
  int descriptor_ = -1;
};

}  // namespace dvt
