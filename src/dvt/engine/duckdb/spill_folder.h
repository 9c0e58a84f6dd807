#pragma once

#include <memory>
#include <string>

#include "dvt/base/result/result.h"

namespace dvt::engine {

/// A folder of this process under the compute's temp_directory, so that two runs never share spill files. Removed with its
/// content by the destructor; folders that dead processes left behind are removed on the next Make.
class SpillFolder {
 public:
  static Result<std::unique_ptr<SpillFolder>> Make(const std::string& parent);
  ~SpillFolder();
  SpillFolder(const SpillFolder&) = delete;
  SpillFolder& operator=(const SpillFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  explicit SpillFolder(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

}  // namespace dvt::engine
