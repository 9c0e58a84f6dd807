#pragma once

#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "dvt/connectors/api/connector.h"
#include "dvt/engine/api/engine.h"
#include "dvt/plan/fragment/fragment.h"

namespace dvt::run {

/// What the keys of other inputs say about the rows of an extract.
struct KeyCondition {
  std::string sql;               ///< in the source's dialect; empty: nothing
  std::string said;              ///< "400 keys of l_suppkey", for people
  connectors::KeyTables tables;  ///< that `sql` names
};

/// Whether keys may go as temporary tables.
struct KeyTableRule {
  const connectors::Connector* connector = nullptr;  ///< that reads the extract; null: they may not
  int readers = 1;                                   ///< sessions that would each have the table
};

/// `sets`: those that the extract's key filters ask for, in their order. Lists of more than `most_bytes` become ranges.
KeyCondition MakeKeyCondition(const plan::ExtractFragment& fragment, const std::vector<engine::KeySet>& sets, size_t most_bytes,
                              const KeyTableRule& rule);

/// The connections of a run whose servers let its reads have no temporary tables. Thread-safe.
class KeyTableRefusals {
 public:
  bool Has(const std::string& connection) const {
    std::lock_guard lock(mutex_);
    return connections_.contains(connection);
  }
  /// True the first time.
  bool Add(const std::string& connection) {
    std::lock_guard lock(mutex_);
    return connections_.insert(connection).second;
  }

 private:
  mutable std::mutex mutex_;
  std::set<std::string> connections_;
};

}  // namespace dvt::run
