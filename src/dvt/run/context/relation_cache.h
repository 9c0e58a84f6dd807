#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "dvt/connectors/api/connector.h"

namespace dvt::run {

/// What relations exist, by connection and schema: listed once, then kept true by what the macros report. Thread-safe.
class RelationCache {
 public:
  Result<std::vector<columnar::RelationInfo>> List(connectors::Connector& connector, const std::string& schema,
                                                   std::stop_token stop);
  /// Those whose names begin with `prefix`.
  Result<std::vector<columnar::RelationInfo>> ListStarting(connectors::Connector& connector, const std::string& schema,
                                                           const std::string& prefix, std::stop_token stop);
  Result<std::optional<columnar::RelationInfo>> Find(connectors::Connector& connector, const columnar::RelationName& name,
                                                     std::stop_token stop);
  void Add(const std::string& connection, const columnar::RelationInfo& relation);
  void Drop(const std::string& connection, const columnar::RelationName& relation);
  void Forget(const std::string& connection, const std::string& schema);

  /// Makes the schema once a run, if it is missing and the system has schemas; by `make`, if it is given.
  Status EnsureSchema(connectors::Connector& connector, const std::string& schema, std::stop_token stop,
                      const std::function<Status()>& make = nullptr);

 private:
  using Key = std::pair<std::string, std::string>;
  using Relations = std::map<std::string, columnar::RelationInfo>;
  // What is known of a schema, while `lock` is held; the system is asked for it once, without the lock.
  Result<const Relations*> Known(connectors::Connector& connector, const std::string& schema, std::unique_lock<std::mutex>& lock,
                                 std::stop_token stop);

  std::mutex mutex_;
  std::map<Key, Relations> schemas_;
  std::map<std::string, std::vector<std::string>> schema_names_;
};

}  // namespace dvt::run
