#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "dvt/base/result/result.h"
#include "dvt/model/project.h"

namespace dvt::run {

/// Finds nodes by the names that ref() and source() use. Built once over a manifest; thread-safe for reading.
class NodeIndex {
 public:
  explicit NodeIndex(const model::Manifest& manifest);

  /// The model, seed or snapshot that the call means, searching the caller's package first. kConfig with the nearest name, at the call's place.
  Result<const model::Node*> Ref(const model::RefCall& call, const std::string& from_package) const;
  /// The user-defined function that the call means.
  Result<const model::Node*> Function(const model::RefCall& call, const std::string& from_package) const;
  Result<const model::SourceNode*> Source(const model::SourceCall& call, const std::string& from_package) const;

 private:
  const model::Manifest& manifest_;
  std::unordered_map<std::string, std::vector<const model::Node*>> nodes_;          // by name
  std::unordered_map<std::string, std::vector<const model::Node*>> functions_;      // by name
  std::unordered_map<std::string, std::vector<const model::SourceNode*>> sources_;  // by "source.table"
};

}  // namespace dvt::run
