#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "dvt/base/fwd.h"
#include "dvt/model/project.h"
#include "dvt/project/load/template_frontend.h"

namespace dvt::project {

/// Remembers which environment variables a project read, so that a later run can see whether they still say the same. Thread-safe.
class ReadEnvironment {
 public:
  explicit ReadEnvironment(EnvLookup env) : env_(std::move(env)) {}
  std::optional<std::string> Look(const std::string& name);
  /// Name → digest of the value; empty: it was not set.
  std::map<std::string, std::string> digests() const;
  static std::string DigestOf(const std::optional<std::string>& value);

 private:
  EnvLookup env_;
  mutable std::mutex mutex_;
  std::map<std::string, std::optional<std::string>> read_;
};

/// What an earlier run found out about a project, in a file of its target folder. It counts only if the key (a digest of every input
/// but the environment) and every environment variable that was read are the same. Broken files count as none.
class ParseCache {
 public:
  ParseCache(std::string file, std::string key) : file_(std::move(file)), key_(std::move(key)) {}

  /// Fills `manifest` and returns true if the file is good for the key.
  bool Load(const EnvLookup& env, model::Manifest& manifest) const;
  /// Writes the file, by the pool if there is one; what cannot be written is no error, only slow.
  void Store(const std::map<std::string, std::string>& environment, const model::Manifest& manifest, ThreadPool* pool) const;

 private:
  std::string file_;
  std::string key_;
};

}  // namespace dvt::project
