#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "dvt/connectors/api/key_table.h"
#include "dvt/connectors/mysql/connection.h"

namespace dvt::connectors::mysql {

/// Reader connections whose transactions all see one moment: opened together, under a brief global read lock where the user may
/// take one. A reader takes a connection and gives it back; a failed one leaves the pool, and the retry gets another of the same
/// moment. When none is idle, a connection of a later moment is opened, unless the statement was already begun at the old one:
/// then one that others still use is waited for, and when all are lost the read fails with kStartOver rather than mix moments.
class SnapshotScope : public ReadScope, public std::enable_shared_from_this<SnapshotScope> {
 public:
  struct Lease {
    std::shared_ptr<Connection> connection;
    int moment = 0;
    KeyTables keys;  ///< temporary tables that the connection has
  };

  /// `may_lock`: false after the lock was lately waited for in vain.
  static Result<std::shared_ptr<SnapshotScope>> Open(std::shared_ptr<const Settings> settings, int connections, bool may_lock,
                                                     std::stop_token stop);

  std::string Describe() const override;
  SourceMoment Moment() const override;
  /// The connections opened at the beginning provably see one moment.
  bool exact() const { return began_exact_; }
  /// The global read lock was asked for and not granted in time.
  bool lock_timed_out() const { return lock_timed_out_; }
  /// A connection for this statement, which has these tables of keys.
  Result<Lease> Take(const std::string& sql, const KeyTables& keys, std::stop_token stop);
  void Return(Lease lease);
  void DropKeys(const KeyTables& keys) noexcept override;

 private:
  explicit SnapshotScope(std::shared_ptr<const Settings> settings) : settings_(std::move(settings)) {}
  Result<std::shared_ptr<Connection>> OpenReader(std::stop_token stop);
  Result<Lease> TakeAny(const std::string& sql, const KeyTables& keys, std::stop_token stop);
  /// An idle connection that sees the statement's moment, if it was begun at one; rather one that has the tables.
  std::optional<Lease> TakeIdle(const std::string& sql, const KeyTables& keys);
  Status StartSnapshot(Connection& connection, std::stop_token stop) const;
  /// True if the lock is held by `coordinator` afterwards; else says why not in approximate_because_.
  bool Lock(Connection& coordinator, bool may_lock, std::stop_token stop);
  /// While the lock is held, or right after the snapshots began.
  void AskMoment(Connection& connection, std::stop_token stop);

  const std::shared_ptr<const Settings> settings_;
  mutable std::mutex mutex_;
  std::condition_variable_any returned_;
  std::vector<Lease> idle_;
  std::map<int, int> in_use_;             // leases out, by moment
  std::map<std::string, int> moment_of_;  // statements already handed out
  std::vector<KeyTables> dropped_;        // of reads that are over
  int moments_ = 1;
  int readers_ = 0;
  bool lock_timed_out_ = false;      // set once, before the scope is shared
  bool began_exact_ = false;         // set once, before the scope is shared
  std::string approximate_because_;  // empty: exact
  SourceMoment moment_;              // but for `exact`, which may be lost later
};

}  // namespace dvt::connectors::mysql
