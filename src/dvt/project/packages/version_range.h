#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dvt/base/result/result.h"

namespace dvt::project {

/// A semantic version (semver.org 2.0.0): 1.2.3-rc1. Build metadata is left out.
struct Version {
  int64_t major = 0, minor = 0, patch = 0;
  std::string prerelease;  ///< "rc1"; empty: a release

  static std::optional<Version> Parse(std::string_view text);
  std::string ToString() const;
  /// By precedence: a prerelease comes before its release.
  bool operator<(const Version& other) const;
  bool operator==(const Version& other) const { return !(*this < other) && !(other < *this); }
};

/// What a `version:` of packages.yml allows: conditions such as ">=1.0.0", all of which hold.
class VersionRange {
 public:
  /// "1.2.3", ">=1.0.0,<2.0.0" or, one by one, the entries of a list. kConfig if one cannot be read.
  Status Add(std::string_view text);
  bool Allows(const Version& version) const;
  /// Whether a single version is named, which may then be a prerelease.
  bool exact() const;
  bool empty() const { return conditions_.empty(); }
  std::string ToString() const;

 private:
  struct Condition {
    std::string comparison;  ///< =, >, <, >=, <=
    Version version;
  };
  std::vector<Condition> conditions_;
};

}  // namespace dvt::project
